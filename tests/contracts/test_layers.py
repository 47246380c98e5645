import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.contracts.repository import PACKAGES, ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
# One forbidden import per contract: the module that gets it, and the line that is planted there.
PLANTED = {
    "packages": ("features/errors.py", "import training.bundle"),
    "features": ("features/timeline.py", "import features.usecase"),
    "usecase": ("features/usecase/vocabulary.py", "import features.usecase.reading"),
    "training": ("training/statistics/arrays.py", "import training.scoring"),
    "serving": ("serving/settings.py", "import serving.service"),
    "access": ("serving/access/tokens.py", "import serving.access.ring"),
    "audit": ("serving/audit/lines.py", "import serving.audit.trail"),
    "training-of-features": ("training/splits.py", "import features.worlds"),
    "serving-of-others": ("serving/problems.py", "import training.models"),
    "mlflow": ("training/bundle.py", "import mlflow"),
    "bentoml": ("training/console.py", "import bentoml"),
    "plotting": ("training/splits.py", "import matplotlib"),
    "shap": ("training/scoring.py", "def explain():\n    import shap"),
    "duckdb": ("serving/settings.py", "import duckdb"),
    "sqlalchemy": ("training/batch.py", "import sqlalchemy"),
    "pg8000": ("training/rows.py", "def read():\n    import pg8000"),
    "spark": ("training/batch.py", "def read():\n    import pyspark"),
    "light-requests": ("training/scoring.py", "import pandas"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "COLUMNS": "400", "PYTHONPATH": str(folder)},
    )


@pytest.fixture
def copy_of_the_tree(tmp_path):
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_layers_are_kept():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_every_contract_has_a_planted_breach():
    assert set(PLANTED) == {contract["id"] for contract in CONTRACTS}


def test_every_contract_notices_its_planted_breach(copy_of_the_tree):
    for name, line in PLANTED.values():
        module = copy_of_the_tree / name
        module.write_text(module.read_text() + f"\n{line}\n")
    result = lint(copy_of_the_tree)
    assert result.returncode == 1
    kept = [contract["name"] for contract in CONTRACTS if f"{contract['name']} BROKEN" not in result.stdout]
    assert kept == [], result.stdout


def test_one_reverse_import_is_enough(copy_of_the_tree):
    module = copy_of_the_tree / "features" / "errors.py"
    module.write_text(module.read_text() + "\nimport training.bundle\n")
    result = lint(copy_of_the_tree)
    assert result.returncode == 1
    assert "features.errors -> training.bundle" in result.stdout


def test_a_module_without_a_place_is_noticed(copy_of_the_tree):
    (copy_of_the_tree / "features" / "somewhere.py").write_text('"""A module nobody gave a layer."""\n')
    result = lint(copy_of_the_tree)
    assert result.returncode == 1
    assert "somewhere" in result.stdout
