from pathlib import Path

import pytest

from features.errors import InputError, SpecError
from tests.features.frame.company import load_company
from training.runs.workspace import Workspace, load_usecase


def test_each_kind_of_result_has_a_place_of_its_own(tmp_path):
    workspace = Workspace(tmp_path / "out")
    kinds = (workspace.frame, workspace.bundle, workspace.reports, workspace.partials, workspace.tombstones)
    places = {place("churn") for place in kinds}
    assert {place.relative_to(tmp_path / "out").as_posix() for place in places} == {
        "frames/churn",
        "bundles/churn",
        "reports/churn",
        "partials/churn",
        "erased/churn.json",
    }


def test_the_service_is_told_whole_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Workspace(Path("out")).service_environment() == {
        "XM_CACHE": str(tmp_path / "out" / "serving"),
        "XM_LATEST": str(tmp_path / "out" / "frames"),
        "XM_REPORTS": str(tmp_path / "out" / "reports"),
        "XM_ACTIONS": str(tmp_path / "out" / "actions"),
        "XM_HEALTH": str(tmp_path / "out" / "monitoring"),
        "XM_REGISTRY": str(tmp_path / "out"),
        "XM_KEYS": str(tmp_path / "out" / "keys" / "keys.json"),
        "XM_SESSIONS": str(tmp_path / "out" / "sessions"),
        "XM_AUDIT": str(tmp_path / "out" / "audit"),
        "XM_JOURNAL": str(tmp_path / "out" / "journal"),
        "XM_OBJECTIONS": str(tmp_path / "out" / "objections"),
        "XM_WISHES": str(tmp_path / "out" / "wishes"),
        "XM_CALLS": str(tmp_path / "out" / "calls"),
        "XM_PSEUDONYM_KEY_FILE": str(tmp_path / "out" / "keys" / "pseudonyms.key"),
    }


def test_naming_a_folder_does_not_make_it(tmp_path):
    Workspace(tmp_path / "a" / "b").frame("churn")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_is_no_folder(tmp_path, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"^--out: '.*file' is not a folder; name a folder"):
        Workspace(tmp_path / name)


def test_data_lies_beside_the_use_case_unless_told_otherwise(tmp_path):
    load_company(tmp_path / "spec")
    file = str(tmp_path / "spec" / "churn.yaml")
    assert load_usecase(file, "").folder == tmp_path / "spec"
    assert load_usecase(file, str(tmp_path)).folder == tmp_path
    with pytest.raises(SpecError, match="cannot be read"):
        load_usecase(str(tmp_path / "none.yaml"), "")
