"""The first page: what there is of each use case, for each key, in all its states."""

import json
from contextlib import contextmanager
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from serving.access import routes
from serving.api import build_app
from serving.pages.frame import OF_USECASE
from tests.serving.pages.signed_in import signed_in

CHURN, ATTRITION = "Customer churn", "Employees leaving"


@pytest.fixture(scope="module")
def analyst(door):
    return signed_in(door)


@contextmanager
def changed(settings, usecase="churn", name="report.json"):
    """Let a block change a report, and put it back; the block gets its path and its content."""
    path = settings.reports / usecase / name
    before = path.read_bytes()
    content = json.loads(before)

    def keep(**parts):
        path.write_text(json.dumps({**content, **parts}))

    try:
        yield path, content, keep
    finally:
        path.write_bytes(before)


def card_of(page: str, name: str) -> str:
    """Return the tile of one use case."""
    (tile,) = [
        tile for tile in page.split('<section class="card">')[1:] if name in tile.partition("</h2>")[0]
    ]
    return tile.partition("</section>")[0]


class TestShown:
    def test_every_use_case_is_there_with_its_first_figures_and_their_range(self, analyst):
        page = analyst.get("/reports").text
        tile = card_of(page, CHURN)
        assert (
            '<b class="big">9%</b> <span>Expected to leave</span> <small>likely range 6.9% to 10.1%' in tile
        )
        assert "€5.2m" in tile
        assert "Expected revenue loss, per year" in tile
        assert "As of 1 November 2026 · Made on 20 November 2026" in tile
        assert "Example with simulated data" in tile
        assert "Expected to leave" in card_of(page, ATTRITION)

    def test_it_speaks_german(self, analyst):
        page = analyst.get("/reports?lang=de").text
        tile = card_of(page, "Kundenabwanderung")
        assert "Stand 1. November 2026" in tile
        assert "9 %" in tile.replace("\u00a0", " ").replace("&nbsp;", " ")
        assert 'href="/reports?lang=en" lang="en"' in page
        assert "<h1>What" not in page

    def test_no_more_than_two_figures_a_use_case(self, analyst, settings):
        with changed(settings) as (_, content, keep):
            keep(kpis=[content["kpis"][0]] * 5)
            assert card_of(analyst.get("/reports").text, CHURN).count("figure-line") == 2

    def test_people_at_work_who_nearly_all_said_the_same_are_told_as_a_bound(self, analyst, settings):
        with changed(settings, "attrition") as (_, content, keep):
            keep(
                kpis=[
                    {
                        **content["kpis"][0],
                        "told": "under",
                        "value": {**content["kpis"][0]["value"], "value": 0.05},
                    }
                ]
            )
            tile = card_of(analyst.get("/reports").text, ATTRITION)
        assert '<b class="big">under 5%</b>' in tile
        assert "not told exactly: they nearly all said the same" in tile
        assert "likely range" not in tile

    def test_a_model_that_is_not_usable_says_so(self, analyst, settings):
        with changed(settings) as (_, content, keep):
            keep(kpis=[], headline={**content["headline"], "is_usable": False})
            tile = card_of(analyst.get("/reports").text, CHURN)
        assert "Not reliable enough for a forecast yet." in tile
        assert "big" not in tile
        assert "Made on 20 November 2026" in tile

    def test_a_report_of_another_model_says_so(self, analyst, settings):
        with changed(settings) as (_, content, keep):
            keep(trust={**content["trust"], "model_version": "churn-000000000000"})
            tile = card_of(analyst.get("/reports").text, CHURN)
        assert "The report is older than the model. xm-predict report makes it again." in tile
        assert "9%" in tile

    def test_what_a_label_says_is_text(self, analyst, settings):
        with changed(settings) as (_, content, keep):
            keep(header={**content["header"], "label": {"en": "<script>alert(1)</script>"}})
            page = analyst.get("/reports").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


