"""Reports and cards as files: followed as they change, refused when they are not what they should be."""

import json
import os
import shutil

import pytest

from features.errors import SourceError
from features.files import whole_folder
from serving.reports import CARD, MAX_FILE_BYTES, REPORT, Reports
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


def damage(folder, kind: str) -> None:
    path = folder / "churn" / REPORT
    content = path.read_bytes()
    other = folder.parent / "elsewhere"
    if kind == "a link":
        path.rename(other)
        path.symlink_to(other)
    elif kind == "a linked folder":
        (folder / "churn").rename(other)
        (folder / "churn").symlink_to(other)
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
    damage(folder, kind)
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
