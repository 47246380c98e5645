import numpy as np
import pytest

from training.drivers.refitted import FEWEST_REFITTED, Refitted
from training.statistics import Floats

N_ROWS, N_DRIVERS = 100, 3
RANDOM = np.random.default_rng(6)
SIZES = [np.abs(RANDOM.normal(size=(60, N_DRIVERS))) * np.array([3.0, 2.0, 1.0]) for _ in range(12)]
DRAWN = RANDOM.dirichlet([30.0, 20.0, 10.0], size=(200, 2))
VALUE = np.array([[0.5, 0.3, 0.2], [0.4, 0.4, 0.2]])


def _part(n_refitted: int, n_others: int = 5) -> np.ndarray:
    """Return a part with some of the 60 rows that refits explained, and of the 40 that they did not."""
    part = np.zeros(N_ROWS, dtype=np.bool_)
    part[:n_refitted] = True
    part[60 : 60 + n_others] = True
    return part


def _shares(size: Floats, rows: np.ndarray) -> Floats:
    sums = size[rows].sum(axis=0)
    return sums / sums.sum()


def test_enough_rows_tell_their_own_spread() -> None:
    part = _part(20)
    found = Refitted.of(SIZES, None).spread(VALUE, DRAWN, part)
    own = np.stack([_shares(size, part[:60]) for size in SIZES])
    rest = np.stack([_shares(size, ~part[:60]) for size in SIZES])
    assert found.has_own_refits
    assert found.inside.over_refits == pytest.approx(np.cov(own, rowvar=False))
    assert found.apart is not None
    assert found.apart.over_refits == pytest.approx(np.cov(own - rest, rowvar=False))
    assert found.inside.over_rows == pytest.approx(np.cov(DRAWN[:, 0], rowvar=False))
    assert found.apart.over_rows == pytest.approx(np.cov(DRAWN[:, 0] - DRAWN[:, 1], rowvar=False))


@pytest.mark.parametrize(
    ("n_refitted", "has_own"),
    [
        (FEWEST_REFITTED - 1, False),
        (FEWEST_REFITTED, True),
        (60 - FEWEST_REFITTED, True),
        (61 - FEWEST_REFITTED, False),
    ],
)
def test_both_the_part_and_the_rest_need_enough_rows(n_refitted, has_own) -> None:
    assert Refitted.of(SIZES, None).spread(VALUE, DRAWN, _part(n_refitted)).has_own_refits == has_own


def test_rows_without_weight_tell_nothing() -> None:
    weight = np.ones(60)
    weight[:15] = 0.0
    assert not Refitted.of(SIZES, weight).spread(VALUE, DRAWN, _part(20)).has_own_refits


def test_weights_of_rows_count() -> None:
    weight = np.repeat([1.0, 0.0], 30)
    weighted = Refitted.of(SIZES, weight).spread(VALUE, DRAWN, _part(12))
    fewer = Refitted.of([size[:30] for size in SIZES], None).spread(VALUE, DRAWN, _part(12))
    assert weighted.inside.over_refits == pytest.approx(fewer.inside.over_refits)


def test_too_few_rows_take_the_relative_spread_of_all_as_if_learnt_alone() -> None:
    """One driver against all others: the error of a share s is s (1 - s) times that of the log odds."""
    value = np.array([[0.5, 0.5], [0.2, 0.8]])
    shares = 0.5 + 0.02 * np.array([1.0, -1.0] * 4)
    sizes = [np.tile([share, 1 - share], (60, 1)) for share in shares]
    part = _part(4, n_others=0)
    found = Refitted.of(sizes, None).spread(value, DRAWN[:, :, :2], part)
    log_odds = 2 * (shares / 0.5 - 1)
    assert not found.has_own_refits
    inside = 0.5 * 0.5 * log_odds.std(ddof=1) / np.sqrt(0.04)
    rest = 0.2 * 0.8 * log_odds.std(ddof=1) / np.sqrt(0.96)
    assert found.inside.over_refits[0, 0] == pytest.approx(inside**2)
    assert found.apart is not None
    assert found.apart.over_refits[0, 0] == pytest.approx(inside**2 + rest**2)


def test_a_driver_that_no_model_uses_has_no_spread() -> None:
    unused = [size * np.array([1.0, 1.0, 0.0]) for size in SIZES]
    value = np.array([[0.5, 0.5, 0.0], [0.4, 0.6, 0.0]])
    for n_refitted in (3, 20):
        found = Refitted.of(unused, None).spread(value, DRAWN, _part(n_refitted))
        assert found.inside.over_refits[2] == pytest.approx(np.zeros(3))


def test_without_a_rest_there_is_nothing_to_differ_from() -> None:
    everyone = np.ones(N_ROWS, dtype=np.bool_)
    found = Refitted.of(SIZES, None).spread(VALUE, DRAWN, everyone)
    assert found.has_own_refits
    assert found.apart is None


def test_without_refits_rows_alone_tell() -> None:
    found = Refitted.of([], None).spread(VALUE, DRAWN, _part(20))
    assert not found.has_own_refits
    assert found.inside.n_refits == 0
    assert found.apart is not None
    assert not found.apart.over_refits.any()
    assert Refitted.of([], None).spread(VALUE, DRAWN, np.ones(N_ROWS, dtype=np.bool_)).apart is None
