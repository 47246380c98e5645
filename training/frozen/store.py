"""Keep baselines as files that are never written twice: ``<folder>/<id>.json``, named by their content."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any, Final

from features.errors import ContractError, InputError, SourceError
from features.files import write_atomically
from training.frozen.record import FORMAT, FORMAT_VERSION, Baseline, Measured

ID_LENGTH: Final = 12
_READ_ONLY = 0o444


def freeze(folder: Path, measured: Measured, *, frozen_on: date) -> tuple[Baseline, bool]:
    """Write a baseline, unless the same was frozen before.

    Parameters
    ----------
    folder
        Where the baselines of this use case are.
    measured
        What is frozen.
    frozen_on
        The day; passed in, so that equal arguments give equal bytes.

    Returns
    -------
    tuple
        The baseline, and whether it is a new one. Frozen again, the same content keeps its first day and id.

    Raises
    ------
    ContractError
        If one of the baselines that are there was changed.
    """
    there, plain = list_baselines(folder), measured.to_json()
    for found in there:
        if found.measured.to_json() == plain:
            return found, False
    number = 1 + max((found.number for found in there), default=0)
    content = _head(number, frozen_on) | plain
    baseline = Baseline(_hash(content)[:ID_LENGTH], number, frozen_on, measured)
    path = folder / f"{baseline.id}.json"
    write_atomically(path, _render(content))
    path.chmod(_READ_ONLY)
    return baseline, True


def list_baselines(folder: Path) -> tuple[Baseline, ...]:
    """Return all baselines of a folder, the first frozen first.

    Raises
    ------
    SourceError, ContractError
        As :func:`read_baseline`.
    """
    found = [read_baseline(path) for path in sorted(folder.glob("[!.]*.json"))]
    return tuple(sorted(found, key=lambda baseline: (baseline.number, baseline.frozen_on, baseline.id)))


def read_baseline(path: Path) -> Baseline:
    """Read a baseline after a check that nobody changed it since it was frozen.

    Raises
    ------
    SourceError
        If it cannot be read.
    ContractError
        If its content is not the one that its id, its hash and its name speak of.
    """
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            str(path), f"cannot be read ({error})", "bring back the file that was frozen"
        ) from error
    try:
        content = json.loads(text)
        content, claimed = _split(content)
        found = _hash(content)
        # Not one byte may differ: what a person reads in the file is what was hashed.
        is_whole = (claimed, path.stem, text) == (found, found[:ID_LENGTH], _render(content))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _changed(path, f"is no baseline ({type(error).__name__}: {error})") from error
    if not is_whole:
        told = f"its content has the hash {found[:ID_LENGTH]}..., it claims {claimed[:ID_LENGTH]}..."
        raise _changed(path, f"was changed after it was frozen: {told}")
    return _read(path, content)


def find_baseline(folder: Path, wanted: str = "") -> Baseline | None:
    """Return the baseline that an id or the beginning of one names; the newest where none is asked for.

    Returns
    -------
    Baseline or None
        None where there is none at all and none was asked for.

    Raises
    ------
    InputError
        If no baseline, or more than one, has such an id.
    SourceError, ContractError
        If a baseline was changed.
    """
    there = list_baselines(folder)
    if not wanted:
        return there[-1] if there else None
    found = [baseline for baseline in there if baseline.id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(baseline.id for baseline in there)
    problem = f"'{wanted}' is {'the beginning of several' if found else 'none'} of the baselines in {folder}"
    raise InputError("--baseline", problem, f"name one of: {known}" if there else "freeze one first")


def choose_baseline(folder: Path, usecase: str, wanted: str = "") -> Baseline:
    """Return the baseline that an id names, or the newest one; one has to be there.

    Raises
    ------
    InputError
        If there is none.
    """
    found = find_baseline(folder, wanted)
    if found is None:
        hint = f"freeze one: xm-predict baseline freeze --usecase {usecase}.yaml"
        raise InputError(f"baselines of {usecase}", f"there is none in {folder}", hint)
    return found


def _head(number: int, frozen_on: date) -> dict[str, Any]:
    """Return what stands before the measured values."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "number": number,
        "frozen_on": frozen_on.isoformat(),
    }


def _hash(content: dict[str, Any]) -> str:
    """Return the SHA-256 of plain values, whatever their layout."""
    canonical = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _render(content: dict[str, Any]) -> str:
    """Return the text of the file: the hash and the id first, then what they were made of."""
    found = _hash(content)
    whole = {"id": found[:ID_LENGTH], "sha256": found, **content}
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _split(content: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return what was hashed, and the hash that the file claims."""
    rest = dict(content)
    rest.pop("id")
    return rest, str(rest.pop("sha256"))


def _read(path: Path, content: dict[str, Any]) -> Baseline:
    """Return the baseline of a file that is whole."""
    version = content.pop("format_version", None)
    if (content.pop("format", None), version) != (FORMAT, FORMAT_VERSION):
        problem = f"has the format version {version}, this version reads {FORMAT_VERSION}"
        raise ContractError(str(path), problem, "read it with the version of xm-predict that froze it")
    number, frozen_on = content.pop("number"), date.fromisoformat(content.pop("frozen_on"))
    return Baseline(path.stem, number, frozen_on, Measured.from_json(content))


def _changed(path: Path, problem: str) -> ContractError:
    """Say that a file is not what was frozen."""
    return ContractError(
        str(path), problem, "bring back the file that was frozen, or remove it and freeze anew"
    )
