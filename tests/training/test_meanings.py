"""One world told as good, bad and leaving: what helps is called good, and only leaving is called leaving."""

from dataclasses import dataclass
from datetime import date

import pytest

from features.frame import build
from features.usecase import parse
from tests.training.examples import LIGHT
from tests.training.meaning_world import LABELS, TABLES, write_world
from tests.training.reports.speaking import speaks_of_leaving
from tests.usecases.told import Told, tell, words_of
from training.card import build_card, render_card
from training.groups import risk_band
from training.runs.description import describe_frame, describe_meaning

TODAY = date(2026, 1, 15)
LANGUAGES = ("en", "de")


@dataclass(frozen=True)
class Case:
    """Hold all that is told of one meaning."""

    told: Told
    cards: dict[str, str]


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    made = {}
    for means in TABLES:
        told = tell(write_world(tmp_path_factory.mktemp(means), means), LIGHT)
        card = build_card(told.bundle, made_on=TODAY)
        cards = {language: words_of(render_card(card, language)) for language in LANGUAGES}
        made[means] = Case(told, cards)
    return made


@pytest.mark.parametrize("means", ["good", "bad"])
class TestOtherThanLeaving:
    def test_page_card_and_lines_say_nothing_of_leaving(self, cases, means):
        case = cases[means]
        for language in LANGUAGES:
            assert speaks_of_leaving(case.told.pages[language]) == []
            assert speaks_of_leaving(case.cards[language]) == []
        lines = [
            *case.told.lines,
            *describe_frame(case.told.frame),
            *describe_meaning(case.told.bundle.usecase),
        ]
        assert speaks_of_leaving("\n".join(lines)) == []

    def test_the_card_says_what_is_forecast(self, cases, means):
        event = TABLES[means]["event"]
        assert f"It forecasts how likely this is: customers {event['en']}." in cases[means].cards["en"]
        assert f"Es schätzt, wie wahrscheinlich dies ist: Kunden {event['de']}." in cases[means].cards["de"]
        assert LABELS[means]["de"] in cases[means].cards["de"]

    def test_the_card_compares_groups_in_words_of_the_outcome(self, cases, means):
        assert "Chosen rightly of those with the outcome" in cases[means].cards["en"]
        assert "von denen ohne das Ergebnis" in cases[means].cards["de"]
        assert "of those who left" in cases["leaving"].cards["en"]

    def test_contacts_are_not_priced(self, cases, means):
        """What a contact is worth is what people bring who would else leave."""
        assert "money" not in cases[means].told.bundle.evaluation
        assert "money" in cases["leaving"].told.bundle.evaluation

    def test_commands_tell_effects_in_the_words_of_the_event(self, cases, means):
        event = TABLES[means]["event"]["en"]
        effects = [line for line in cases[means].told.lines if line.startswith("work on first: ")]
        assert len(effects) == 2
        assert all(f"the share of those who {event} would differ by " in line for line in effects)


def test_pages_of_leaving_speak_of_it_in_both_languages(cases):
    for language in LANGUAGES:
        assert speaks_of_leaving(cases["leaving"].told.pages[language])
        assert speaks_of_leaving(cases["leaving"].cards[language])


class TestDirections:
    def test_levers_are_offered_whatever_the_meaning_is(self, cases):
        """Quick answers and calls of thanks help: of none of the three is a goal the wrong way."""
        for case in cases.values():
            steps = case.told.report.first_steps.steps
            assert {step.label["en"] for step in steps} == {"Hours to the answer", "Calls of thanks"}
            assert all(step.gain.low > 0 for step in steps)

    def test_what_satisfies_goes_with_the_better_outcome(self, cases):
        page = cases["good"].told.pages["en"]
        assert "Lower values go with the better outcome: more cases are satisfied." in page
        assert "Higher values go with the better outcome: more cases are satisfied." in page
        assert "goes with the worse outcome" not in page

    def test_what_annoys_goes_with_the_worse_outcome(self, cases):
        page = cases["bad"].told.pages["de"]
        assert "Höhere Werte gehen mit dem schlechteren Ergebnis einher: Mehr Fälle beschweren sich." in page
        assert (
            "Niedrigere Werte gehen mit dem schlechteren Ergebnis einher: Mehr Fälle beschweren sich." in page
        )

    def test_the_headline_wins_or_saves(self, cases):
        assert " more are satisfied (likely range " in cases["good"].told.pages["en"]
        assert " mehr sind zufrieden (wahrscheinlicher Bereich " in cases["good"].told.pages["de"]
        assert " fewer complain (likely range " in cases["bad"].told.pages["en"]
        assert " weniger beschweren sich (wahrscheinlicher Bereich " in cases["bad"].told.pages["de"]

    def test_the_strongest_colour_stands_where_things_are_bad(self, cases):
        """Answers are slow in the north: fewer are satisfied there, more complain and leave."""
        for means, case in cases.items():
            (table,) = case.told.report.heat.tables
            cells = {name: line[0] for name, line in zip(table.rows, table.cells, strict=False)}
            north, south = cells["slow north"], cells["quick south"]
            assert north.step > 3 > south.step
            assert (north.value.value < south.value.value) is (means == "good")

    def test_the_model_itself_is_told_with_the_same_sign(self, cases):
        for case in cases.values():
            lines = case.told.report.prospects.tables[0].lines
            assert max(line.gain_by_model for line in lines) > 10
            assert min(line.gain_by_model for line in lines) >= 0

    def test_a_high_band_is_a_bad_one(self, cases):
        """Half of the people are satisfied; who is likely not to be gets a higher band than the others."""
        good, bad = cases["good"].told.bundle, cases["bad"].told.bundle
        assert [risk_band(good, share) for share in (0.9, 0.1)] == ["low", "medium"]
        assert [risk_band(bad, share) for share in (0.1, 0.9)] == ["low", "high"]


class TestMeaningUnsaid:
    def test_check_says_what_the_label_is_taken_for(self, tmp_path):
        usecase = write_world(tmp_path, "good", means=None, event=None)
        (note,) = describe_meaning(usecase)
        assert note == (
            "note: mood: 'up' is told of as something bad, since table.means is missing; "
            "write means: good if it is wanted, means: bad if not, means: leaving if people leave"
        )
        assert build(usecase).facts.event_count > 0

    @pytest.mark.parametrize("means", ["good", "bad", "leaving"])
    def test_nothing_is_noted_where_it_is_said(self, means, tmp_path):
        assert describe_meaning(write_world(tmp_path, means)) == []

    def test_nothing_is_noted_where_names_say_it_or_nothing_is_meant(self, tmp_path):
        assert describe_meaning(write_world(tmp_path, "leaving", means=None)) == []
        rating = {"file": "people.csv", "label": "stars", "kind": "ordinal"}
        assert describe_meaning(parse({"version": 1, "name": "stars", "table": rating}, "stars")) == []
