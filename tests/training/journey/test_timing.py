import numpy as np
import pytest

from training.journey.timing import FEWEST_ROWS, find_band
from training.statistics import Estimate
from training.statistics.controls import Control


def world(seed: int, n: int = 700, *, hurt: float = 0.9, low: float = 3.0, high: float = 10.0):
    """Return lag and an outcome that is better inside a band."""
    chance = np.random.default_rng(seed)
    lag = chance.uniform(0, 25, n)
    return lag, -hurt * ~((lag >= low) & (lag <= high)) + chance.normal(size=n)


def search(lag, outcome, *, context=(), beside=(), entity=None, n_draws=399, seed=0):
    whose = np.arange(lag.size) if entity is None else entity
    return find_band(
        lag, outcome, context=list(context), beside=list(beside), entity=whose, n_draws=n_draws, seed=seed
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_planted_band_is_found_with_its_ends(seed):
    band = search(*world(seed))
    assert band.p_value == 1 / 400
    assert band.low.value == pytest.approx(3, abs=1.5)
    assert band.high.value == pytest.approx(10, abs=1.5)
    assert band.low.low <= 3.3
    assert band.high.high >= 9.7
    assert not band.is_open
    assert not band.is_early
    assert band.difference.low > 0.4


def test_a_band_that_reaches_to_the_end_is_open():
    band = search(*world(1, low=12.0, high=99.0))
    assert band.is_open
    assert band.low.value == pytest.approx(12, abs=1.5)


def test_a_band_that_begins_at_once_is_early():
    band = search(*world(1, low=0.0, high=12.0))
    assert band.is_early
    assert not band.is_open
    assert band.high.value == pytest.approx(12, abs=1.5)


def test_whole_days_give_whole_days():
    lag, outcome = world(2, n=1500)
    days = np.floor(lag)
    band = search(days, outcome + 0.9 * ((days == 2) | (days == 10)) * 0)
    assert {band.low.value, band.high.value, band.low.low, band.high.high} <= set(range(26))


def test_nothing_planted_is_seldom_found():
    found = 0
    for seed in range(60):
        lag, outcome = world(seed, 300, hurt=0.0)
        found += search(lag, np.exp(outcome), n_draws=99, seed=seed).p_value <= 0.05
    assert found <= 0.05 * 60 + 3 * (0.05 * 0.95 * 60) ** 0.5


def test_what_lags_share_with_the_outcome_is_held_equal():
    """Who books early is told late and is happier anyway."""
    chance = np.random.default_rng(5)
    ahead = chance.uniform(10, 90, 800)
    lag = ahead * chance.uniform(0.1, 0.4, 800)
    outcome = 0.03 * ahead + chance.normal(size=800)
    assert search(lag, outcome).p_value < 0.01
    assert search(lag, outcome, beside=[Control("ahead", ahead)]).p_value > 0.05
    assert search(lag, outcome, context=[Control("ahead", ahead)]).p_value > 0.05


def test_rows_of_one_entity_stay_together():
    """Moods differ between people whose lags hardly vary: five rows of one person are one witness."""
    found = {"together": 0, "apart": 0}
    for seed in range(25):
        chance = np.random.default_rng(seed)
        entity = np.repeat(np.arange(80), 5)
        lag = chance.uniform(0, 25, 80)[entity] + chance.uniform(0, 0.2, 400)
        outcome = chance.normal(size=80)[entity] + 0.3 * chance.normal(size=400)
        found["together"] += search(lag, outcome, entity=entity, n_draws=59).p_value <= 0.05
        found["apart"] += search(lag, outcome, n_draws=59).p_value <= 0.05
    assert found["together"] <= 4
    assert found["apart"] >= 20


def test_the_order_of_rows_changes_nothing():
    lag, outcome = world(6, 400)
    entity = np.arange(400) // 2
    order = np.random.default_rng(1).permutation(400)
    one = search(lag, outcome, entity=entity, beside=[Control("x", lag**2)])
    other = search(lag[order], outcome[order], entity=entity[order], beside=[Control("x", lag[order] ** 2)])
    assert one is not None
    assert other is not None
    assert one.p_value == other.p_value
    assert (one.low, one.high) == (other.low, other.high)
    assert one.difference.value == pytest.approx(other.difference.value)


def test_chance_is_asked_no_longer_than_needed():
    """A p-value that stops early is twenty out of the searches made so far."""
    lag, outcome = world(7, 300, hurt=0.0)
    p_value = search(lag, outcome, n_draws=5_000).p_value
    searches = 20 / p_value
    assert searches == pytest.approx(round(searches))
    assert searches < 1_000


def test_the_difference_is_that_of_a_regression_on_the_band():
    lag, outcome = world(8, 500)
    band = search(lag, outcome)
    inside = (lag >= band.low.value) & (lag <= band.high.value)
    assert band.n_inside == inside.sum()
    assert band.difference.value == pytest.approx(outcome[inside].mean() - outcome[~inside].mean())
    spread = np.sqrt(
        outcome[inside].var(ddof=1) / inside.sum() + outcome[~inside].var(ddof=1) / (~inside).sum()
    )
    assert band.difference.high - band.difference.low == pytest.approx(2 * 1.96 * spread, rel=0.02)


@pytest.mark.parametrize(
    ("lag", "outcome"),
    [
        (np.arange(FEWEST_ROWS - 1.0), np.arange(FEWEST_ROWS - 1.0) % 3),
        (np.ones(400), np.arange(400.0) % 3),
        (np.arange(400.0), np.ones(400)),
        (np.repeat([0.0, 1.0], [390, 10]), np.arange(400.0) % 3),
    ],
    ids=["few rows", "one lag", "one outcome", "lags that hardly differ"],
)
def test_what_cannot_be_searched_gives_nothing(lag, outcome):
    assert search(lag, outcome) is None


def test_lags_that_are_held_equal_cannot_be_searched():
    lag, outcome = world(9, 400)
    coarse = np.floor(lag / 12.5)
    assert search(coarse, outcome, context=[Control("same", coarse)]) is None


def test_with_many_controls_and_few_rows_products_are_left_out():
    chance = np.random.default_rng(10)
    lag, outcome = world(10, 260)
    context = [Control(f"c{n}", chance.normal(size=260)) for n in range(6)]
    band = search(lag, outcome, context=context)
    assert isinstance(band.difference, Estimate)
