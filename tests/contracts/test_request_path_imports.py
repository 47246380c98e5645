"""What answers a request stays light: heavy libraries are absent, not just unused."""

import json
import subprocess
import sys

import pytest

from tests.contracts.repository import ROOT

HEAVY = {"mlflow", "shap", "matplotlib", "pandas", "sklearn", "duckdb", "numba"}
ON_THE_PATH = [
    "features.usecase",
    "features.catalogue",
    "training.encoding",
    "training.bundle",
    "training.scoring",
    "serving.api",
]


def imported_by(module: str) -> set[str]:
    """Return the top-level packages in memory after a fresh process imported one module."""
    shown = run(f"import json, sys, {module}; print(json.dumps([*sys.modules]))")
    return {name.partition(".")[0] for name in json.loads(shown.splitlines()[-1])}


def run(source: str) -> str:
    """Run statements in a fresh process and return what they print."""
    command = [sys.executable, "-c", source]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize("module", ON_THE_PATH)
def test_heavy_libraries_are_absent(module):
    assert imported_by(module) & HEAVY == set()


@pytest.mark.parametrize("module", ["training.scoring", "serving.api"])
def test_requests_are_answered_from_a_light_install(module):
    """Refuse the heavy libraries, as a machine without them does: the import has to work all the same."""
    shown = run(f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HEAVY!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Refuse())
import {module}
print("answered")
""")
    assert shown.endswith("answered\n")


def test_the_command_line_shows_its_help_without_heavy_libraries():
    assert imported_by("training.__main__") & HEAVY == set()


def test_the_measure_sees_a_heavy_library():
    assert "matplotlib" in imported_by("matplotlib")
