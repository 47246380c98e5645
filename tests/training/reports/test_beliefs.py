"""The section on what people say: on the page in two languages, in JSON and CSV."""

import csv
import io
import re

import pytest

from tests.training.reports import belief_samples, lever_samples, samples
from tests.training.reports.test_first_steps import page
from training.beliefs import Place
from training.reports import build_report, render_csv, render_html
from training.reports.beliefs import build_beliefs

TITLE = "What people say and what goes with it"


def section(language="en", inputs=None, **counts) -> str:
    words = page(inputs or belief_samples.inputs(**counts), language)
    title = TITLE if language == "en" else "Was Menschen sagen und was damit einhergeht"
    ends = "How far can you trust this?|Wie weit kann man dem trauen?|Wie verlässlich"
    return re.split(ends, words.partition(title)[2])[0]


def test_a_report_without_beliefs_has_no_such_section():
    assert build_beliefs(lever_samples.inputs()) is None
    assert TITLE not in page(lever_samples.inputs())
    assert build_report(lever_samples.inputs()).to_json()["beliefs"] is None


def test_a_model_that_is_not_usable_measures_nothing():
    report = build_report(belief_samples.believing(samples.unusable()))
    assert report.beliefs is None


def test_pay_is_said_first_and_stands_with_its_ranges():
    words = section()
    assert "Pay 1 of 2 88% likely range 82% to 92% 1 of 4 no other place is likely 4 to 5 of 5" in words
    assert "clearly lower than managers believe" in words
    assert "clearly lower than people say" in words


def test_who_was_asked_and_what_speaks_of_no_driver_is_said():
    words = section(unmapped=40, other_reasons={"Moved": 12})
    assert "203 of 210 people who were heard gave a reason." in words
    assert "20% (likely range 15% to 26%) named a reason that speaks of no driver." in words
    assert "Among them: Moved (12)." in words


def test_a_stated_reason_is_no_measurement_and_the_page_says_so():
    assert "answers another question than the measurement" in section()
    assert "beantwortet eine andere Frage als die Messung" in section("de")


def test_a_reason_is_shown_as_text_and_never_run():
    html = render_html(build_report(belief_samples.inputs(unmapped=40, other_reasons={"<b>Moved": 12})), "en")
    assert "&lt;b&gt;Moved (12)" in html
    assert "<b>Moved" not in html


def test_too_few_reasons_are_an_answer():
    words = section(given=7, heard=9)
    assert "Too few reasons to tell anything: 7 of 9 people gave one, 25 are needed." in words
    assert "Named by" not in words
    assert "Pay 1 of 2 4 to 5 of 5 clearly lower than managers believe" in words


def test_small_groups_stay_hidden_on_the_page():
    words = section()
    assert "support not ranked too few to show 2 to 4 of 4" in words
    assert "training not ranked too few to show" in words


@pytest.mark.parametrize(
    "counts", [{}, {"given": 7, "heard": 9}, {"unmapped": 2}], ids=["many", "few", "hidden"]
)
def test_german_says_the_same(counts):
    words = section("de", **counts)
    assert "Vergütung 1 von 2" in words
    assert "klar tiefer, als Führungskräfte glauben" in words
    assert "Measured" not in words


def on_paper(inputs, language="en") -> str:
    """Return the sentences that stand in print in place of the table."""
    html = render_html(build_report(inputs), language)
    found = re.search(r'<p class="on-paper">(.*?)</p>', html, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def test_paper_has_a_sentence_for_each_contradiction():
    words = on_paper(belief_samples.inputs())
    assert words.startswith(
        "Pay: named by 88% of 203 (likely range 82% to 92%), measured place 4 to 5 of 5, clearly lower than "
        "managers believe, clearly lower than people say."
    )
    assert "workload: " in words
    assert "training" not in words
    assert "Vergütung: genannt von 88 % von 203" in on_paper(belief_samples.inputs(), "de")


def test_paper_says_that_nothing_is_contradicted():
    content = belief_samples.beliefs()
    content["rows"] = [row | {"of_managers": None, "of_stated": "open"} for row in content["rows"]]
    inputs = lever_samples.inputs(tables={**lever_samples.tables(), "beliefs": content})
    assert on_paper(inputs) == "Nothing that is measured contradicts what is said."


def test_the_ranking_of_managers_alone_needs_no_word_on_reasons():
    content = belief_samples.beliefs() | {"stated": None}
    unasked = {"stated": None, "stated_place": None, "is_hidden": False}
    content["rows"] = [row | unasked for row in content["rows"]]
    words = section(inputs=lever_samples.inputs(tables={**lever_samples.tables(), "beliefs": content}))
    assert "gave a reason" not in words
    assert "Named by" not in words
    assert "clearly lower than managers believe" in words


def test_the_section_stands_behind_the_drivers_and_is_printed():
    words = page(belief_samples.inputs())
    assert words.index("Drivers by segment") < words.index(TITLE)
    assert words.index(TITLE) < words.index("Method and limits")


def test_plain_values_hold_places_and_shares():
    content = build_report(belief_samples.inputs()).to_json()["beliefs"]
    pay = content["rows"][0]
    assert (pay["driver"], pay["measured"]) == ("pay", vars(Place(4, 5, 5)))
    assert pay["stated"]["n"] == 203
    assert content["stated"]["given"] == 203


def test_a_spreadsheet_gets_the_shares_that_are_shown():
    rows = list(csv.DictReader(io.StringIO(render_csv(build_report(belief_samples.inputs())))))
    found = {row["item"]: float(row["value"]) for row in rows if row["section"] == "belief"}
    assert set(found) == {"Pay", "workload", "no driver"}
    assert found["Pay"] == pytest.approx(178 / 203, abs=1e-5)
