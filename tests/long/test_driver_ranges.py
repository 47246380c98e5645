"""How often the range of a driver's share holds the truth, by repetition on worlds whose truth is known."""

import numpy as np
import pytest

from features.catalogue import Catalogue, Feature
from training.drivers import rank_drivers
from training.statistics import Floats

pytestmark = pytest.mark.long
EFFECTS = np.array([0.5, 0.35, 0.3, 0.15, 0.15])
TRUTH = EFFECTS / EFFECTS.sum()
CATALOGUE = Catalogue(tuple(Feature(f"f{number}", "number", "table") for number in range(EFFECTS.size)))
N_ROWS, N_RUNS, N_REFITS = 300, 300, 16


def _learn(values: Floats, outcome: Floats) -> Floats:
    design = np.column_stack([np.ones(len(values)), values])
    return np.asarray(np.linalg.lstsq(design, outcome, rcond=None)[0][1:], dtype=np.float64)


def _covered(run: int, n_refits: int) -> Floats:
    """Return for each driver whether its range holds the true share, in one world."""
    random = np.random.default_rng(run)
    values = random.normal(size=(N_ROWS, EFFECTS.size))
    outcome = values @ EFFECTS + random.normal(size=N_ROWS)
    halves = [random.permutation(N_ROWS)[: N_ROWS // 2] for _ in range(n_refits)]
    refits = [values * _learn(values[half], outcome[half]) for half in halves]
    rows = rank_drivers(
        values * _learn(values, outcome), values, CATALOGUE, {}, refits=refits, n_draws=200, seed=run
    )
    by_name = {row.name: row.share for row in rows}
    shares = [by_name[name] for name in CATALOGUE.names]
    return np.array([share.low <= truth <= share.high for share, truth in zip(shares, TRUTH, strict=True)])


def test_ranges_with_refits_hold_the_truth_in_nineteen_of_twenty() -> None:
    covered = np.mean([_covered(run, N_REFITS) for run in range(N_RUNS)])
    assert covered >= 0.94


def test_ranges_from_rows_alone_do_not_which_is_why_they_say_so() -> None:
    covered = np.mean([_covered(run, 0) for run in range(N_RUNS)])
    assert covered < 0.85
