"""How far one can trust a model: the section of the report and the card, each to those who may read it."""

import json
import re
from datetime import date

import pytest

from tests.serving.pages.site import Site
from training.bundle import load
from training.card import build_card, render_card
from training.pages import LANGUAGES, render_report

MADE_ON = date(2026, 11, 20)


def ask(site: Site, who: str = "analyst", usecase: str = "churn", lang: str = "en"):
    return site.browsers[who].get("/reports/trust", params={"usecase": usecase, "lang": lang})


def sections(page: str) -> list[str]:
    """Return the title and the sections of a page."""
    found = re.findall(r"<h1>.*?</h1>|<section.*?</section>", page, re.DOTALL)
    return [one.strip() for one in found]


def card_of(site: Site, bundle, language) -> list[str]:
    return sections(render_card(build_card(load(bundle), made_on=MADE_ON), language))


def trust_of(site: Site, usecase: str, language) -> str:
    content = json.loads((site.reports / usecase / "report.json").read_text())
    page = render_report(content, language)
    return next(one for one in sections(page) if one.startswith('<section class="card trust">'))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("usecase", ["churn", "attrition"])
class TestWhoSeesWhat:
    def test_an_analyst_sees_both(self, site, bundles, usecase, language):
        found = sections(ask(site, "analyst", usecase, language).text)
        card = card_of(site, getattr(bundles, usecase), language)
        assert trust_of(site, usecase, language) in found
        assert [one for one in found if one in card] == card
        assert len(found) == len(card) + 1

    def test_a_data_scientist_sees_both(self, site, bundles, usecase, language):
        found = sections(ask(site, "data_scientist", usecase, language).text)
        assert len(found) == len(card_of(site, getattr(bundles, usecase), language)) + 1

    def test_a_works_council_sees_the_card_alone(self, site, bundles, usecase, language):
        page = ask(site, "works_council", usecase, language).text
        assert sections(page) == card_of(site, getattr(bundles, usecase), language)
        assert 'href="/reports/report' not in page

    @pytest.mark.parametrize("who", ["manager", "manager of units"])
    def test_a_manager_sees_the_figures_of_the_report_alone(self, site, who, usecase, language):
        found = sections(ask(site, who, usecase, language).text)
        assert found[1:] == [trust_of(site, usecase, language)]
        assert found[0].startswith("<h1>")


def test_what_a_key_may_not_read_is_said(site):
    assert "The model card is for keys that may read about models." in ask(site, "manager").text
    assert "The figures of the newest report are for keys" in ask(site, "works_council").text
    assert "are for keys" not in ask(site).text
    assert "Die Modellkarte ist für Schlüssel" in ask(site, "manager", lang="de").text


def test_what_is_not_there_is_said_and_the_rest_is_shown(site):
    (site.reports / "churn" / "report.json").unlink()
    page = ask(site).text
    assert "There is no report yet." in page
    assert "What it is for" in page
    absent = ask(site, "manager")
    assert absent.status_code == 404
    (site.reports / "churn" / "model-card.json").write_text("{")
    assert ask(site).status_code == 404
    (site.reports / "attrition" / "model-card.json").write_text("{")
    page = ask(site, "analyst", "attrition").text
    assert "The model card cannot be read at the moment. The log of the service says why." in page
    assert "How far can you trust this?" in page


def test_a_card_and_a_report_of_another_model_are_warned_of(site):
    assert 'class="notice"' not in ask(site).text
    for name, part in (("report.json", "trust"), ("model-card.json", "making")):
        path = site.reports / "churn" / name
        content = json.loads(path.read_text())
        content[part]["model_version"] = "churn-000000000000"
        path.write_text(json.dumps(content))
    page = ask(site).text
    assert "The newest report is about another model" in page
    assert "The model card is about another model" in page


def test_a_card_of_another_form_is_a_page_that_says_so(site):
    path = site.reports / "churn" / "model-card.json"
    content = json.loads(path.read_text())
    del content["fairness"]
    path.write_text(json.dumps(content))
    answer = ask(site)
    assert answer.status_code == 503
    assert ask(site, "manager").status_code == 200


def test_hostile_words_of_a_card_stay_words(site):
    path = site.reports / "churn" / "model-card.json"
    content = json.loads(path.read_text())
    words = "<script>alert(1)</script>{{ 7 * 191 }}"
    content["purpose"] |= {"purpose": {"en": words, "de": words}, "owner": words}
    content["making"]["libraries"] = {"items": words, words: "1"}
    content["performance"]["left_out"] = {"items": words}
    content["findings"] = [
        {"column": words, "kind": "x", "severity": "x", "evidence": words, "accepted": words}
    ]
    path.write_text(json.dumps(content))
    page = ask(site).text
    assert page.count("<script") == 1
    assert page.count("&lt;script&gt;alert(1)") >= 6
    assert "1337" not in page


def test_without_a_chosen_language_the_browser_decides(site):
    answer = site.browsers["analyst"].get(
        "/reports/trust?usecase=churn", headers={"accept-language": "de-DE"}
    )
    assert answer.status_code == 200
    assert '<html lang="de">' in answer.text
    assert site.browsers["analyst"].get("/reports/trust?usecase=churn&wave=2026-07-31").status_code == 422


def test_the_page_keeps_to_its_policy(site):
    page = ask(site).text
    assert not re.search(r"<[^>]* (style|on\w+)=", page)
    assert page.count("<h1>") == 1
