import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from features.usecase import Privacy
from tests.training.reports import lever_samples, samples
from training.disclosure import ShownCuts
from training.reports import build_report, render_csv, write_report
from training.reports.export import COLUMNS, defuse


def test_all_files_are_written_and_equal_twice(tmp_path: Path) -> None:
    report = build_report(samples.inputs())
    first, second = write_report(report, tmp_path / "a"), write_report(report, tmp_path / "b")
    assert [path.name for path in first] == ["report.json", "report_en.html", "report_de.html", "report.csv"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(path.name for path in first)


def test_the_json_file_is_the_report(tmp_path: Path) -> None:
    report = build_report(samples.inputs())
    path = write_report(report, tmp_path)[0]
    assert json.loads(path.read_text(encoding="utf-8")) == report.to_json()


def test_pages_link_to_each_other_by_file_name(tmp_path: Path) -> None:
    _, english, german, _ = write_report(build_report(samples.inputs()), tmp_path)
    assert f'href="{german.name}"' in english.read_text(encoding="utf-8")
    assert f'href="{english.name}"' in german.read_text(encoding="utf-8")


def test_the_csv_holds_the_figures_of_the_report() -> None:
    report = build_report(samples.inputs())
    rows = list(csv.DictReader(io.StringIO(render_csv(report))))
    assert tuple(rows[0]) == COLUMNS
    share = next(row for row in rows if (row["item"], row["measure"]) == ("expected_share", "value"))
    assert report.headline.expected_share is not None
    assert float(share["value"]) == pytest.approx(report.headline.expected_share.value, rel=1e-5)
    drivers = [
        row
        for row in rows
        if row["section"].startswith("driver") and row["measure"] == "share of explanation"
    ]
    assert [row["item"] for row in drivers][:2] == ["Time to resolve tickets", "Late deliveries"]
    assert drivers[0]["section"] == "driver, lever, grade C"


def test_german_numbers_stay_numbers() -> None:
    report = build_report(samples.inputs())
    rows = list(csv.DictReader(io.StringIO(render_csv(report, "de")), delimiter=";"))
    nps = next(row for row in rows if (row["item"], row["measure"]) == ("nps", "value"))
    assert nps["value"].startswith("-")
    assert float(nps["value"].replace(",", ".")) == pytest.approx(report.kpis[2].value.value, rel=1e-5)
    assert "Verspätete Lieferungen" in {row["item"] for row in rows}


def test_names_that_look_like_formulas_are_defused() -> None:
    evil = replace(samples.DRIVERS[0], label={"en": '=HYPERLINK("x")', "de": "@x"})
    report = build_report(samples.inputs(drivers=(evil, *samples.DRIVERS[1:])))
    assert any(row["item"] == '\'=HYPERLINK("x")' for row in csv.DictReader(io.StringIO(render_csv(report))))
    assert "'@x" in render_csv(report, "de")


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+SUM(A1)", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "-1,5,=2", "-", "−=", "- 5"],
    ids=repr,
)
def test_formulas_get_an_apostrophe(cell: str) -> None:
    assert defuse(cell) == (cell if cell == "−=" else f"'{cell}")


@pytest.mark.parametrize(
    "cell",
    ["-3,5", "-3.5", "+1", "−0,6", "1.234,5", "-12%", "9\u00a0%", "1e-07", "-1.2e+06", "", "Nord", "a=b"],
    ids=repr,
)
def test_numbers_and_plain_words_stay(cell: str) -> None:
    assert defuse(cell) == cell


def test_the_csv_holds_levers_plans_and_groups_but_nobody_hidden() -> None:
    report = build_report(lever_samples.inputs())
    rows = list(csv.DictReader(io.StringIO(render_csv(report))))
    assert report.prospects is not None
    assert report.heat is not None
    plans = [row for row in rows if row["section"] == "plan"]
    assert len(plans) == 2 * sum(len(table.lines) for table in report.prospects.tables)
    groups = {row["item"]: row for row in rows if row["section"] == "group, region"}
    (table,) = report.heat.tables
    assert len(groups) == sum(cell.value is not None for line in table.cells for cell in line)
    assert min(int(row["n"]) for row in groups.values()) >= 5
    assert "AT/CH / Public" not in groups
    assert next(row for row in rows if row["measure"] == "net value")["item"] == "Time to resolve tickets"


def test_names_of_groups_are_defused_in_the_csv() -> None:
    groups = ("=1+1",) * 60 + ("@b",) * 60
    scored = replace(samples.cohort(120), cuts=ShownCuts.of({"site": groups}, Privacy()))
    text = render_csv(build_report(samples.inputs(scored=scored)))
    assert {"'=1+1", "'@b"} <= {row["item"] for row in csv.DictReader(io.StringIO(text))}
