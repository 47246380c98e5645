"""Reports and files of runs: the line of a person goes, the rest of the report stays."""

import json
import shutil

import numpy as np
import pytest

from tests.training.reports import samples
from tests.training.runs.persons.lying import NAME, look_for
from training.promotion.kept_back import KeptBack, _name
from training.reports import build_report, keep_wave, write_report
from training.runs.persons.papers import Artifacts, Reports


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Return a folder with a real report, and the ids of its list of whom to call."""
    folder = tmp_path_factory.mktemp("drawn")
    report = build_report(samples.inputs())
    write_report(report, folder)
    keep_wave(report, folder)
    return folder, [call.entity_id for call in report.calls.rows]


@pytest.fixture
def listed(drawn, tmp_path):
    """Return a workspace with the report, as newest one and as file of a run, and its ids."""
    for place in (f"reports/{NAME}", "mlartifacts/0a1b/artifacts/report"):
        shutil.copytree(drawn[0], tmp_path / place)
    return tmp_path, drawn[1]


def text_of(folder):
    return "".join(path.read_text() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_line_of_the_list_is_told_for_each_report(listed):
    folder, ids = listed
    (told,) = Reports().tell(look_for(folder, ids[0]))
    assert [row["entity_id"] for row in told.rows] == [ids[0]]
    assert len(Artifacts().tell(look_for(folder, ids[0]))) == 1
    assert Reports().tell(look_for(folder, "nobody")) == []


def test_the_report_is_drawn_again_without_the_line_and_with_all_others(listed):
    folder, ids = listed
    place = folder / "reports" / NAME
    before = json.loads((place / "report.json").read_text())
    assert Reports().erase(look_for(folder, ids[0])).counts == {"reports": 1, "reports of earlier dates": 0}
    assert ids[0] not in text_of(place)
    after = json.loads((place / "report.json").read_text())
    assert after["calls"]["rows"] == before["calls"]["rows"][1:]
    assert {**after, "calls": None} == {**before, "calls": None}
    assert all(one in (place / "report_de.html").read_text() for one in ids[1:])
    assert Reports().erase(look_for(folder, ids[0])).counts["reports"] == 0


def test_without_anybody_left_the_list_is_gone(listed):
    folder, ids = listed
    Reports().erase(look_for(folder, *ids))
    assert json.loads((folder / "reports" / NAME / "report.json").read_text())["calls"] is None


def test_files_of_runs_are_drawn_again_as_well(listed):
    folder, ids = listed
    assert Artifacts().erase(look_for(folder, ids[0])).counts == {
        "reports of runs": 1,
        "forecasts kept back": 0,
    }
    assert ids[0] not in text_of(folder / "mlartifacts")
    assert ids[1] in text_of(folder / "mlartifacts")


def test_a_run_of_another_use_case_is_left_alone(listed):
    folder, ids = listed
    place = folder / "mlartifacts" / "0a1b" / "artifacts" / "report"
    (place / "model-card.json").write_text(json.dumps({"purpose": {"usecase": "other"}}))
    assert Artifacts().erase(look_for(folder, ids[0])).counts["reports of runs"] == 0


def test_a_report_that_cannot_be_drawn_any_more_goes(listed):
    folder, ids = listed
    place = folder / "reports" / NAME
    (place / "report.json").write_text(json.dumps({"calls": {"rows": [{"entity_id": ids[0]}]}}))
    (place / "model-card.json").write_text("{}")
    assert Reports().erase(look_for(folder, ids[0])).counts["reports"] == 1
    assert sorted(path.name for path in place.iterdir() if path.is_file()) == ["model-card.json"]


def test_pages_without_their_json_go_if_they_name_them(listed):
    folder, ids = listed
    place = folder / "reports" / NAME
    (place / "report.json").unlink()
    assert Reports().erase(look_for(folder, "k-none")).counts["reports"] == 0
    assert Reports().erase(look_for(folder, ids[0])).counts["reports"] == 1
    assert ids[0] not in text_of(place)


class TestKeptBack:
    """Forecasts of rows kept back are known by digests of person and snapshot."""

    SALT = bytes(range(32))
    ROWS = (("2025-03-01", "k20"), ("2025-04-01", "k20"), ("2025-03-01", "k01"), ("", "k20"))

    @pytest.fixture
    def file(self, tmp_path):
        path = tmp_path / "mlartifacts" / "0a1b" / "artifacts" / "evaluation" / "kept_back.parquet"
        path.parent.mkdir(parents=True)
        digests = tuple(_name(self.SALT, day, one) for day, one in self.ROWS)
        KeptBack(self.SALT, digests, {"probability.90d": np.array([0.1, 0.2, 0.3, 0.4])}).write(path)
        return path

    def test_rows_of_all_days_go_and_others_keep_their_forecast(self, file, tmp_path):
        removed = Artifacts().erase(look_for(tmp_path, "k20"))
        assert removed.counts["forecasts kept back"] == 3
        left = KeptBack.read(file)
        assert left.digests == (_name(self.SALT, "2025-03-01", "k01"),)
        assert left.columns["probability.90d"].tolist() == [0.3]

    def test_nothing_is_written_for_somebody_who_is_not_there(self, file, tmp_path):
        before = file.read_bytes()
        assert Artifacts().erase(look_for(tmp_path, "nobody")).counts["forecasts kept back"] == 0
        assert file.read_bytes() == before
