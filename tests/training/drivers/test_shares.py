import numpy as np
import pytest
from scipy import stats

from features.catalogue import Catalogue, Feature
from training.drivers import DriverShares, RowWeights, driver_groups
from training.drivers.shares import Spread, student_factor
from training.statistics import Floats

GROUPS = driver_groups(Catalogue(tuple(Feature(f"f{number}", "number", "table") for number in range(3))), {})
VALUES = np.random.default_rng(8).normal(size=(500, 3)) * np.array([0.6, 0.3, 0.1])


def _refits(count: int, spread: float = 0.1) -> list[Floats]:
    random = np.random.default_rng(5)
    return [VALUES * np.exp(spread * random.normal(size=3)) for _ in range(count)]


def test_shares_are_those_of_the_mean_absolute_attributions() -> None:
    shares = DriverShares.of(VALUES, GROUPS)
    sizes = np.abs(VALUES).mean(axis=0)
    assert shares.value == pytest.approx(sizes / sizes.sum())
    assert (shares.n_rows, shares.spread.n_refits, shares.spread.method) == (500, 0, "entity bootstrap")


def test_the_spread_over_rows_is_that_of_a_ratio_of_means() -> None:
    """Delta method: what is left of each row's sizes once the share of their sum is taken out."""
    shares = DriverShares.of(VALUES, GROUPS, n_draws=4_000)
    size = np.abs(VALUES)
    influence = (size - shares.value * size.sum(axis=1, keepdims=True)) / size.sum(axis=1).mean()
    expected = influence.T @ influence / len(size) ** 2
    assert shares.covariance == pytest.approx(expected, rel=0.15, abs=1e-6)


def test_shares_of_one_sum_vary_against_each_other() -> None:
    shares = DriverShares.of(VALUES, GROUPS, refits=_refits(10))
    assert shares.spread.over_rows.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    assert shares.spread.over_refits.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)


def test_both_sources_add_up_and_few_refits_are_stretched() -> None:
    shares = DriverShares.of(VALUES, GROUPS, refits=_refits(10))
    stretched = (stats.t.ppf(0.975, 9) / stats.norm.ppf(0.975)) ** 2
    assert shares.covariance == pytest.approx(shares.spread.over_rows + stretched * shares.spread.over_refits)
    assert (np.diag(shares.spread.covariance_for(3)) > np.diag(shares.covariance)).all()
    assert shares.spread.method == "half-sample refits and entity bootstrap"


def test_more_ranges_and_fewer_refits_stretch_more() -> None:
    factors = [student_factor(16), student_factor(8), student_factor(8, 45)]
    assert factors == sorted(factors)
    assert student_factor(100_000) == pytest.approx(1.0, abs=1e-3)


def test_a_range_stays_between_nothing_and_all() -> None:
    refits = _refits(8, spread=2.0)
    shares = [DriverShares.of(VALUES, GROUPS, refits=refits).estimate(column) for column in range(3)]
    assert all(0.0 <= share.low <= share.value <= share.high <= 1.0 for share in shares)


def test_weights_of_rows_count() -> None:
    half = np.repeat([1.0, 0.0], 250)
    weighted = DriverShares.of(VALUES, GROUPS, weights=RowWeights(rows=half)).value
    assert weighted == pytest.approx(DriverShares.of(VALUES[:250], GROUPS).value)


@pytest.mark.parametrize("count", [1, 7])
def test_too_few_refits_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} refits say too little; pass at least 8, or none"):
        DriverShares.of(VALUES, GROUPS, refits=_refits(count))


def test_one_column_has_a_covariance_of_its_own() -> None:
    assert Spread.of(np.array([[1.0], [3.0]]), None).covariance_for().tolist() == [[2.0]]


def test_p_values_are_normal_without_refits_and_students_with_them_alone() -> None:
    value, nothing = np.array([0.2, -0.1]), np.zeros((2, 2))
    variance = np.diag([0.01, 0.04])
    assert Spread(variance, nothing, 0).p_values(value) == pytest.approx(2 * stats.norm.sf([2.0, 0.5]))
    assert Spread(nothing, variance, 16).p_values(value) == pytest.approx(2 * stats.t.sf([2.0, 0.5], 15))


def test_p_values_follow_satterthwaite_in_between() -> None:
    rows, refits = np.array([[0.03]]), np.array([[0.01]])
    freedom = 0.04**2 / (0.01**2 / 7)
    found = Spread(rows, refits, 8).p_values(np.array([0.4]))
    assert found == pytest.approx(2 * stats.t.sf(2.0, freedom))


def test_what_does_not_vary_cannot_surprise() -> None:
    assert Spread(np.zeros((1, 1)), np.zeros((1, 1)), 0).p_values(np.array([0.3])).tolist() == [1.0]
