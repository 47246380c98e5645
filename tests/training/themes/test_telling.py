import numpy as np
import pytest

from features.usecase import Privacy
from tests.training.themes.theme_worlds import FIRST, make_rows
from training.themes.record import TopicName, Unread
from training.themes.rows import WaveVerbatims
from training.themes.telling import Telling

NAME = TopicName({}, {})


def lines(n_known, n_unknown, *, n_people=None):
    """Return verbatims on waiting, some of whose tone nobody knows."""
    tones = [-1.0 if place % 2 else 1.0 for place in range(n_known)] + [np.nan] * n_unknown
    writers = range(len(tones)) if n_people is None else [place % n_people for place in range(len(tones))]
    return [(f"k{who}", "waiting", tone, 0.0) for who, tone in zip(writers, tones, strict=True)]


def tell(found, **privacy):
    rows = make_rows([found])
    wave = WaveVerbatims.of(rows, FIRST)
    return Telling.of(rows, Privacy(**privacy)).describe(wave, "topic", "waiting", NAME, wave.everybody)


def test_tone_is_a_figure_of_the_verbatims_whose_tone_is_known():
    line = tell(lines(12, 8))
    assert (line.verbatims, line.tone.n, line.negative.estimate.n) == (20, 12, 12)
    assert line.tone.value == 0
    assert line.negative.estimate.value == 0.5


@pytest.mark.parametrize("found", [lines(9, 20), lines(40, 0, n_people=9)], ids=["few", "by-few"])
def test_a_tone_known_of_few_is_not_told(found):
    line = tell(found)
    assert line.tone is line.negative is None
    assert not line.is_alike


def test_of_people_at_work_who_are_known_neither_tone_nor_that_it_is_alike_is_told():
    line = tell([(who, topic, -2.0, 1.0) for who, topic, _, _ in lines(30, 0)], subject="employee")
    assert line.tone is None
    assert not line.is_alike
    assert line.actionable.told == "over"


@pytest.mark.parametrize(
    ("n_french", "n_short", "told"),
    [(0, 0, Unread(0, 0)), (3, 0, Unread(None, 0)), (12, 4, Unread(12, None)), (10, 10, Unread(10, 10))],
    ids=["none", "few-french", "many-french", "many"],
)
def test_what_was_not_read_is_counted_unless_there_is_little_of_it(n_french, n_short, told):
    unread = [(f"u{place}", None, np.nan, np.nan) for place in range(n_french + n_short)]
    languages = ["en"] * 30 + ["fr"] * n_french + [""] * n_short
    rows = make_rows([[*lines(30, 0), *unread]], languages=np.array(languages, dtype=object))
    assert Telling.of(rows, Privacy()).count_unread(rows, FIRST) == told


def test_unread_verbatims_of_one_person_are_few():
    unread = [("u", None, np.nan, np.nan)] * 30
    rows = make_rows([[*lines(30, 0), *unread]], languages=np.array(["en"] * 30 + ["fr"] * 30, dtype=object))
    assert Telling.of(rows, Privacy()).count_unread(rows, FIRST).other_language is None


def test_a_tone_between_two_grades_is_negative_from_half_a_grade_on():
    tones = [-0.6] * 15 + [-0.4] * 30
    line = tell([(f"k{place}", "waiting", tone, 0.0) for place, tone in enumerate(tones)])
    assert line.negative.estimate.value == pytest.approx(1 / 3)
