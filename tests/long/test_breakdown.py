"""How often the comparison of feature kinds claims what is not so, and finds what is, by repetition."""

import numpy as np
import pytest

from tests.training.breakdown.worlds import LIGHT, make_table
from training.breakdown.parts import judge_parts
from training.breakdown.trials import Trials

pytestmark = pytest.mark.long
N_RUNS = 60
# One side of a 95 % interval, and two standard errors of the count.
MOST = 0.025 + 2 * np.sqrt(0.025 * 0.975 / N_RUNS)


def judge(run: int, n_rows: int, **settings):
    trials = Trials.of(make_table(n_rows, seed=run, **settings), LIGHT, run)
    return judge_parts(trials, trials.forecast())


def test_x_that_tells_nothing_is_seldom_said_to_add() -> None:
    found = [judge(run, 800)["x_adds"]["log_loss"]["high"] < 0 for run in range(N_RUNS)]
    assert np.mean(found) <= MOST


def test_x_that_tells_much_is_said_to_add_in_nine_of_ten() -> None:
    found = [judge(run, 1200, x_effect=1.0)["x_adds"]["log_loss"]["high"] < 0 for run in range(N_RUNS)]
    assert np.mean(found) >= 0.9
