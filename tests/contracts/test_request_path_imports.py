"""What answers a request stays light: heavy libraries are never asked for by us, and need not be installed.

LightGBM imports pandas and scikit-learn by itself where they are installed; a light install does not have
them. So the promise is: our own modules import none of the heavy libraries, everything works without them,
and those that nobody on the path asks for are not in memory even where they are installed.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.repository import ROOT, tree_of
from tests.serving.company import ROW, make_bundle

HEAVY = {"mlflow", "shap", "matplotlib", "pandas", "sklearn", "duckdb", "numba", "jinja2", "babel", "pyspark"}
# What pages for people are written with; scores are worked out without it.
OF_PAGES = {"jinja2", "babel"}
# LightGBM and BentoML take these up where they are installed.
TAKEN_UP_BY_OTHERS = {"pandas", "sklearn", "jinja2", "babel"}
ON_THE_PATH = ["training.bundle", "training.scoring", "serving.api", "serving.service"]
OURS = {"features", "training", "serving"}
REFUSE = f"""
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HEAVY!r} - ALLOWED:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Refuse())
"""


def run(source: str, *arguments: object) -> str:
    """Run statements in a fresh process and return what they print."""
    command = [sys.executable, "-c", source, *map(str, arguments)]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def loaded_by(*modules: str) -> set[str]:
    """Return the modules in memory after a fresh process imported some."""
    shown = run(f"import json, sys, {', '.join(modules)}; print(json.dumps([*sys.modules]))")
    return set(json.loads(shown.splitlines()[-1]))


def packages_of(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imports_of(tree: ast.AST) -> set[str]:
    """Return the packages that a module imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return packages_of(found)


@pytest.fixture(scope="module")
def path_in_memory() -> set[str]:
    """Return what a worker of the service has in memory, everything being installed."""
    return loaded_by(*ON_THE_PATH)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "churn")


@pytest.mark.parametrize(
    ("modules", "allowed"), [(ON_THE_PATH[:2], set()), (ON_THE_PATH[2:], OF_PAGES)], ids=["scores", "service"]
)
def test_the_path_can_be_imported_where_heavy_libraries_are_missing(modules, allowed):
    """All else is refused, as a machine without it does."""
    shown = run(f"ALLOWED = {allowed!r}\n{REFUSE}\nimport {', '.join(modules)}\nprint('imported')")
    assert shown.endswith("imported\n")


def test_a_real_bundle_scores_and_explains_where_heavy_libraries_are_missing(bundle):
    """Compare with this process, in which all of them may be in memory."""
    from training.bundle import load
    from training.scoring import Scorer

    code = f"""ALLOWED = {OF_PAGES!r}
{REFUSE}
import json
from pathlib import Path
import serving.api
from training.bundle import load
from training.scoring import Scorer, check_canary
loaded = load(Path(sys.argv[1]))
check_canary(loaded)
(score,) = Scorer(loaded).score([json.loads(sys.argv[2])], reasons=4)
reasons = [[reason.feature, reason.attribution] for reason in score.reasons]
heavy = sorted(({HEAVY!r} - ALLOWED) & set(sys.modules))
print(json.dumps([score.probabilities, score.base_log_odds, reasons, heavy]))
"""
    probabilities, base, reasons, heavy = json.loads(run(code, bundle, json.dumps(ROW)).splitlines()[-1])
    (expected,) = Scorer(load(bundle)).score([ROW], reasons=4)
    assert probabilities == pytest.approx(expected.probabilities, abs=1e-12)
    assert base == pytest.approx(expected.base_log_odds, abs=1e-12)
    assert reasons == [[reason.feature, pytest.approx(reason.attribution)] for reason in expected.reasons]
    assert heavy == []


def test_none_of_our_modules_on_the_path_asks_for_a_heavy_library(path_in_memory):
    ours = sorted(name for name in path_in_memory if name.partition(".")[0] in OURS)
    assert {"serving.api", "training.models.boosters", "features.usecase"} <= set(ours)
    asked = {name: imports_of(tree_of(file_of(name))) & HEAVY for name in ours}
    found = {name: libraries for name, libraries in asked.items() if libraries}
    assert {
        name: libraries for name, libraries in found.items() if not name.startswith("training.pages")
    } == {}
    assert set().union(*found.values()) == OF_PAGES


def test_no_module_of_training_runs_or_the_registry_is_on_the_path(path_in_memory):
    strangers = (
        "training.runs",
        "training.registry",
        "training.reports",
        "features.frame",
        "features.worlds",
    )
    assert [name for name in path_in_memory if name.startswith(strangers)] == []


def test_what_nobody_asks_for_is_not_in_memory_though_it_is_installed(path_in_memory):
    assert packages_of(path_in_memory) & (HEAVY - TAKEN_UP_BY_OTHERS) == set()


def test_the_command_line_shows_its_help_without_heavy_libraries():
    assert packages_of(loaded_by("training.__main__")) & HEAVY == set()


def test_the_measure_sees_a_heavy_library():
    assert "matplotlib" in packages_of(loaded_by("matplotlib"))


@pytest.mark.parametrize(
    "text",
    [
        "import pandas as pd",
        "import matplotlib.pyplot",
        "from sklearn.linear_model import LogisticRegression",
        "def explain():\n    import shap",
        "if True:\n    from mlflow import pyfunc",
    ],
)
def test_the_search_sees_an_import(text):
    assert imports_of(ast.parse(text)) & HEAVY


def test_the_refusal_works():
    with pytest.raises(AssertionError, match="No module named 'duckdb'"):
        run(f"ALLOWED = set()\n{REFUSE}\nimport duckdb")
