"""The promise of the value corrected for silence, by repetition on worlds that know what the silent think."""

import numpy as np
import pytest

from tests.training.silent_world import make_world

pytestmark = pytest.mark.long
N_WORLDS = 200


def judge(**world):
    """Return the errors of corrected and raw value, whether the range held the truth, and the bounds did."""
    truth = float(np.mean([make_world(10_000 + seed, 5000, **world).truth for seed in range(40)]))
    rows = []
    for seed in range(N_WORLDS):
        drawn = make_world(seed, **world)
        asked, propensity = drawn.asked(seed)
        corrected, raw = asked.corrected(), asked.answered()
        bounds = [asked.bound(propensity.odds_ratio, side).value for side in ("low", "high")]
        rows.append(
            (
                corrected.value - drawn.truth,
                raw.value - drawn.truth,
                corrected.low <= truth <= corrected.high,
                bounds[0] <= drawn.truth <= bounds[1],
            )
        )
    return np.array(rows, dtype=np.float64)


@pytest.mark.parametrize("knows", [1.0, 0.0], ids=["good forecast", "useless forecast"])
def test_where_silence_depends_on_what_is_known_bias_is_gone_and_ranges_hold(knows):
    found = judge(forecast_knows=knows)
    assert np.mean(np.abs(found[:, 0]) < np.abs(found[:, 1])) >= 0.9
    assert abs(found[:, 0].mean()) < 0.02
    assert found[:, 1].mean() > 0.25
    assert found[:, 2].mean() >= 0.92


def test_where_it_also_depends_a_little_on_the_answer_it_is_nearer_and_the_bounds_hold():
    found = judge(hidden=0.2)
    assert np.mean(np.abs(found[:, 0]) < np.abs(found[:, 1])) >= 0.9
    assert found[:, 3].mean() >= 0.95


def test_random_silence_is_left_alone():
    found = judge(observed=0.0)
    assert abs(found[:, 0].mean()) < 3 * found[:, 0].std() / np.sqrt(N_WORLDS)
    assert found[:, 0].std() <= 1.05 * found[:, 1].std()
    assert found[:, 2].mean() >= 0.92
