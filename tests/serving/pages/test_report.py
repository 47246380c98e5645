"""The report as a page: that of its file, cut to what a key may see; older ones say that they are."""

import json
import logging
import re
from typing import Any

import pytest

from features.usecase import Language
from serving.access import roles
from serving.access.routes import ROUTES
from tests.serving.papers import make_report
from tests.training.reports.kinds import KINDS
from training.bundle import load
from training.pages import LANGUAGES, render_report
from training.pages.formats import Formats
from training.reports import build_report

EARLIER, EARLIEST = "2026-07-31", "2026-04-30"
NOT_FOR: dict[str, tuple[str, ...]] = {
    "analyst": (),
    "manager": ("calls",),
    "data_scientist": ("calls",),
    "manager of units": ("calls", "segments", "heat"),
}


@pytest.fixture(scope="module")
def version(bundles) -> str:
    return str(load(bundles.churn).model_version)


def spell(kind: str, version: str) -> dict[str, Any]:
    """Return the JSON of a report of some kind, as if it were about the use case of the service."""
    content: dict[str, Any] = build_report(KINDS[kind]()).to_json()
    content["header"]["usecase"] = "churn"
    content["trust"]["model_version"] = version
    plain: dict[str, Any] = json.loads(json.dumps(content))
    return plain


def body_of(page: str) -> str:
    """Return what stands in the report itself, without what only one of both pages needs."""
    main = page[page.index("<h1>") : page.index("</main>")]
    main = re.sub(r'<p class="onward">.*?</p>\n', "", main, flags=re.DOTALL)
    return re.sub(r'<div class="controls" hidden>.*?</div>\n', "", main, flags=re.DOTALL)


def without(content: dict[str, Any], *names: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"calls": None, "heat": None, "segments": []}
    return {name: empty[name] if name in names else part for name, part in content.items()}


class TestSamePage:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_every_kind_of_report_is_the_page_of_its_file(self, site, version, kind, language: Language):
        content = site.put(spell(kind, version))
        answer = site.get(lang=language)
        assert answer.status_code == 200, answer.text
        assert body_of(answer.text).strip() == body_of(render_report(content, language)).strip()

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("who", NOT_FOR)
    def test_a_key_sees_the_sections_that_it_may_see(self, site, who, language: Language):
        content = json.loads((site.reports / "churn" / "report.json").read_text())
        page = site.get(who, lang=language).text
        assert (
            body_of(page).strip() == body_of(render_report(without(content, *NOT_FOR[who]), language)).strip()
        )
        for name in NOT_FOR[who]:
            assert content[name]
        names = [line["entity_id"] for line in content["calls"]["rows"]]
        assert all((name in page) is (who == "analyst") for name in names)

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("who", NOT_FOR)
    def test_people_at_work_are_shown_as_in_the_file(self, site, who, language: Language):
        content = json.loads((site.reports / "attrition" / "report.json").read_text())
        page = site.get(who, "attrition", language).text
        hidden = [name for name in NOT_FOR[who] if content[name]]
        assert body_of(page).strip() == body_of(render_report(without(content, *hidden), language)).strip()
        assert "/reports/people" not in page

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_numbers_of_the_headline_are_those_of_the_json(self, site, language: Language):
        headline = json.loads((site.reports / "churn" / "report.json").read_text())["headline"]
        page, formats = site.get(lang=language).text, Formats(language)
        title = re.search(r"<h1>(.*?)</h1>\s*<p class=\"lead\">(.*?)</p>", page, re.DOTALL)
        assert title is not None
        assert formats.percent(headline["expected_share"]["value"]) in title[1]
        for number in ("value", "low", "high"):
            assert formats.number(headline["expected_count"][number]) in title[2]
            assert formats.money(headline["expected_loss"][number]) in title[2]


