"""How often the ranges of shares and ranks of drivers hold the truth, by repetition on known truths."""

import numpy as np
import pytest
from scipy import stats

from features.catalogue import Catalogue, Feature
from training.drivers import DriverRow, rank_drivers
from training.statistics import Floats

pytestmark = pytest.mark.long
EFFECTS = np.array([0.5, 0.35, 0.3, 0.15, 0.15])
CLOSE = np.linspace(0.35, 0.26, 10)
TIED = np.repeat([0.4, 0.25, 0.1], [3, 3, 4])
N_ROWS, N_RUNS, N_REFITS = 300, 300, 16


def _learn(values: Floats, outcome: Floats) -> Floats:
    design = np.column_stack([np.ones(len(values)), values])
    return np.asarray(np.linalg.lstsq(design, outcome, rcond=None)[0][1:], dtype=np.float64)


def _rank(run: int, effects: Floats, n_refits: int = N_REFITS) -> list[DriverRow]:
    """Return the drivers of one world in the order of their effects."""
    random = np.random.default_rng(run)
    values = random.normal(size=(N_ROWS, effects.size))
    outcome = values @ effects + random.normal(size=N_ROWS)
    halves = [random.permutation(N_ROWS)[: N_ROWS // 2] for _ in range(n_refits)]
    refits = [values * _learn(values[half], outcome[half]) for half in halves]
    catalogue = Catalogue(tuple(Feature(f"f{number}", "number", "table") for number in range(effects.size)))
    attributions = values * _learn(values, outcome)
    rows = rank_drivers(attributions, values, catalogue, {}, refits=refits, n_draws=200, seed=run)
    by_name = {row.name: row for row in rows}
    return [by_name[name] for name in catalogue.names]


def _covered(run: int, n_refits: int) -> Floats:
    """Return for each driver whether its range holds the true share, in one world."""
    shares = [row.share for row in _rank(run, EFFECTS, n_refits)]
    truths = EFFECTS / EFFECTS.sum()
    return np.array([share.low <= truth <= share.high for share, truth in zip(shares, truths, strict=True)])


def _hold(effects: Floats, n_runs: int) -> tuple[float, float, float]:
    """Return how often a range of ranks holds all ranks that ties leave to the truth.

    Of one driver; of all drivers together; and how often a driver that is not the only first is named as it.
    """
    best, worst = stats.rankdata(-effects, "min"), stats.rankdata(-effects, "max")
    each, joint, wrong = [], [], []
    for run in range(n_runs):
        rows = _rank(run, effects)
        low, high = np.array([(row.rank_low, row.rank_high) for row in rows]).T
        low_joint, high_joint = np.array([(row.rank_low_joint, row.rank_high_joint) for row in rows]).T
        each.append((low <= best) & (worst <= high))
        joint.append(((low_joint <= best) & (worst <= high_joint)).all())
        wrong.append(((high == 1) & (worst > 1)).any())
    return float(np.mean(each)), float(np.mean(joint)), float(np.mean(wrong))


def test_ranges_with_refits_hold_the_truth_in_nineteen_of_twenty() -> None:
    covered = np.mean([_covered(run, N_REFITS) for run in range(N_RUNS)])
    assert covered >= 0.94


def test_ranges_from_rows_alone_do_not_which_is_why_they_say_so() -> None:
    covered = np.mean([_covered(run, 0) for run in range(N_RUNS)])
    assert covered < 0.85


@pytest.mark.parametrize("effects", [EFFECTS, CLOSE, TIED], ids=["clear", "close", "tied"])
def test_ranges_of_ranks_hold_the_truth_each_and_together(effects):
    each, joint, wrong_winner = _hold(effects, N_RUNS)
    assert each >= 0.95
    assert joint >= 0.95
    assert wrong_winner <= 0.02
