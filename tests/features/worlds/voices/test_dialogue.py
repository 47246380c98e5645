"""One call at a time: who speaks, how it ends, where somebody cuts in and where nobody speaks."""

from itertools import pairwise

import numpy as np
import pytest

from features.worlds.phrases import TONES, TOPICS
from features.worlds.vocabulary import LANGUAGES
from features.worlds.voices.dialogue import NUMBERS_PER_CALL, Matter, hold_dialogue
from features.worlds.voices.scripts import load_call_script


def _hold(
    topic="invoice", tone="neutral", *, solved=True, escalated=False, slowness=0.0, count=60, language="en"
):
    matter = Matter(topic, tone, solved, escalated, slowness)
    chances = np.random.default_rng(4).random((count, NUMBERS_PER_CALL)).tolist()
    return [hold_dialogue(load_call_script(language), matter, each) for each in chances]


def _cut_ins(call):
    return sum(later.start_s < earlier.end_s for earlier, later in pairwise(call))


def _longest_silence(call):
    return max(later.start_s - earlier.end_s for earlier, later in pairwise(call))


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_has_about_ten_turns_from_greeting_to_goodbye(language, topic, tone):
    script = load_call_script(language)
    for call in _hold(topic, tone, count=8, language=language):
        assert 8 <= len(call) <= 14
        assert call[0].speaker == "agent"
        assert call[0].text in script.greetings
        assert call[-1].speaker == "customer"
        assert {turn.speaker for turn in call} == {"agent", "customer"}
        assert not any("{" in turn.text or not turn.text for turn in call)


def test_turns_take_time_and_begin_in_order():
    for call in _hold(tone="negative", solved=False, escalated=True):
        assert all(turn.end_s > turn.start_s for turn in call)
        starts = [turn.start_s for turn in call]
        assert starts == sorted(starts)
        assert call[0].start_s >= 0


def test_longer_lines_take_longer():
    turns = [turn for call in _hold() for turn in call]
    words = np.array([len(turn.text.split()) for turn in turns])
    seconds = np.array([turn.end_s - turn.start_s for turn in turns])
    assert np.corrcoef(words, seconds)[0, 1] > 0.9


def test_the_angry_cut_in_and_the_friendly_hardly_ever():
    angry = np.mean([_cut_ins(call) for call in _hold(tone="negative", solved=False, count=300)])
    friendly = np.mean([_cut_ins(call) for call in _hold(tone="positive", solved=False, count=300)])
    assert angry > 0.4
    assert friendly < 0.1


def test_only_customers_cut_in_and_never_before_the_other_has_begun():
    for call in _hold(tone="negative", solved=False, count=200):
        for earlier, later in pairwise(call):
            if later.start_s < earlier.end_s:
                assert later.speaker == "customer"
                assert later.start_s >= earlier.start_s


def test_silence_on_hold_is_longer_where_support_is_slow():
    quick = np.mean([_longest_silence(call) for call in _hold(slowness=-1.0)])
    slow = np.mean([_longest_silence(call) for call in _hold(slowness=2.0)])
    assert quick > 3
    assert slow > 3 * quick


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_solved_ends_in_relief_and_what_is_not_in_disappointment(language):
    script = load_call_script(language)
    for solved, expected in ((True, script.relief), (False, script.disappointment)):
        for call in _hold(solved=solved, language=language, count=20):
            assert {turn.text for turn in call} & set(expected)


def test_the_last_word_is_friendlier_after_a_solution():
    script = load_call_script("en")
    assert all(call[-1].text in script.goodbyes["positive"] for call in _hold(tone="neutral", solved=True))
    assert all(call[-1].text in script.goodbyes["negative"] for call in _hold(tone="neutral", solved=False))
    assert all(call[-1].text in script.goodbyes["neutral"] for call in _hold(tone="negative", solved=True))


@pytest.mark.parametrize("escalated", [True, False], ids=["escalated", "quiet"])
def test_an_escalation_is_said_and_answered(escalated):
    script = load_call_script("en")
    for call in _hold(tone="negative", solved=False, escalated=escalated):
        texts = {turn.text for turn in call}
        assert bool(texts & set(script.escalations)) is escalated
        assert bool(texts & set(script.promises)) is escalated


def test_an_answer_fits_its_question():
    script = load_call_script("en")
    for call in _hold(count=100):
        texts = [turn.text for turn in call]
        question = next(text for text in texts if text in script.questions)
        answer = script.answers[script.questions.index(question)]
        assert any(text.startswith(answer.partition("{n}")[0]) for text in texts)


def test_the_same_numbers_make_the_same_call():
    assert _hold() == _hold()
