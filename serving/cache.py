"""The verified local copies of champions: ``<cache>/<use case>/champion.json`` names the one that answers.

A bundle is installed only after its hashes matched and a throw-away process has loaded it and repeated its
canary scores; the pointer is written last. So a worker that starts, or starts again, finds a champion that is
known to load, whatever has become of the registry.
"""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from features.errors import BundleError
from features.files import whole_folder, write_atomically
from training.bundle import verify

POINTER = "champion.json"
CHALLENGER_POINTER = "challenger.json"
STATUS = "refresh.json"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


class Pointer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Name the bundle that answers for a use case.

    Attributes
    ----------
    model_version
        Name of the version, and of its folder beside the pointer.
    tried_sha256
        Hash of the bundle that passed its trial in a process of its own; empty if there was none.
    registry_version
        Number in the registry, if it came from there.
    written_at
        Time (UTC) of the pointer.
    """

    model_version: str
    tried_sha256: str = ""
    registry_version: int | None = None
    written_at: str = ""


class RefreshStatus(msgspec.Struct, frozen=True):
    """Say how the last look at the registry went.

    Attributes
    ----------
    looked_at
        Seconds since 1970.
    problem
        What went wrong; None if nothing did.
    failures
        How many looks went wrong since the refresher started.
    """

    looked_at: float
    problem: str | None = None
    failures: int = 0


def read_pointer(folder: Path, name: str = POINTER) -> Pointer:
    """Read the pointer of one use case: to its champion, or to its challenger.

    Raises
    ------
    BundleError
        If it cannot be read, or names a folder elsewhere.
    """
    try:
        pointer = msgspec.json.decode((folder / name).read_bytes(), type=Pointer)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BundleError(
            str(folder / name), "is not a pointer to a bundle", "let the refresher write it"
        ) from error
    if not _NAME.fullmatch(pointer.model_version):
        raise BundleError(str(folder / name), "names no folder beside it", "let the refresher write it")
    return pointer


def find_pointer(folder: Path, name: str = POINTER) -> Pointer | None:
    """Return the pointer of one use case, or None if there is none that can be used."""
    try:
        return read_pointer(folder, name)
    except BundleError:
        return None


def install(
    bundle: Path,
    cache: Path,
    *,
    try_out: Callable[[Path], None],
    registry_version: int | None = None,
    name: str = POINTER,
) -> Pointer:
    """Copy a bundle into the cache, try it, and let it answer.

    Parameters
    ----------
    bundle
        Folder of the bundle; stays as it is.
    cache
        Root of the cache.
    try_out
        Loads the copy in a process of its own; see :func:`serving.candidate.try_out`.
    name
        Which pointer is written: that of the champion, or that of the challenger in its shadow.

    Raises
    ------
    BundleError
        If it does not verify or does not pass the trial. The pointer is untouched then.
    """
    manifest = verify(bundle)
    for part in (manifest.usecase, manifest.model_version):
        if not _NAME.fullmatch(part):
            raise BundleError(
                str(bundle), "has a name that is no folder name", "use letters, digits, '.', '_' and '-'"
            )
    home = cache / manifest.usecase
    copy = home / manifest.model_version
    with whole_folder(copy) as draft:
        shutil.copytree(bundle, draft, dirs_exist_ok=True)
        try_out(draft)
    pointer = Pointer(
        model_version=manifest.model_version,
        tried_sha256=manifest.bundle_hash,
        registry_version=registry_version,
        written_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    others = [find_pointer(home, one) for one in (POINTER, CHALLENGER_POINTER)]
    write_atomically(home / name, msgspec.json.encode(pointer))
    _remove_old(home, {one.model_version for one in (pointer, *others) if one is not None})
    return pointer


def write_status(cache: Path, status: RefreshStatus) -> None:
    """Leave word of the last look at the registry."""
    write_atomically(cache / STATUS, msgspec.json.encode(status))


def read_status(cache: Path) -> RefreshStatus | None:
    """Return how the last look at the registry went, or None if nobody has looked."""
    try:
        return msgspec.json.decode((cache / STATUS).read_bytes(), type=RefreshStatus)
    except (OSError, msgspec.MsgspecError):
        return None


def _remove_old(home: Path, kept: set[str]) -> None:
    """Remove bundles that neither answer nor answered before; readers hold what they loaded in memory."""
    for folder in home.iterdir():
        if folder.is_dir() and folder.name not in kept and not folder.name.startswith("."):
            shutil.rmtree(folder, ignore_errors=True)
