import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from features.usecase import Language
from tests.training.reports import samples
from training.pages import Label
from training.pages.formats import Formats
from training.reports import build_report, render_html
from training.reports.inputs import ReportInputs
from training.statistics import Estimate

VARIANTS = {
    "whole": samples.inputs,
    "unusable": samples.unusable,
    "without_value": samples.without_value,
    "first_wave": samples.first_wave,
    "without_survey": samples.without_survey,
    "flat_table": samples.flat_table,
    "employees": samples.employees,
}
LANGUAGES: tuple[Language, ...] = ("en", "de")
VOID = {"meta", "br", "hr", "img", "link", "input", "path", "rect", "line", "circle", "polygon", "polyline"}


class Page(HTMLParser):
    """Read a page into its tags, attributes and text; demand that every element is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _page(inputs: ReportInputs, language: Language) -> str:
    return render_html(build_report(inputs), language)


def _headings(page: str) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_every_variant_is_one_inert_page(variant: str, language: Language) -> None:
    text = _page(VARIANTS[variant](), language)
    page = Page(text)
    assert len(text.encode()) < 150_000
    assert ("html", {"lang": language}) in page.tags
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form", "base"}
    for _, attributes in page.tags:
        assert not [key for key in attributes if key.startswith("on") or key in {"style", "src"}]
        assert attributes.get("href", "#main") in {"#main", "report_en.html", "report_de.html"}
    assert "://" not in text
    assert "None" not in page.text.replace("None of them", "")
    assert "nan" not in page.text.lower().split()


def test_the_policy_allows_the_one_style_by_its_hash_and_nothing_else() -> None:
    policies = [
        attributes["content"]
        for tag, attributes in Page(_page(samples.inputs(), "en")).tags
        if "http-equiv" in attributes
    ]
    assert len(policies) == 1
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'",
        policies[0] or "",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_the_headline_are_those_of_the_json(language: Language) -> None:
    report = build_report(samples.inputs())
    content, formats = report.to_json()["headline"], Formats(language)
    page = render_html(report, language)
    title = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
    lead = re.search(r'<p class="lead">(.*?)</p>', page, re.DOTALL)
    assert title is not None
    assert lead is not None
    assert formats.percent(content["expected_share"]["value"]) in title[1]
    assert str(content["horizon_days"]) in title[1]
    for end in ("value", "low", "high"):
        assert formats.number(content["expected_count"][end]) in lead[1]
        assert formats.money(content["expected_loss"][end]) in lead[1]
    assert formats.number(content["people"]) in lead[1]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "9% of customers are expected to leave in the next 90 days."),
        ("de", "9\u00a0% der Kunden gehen voraussichtlich in den nächsten 90 Tagen."),
    ],
)
def test_the_headline_reads_well(language: Language, sentence: str) -> None:
    assert f"<h1>\n{sentence}\n</h1>" in _page(samples.inputs(), language)


def test_sections_come_in_the_fixed_order() -> None:
    assert _headings(_page(samples.inputs(), "en"))[4:] == [
        "What goes with leaving",
        "Is the change in NPS real?",
        "Is the change in ease of getting help real?",
        "How far can you trust this?",
        "Customers to call first",
        "Method and limits",
    ]


def test_a_model_that_is_not_usable_says_so_first() -> None:
    page = _page(samples.unusable(), "en")
    assert "<h1>Not reliable enough for a forecast yet.</h1>" in page
    assert _headings(page) == [
        "NPS",
        "Found it easy to get help",
        "Is the change in NPS real?",
        "Is the change in ease of getting help real?",
        "How far can you trust this?",
        "Method and limits",
    ]
    assert "0.57 (likely range 0.52 to 0.62)" in Page(page).text
    assert "No driver found: the model cannot say what goes with the outcome." in Page(page).text
    assert "Kein Treiber gefunden: " in Page(_page(samples.unusable(), "de")).text


def test_a_model_that_is_off_at_the_top_says_where() -> None:
    off = samples.evaluation(level_error_top_tenth=Estimate(-0.1, -0.13, -0.07, n=400))
    page = _page(samples.inputs(evaluation=off), "en")
    assert "<h1>Not reliable enough for a forecast yet.</h1>" in page
    assert (
        "Among the tenth with the highest risk, forecast and outcome lie 10.0 points apart" in Page(page).text
    )


def test_employees_are_spoken_of_as_a_whole() -> None:
    page = _page(samples.employees(), "de")
    assert "9\u00a0% der Beschäftigten" in page
    assert "K-12" not in page
    assert "Nie ein Urteil über eine Person." in page
    assert "Kunden" not in Page(page).text.replace("Kundenabwanderung", "")


def test_absence_is_said_not_drawn() -> None:
    first = Page(_page(samples.first_wave(), "en")).text
    assert first.count("trend from the next wave on") == 3 + 2  # cards, and what a change is made of
    assert '<svg class="spark"' not in _page(samples.first_wave(), "en")
    assert "since last wave" not in first
    without = Page(_page(samples.without_survey(), "en")).text
    assert "NPS" not in without
    assert "survey" not in without.lower()
    money = Page(_page(samples.without_value(), "en")).text
    assert "€" not in money
    assert "revenue" not in money
    assert "Ordered by risk." in money
    flat = Page(_page(samples.flat_table(), "en")).text
    assert "9% of customers are expected to leave." in flat
    assert "next wave" not in flat


@pytest.mark.parametrize("language", LANGUAGES)
def test_sections_for_managers_name_no_column_and_claim_no_cause(language: Language) -> None:
    text = Page(_page(samples.inputs(), language)).text
    managers = text[: text.index("Method and limits" if language == "en" else "Methode und Grenzen")]
    assert "SHAP" not in managers
    assert not re.search(r"\b[ox]_\w|mean_90d|\bcauses?\b|verursach", managers)


def test_ties_context_and_remainder_are_said() -> None:
    text = Page(_page(samples.inputs(), "en")).text
    assert "May swap places with: Billing disputes" in text
    assert "Age of contract, Region (together 19% of the explanation)" in text
    assert "2 more columns belong to no driver; together they carry 2% of the explanation." in text
    assert "1,700 of 2,882 customers miss the goal. Higher values go with a higher risk." in text
    assert "Goal: at least 1 day " in text


def test_a_clear_change_has_sign_and_word() -> None:
    nps, ces = samples.inputs().experience
    assert nps.change is not None
    fall = replace(nps, change=replace(nps.change, value=-9.0, low=-12.0, high=-6.0))
    page = _page(samples.inputs(experience=(fall, ces)), "en")
    change = re.search(r'<div class="change worse">(.*?)</div>', page, re.DOTALL)
    assert change is not None
    assert "▼" in change[1]
    assert " ".join(change[1].split()).endswith("−9.0 pts since last wave · clear change for the worse")


HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% for %}",
    "javascript:alert(1)",
    '"><img src=x onerror=alert(1)>',
    "%(share)s %s",
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HOSTILE, ids=["script", "template", "address", "attribute", "format"])
def test_hostile_names_are_shown_and_inert(name: str, language: Language) -> None:
    label: Label = {"en": name, "de": name}
    labels: tuple[Label, ...] = (label,)
    cohort = samples.cohort(20)
    ids = (name, *cohort.entity_ids[1:])
    scored = replace(
        cohort,
        entity_ids=ids,
        reasons=dict.fromkeys(ids, labels),
        described=dict.fromkeys(ids, label),
    )
    drivers = tuple(replace(row, label=label) for row in samples.DRIVERS)
    spoiled = replace(drivers[0], goal=samples.goal("<=", 1, name))
    usecase = samples.usecase().model_copy(update={"label": label})
    model = replace(samples.inputs().model, name=name, version=name)
    inputs = samples.inputs(scored=scored, drivers=(spoiled, *drivers[1:]), usecase=usecase, model=model)
    text = _page(inputs, language)
    page = Page(text)
    assert " ".join(name.split()) in page.text
    assert not {tag for tag, _ in page.tags} & {"script", "img"}
    assert all(
        attributes.get("href", "#main") in {"#main", "report_en.html", "report_de.html"}
        for _, attributes in page.tags
    )
    assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on")]
    assert "49" not in re.findall(r"<h1>.*?</h1>", text, re.DOTALL)[0]


def test_the_same_report_gives_the_same_text() -> None:
    assert _page(samples.inputs(), "de") == _page(samples.inputs(), "de")
