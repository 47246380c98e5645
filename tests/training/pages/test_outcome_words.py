"""A page speaks of leaving only where people leave, and calls good what is good."""

import re
from dataclasses import fields

import pytest

from tests.training.reports import lever_samples, samples
from tests.training.reports.speaking import speaks_of_leaving
from tests.training.reports.test_render import Page
from training.pages import event_of, kind_of
from training.pages.language import read_catalogue
from training.pages.outcome_words import OutcomeWords, messages, words_of
from training.reports import build_report, render_csv, render_html

KINDS = ("churn", "attrition", "good", "bad")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
LANGUAGES = ("en", "de")
# A German clause that begins so has its verb at the end, where the words of an event have it in front.
VERB_LAST = re.compile(r"\b(dass|die|wer|wenn|Wenn|ob|weil|wie)\b[^:,;.(„]*%\(event\)s")


def page(means, language):
    return Page(render_html(build_report(lever_samples.flat_event(means)), language)).text


def german(message):
    found = read_catalogue("de").get(message)
    assert found is not None
    return found.string


class TestMessages:
    def test_each_kind_of_event_has_words_and_answers_have_their_own(self):
        assert all(isinstance(words_of(kind), OutcomeWords) for kind in KINDS)
        assert words_of("churn") is words_of("attrition")
        assert words_of("satisfaction") is None

    def test_no_message_is_empty_and_all_are_listed(self):
        for kind in KINDS:
            for field in fields(OutcomeWords):
                message = getattr(words_of(kind), field.name)
                assert message in messages()
                assert all(message)

    @pytest.mark.parametrize("field", [field.name for field in fields(OutcomeWords)])
    def test_a_message_takes_no_more_than_that_of_another_meaning_but_the_event(self, field):
        """Templates give the same values whatever the meaning is."""
        slots = [set(PLACEHOLDER.findall(str(getattr(words_of(kind), field)))) for kind in KINDS]
        people = {"people"} if field in {"higher", "lower"} else set()
        assert all(found <= slots[0] | {"event"} | people for found in slots)

    def test_only_messages_of_leaving_speak_of_leaving(self):
        for kind in ("good", "bad"):
            for message in vars(words_of(kind)).values():
                english = message if isinstance(message, str) else message[0]
                for text in (english, str(german(english))):
                    assert not speaks_of_leaving(PLACEHOLDER.sub("", text))

    def test_in_german_the_event_stands_where_a_main_clause_has_its_verb(self):
        with_event = [text for text in messages() if isinstance(text, str) and "%(event)s" in text]
        assert len(with_event) > 15
        assert not [text for text in with_event if VERB_LAST.search(german(text))]
        assert VERB_LAST.search("Fälle, die %(event)s")

    def test_more_and_better_belong_together(self):
        good, bad = words_of("good"), words_of("bad")
        assert good is not None
        assert bad is not None
        for name in ("higher", "lower"):
            assert "better" in getattr(good, name)
            assert "worse" in getattr(bad, name)
        for name in ("gain", "gain_by_lever", "gain_of_first", "gain_by_model"):
            assert " more" in getattr(good, name)
            assert " fewer" in getattr(bad, name)
        assert ("rare" in good.heat_title, "lower" in good.heat_hint) == (True, True)
        assert ("frequent" in bad.heat_title, "higher" in bad.heat_hint) == (True, True)


