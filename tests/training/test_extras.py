"""What is not installed is said in one line, with the command that installs it."""

import subprocess
import sys
import textwrap

import pytest

from features.errors import InputError
from tests.contracts.repository import ROOT
from training.commands import VERBS
from training.extras import demand, explain, find_absent

METADATA = """
    Metadata-Version: 2.1
    Name: xm-predict
    Version: 9
    Requires-Dist: numpy>=2
    Requires-Dist: pytest>=9; extra == 'train'
    Requires-Dist: not-there[fast]<2,>=1; extra == 'train'
    Requires-Dist: absent-too; extra == "serve"
    Requires-Dist: for-windows>=1; (sys_platform == 'win32') and extra == 'serve'
"""


@pytest.fixture
def partly_installed(tmp_path, monkeypatch):
    """Put metadata of the product on the path that ask for packages that are not there."""
    folder = tmp_path / "xm_predict-9.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(textwrap.dedent(METADATA).lstrip())
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("partly_installed")
def test_packages_of_the_extras_asked_for_are_looked_for():
    assert find_absent([]) == []
    assert find_absent(["train"]) == ["not-there"]
    assert find_absent(["serve", "train"]) == ["not-there", "absent-too"]


@pytest.mark.usefixtures("partly_installed")
def test_what_would_be_missed_late_is_demanded_at_once():
    demand("check", ("train",), now=("serve",))
    with pytest.raises(InputError) as raised:
        demand("demo", ("train", "serve"), now=("serve",))
    assert str(raised.value) == (
        "demo: needs absent-too, which is not installed; pip install 'xm-predict[train,serve]'"
    )


@pytest.mark.usefixtures("partly_installed")
def test_a_library_of_an_extra_is_explained_by_its_extra():
    error = explain("train", ("train",), ModuleNotFoundError(name="not_there.part"))
    assert str(error) == "train: needs not_there, which is not installed; pip install 'xm-predict[train]'"


def test_a_library_of_no_extra_is_not_promised_by_one():
    """With all extras installed, a store in another place may still want a library of its own."""
    error = explain("train", ("train",), ModuleNotFoundError(name="boto3"))
    assert "xm-predict[" not in str(error)
    assert "needs boto3" in str(error)


@pytest.mark.parametrize("name", [None, "training.lost", "features", "serving.x.y"])
def test_a_module_of_ours_that_is_gone_is_a_fault(name):
    assert explain("train", ("train",), ModuleNotFoundError(name=name)) is None


@pytest.mark.parametrize(
    ("words", "library", "extras"),
    [
        (["check", "--usecase", "churn.yaml"], "duckdb", "train"),
        pytest.param(["train", "--usecase", "churn.yaml"], "mlflow", "train", marks=pytest.mark.long),
        (["demo"], "mlflow", "train,serve"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_a_verb_without_its_library_ends_in_one_line(tmp_path, words, library, extras):
    """The metadata of a product that lacks something, and an import that fails as it would there."""
    folder = tmp_path / "xm_predict-9.dist-info"
    folder.mkdir()
    facts = [
        "Metadata-Version: 2.1",
        "Name: xm-predict",
        "Version: 9",
        "Requires-Dist: gone; extra == 'train'",
    ]
    (folder / "METADATA").write_text("\n".join(facts))
    code = textwrap.dedent(f"""
        import sys
        sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]
        sys.modules[{library!r}] = None
        from training.__main__ import main
        sys.exit(main({words!r}))
    """)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr == (
        f"xm-predict: {words[0]}: needs {library}, which is not installed; "
        f"pip install 'xm-predict[{extras}]'\n"
    )


def test_every_verb_names_extras_that_there_are():
    assert {extra for verb in VERBS for extra in verb.extras} == {"train", "serve"}
    assert [verb.name for verb in VERBS if not verb.extras] == ["schema"]
