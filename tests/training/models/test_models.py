import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import training.models
from features.errors import BundleError
from training.models import model_from_files

FOLDER = Path(training.models.__file__).parent
FITTING = {"fit_", "splines", "logistic", "folds", "recipe", "facts", "refit"}

PROBE = """
import sys
for name in ("sklearn", "pandas", "pyarrow", "shap", "matplotlib", "threadpoolctl"):
    sys.modules[name] = None
import json
import numpy
from pathlib import Path
from training.encoding import Encoder
from training.models import model_from_files
folder = Path(sys.argv[1])
model = model_from_files({file.name: file.read_bytes() for file in folder.iterdir()})
print(json.dumps(model.attributions(numpy.array([[20.0, 1.0, 40.0, 0.0, 1.0]]), 0).log_odds.tolist()))
"""


def test_scoring_needs_no_library_of_training(binary_fit, tmp_path):
    for name, content in binary_fit.model.to_files().items():
        (tmp_path / name).write_bytes(content)
    root = FOLDER.parent.parent
    command = [sys.executable, "-c", PROBE, str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert answer.returncode == 0, answer.stderr
    assert len(json.loads(answer.stdout)) == 1


def imports_of(module):
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_only_fitting_modules_import_what_fitting_needs(name):
    is_fitting = any(name.startswith(word) for word in FITTING)
    tools = {"scipy", "sklearn", "threadpoolctl"}
    found = set(imports_of(FOLDER / f"{name}.py"))
    needs_tools = any(module.split(".")[0] in tools for module in found)
    needs_fitting = any(
        module.removeprefix("training.models.").startswith(tuple(FITTING)) for module in found
    )
    assert is_fitting or not (needs_tools or needs_fitting)


@pytest.mark.parametrize(
    "record", [b'{"kind": "pickle"}', b'{"kind": 3}', b"{}", b"[]", b"", b"\x80\x04."], ids=repr
)
def test_a_model_of_no_known_kind_is_refused(binary_fit, record):
    with pytest.raises(BundleError, match=r"model\.json"):
        model_from_files(binary_fit.model.to_files() | {"model.json": record})


def test_every_file_is_needed(hazard_fit):
    files = hazard_fit.model.to_files()
    for name in files:
        with pytest.raises(BundleError):
            model_from_files({other: content for other, content in files.items() if other != name})


def test_every_file_that_is_cut_is_refused(hazard_fit):
    files = hazard_fit.model.to_files()
    for name, content in files.items():
        with pytest.raises(BundleError):
            model_from_files(files | {name: content[: len(content) // 2]})
