"""How often ranges of relative weights hold the truth, by repetition on correlations that are known."""

import numpy as np
import pytest

from training.drivers import split_variance
from training.statistics import Floats
from training.statistics.relative_weights import relative_weights, shapley_r2

pytestmark = pytest.mark.long
SIZE, N_RUNS = 10, 150
NAMES = [f"f{place}" for place in range(SIZE)]
CORRELATION = 0.4 + 0.6 * np.eye(SIZE)
CLEAR = np.array([0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.0, 0.0, 0.0, 0.0])
CLOSE = np.linspace(0.1, 0.2, SIZE)


def _held(effects: Floats, n_rows: int) -> tuple[float, float, float]:
    """Return how often ranges hold the true relative weight, the true Shapley value and R squared."""
    with_target = CORRELATION @ effects / np.sqrt(effects @ CORRELATION @ effects + 1)
    weights = relative_weights(CORRELATION, with_target)
    gains, explained = shapley_r2(CORRELATION, with_target), weights.sum()
    root, hits = np.linalg.cholesky(CORRELATION), []
    for seed in range(N_RUNS):
        random = np.random.default_rng(seed)
        values = random.normal(size=(n_rows, SIZE)) @ root.T
        target = values @ effects + random.normal(size=n_rows)
        found = split_variance(target, dict(zip(NAMES, values.T, strict=True)), seed=N_RUNS + seed)
        assert found.shapley_r2 is not None
        shares = [found.relative_weight[name] for name in NAMES]
        parts = [found.shapley_r2[name] for name in NAMES]
        true = weights / explained
        hits.append(
            (
                np.mean([one.low <= value <= one.high for one, value in zip(shares, true, strict=True)]),
                np.mean([one.low <= value <= one.high for one, value in zip(parts, gains, strict=True)]),
                found.r2.low <= explained <= found.r2.high,
            )
        )
    share, gain, r2 = np.mean(hits, axis=0).tolist()
    return share, gain, r2


@pytest.mark.parametrize("n_rows", [300, 1_000])
@pytest.mark.parametrize("effects", [CLEAR, CLOSE], ids=["clear", "close"])
def test_ranges_hold_the_true_parts(effects, n_rows):
    share, gain, r2 = _held(effects, n_rows)
    assert share >= 0.92
    assert gain >= 0.92
    assert r2 >= 0.88
