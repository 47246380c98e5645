import numpy as np
import pytest

from tests.training.surveys.made import give_worth, make_answers
from training.surveys.lags import read_lags


def world(n=2_000, *, fade=0.0, seed=1, **more):
    """Return one wave in which moods fade by some points with a half-life of three days."""
    random = np.random.default_rng(seed)
    names = [f"k{number:04d}" for number in range(n)]
    days = random.integers(0, 30, n).astype(float)
    felt = random.normal(20 + fade * 2 ** (-days / 3), 50, n)
    waves = [dict(zip(names, give_worth(felt), strict=True))]
    return make_answers(waves, lags=dict(zip(names, days, strict=True)), **more)


def test_bands_hold_every_answer_once():
    lags = read_lags(world(), (222,), 5)
    assert lags is not None
    assert sum(band.level.estimate.n for band in lags.bands) == lags.n == 2_000


def test_a_planted_decay_is_found():
    lags = read_lags(world(fade=120), (222,), 5)
    assert lags is not None
    assert lags.decay is not None
    assert lags.decay.shape == "exponential"
    assert lags.decay.half_life_days is not None
    # Answers have ends and moods have none: the half-life of NPS is a little longer than that of moods.
    assert 2 < lags.decay.half_life_days.value < 6
    assert lags.decay.half_life_days.high < 30


def test_without_a_decay_none_is_found():
    lags = read_lags(world(seed=8), (222,), 5)
    assert lags is not None
    assert lags.decay is not None
    assert lags.decay.shape == "none"


def test_bands_below_the_minimum_are_left_out():
    names = [f"k{number}" for number in range(40)]
    days = {name: 0.5 if at < 36 else 20.0 for at, name in enumerate(names)}
    answers = make_answers([dict.fromkeys(names, 0.0)], lags=days)
    lags = read_lags(answers, (222,), 5)
    assert lags is not None
    assert [(band.first_day, band.level.estimate.n) for band in lags.bands] == [(0, 36)]


@pytest.mark.parametrize("n", [29, 200])
def test_few_answers_or_equal_ones_have_no_curve(n):
    names = [f"k{number}" for number in range(n)]
    worth = [100.0 * (at % 3 - 1) for at in range(n)] if n == 29 else [100.0] * n
    days = {name: float(at % 9) for at, name in enumerate(names)}
    lags = read_lags(make_answers([dict(zip(names, worth, strict=True))], lags=days), (222,), 5)
    assert lags is not None
    assert lags.decay is None


def test_two_lags_are_no_curve():
    names = [f"k{number}" for number in range(60)]
    days = {name: float(at % 2) for at, name in enumerate(names)}
    worth = {name: 100.0 * (at % 3 - 1) for at, name in enumerate(names)}
    lags = read_lags(make_answers([worth], lags=days), (222,), 5)
    assert lags is not None
    assert lags.decay is None


def test_nothing_is_told_without_lags_or_names_or_waves():
    assert read_lags(make_answers([{f"k{at}": 0.0 for at in range(40)}]), (222,), 5) is None
    assert read_lags(world(40, is_anonymous=True), (222,), 5) is None
    assert read_lags(world(40), (), 5) is None
    assert read_lags(world(4), (222,), 5) is None
