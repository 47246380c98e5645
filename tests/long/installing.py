"""Environments of their own that know nothing of this repository, and the release that goes into them."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contracts.repository import ROOT

LOCK = ROOT / "mlproject" / "requirements.txt"
NO_INDEX = re.compile(
    r"error sending request|failed to fetch|dns error|timed out|network was disabled", re.IGNORECASE
)


@dataclass(frozen=True)
class Installation:
    """Hold an environment with what was put into it and nothing else."""

    folder: Path
    uv: str

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def command(self) -> Path:
        """Return the command line of the product."""
        return self.folder / "bin" / "xm-predict"

    def install(self, *what: str) -> None:
        """Install packages in the versions of the lock."""
        here = ["--python", str(self.python), "--constraint", str(LOCK)]
        run_uv([self.uv, "pip", "install", "--quiet", *here, *what])

    def names(self) -> set[str]:
        listed = subprocess.run(
            [self.uv, "pip", "list", "--format", "json", "--python", str(self.python)],
            capture_output=True,
            check=True,
        )
        return {package["name"] for package in json.loads(listed.stdout)}

    def run(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run the command line as a person does who has nothing else of Python on the path."""
        environment = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(cwd.parent),
            "OMP_NUM_THREADS": "1",
        }
        return subprocess.run(
            [self.command, *words], cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )


@dataclass(frozen=True)
class Release:
    """Hold the two files of a release."""

    wheel: Path
    source: Path


def find_uv() -> str:
    """Return the path of uv; skip where it is absent."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return uv or pytest.skip("uv is not here; `make install` brings it")


def run_uv(command: list[str]) -> None:
    """Run uv; skip where packages cannot be fetched, fail for every other reason."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode and NO_INDEX.search(done.stderr):
        pytest.skip(f"packages cannot be fetched: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr


def make_installation(folder: Path) -> Installation:
    """Return an empty environment of the Python that runs the tests."""
    made = Installation(folder / "venv", find_uv())
    run_uv([made.uv, "venv", "--quiet", "--python", sys.executable, str(made.folder)])
    return made


def build_release(folder: Path, source: Path = ROOT) -> Release:
    """Build wheel and source distribution as `make dist` does."""
    run_uv([find_uv(), "build", "--quiet", "--out-dir", str(folder), str(source)])
    (wheel,), (archive,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Release(wheel, archive)
