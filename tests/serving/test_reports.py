"""Reports and cards as files: followed as they change, refused when they are not what they should be."""

import json
import os
import shutil

import pytest

from features.errors import SourceError
from features.files import whole_folder
from serving.plain_files import MAX_FILE_BYTES, MOST_DAYS
from serving.reports import CARD, REPORT, WAVES, Reports
from training.bundle import load


@pytest.fixture
def folder(papers, tmp_path):
    return shutil.copytree(papers, tmp_path / "reports")


def change(folder, **parts) -> None:
    path = folder / "churn" / REPORT
    path.write_text(json.dumps({**json.loads(path.read_text()), **parts}))


def test_report_and_card_are_those_of_the_files(folder, bundles):
    reports = Reports(folder)
    report, card = reports.find_report("churn"), reports.find_card("churn")
    assert report is not None
    assert card is not None
    plain = json.loads((folder / "churn" / REPORT).read_text())
    assert {name: json.loads(bytes(part)) for name, part in report.parts.items()} == plain
    assert list(report.parts) == list(plain)
    assert report.outline.trust.model_version == load(bundles.churn).model_version
    plain = json.loads((folder / "churn" / CARD).read_text())
    assert {name: json.loads(bytes(part)) for name, part in card.parts.items()} == plain
    assert card.outline.making.model_version == load(bundles.churn).model_version


def test_a_file_is_read_once_until_it_changes(folder):
    reports = Reports(folder)
    first = reports.find_report("churn")
    assert reports.find_report("churn") is first
    change(folder, calls=None)
    second = reports.find_report("churn")
    assert second is not None
    assert second is not first
    assert bytes(second.parts["calls"]) == b"null"


def test_a_folder_that_is_replaced_as_a_whole_is_followed(folder):
    reports = Reports(folder)
    content = json.loads((folder / "churn" / REPORT).read_text())
    assert reports.find_report("churn") is not None
    content["header"]["made_on"] = "2027-01-01"
    with whole_folder(folder / "churn") as draft:
        (draft / REPORT).write_text(json.dumps(content))
    found = reports.find_report("churn")
    assert found is not None
    assert found.outline.header.made_on == "2027-01-01"
    assert reports.find_card("churn") is None


def test_without_a_file_or_a_folder_there_is_none(folder, tmp_path):
    reports = Reports(folder)
    assert reports.find_report("churn") is not None
    (folder / "churn" / REPORT).unlink()
    assert reports.find_report("churn") is None
    assert Reports(tmp_path / "nowhere").find_report("churn") is None
    assert Reports(tmp_path / "nowhere").find_card("churn") is None


