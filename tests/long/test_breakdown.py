"""How often the comparison of feature kinds and the learning curve claim what is not so, by repetition."""

import numpy as np
import pytest

from tests.training.breakdown.worlds import LIGHT, make_table
from training.breakdown.learning_curve import judge_learning_curve
from training.breakdown.parts import judge_parts
from training.breakdown.trials import Trials

pytestmark = pytest.mark.long
N_RUNS = 60
# One side of a 95 % interval, and two standard errors of the count.
MOST = 0.025 + 2 * np.sqrt(0.025 * 0.975 / N_RUNS)


def judge(run: int, n_rows: int, **settings):
    trials = Trials.of(make_table(n_rows, seed=run, **settings), LIGHT, run)
    whole = trials.forecast()
    return judge_parts(trials, whole), judge_learning_curve(trials, whole)


def test_x_that_tells_nothing_is_seldom_said_to_add() -> None:
    found = [judge(run, 800)[0]["x_adds"]["log_loss"]["high"] < 0 for run in range(N_RUNS)]
    assert np.mean(found) <= MOST


def test_x_that_tells_much_is_said_to_add_in_nine_of_ten() -> None:
    found = [judge(run, 1200, x_effect=0.8)[0]["x_adds"]["log_loss"]["high"] < 0 for run in range(N_RUNS)]
    assert np.mean(found) >= 0.9


def test_more_data_is_asked_for_where_much_is_left_to_learn() -> None:
    """Twelve noisy columns and 400 people: the truth is far; five times as many and two columns: it is near."""
    few = [judge(run, 400, x_effect=1.0, n_noise=12)[1]["helps"] for run in range(N_RUNS)]
    many = [judge(run, 4000, x_effect=1.0, n_noise=0)[1]["helps"] for run in range(N_RUNS // 3)]
    assert np.mean([bool(one) for one in few]) > 0.3 + np.mean([bool(one) for one in many])
