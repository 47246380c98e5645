"""Section 7: the table in the page is that of the drivers, and what it says is right in every case."""

import re
from dataclasses import replace

import pytest

from tests.training.reports import lever_samples, samples
from tests.training.reports.test_render import Page
from training.drivers import look_ahead
from training.pages.formats import Formats
from training.pages.render import SCRIPT_FILE
from training.reports import build_report, render_html


def test_the_table_is_that_of_the_drivers_and_of_the_model() -> None:
    inputs = lever_samples.inputs()
    levers, stakes = lever_samples.stakes(inputs)
    grid = {(step.share, step.way): step for step in lever_samples.expectation(inputs).steps}
    prospects = build_report(inputs).prospects
    assert prospects is not None
    assert prospects.margin == 0.6
    resolution = prospects.tables[0]
    assert (resolution.name, resolution.label) == ("resolution", lever_samples.RESOLUTION.label)
    assert tuple(line.plan for line in resolution.lines) == look_ahead(levers[0], stakes).lines
    for line in resolution.lines:
        assert line.expects == grid[line.plan.share, line.plan.way]
        assert line.gain == line.plan.kept
    assert all(line.expects is None for line in prospects.tables[1].lines)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_holds_the_figures_of_the_json(language) -> None:
    report = build_report(lever_samples.inputs())
    content, formats = report.to_json()["prospects"], Formats(language)
    rows = dict(re.findall(r'<tr id="plan-([^"]+)"(.*?)</tr>', render_html(report, language), re.DOTALL))
    assert len(rows) == sum(len(table["lines"]) for table in content["tables"])
    for place, table in enumerate(content["tables"]):
        for line in table["lines"]:
            plan = line["plan"]
            row = rows[f"{place}-{plan['way']}-{plan['share']}"]
            for figure in ("revenue_kept_eur", "net_eur"):
                for end in ("value", "low", "high"):
                    assert formats.money(plan[figure][end]) in row
            assert formats.percent(plan["share"]) in row
            earned = float(re.findall(r'data-earned="([^"]+)"', row)[0])
            assert earned == pytest.approx(plan["net_eur"]["value"] + plan["cost_eur"], rel=1e-6)


def test_the_page_opens_with_half_of_the_people_brought_all_the_way() -> None:
    report = build_report(lever_samples.inputs())
    assert report.prospects is not None
    first = report.prospects.tables[0].lines[report.prospects.first]
    assert (first.plan.share, first.plan.way) == (0.5, 1.0)
    text = Page(render_html(report, "en")).text
    assert "This is what is expected, not a promise." in text
    assert "A pilot with a comparison group can confirm it." in text
    status = re.search(r'role="status">(.*?)</dl>', render_html(report, "en"), re.DOTALL)
    assert status is not None
    assert first.plan.revenue_kept_eur is not None
    assert Formats("en").money(first.plan.revenue_kept_eur.low) in status[1]


def test_without_a_declared_cost_there_is_no_net() -> None:
    plain = lever_samples.inputs()
    levers, stakes = lever_samples.stakes(plain)
    free = {lever.name: look_ahead(replace(lever, cost=None), stakes) for lever in levers}
    page = render_html(build_report(lever_samples.inputs(outlooks=free)), "en")
    assert "no cost entered" in page
    assert 'data-cost="" data-fixed="0"' in page


@pytest.mark.parametrize("inputs", [lever_samples.employees, lever_samples.satisfaction])
def test_people_at_work_and_answers_have_no_price(inputs) -> None:
    report = build_report(inputs())
    assert report.prospects is not None
    assert report.prospects.margin is None
    page = render_html(report, "en")
    section = page[page.index('id="what-if"') : page.index("How far can you trust")]
    assert "€" not in section
    assert "<input" not in section
    assert "data-earned" not in section


@pytest.mark.parametrize("inputs", [samples.unusable, samples.inputs, lever_samples.without_offer])
def test_without_an_offered_lever_there_is_nothing_to_choose(inputs) -> None:
    report = build_report(inputs())
    assert report.prospects is None
    page = render_html(report, "en")
    assert "<script" not in page
    assert "script-src" not in page
    assert "What would it bring?" not in page


def test_the_script_is_small_plain_and_the_only_one() -> None:
    script = SCRIPT_FILE.read_text(encoding="utf-8")
    assert len(script.encode()) <= 1024
    assert "innerHTML" not in script
    page = render_html(build_report(lever_samples.inputs()), "en")
    assert page.count("<script>") == page.count("<script") == 1
    assert f"<script>{script}</script>" in page
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/]{43}=';", page)
