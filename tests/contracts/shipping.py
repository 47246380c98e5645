"""What `pyproject.toml` says about what is shipped, and where each file of the repository lands."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.contracts.repository import ROOT, name_of

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = PYPROJECT["project"]
TARGETS: dict[str, Any] = PYPROJECT["tool"]["hatch"]["build"]["targets"]
# Put into every source distribution by the tool that builds it.
ALWAYS = ("pyproject.toml", ".gitignore", PROJECT["readme"], *PROJECT["license-files"])


def _lies_under(name: str, place: str) -> bool:
    """Tell whether a file is that place or lies in it."""
    return name == place or name.startswith(f"{place}/")


def places_in_wheel(paths: Iterable[Path]) -> dict[Path, str]:
    """Return where files of the repository lie in the wheel; those that stay at home are left out."""
    moved: dict[str, str] = {
        **{package: package for package in TARGETS["wheel"]["packages"]},
        **TARGETS["wheel"]["force-include"],
    }
    found = {}
    for path in paths:
        for source, target in moved.items():
            if _lies_under(name_of(path), source):
                found[path] = target + name_of(path).removeprefix(source)
    return found


def places_in_source(paths: Iterable[Path]) -> list[Path]:
    """Return the files of the repository that lie in the source distribution."""
    shipped = (*TARGETS["sdist"]["only-include"], *ALWAYS)
    return [path for path in paths if any(_lies_under(name_of(path), place) for place in shipped)]