class TestWithout:
    """One use case that cannot be shown hides no other."""

    def test_without_a_report_it_says_how_to_make_one(self, analyst, settings):
        with changed(settings) as (path, _, _):
            path.unlink()
            page = analyst.get("/reports").text
        assert "No report was made of it yet: xm-predict report makes one." in card_of(page, "churn")
        assert "9%" in card_of(page, ATTRITION)

    @pytest.mark.parametrize("fault", ["half", "no JSON", "without figures", "of another use case", "a link"])
    def test_a_report_that_cannot_be_read_says_so(self, analyst, settings, fault):
        with changed(settings) as (path, content, _):
            if fault == "half":
                path.write_bytes(path.read_bytes()[:500])
            elif fault == "no JSON":
                path.write_bytes(b"\xff")
            elif fault == "without figures":
                path.write_text(json.dumps({name: part for name, part in content.items() if name != "kpis"}))
            elif fault == "of another use case":
                path.write_bytes((settings.reports / "attrition" / "report.json").read_bytes())
            else:
                path.unlink()
                path.symlink_to(settings.reports / "attrition" / "report.json")
            try:
                answer = analyst.get("/reports")
            finally:
                path.unlink()
        tile = card_of(answer.text, "churn")
        assert answer.status_code == 200
        assert "The report cannot be read at the moment. The log of the service says why." in tile
        assert str(settings.reports) not in answer.text
        assert "9%" in card_of(answer.text, ATTRITION)

    def test_without_a_model_there_is_nothing_to_look_at(self, settings, tmp_path):
        empty = replace(settings, cache=tmp_path / "cache", audit=tmp_path / "audit")
        with TestClient(build_app(lambda: empty), base_url="http://127.0.0.1") as client:
            page = signed_in(client).get("/reports?lang=de")
        assert page.status_code == 200
        assert "Hier gibt es noch nichts zu sehen." in page.text
        assert "<section" in page.text


class TestWhoSeesWhat:
    @pytest.mark.parametrize("role", ["admin", "works_council"])
    def test_who_may_not_read_reports_sees_no_figure_of_one(self, door, role):
        """What is forecast is for those who may read reports, on this page as in the interface."""
        page = signed_in(door, role).get("/reports").text
        for name in ("churn", "attrition"):
            tile = card_of(page, name)
            assert "The forecast is not for this key." in tile
            assert "big" not in tile
        assert CHURN not in page
        assert "9%" not in page

    @pytest.mark.parametrize(
        ("usecases", "there"), [(["churn"], [CHURN]), (["attrition"], [ATTRITION]), (["x"], [])]
    )
    def test_a_key_of_some_use_cases_learns_of_no_other(self, door, usecases, there):
        page = signed_in(door, "analyst", usecases=usecases).get("/reports").text
        assert [name for name in (CHURN, ATTRITION) if name in page] == there
        assert ("There is nothing to look at yet." in page) is (there == [])

    def test_the_name_leads_to_the_first_page_of_those_that_one_may_see(self, door, analyst, monkeypatch):
        # Whatever pages there are by now: these two, and one of them for reports alone.
        whole = {path: methods for path, methods in routes.ROUTES.items() if path not in OF_USECASE}
        whole["/reports/report"] = {"GET": ("report:read",)}
        whole["/reports/models"] = {"GET": ("model:read",)}
        monkeypatch.setattr(routes, "ROUTES", whole)
        assert '<a href="/reports/report?usecase=churn">Customer churn</a>' in analyst.get("/reports").text
        council = signed_in(door, "works_council").get("/reports?lang=de").text
        assert '<a href="/reports/models?usecase=churn&amp;lang=de">churn</a>' in council
        del whole["/reports/report"], whole["/reports/models"]
        assert "<h2>Customer churn</h2>" in analyst.get("/reports").text

    @pytest.mark.parametrize("query", ["usecase=churn", "lang=de&lang=en", "page=2"])
    def test_a_parameter_that_it_does_not_have_is_refused(self, analyst, query):
        assert analyst.get(f"/reports?{query}").status_code == 422