class TestWhoSees:
    def test_what_is_left_out_is_said(self, site):
        assert not re.search("Not shown: (whom|groups)", site.get().text)
        assert "Not shown: whom to call first." in site.get("manager").text
        text = site.get("manager of units").text
        assert "Not shown: groups and segments." in text
        assert "Nicht gezeigt: Gruppen und Segmente." in site.get("manager of units", lang="de").text

    def test_no_group_of_others_is_on_the_page_of_a_key_of_units(self, site):
        text = site.get("manager of units").text
        assert "AT/CH" not in text
        assert "AT/CH" in site.get("manager").text

    @pytest.mark.parametrize("usecase", ["churn", "attrition"])
    def test_a_works_council_has_no_report(self, site, usecase):
        answer = site.get("works_council", usecase)
        assert answer.status_code == 403
        assert "This page is not for you." in answer.text
        assert "<h2>" not in answer.text

    @pytest.mark.parametrize("who", NOT_FOR)
    def test_the_id_of_a_person_at_work_appears_nowhere(self, site, who):
        """Not even where a file was made by hand and names one."""
        path = site.reports / "attrition" / "report.json"
        content = json.loads(path.read_text())
        calls = json.loads((site.reports / "churn" / "report.json").read_text())["calls"]
        calls["rows"][0]["entity_id"] = "E-4711"
        path.write_text(json.dumps({**content, "calls": calls}))
        site.put({**content, "calls": calls}, "attrition", EARLIER)
        assert "E-4711" not in site.get(who, "attrition").text
        older = site.get(who, "attrition", wave=EARLIER)
        assert older.status_code == 503
        assert "E-4711" not in older.text

    def test_links_lead_to_pages_that_are_there(self, site, monkeypatch):
        for path in ("/reports/what-if", "/reports/people", "/reports/groups"):
            with monkeypatch.context() as absent:
                absent.delitem(ROUTES, path)
                assert f'href="{path}?' not in site.get().text
        page = site.get().text
        assert 'href="/reports/what-if?usecase=churn&amp;lang=en">Ask about other plans' in page
        assert 'href="/reports/people?usecase=churn&amp;lang=en">To the whole list' in page
        assert "To the groups of this key" in site.get("manager of units").text

    def test_nobody_who_is_not_signed_in_sees_a_report(self, site):
        answer = site.client.get("/reports/report", params={"usecase": "churn"}, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/reports/sign-in?next=%2Freports%2Freport")


class TestFitness:
    def test_another_model_is_warned_of(self, site):
        content = make_report("churn", "churn-000000000000")
        site.put(content)
        assert "This report is about another model" in site.get().text
        assert "handelt von einem anderen Modell" in site.get(lang="de").text

    def test_the_report_of_the_champion_has_no_warning(self, site):
        assert 'class="notice"' not in site.get().text

    def test_a_model_that_is_not_usable_shows_no_forecast(self, site, version):
        site.put(spell("unusable", version))
        page = site.get().text
        assert "<h1>Not reliable enough for a forecast yet.</h1>" in page
        assert "what-if" not in page.replace("/reports/what-if", "")

    def test_an_absent_report_says_how_to_make_one_and_offers_older_ones(self, site):
        site.put(make_report("churn", "churn-1") | {"calls": None}, day=EARLIER)
        (site.reports / "churn" / "report.json").unlink()
        answer = site.get()
        assert answer.status_code == 404
        assert "There is no report yet." in answer.text
        assert (
            f'href="/reports/report?usecase=churn&amp;wave={EARLIER}&amp;lang=en">31 July 2026</a>'
            in answer.text
        )
        assert 'aria-current="page">Report</a>' in answer.text
        assert site.get(wave=EARLIER).status_code == 200

    def test_without_any_report_nothing_is_offered(self, site):
        (site.reports / "churn" / "report.json").unlink()
        answer = site.get(lang="de")
        assert answer.status_code == 404
        assert "Datenstand" not in answer.text

    def test_a_damaged_report_says_that_no_other_takes_its_place(self, site):
        site.put(make_report("churn", "churn-1") | {"calls": None}, day=EARLIER)
        path = site.reports / "churn" / "report.json"
        path.write_text(path.read_text()[:1000])
        answer = site.get()
        assert answer.status_code == 503
        assert "No earlier one takes its place by itself." in answer.text
        assert str(site.reports) not in answer.text
        older = site.get(wave=EARLIER)
        assert older.status_code == 200
        assert "To the newest report" not in older.text

    @pytest.mark.parametrize(
        "parts", [{"kpis": 5}, {"headline": None}, {"header": {"subject": "customer"}}, {"method": {}}]
    )
    def test_json_that_is_no_whole_report_is_a_page_that_says_so(self, site, parts, caplog, monkeypatch):
        monkeypatch.setattr(logging.getLogger("xm_predict"), "propagate", True)
        content = json.loads((site.reports / "churn" / "report.json").read_text())
        if "header" in parts:
            del content["header"]["label"]
        else:
            content |= parts
        site.put(content)
        answer = site.get()
        assert answer.status_code == 503
        assert "The report cannot be read at the moment." in answer.text
        assert "live_report.jinja: a document does not hold what is shown" in caplog.text

    def test_a_missing_part_is_no_error_of_the_service(self, site):
        content = json.loads((site.reports / "churn" / "report.json").read_text())
        del content["beliefs"]
        site.put(content)
        assert site.get().status_code == 503


class TestWaves:
    @pytest.fixture
    def waves(self, site, version) -> dict[str, Any]:
        newest = json.loads((site.reports / "churn" / "report.json").read_text())
        site.put(newest | {"calls": None}, day=newest["header"]["snapshot_date"])
        site.put(newest | {"calls": None}, day=EARLIEST)
        return site.put(make_report("churn", "churn-000000000000") | {"calls": None}, day=EARLIER)

    def test_the_first_report_has_nothing_to_choose(self, site):
        newest = json.loads((site.reports / "churn" / "report.json").read_text())
        assert "Data as of" not in site.get().text
        site.put(newest | {"calls": None}, day=newest["header"]["snapshot_date"])
        assert "Data as of" not in site.get().text

    def test_days_are_chosen_in_a_form_of_links_newest_first(self, site, waves):
        page = site.get().text
        form = re.search(r'<form method="get" action="/reports/report".*?</form>', page, re.DOTALL)
        assert form is not None
        assert re.findall(r'<option value="([^"]*)"', form[0]) == ["", EARLIER, EARLIEST]
        assert "selected" not in form[0]
        assert re.findall(r'name="(\w+)" value="(\w+)"', form[0]) == [("usecase", "churn"), ("lang", "en")]
        older = site.get(wave=EARLIEST).text
        assert f'<option value="{EARLIEST}" selected>30 April 2026</option>' in older

    def test_without_a_chosen_language_the_browser_decides_and_the_form_names_none(self, site, waves):
        browser = site.browsers["analyst"]
        for wave in ("", f"&wave={EARLIER}"):
            answer = browser.get(f"/reports/report?usecase=churn{wave}", headers={"accept-language": "de"})
            assert answer.status_code == 200
            assert '<html lang="de">' in answer.text
            form = re.search(r'<form method="get".*?</form>', answer.text, re.DOTALL)
            assert form is not None
            assert 'name="lang"' not in form[0]

    def test_the_day_of_the_newest_and_no_day_are_the_newest(self, site, waves):
        newest = json.loads((site.reports / "churn" / "report.json").read_text())
        for day in ("", newest["header"]["snapshot_date"]):
            page = site.get(wave=day).text
            assert "This is an earlier report" not in page
            assert newest["calls"]["rows"][0]["entity_id"] in page

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_an_older_report_is_its_page_and_says_that_it_is_old(
        self, site, waves, language: Language, monkeypatch
    ):
        for path in ("/reports/what-if", "/reports/people"):
            monkeypatch.setitem(ROUTES, path, {"GET": (roles.READ_REPORT,)})
        page = site.get(lang=language, wave=EARLIER).text
        assert body_of(page).strip() == body_of(render_report(waves, language)).strip()
        notice = re.search(r'<p class="notice">(.*?)</p>', page, re.DOTALL)
        assert notice is not None
        assert Formats(language).day(EARLIER) in notice[1]
        assert f'href="/reports/report?usecase=churn&amp;lang={language}"' in notice[1]
        assert page.count('class="notice"') == 1
        assert 'class="onward"' not in page
        newest = json.loads((site.reports / "churn" / "report.json").read_text())
        assert not [row for row in newest["calls"]["rows"] if row["entity_id"] in page]

    def test_what_a_key_may_not_see_is_left_out_of_older_reports_as_well(self, site, waves):
        page = site.get("manager of units", wave=EARLIER).text
        assert "AT/CH" not in page
        assert "Not shown: groups and segments." in page
        assert site.get("works_council", wave=EARLIER).status_code == 403

    @pytest.mark.parametrize(
        "day", ["yesterday", "2026-13-01", "../report", "2026-07-31.json", "2026-07-31\x00", "<script>"]
    )
    def test_what_is_no_day_is_refused(self, site, waves, day):
        answer = site.get(wave=day)
        assert answer.status_code == 422
        assert "This page cannot be shown as it was asked for." in answer.text
        assert answer.text.count("<script") == 1

    def test_a_day_without_a_report_is_a_page_that_says_so(self, site, waves):
        answer = site.get(wave="2020-01-01")
        assert answer.status_code == 404
        assert "There is no report on data of this day." in answer.text
        assert EARLIER in answer.text

    def test_an_older_report_of_an_old_form_does_not_end_the_service(self, site, waves):
        site.put(waves | {"trust": {"model_version": "x"}}, day=EARLIER)
        assert site.get(wave=EARLIER).status_code == 503
        assert site.get().status_code == 200

    def test_unknown_and_repeated_parameters_are_refused(self, site):
        browser = site.browsers["analyst"]
        assert browser.get("/reports/report?usecase=churn&day=1").status_code == 422
        assert browser.get("/reports/report?usecase=churn&wave=&wave=").status_code == 422
        assert browser.get("/reports/report").status_code == 422


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 191 }}{% raw %}",
    "%(people)s %s",
    "</main><form action=//x>",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_names_stay_words(site, words):
    content = json.loads((site.reports / "churn" / "report.json").read_text())
    label = {"en": words, "de": words}
    content["header"]["label"] = label
    content["associations"]["levers"][0]["label"] = label
    content["prospects"]["tables"][0]["label"] = label
    content["calls"]["rows"][0] |= {"entity_id": words, "described": label, "reasons": [label]}
    content["segments"][0]["cut"] = content["segments"][0]["lines"][0]["name"] = words
    content["heat"]["tables"][0]["rows"][0] = words
    site.put(content)
    for language in LANGUAGES:
        page = site.get(lang=language).text
        assert page.count("<script") == 1
        assert "<img" not in page
        assert "1337" not in page
        assert "<form action=//x" not in page
        assert page.count("</main>") == 1
        assert 'href="javascript' not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_keeps_to_its_policy(site, language: Language):
    answer = site.get(lang=language)
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    assert not re.search(r"<[^>]* (style|on\w+)=", answer.text)
    assert "<style" not in answer.text
    assert not re.search(r'(?:href|src|action)="(?!/reports|#)', answer.text)
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["cache-control"] == "no-store"
