"""Read small files that other verbs leave for the service: no links, no pipes, nothing too large."""

import os
import re
import stat
from pathlib import Path

MAX_FILE_BYTES = 16 * 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
Stamp = tuple[int, int, int]


def stamp_of(path: Path) -> Stamp:
    """Return what changes when a file is replaced."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def refuse_links(path: Path, folder: Path) -> None:
    """Refuse what is reached by a link inside the folder; the folder itself may be one."""
    if path.resolve() != folder.resolve() / path.relative_to(folder):
        message = f"{path} is, or lies behind, a link"
        raise ValueError(message)


def read_plain(path: Path) -> bytes:
    """Read a plain file of reasonable size."""
    # A pipe would block the one who opens it.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - a path object takes no descriptor
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            message = f"{path} is not a plain file"
            raise ValueError(message)
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        message = f"{path} has more than {MAX_FILE_BYTES} bytes"
        raise ValueError(message)
    return content