class TestKind:
    def test_it_is_what_the_use_case_means(self):
        for means in ("good", "bad"):
            usecase = lever_samples.flat_event(means).usecase
            assert kind_of(usecase, is_answer=False) == means
            assert event_of(usecase) == lever_samples.EVENTS[means]

    def test_leaving_is_told_apart_by_who_leaves(self):
        assert kind_of(samples.usecase(), is_answer=False) == "churn"
        assert kind_of(samples.usecase("employee"), is_answer=False) == "attrition"
        assert event_of(samples.usecase()) == {}

    def test_an_answer_is_an_answer_whatever_names_say(self):
        assert kind_of(samples.usecase(), is_answer=True) == "satisfaction"

    @pytest.mark.parametrize(
        ("inputs", "is_good"),
        [
            (samples.inputs, False),
            (samples.employees, False),
            (samples.satisfaction, True),
            (lambda: lever_samples.flat_event("good"), True),
            (lambda: lever_samples.flat_event("bad"), False),
        ],
        ids=["churn", "attrition", "satisfaction", "good", "bad"],
    )
    def test_more_is_better_of_answers_and_of_what_is_wanted(self, inputs, is_good):
        assert inputs().is_good is is_good


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("means", ["good", "bad"])
class TestPages:
    def test_nothing_speaks_of_leaving(self, means, language):
        assert speaks_of_leaving(page(means, language)) == []

    def test_the_words_of_the_use_case_are_taken(self, means, language):
        event = lever_samples.EVENTS[means][language]
        text = page(means, language)
        assert text.count(event) > 10
        first = {"en": "Expected: 9% of cases {}.", "de": "Erwartet: 9 % der Fälle {}."}[language]
        assert first.format(event) in text

    def test_a_model_that_is_not_usable_says_so_without_leaving(self, means, language):
        weak = samples.unusable().evaluation
        inputs = lever_samples.flat_event(means, evaluation=weak)
        text = Page(render_html(build_report(inputs), language)).text
        assert speaks_of_leaving(text) == []
        assert {"en": "cannot tell the outcome", "de": "erkennt das Ergebnis nicht"}[language] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_leaving_do_speak_of_it(language):
    """Else the other tests could not fail."""
    assert (
        len(set(speaks_of_leaving(Page(render_html(build_report(lever_samples.inputs()), language)).text)))
        > 3
    )


class TestDirections:
    def test_what_goes_with_more_of_a_good_event_is_called_better(self):
        text = page("good", "en")
        assert "Lower values go with the better outcome: more cases are satisfied." in text
        assert "worse" not in text

    def test_what_goes_with_more_of_a_bad_event_is_called_worse(self):
        text = page("bad", "de")
        assert "Höhere Werte gehen mit dem schlechteren Ergebnis einher: Mehr Fälle kommen zu spät." in text
        assert "besser" not in text

    @pytest.mark.parametrize("means", ["good", "bad"])
    def test_a_goal_that_asks_for_the_better_is_not_called_the_opposite(self, means):
        """The samples of both agree: quick answers are wanted, and go with the better outcome."""
        lines = build_report(lever_samples.flat_event(means)).associations.levers
        assert {line.name: line.is_against_goal for line in lines}["resolution"] is False

    def test_levers_win_of_the_good_and_save_from_the_bad(self):
        for means, word in (("good", "more"), ("bad", "fewer")):
            report = build_report(lever_samples.flat_event(means))
            best = report.first_steps.steps[0]
            assert best.gain.value > best.gain.low > 0
            event = lever_samples.EVENTS[means]["en"]
            assert re.search(rf"one could expect: [0-9]+ {word} {event}", page(means, "en"))
            models = [line.gain_by_model for line in report.prospects.tables[0].lines]
            assert all(found is not None and found >= 0 for found in models)

    def test_nothing_is_priced_where_nobody_leaves(self):
        for means in ("good", "bad"):
            report = build_report(lever_samples.flat_event(means))
            assert report.headline.expected_loss is None
            assert report.prospects.margin is None
            assert report.calls is None


def test_the_figures_as_csv_name_no_leavers_either():
    assert "cases with the outcome in top tenth" in render_csv(build_report(lever_samples.flat_event("good")))
    assert speaks_of_leaving(render_csv(build_report(lever_samples.flat_event("bad")))) == []
    assert "leavers in top tenth" in render_csv(build_report(lever_samples.inputs()))
