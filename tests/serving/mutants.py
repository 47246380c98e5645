"""Bundles that were damaged on their way, and bundles that a bad producer made and sealed."""

import hashlib
import json
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

_GIBIBYTE = 2**30
_LEAVES = re.compile(rb"leaf_value=[^\n]*")


def files_of(bundle: Path) -> list[Path]:
    """Return the files that the manifest is about."""
    names = json.loads((bundle / "manifest.json").read_text())["files"]
    return [bundle / name for name in sorted(names)]


def _truncate(file: Path, draw: random.Random) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: draw.randrange(len(content))])


def _flip_bit(file: Path, draw: random.Random) -> None:
    content = bytearray(file.read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    file.write_bytes(bytes(content))


def _edit_byte(file: Path, draw: random.Random) -> None:
    content = bytearray(file.read_bytes())
    place = draw.randrange(len(content))
    content[place] = (content[place] + 1 + draw.randrange(255)) % 256
    file.write_bytes(bytes(content))


def _swap_file(file: Path, draw: random.Random) -> None:
    bundle = next(folder for folder in file.parents if (folder / "manifest.json").exists())
    content = file.read_bytes()
    others = [other for other in files_of(bundle) if other.read_bytes() != content]
    file.write_bytes(draw.choice(others).read_bytes())


def _empty(file: Path, _: random.Random) -> None:
    file.write_bytes(b"")


def _make_huge(file: Path, _: random.Random) -> None:
    with file.open("r+b") as opened:
        opened.truncate(_GIBIBYTE)


def _link(file: Path, _: random.Random) -> None:
    """Let a link lead to a file outside with the very bytes that belong here."""
    bundle = next(folder for folder in file.parents if (folder / "manifest.json").exists())
    outside = bundle.parent / f"{bundle.name}.{file.name}"
    file.replace(outside)
    file.symlink_to(outside)


KINDS: tuple[Callable[[Path, random.Random], None], ...] = (
    _truncate,
    _flip_bit,
    _edit_byte,
    _swap_file,
    _empty,
    _make_huge,
    _link,
)


def damage(bundle: Path, folder: Path, number: int) -> str:
    """Copy a bundle, damage one of its files, and return the kind of damage."""
    draw = random.Random(number)
    shutil.copytree(bundle, folder)
    files = [file for file in files_of(folder) if file.stat().st_size]
    kind = KINDS[number % len(KINDS)]
    kind(draw.choice(files), draw)
    return kind.__name__.strip("_")


def seal(folder: Path, name: str, content: bytes) -> None:
    """Write one file of a bundle and let the manifest fit it."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def find_model_text(bundle: Path) -> str:
    """Return the name of the text of trees."""
    return next(
        file.relative_to(bundle).as_posix()
        for file in files_of(bundle)
        if file.read_bytes().startswith(b"tree")
    )


def produce_badly(bundle: Path, folder: Path, number: int) -> None:
    """Copy a bundle, spoil its trees so that scores change or loading fails, and seal it."""
    draw = random.Random(number)
    shutil.copytree(bundle, folder)
    name = find_model_text(bundle)
    content = (bundle / name).read_bytes()
    kind = number % 4
    if kind == 0:
        content = content[: int(len(content) * draw.uniform(0.05, 0.9))]
    elif kind == 1:
        shifted = draw.uniform(0.001, 1.0)
        content = _LEAVES.sub(lambda found: _shift(found[0], shifted), content)
    elif kind == 2:
        spoiled = bytearray(content)
        for _ in range(60):
            spoiled[draw.randrange(len(spoiled))] = draw.randrange(32, 127)
        content = bytes(spoiled)
    else:
        trees = content.split(b"\nTree=")
        del trees[draw.randrange(1, len(trees))]
        content = b"\nTree=".join(trees)
    seal(folder, name, content)


def _shift(line: bytes, by: float) -> bytes:
    """Raise all values of the leaves of a tree."""
    values = line.removeprefix(b"leaf_value=").split()
    return b"leaf_value=" + b" ".join(repr(float(value) + by).encode() for value in values)
