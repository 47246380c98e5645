"""No code is loaded from model files: neither by the service nor by anything that it loads a bundle with."""

import ast
import re
from pathlib import Path

import pytest

from tests.contracts.repository import ROOT, name_of

LOADERS = re.compile(
    r"\b(c?pickle|joblib|cloudpickle|dill|shelve|marshal|skops|load_model|spark_udf)\b", re.IGNORECASE
)
CALLS_OF_CODE = {"eval", "exec", "compile", "__import__"}
PLACES = ("serving", "training/models", "training/bundle.py", "training/scoring.py", "training/encoding.py")


def files_of(place: str) -> list[Path]:
    path = ROOT / place
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def docstrings_of(tree: ast.AST) -> set[int]:
    """Return the identities of the constants that are docstrings: they may speak of what is avoided."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }


def words_of(node: ast.AST) -> list[str]:
    """Return the words of one node that could lead to a loader: imports, names, attributes, texts."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, names=names):
            return [module or "", *(alias.name for alias in names)]
        case ast.Name(id=word) | ast.Attribute(attr=word) | ast.Constant(value=str(word)):
            return [word]
    return []


def find_loaders(text: str) -> list[str]:
    tree = ast.parse(text)
    spoken = docstrings_of(tree)
    found = []
    for node in ast.walk(tree):
        if id(node) not in spoken:
            found += [word for word in words_of(node) if LOADERS.search(word)]
        if isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS_OF_CODE:
            found.append(ast.unparse(node.func))
        if (
            isinstance(node, ast.keyword)
            and node.arg == "allow_pickle"
            and ast.unparse(node.value) != "False"
        ):
            found.append("allow_pickle")
    return found


@pytest.mark.parametrize("place", PLACES)
def test_nothing_here_can_load_code_from_a_model(place):
    files = files_of(place)
    assert files
    assert {name_of(path): found for path in files if (found := find_loaders(path.read_text("utf-8")))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "import joblib",
        "from joblib import load",
        "def late():\n    import cloudpickle",
        "import mlflow\nmlflow.pyfunc.load_model('models:/churn')",
        "from mlflow.pyfunc import load_model",
        "importlib.import_module('pickle')",
        "numpy.load(path, allow_pickle=True)",
        "media = 'application/vnd.bentoml+pickle'",
        "eval(text)",
        "exec(text)",
        "__import__(name)",
    ],
)
def test_the_search_finds_what_it_looks_for(text):
    assert find_loaders(text)


@pytest.mark.parametrize(
    "text",
    [
        '"""No pickle here."""',
        'def f():\n    """Load without joblib."""\n',
        "# pickle would run code\nx = 1",
        "numpy.load(path, allow_pickle=False)",
        "re.compile('x')",
    ],
)
def test_the_search_lets_harmless_words_pass(text):
    assert find_loaders(text) == []