NAMES = {
    "parent": "..",
    "this folder": ".",
    "climbing": "../reports/churn",
    "climbing further": "../../../../etc",
    "hidden": ".churn",
    "absolute": "/etc",
    "encoded": "%2e%2e",
    "encoded twice": "%252e%252e%252f",
    "NUL": "churn\x00",
    "NUL inside": "ch\x00urn",
    "Windows": "..\\churn",
    "drive": "C:\\Windows",
    "share": "\\\\host\\share",
    "stream": "churn::$DATA",
    "slash": "churn/",
    "double slash": "churn//",
    "newline": "churn\n",
    "empty": "",
    "long": "x" * 5000,
    "full-width dots": "\uff0e\uff0e",
    "division slash": "..\u2215churn",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_no_name_of_a_folder_finds_nothing(folder, name):
    assert Reports(folder).find_report(NAMES[name]) is None
    assert Reports(folder).find_card(NAMES[name]) is None


def damage(path, kind: str, other) -> None:
    """Put something else in the place of a document; what it was goes to a place outside of all reports."""
    content = path.read_bytes()
    if kind == "a link":
        path.rename(other)
        path.symlink_to(other)
    elif kind == "a linked folder":
        path.parent.rename(other)
        path.parent.symlink_to(other)
    elif kind == "a folder":
        path.unlink()
        path.mkdir()
    elif kind == "a pipe":
        path.unlink()
        os.mkfifo(path)
    elif kind == "too large":
        path.write_bytes(content[:-1] + b" " * MAX_FILE_BYTES + content[-1:])
    else:
        path.write_bytes(CONTENTS[kind](content))


CONTENTS = {
    "half": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "not UTF-8": lambda content: content.replace(b"churn", b"ch\xfcrn", 1),
    "NaN": lambda content: content[:-2] + b', "x": NaN}',
    "Infinity inside": lambda content: content.rstrip()[:-1] + b', "x": {"y": [Infinity]}}',
    "a number": lambda content: b"5",
    "a list": lambda content: b"[" + content + b"]",
    "deep nesting": lambda content: content.rstrip()[:-1] + b', "x": ' + b"[" * 90_000 + b"]" * 90_000 + b"}",
    "another use case": lambda content: content.replace(b'"usecase": "churn"', b'"usecase": "attrition"'),
    "another document": lambda content: content.replace(b"xm-predict report", b"xm-predict model card"),
    "another version": lambda content: content.replace(b'"format_version": 1', b'"format_version": 2'),
    "no model": lambda content: content.replace(b'"model_version"', b'"version"'),
}
LINKS = ["a link", "a linked folder", "a folder", "a pipe", "too large"]


@pytest.mark.parametrize("kind", [*LINKS, *CONTENTS])
def test_what_is_not_the_document_it_should_be_is_refused_and_taken_up_once_mended(folder, papers, kind):
    reports = Reports(folder)
    assert reports.find_report("churn") is not None
    damage(folder / "churn" / REPORT, kind, folder.parent / "elsewhere")
    with pytest.raises(SourceError, match="is not the document it should be"):
        reports.find_report("churn")
    home = folder / "churn"
    if home.is_symlink():
        home.unlink()
    else:
        shutil.rmtree(home)
    shutil.copytree(papers / "churn", home)
    assert reports.find_report("churn") is not None


def test_the_folder_of_reports_itself_may_be_a_link(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert Reports(tmp_path / "link").find_report("churn") is not None


def test_a_link_to_a_file_beside_it_is_refused_as_well(folder):
    path = folder / "churn" / REPORT
    path.rename(path.with_name("real.json"))
    path.symlink_to("real.json")
    with pytest.raises(SourceError):
        Reports(folder).find_report("churn")


DAY = "2026-06-30"


def put_wave(folder, day=DAY, named=None, **parts):
    """Put the report where one on the data of a day is looked for."""
    content = json.loads((folder / "churn" / REPORT).read_text())
    content["header"]["snapshot_date"] = day
    path = folder / "churn" / WAVES / f"{named or day}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**content, "calls": None, **parts}))
    return path


class TestWaves:
    def test_a_report_on_older_data_is_found_by_its_day(self, folder):
        path = put_wave(folder)
        found = Reports(folder).find_wave("churn", DAY)
        assert found is not None
        assert found.outline.header.snapshot_date == DAY
        assert {name: json.loads(bytes(part)) for name, part in found.parts.items()} == json.loads(
            path.read_text()
        )

    def test_it_is_not_the_newest_report(self, folder):
        put_wave(folder)
        reports = Reports(folder)
        newest = reports.find_report("churn")
        assert reports.find_wave("churn", DAY) is not None
        assert reports.find_report("churn") is newest

    def test_days_are_listed_newest_first_and_nothing_else_is(self, folder):
        for day in ("2026-03-31", DAY, "2025-12-31"):
            put_wave(folder, day)
        home = folder / "churn" / WAVES
        (home / "2026-02-30.json").write_text("{}")
        (home / "notes.json").write_text("{}")
        (home / ".2026-01-31.json.abc").write_text("{}")
        (home / "2026-01-31.json").mkdir()
        (home / "2026-01-30.json").symlink_to(home / f"{DAY}.json")
        os.mkfifo(home / "2026-01-29.json")
        assert Reports(folder).list_waves("churn") == [DAY, "2026-03-31", "2025-12-31"]

    def test_the_list_is_not_without_end(self, folder):
        put_wave(folder)
        for year in range(1500, 1500 + MOST_DAYS):
            (folder / "churn" / WAVES / f"{year}-01-01.json").touch()
        days = Reports(folder).list_waves("churn")
        assert (len(days), days[0]) == (MOST_DAYS, DAY)

    @pytest.mark.parametrize("name", NAMES)
    def test_a_strange_name_finds_nothing(self, folder, name):
        put_wave(folder)
        reports = Reports(folder)
        assert reports.list_waves(NAMES[name]) == []
        assert reports.find_wave(NAMES[name], DAY) is None
        assert reports.find_wave("churn", NAMES[name]) is None

    @pytest.mark.parametrize(
        "day", ["2026-02-30", "20260630", "2026-W27-2", "../report", f"{DAY}.json", f"{DAY}\n"]
    )
    def test_what_is_no_day_finds_nothing(self, folder, day):
        put_wave(folder)
        assert Reports(folder).find_wave("churn", day) is None

    def test_without_waves_there_are_none(self, folder):
        assert Reports(folder).list_waves("churn") == []
        assert Reports(folder).find_wave("churn", DAY) is None

    def test_one_that_names_customers_is_refused(self, folder):
        calls = json.loads((folder / "churn" / REPORT).read_text())["calls"]
        assert calls["rows"]
        put_wave(folder, calls=calls)
        with pytest.raises(SourceError, match="is not the document it should be"):
            Reports(folder).find_wave("churn", DAY)

    def test_one_that_does_not_say_that_it_names_nobody_is_refused(self, folder):
        path = put_wave(folder)
        content = json.loads(path.read_text())
        del content["calls"]
        path.write_text(json.dumps(content))
        with pytest.raises(SourceError):
            Reports(folder).find_wave("churn", DAY)

    def test_one_of_another_day_is_refused(self, folder):
        put_wave(folder, named="2026-07-31")
        with pytest.raises(SourceError):
            Reports(folder).find_wave("churn", "2026-07-31")

    @pytest.mark.parametrize(
        "kind", [*CONTENTS, "a link", "a linked folder", "a folder", "a pipe", "too large"]
    )
    def test_what_is_not_the_document_it_should_be_is_refused(self, folder, kind):
        path = put_wave(folder)
        path.write_text(json.dumps(json.loads(path.read_text()), indent=2))
        damage(path, kind, folder.parent / "elsewhere")
        if kind == "a linked folder":
            assert Reports(folder).list_waves("churn") == []
        with pytest.raises(SourceError):
            Reports(folder).find_wave("churn", DAY)
