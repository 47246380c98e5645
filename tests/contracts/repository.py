"""What the contract tests know of the repository: its folders and the files that git tracks."""

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("features", "training", "serving")


def source_files() -> list[Path]:
    """Return the modules of the three packages."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def files_of_tests() -> list[Path]:
    """Return the modules of the tests."""
    return sorted((ROOT / "tests").rglob("*.py"))


def tracked_files() -> list[Path]:
    """Return the files that git tracks and that are there; all files of an unpacked archive."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True)
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    paths = [ROOT / name for name in names if name] or [*source_files(), *files_of_tests()]
    return [path for path in paths if path.is_file()]


def tree_of(path: Path) -> ast.Module:
    """Return the parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """Return the name of a file as people write it: relative to the root."""
    return path.relative_to(ROOT).as_posix()
