"""Reports that are kept under the date of their data: whole but for names, the newest of a date, no links."""

import json
from dataclasses import replace
from datetime import date

import pytest

from tests.training.reports import samples
from tests.training.reports.kinds import KINDS
from training.reports import build_report, carry_waves, keep_wave, write_report
from training.reports.kept_waves import WAVES


def test_a_wave_is_the_report_without_the_list_of_whom_to_call_and_without_quotes(tmp_path):
    report = build_report(KINDS["churn"]())
    names = [line["entity_id"] for line in report.to_json()["calls"]["rows"]]
    path = keep_wave(report, tmp_path)
    assert path == tmp_path / WAVES / f"{report.header.snapshot_date}.json"
    content = json.loads(path.read_text())
    plain = report.to_json() | {"calls": None}
    assert plain["themes"]["quotes"]
    plain["themes"]["quotes"] = []
    assert content == json.loads(json.dumps(plain))
    assert names
    assert not [name for name in names if name in path.read_text()]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_kind_of_report_keeps_an_id_of_those_who_were_scored(kind, tmp_path):
    inputs = KINDS[kind]()
    path = keep_wave(build_report(inputs), tmp_path)
    text = "" if path is None else path.read_text()
    assert not [one for one in inputs.scored.entity_ids if json.dumps(one, ensure_ascii=False) in text]


def test_a_flat_table_has_no_date_and_keeps_nothing(tmp_path):
    assert keep_wave(build_report(samples.flat_table()), tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_of_one_date_the_report_made_last_is_kept(tmp_path):
    report = build_report(KINDS["churn"]())
    again = replace(report, header=replace(report.header, made_on=date(2027, 1, 1)))
    keep_wave(report, tmp_path)
    path = keep_wave(again, tmp_path)
    assert path is not None
    assert json.loads(path.read_text())["header"]["made_on"] == "2027-01-01"
    assert len(list((tmp_path / WAVES).iterdir())) == 1


def test_the_report_itself_still_names_customers(tmp_path):
    report = build_report(KINDS["churn"]())
    write_report(report, tmp_path)
    keep_wave(report, tmp_path)
    assert json.loads((tmp_path / "report.json").read_text())["calls"]["rows"]


class TestCarrying:
    @pytest.fixture
    def old(self, tmp_path):
        waves = tmp_path / "old" / WAVES
        waves.mkdir(parents=True)
        for name in (
            "2026-03-31.json",
            "2026-06-30.json",
            "notes.txt",
            ".2026-01-01.json.x",
            "x2026-01-01.json",
        ):
            (waves / name).write_text(name)
        return tmp_path / "old"

    def carried(self, old, tmp_path):
        draft = tmp_path / "new"
        draft.mkdir()
        carry_waves(old, draft)
        return {
            path.relative_to(draft).as_posix(): path.read_text()
            for path in draft.rglob("*")
            if path.is_file()
        }

    def test_waves_come_along_and_nothing_else(self, old, tmp_path):
        assert self.carried(old, tmp_path) == {
            f"{WAVES}/{name}": name for name in ("2026-03-31.json", "2026-06-30.json")
        }

    def test_links_stay_behind(self, old, tmp_path):
        (tmp_path / "secret").write_text("secret")
        (old / WAVES / "2026-06-30.json").unlink()
        (old / WAVES / "2026-06-30.json").symlink_to(tmp_path / "secret")
        (old / WAVES / "2026-05-31.json").mkdir()
        assert list(self.carried(old, tmp_path)) == [f"{WAVES}/2026-03-31.json"]

    def test_a_folder_of_waves_that_is_a_link_stays_behind(self, old, tmp_path):
        (old / WAVES).rename(tmp_path / "elsewhere")
        (old / WAVES).symlink_to(tmp_path / "elsewhere")
        assert self.carried(old, tmp_path) == {}

    def test_nothing_is_carried_where_nothing_is(self, tmp_path):
        (tmp_path / "old").mkdir()
        assert self.carried(tmp_path / "old", tmp_path) == {}
