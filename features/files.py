"""Write files so that a reader sees the old content or the new, never a half of it."""

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from features.failpoints import reach

_HERE = -100  # AT_FDCWD of Linux: relative names start from the current folder
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux


def write_atomically(path: Path, content: bytes | str, *, mode: int = 0o644) -> None:
    """Write ``content`` to ``path`` by way of a temporary file: write, flush to disk, rename.

    Parameters
    ----------
    path
        Target file; its folder is made if missing. An existing file is replaced in one step.
    content
        Bytes, or text to be stored as UTF-8.
    mode
        Who may read and write the file.
    """
    encoded = content.encode() if isinstance(content, str) else content
    produce_atomically(path, lambda draft: draft.write_bytes(encoded), mode=mode)


def produce_atomically(path: Path, produce: Callable[[Path], object], *, mode: int = 0o644) -> None:
    """Let ``produce`` write a temporary file beside ``path``, then flush it to disk and rename it.

    Parameters
    ----------
    path
        Target file; untouched when ``produce`` raises.
    produce
        Called with the path of the temporary file, which it has to write; nobody else can read it then.
    mode
        Who may read and write the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    draft = Path(name)
    try:
        produce(draft)
        draft.chmod(mode)
        reach("file.written")
        flush(draft)
        reach("file.flushed")
        draft.replace(path)
        reach("file.renamed")
        flush(path.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Fill a folder completely or not at all.

    Parameters
    ----------
    path
        Target folder. It appears, or is replaced, only when the block ends without an error.

    Yields
    ------
    Path
        An empty draft folder beside ``path`` to be filled by the block.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield draft
        reach("folder.written")
        for file in (*draft.rglob("*"), draft):
            flush(file)
        draft.chmod(0o755)
        reach("folder.flushed")
        _swap(draft, path)
        reach("folder.renamed")
        flush(path.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Let no other process be inside at the same time; the lock ends with the process that holds it.

    Parameters
    ----------
    lock
        An empty file that stays. Where the system has no such locks (Windows) nothing is locked.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Take the lock of an open file if nobody has it.

    It ends with the last process that holds the descriptor. Where the system has no such locks (Windows),
    nobody has it.
    """
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _swap(draft: Path, path: Path) -> None:
    """Put ``draft`` where ``path`` is; an old folder trades places with it in one step."""
    if not path.exists():
        try:
            draft.replace(path)
        except OSError:
            if not path.exists():  # otherwise another process was first: its folder is the old one now
                raise
        else:
            return
    if not _exchange(draft, path):
        aside = draft.with_name(f"{draft.name}.old")
        path.replace(aside)
        draft.replace(path)
        shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders trade names in one step; return False where the system or the disk cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if rename is None:
        return False
    failed: int = rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    return failed == 0


def flush(path: Path) -> None:
    """Force one file, or the names in one folder, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def below(files: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    """Return the files of one folder under their names in it.

    Examples
    --------
    >>> below({"text/a.json": b"1", "model.json": b"2"}, "text/")
    {'a.json': b'1'}
    """
    return {name.removeprefix(folder): content for name, content in files.items() if name.startswith(folder)}


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their names below a folder that is being drafted; folders between are made."""
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
