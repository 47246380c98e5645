import numpy as np
import pytest
from hypothesis import strategies as st

from features.calls.tone import Tone, follow_tone
from tests.properties import law

POINTS = st.lists(
    st.tuples(st.integers(0, 3_600_000), st.integers(-20_000, 20_000).map(lambda n: n / 10_000)),
    min_size=2,
    max_size=40,
)


def test_without_a_turn_nothing_is_known():
    assert follow_tone([]) == Tone(None, None, None)


def test_one_turn_has_a_level_and_no_slope():
    assert follow_tone([(5000, -1.5)]) == Tone(-1.5, None, -1.5)


def test_turns_that_begin_together_have_no_slope():
    assert follow_tone([(5000, -1.0), (5000, 1.0)]) == Tone(0.0, None, 0.0)


def test_the_end_is_the_mean_of_the_last_two():
    assert follow_tone([(0, 2.0), (1, 2.0), (2, -1.0), (3, -2.0)]).end == -1.5


def test_the_slope_is_per_minute():
    assert follow_tone([(0, 2.0), (90_000, -1.0)]).slope == pytest.approx(-2.0)


@law(50, POINTS, many=1000)
def test_the_slope_is_that_of_least_squares(points):
    points = sorted(points)
    minutes = np.array([start for start, _ in points]) / 60_000
    tones = np.array([tone for _, tone in points])
    found = follow_tone(points)
    assert found.mean == pytest.approx(tones.mean(), abs=1e-12)
    if np.ptp(minutes) < 1e-3:
        return
    centered = minutes - minutes.mean()
    assert found.slope == pytest.approx(centered @ tones / (centered @ centered), rel=1e-6, abs=1e-6)
