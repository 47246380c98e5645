"""The ledger of promotions: which version became champion, when, instead of which one, and why.

MLflow moves an alias without asking what it pointed to, so two trainings could each believe to have replaced
the same champion. What MLflow does do one at a time, on every backend, is to number the versions of a model:
the number is part of a primary key, and the next one is given only when the one before can be seen.

The ledger of ``churn`` is therefore a registered model ``churn.promotions`` whose versions are its entries.
An entry says which entry it expects to be the last that won; it wins if that is so. Nothing is ever changed
or taken out, hence everybody who reads the ledger comes to the same end, also when the writer died right
after writing. The alias ``champion`` only repeats what the ledger says, for those who read aliases alone, as
the service does.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from features.errors import RegistryError
from features.failpoints import reach
from training.registry.patience import is_absent, patiently
from training.registry.versions import CHAMPION, find_version, make_model, set_alias

Kind = Literal["promoted", "rolled_back", "adopted"]
SUFFIX = ".promotions"
_MAX_TAG_CHARACTERS = 4_000
_PAGE = 1_000


class LostError(RegistryError):
    """Report that another process changed the champion first."""


@dataclass(frozen=True)
class Entry:
    """Hold one line of a ledger.

    Attributes
    ----------
    number
        Place in the ledger, from 1; 0 for a champion from before there was one.
    version
        The version that it makes champion.
    expects
        Number of the last entry that has to have won before; 0 for none.
    replaces
        The champion before it, None if there was none.
    reason
        Why, in the words of who did it; empty for what the gate let pass.
    token
        Drawn at random by the writer, to know its own entry again.
    """

    number: int
    version: int
    expects: int = 0
    replaces: int | None = None
    kind: Kind = "promoted"
    reason: str = ""
    token: str = ""
    written_ms: int = 0


@dataclass(frozen=True)
class Standing:
    """Hold the entries of a use case that won, oldest first.

    Examples
    --------
    >>> standing = resolve("churn", [Entry(1, 4), Entry(2, 5, expects=1), Entry(3, 6, expects=1)])
    >>> standing.champion, standing.previous
    (5, 4)
    """

    usecase: str
    history: tuple[Entry, ...]

    @property
    def champion(self) -> int | None:
        """Return the version that is champion."""
        return self.history[-1].version if self.history else None

    @property
    def last_number(self) -> int:
        """Return the number that the next entry has to expect."""
        return self.history[-1].number if self.history else 0

    @property
    def previous(self) -> int | None:
        """Return the version that a step back leads to: a rollback takes back what is not taken back yet."""
        line: list[int] = []
        for entry in self.history:
            if entry.kind == "rolled_back":
                line.pop()
            else:
                line.append(entry.version)
        return line[-2] if len(line) > 1 else None


def resolve(usecase: str, entries: Iterable[Entry], adopted: int | None = None) -> Standing:
    """Return who won.

    Parameters
    ----------
    usecase
        Name of the use case.
    entries
        All entries, in any order.
    adopted
        The version that the alias names; it counts as champion as long as nothing was entered.
    """
    won: list[Entry] = []
    for entry in sorted(entries, key=lambda entry: entry.number):
        if entry.expects == (won[-1].number if won else 0):
            won.append(entry)
    first = won[0].replaces if won else adopted
    before = () if first is None else (Entry(0, first, kind="adopted"),)
    return Standing(usecase, (*before, *won))


def read_standing(usecase: str) -> Standing:
    """Return who is champion according to the ledger, and since when.

    Raises
    ------
    RegistryError
        If the registry cannot be reached.
    """
    entries = patiently(f"model {usecase}", lambda: _read(usecase))
    if entries:
        return resolve(usecase, entries)
    alias = find_version(usecase, CHAMPION)
    return resolve(usecase, (), None if alias is None else alias.version)


def move_champion(standing: Standing, version: int, *, kind: Kind = "promoted", reason: str = "") -> Standing:
    """Make a version champion if the champion is still the one that ``standing`` names.

    Raises
    ------
    LostError
        If another one became champion since ``standing`` was read; nothing changes then.
    RegistryError
        If the registry cannot be reached.
    """
    usecase, token = standing.usecase, secrets.token_hex(8)
    tags = {
        "promotes": str(version),
        "expects": str(standing.last_number),
        "replaces": "" if standing.champion is None else str(standing.champion),
        "kind": kind,
        "reason": reason[:_MAX_TAG_CHARACTERS],
        "token": token,
    }
    make_model(f"{usecase}{SUFFIX}")
    reach("ledger.before")
    patiently(f"model {usecase}", lambda: _append(usecase, version, tags))
    reach("ledger.entered")
    now = settle_alias(usecase)
    if token not in {entry.token for entry in now.history}:
        before, after = (
            f"version {found}" if found else "none" for found in (standing.champion, now.champion)
        )
        problem = f"the champion changed from {before} to {after} meanwhile"
        raise LostError(f"model {usecase}", problem, "compare with that one, then promote")
    return now


def settle_alias(usecase: str) -> Standing:
    """Let the alias say what the ledger says, and return that.

    The writer of the newest entry may have died before it moved the alias, or a slower one may have moved it
    after it; so whoever moves it looks at the ledger once more.
    """
    while True:
        standing = read_standing(usecase)
        alias = find_version(usecase, CHAMPION)
        if standing.champion is None or (alias is not None and alias.version == standing.champion):
            return standing
        if find_version(usecase, standing.champion) is None:  # somebody deleted the version
            return standing
        reach("alias.before")
        set_alias(usecase, CHAMPION, standing.champion)
        reach("alias.moved")


def _append(usecase: str, version: int, tags: dict[str, str]) -> None:
    """Write an entry."""
    mlflow.MlflowClient().create_model_version(
        f"{usecase}{SUFFIX}", source=f"models:/{usecase}/{version}", tags=tags
    )


def _read(usecase: str) -> list[Entry]:
    """Return all entries."""
    client, entries, page = mlflow.MlflowClient(), [], None
    while True:
        try:
            found = client.search_model_versions(f"name='{usecase}{SUFFIX}'", _PAGE, page_token=page)
        except MlflowException as error:
            if is_absent(error):
                return []
            raise
        entries += [_to_entry(usecase, version) for version in found]
        page = found.token
        if not page:
            return entries


def _to_entry(usecase: str, found: ModelVersion) -> Entry:
    """Translate MLflow's record."""
    tags: dict[str, Any] = found.tags
    try:
        return Entry(
            number=int(found.version),
            version=int(tags["promotes"]),
            expects=int(tags["expects"]),
            replaces=int(tags["replaces"]) if tags.get("replaces") else None,
            kind=tags["kind"],
            reason=tags.get("reason", ""),
            token=tags["token"],
            written_ms=int(found.creation_timestamp or 0),
        )
    except (KeyError, ValueError) as error:
        where = f"model {usecase}{SUFFIX}"
        problem = f"version {found.version} is no entry of a ledger ({error})"
        raise RegistryError(where, problem, "leave this model to xm-predict; delete that version") from error
