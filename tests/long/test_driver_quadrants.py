"""Whether stated probabilities of fields are right as often as they say, by repetition on known truths."""

import numpy as np
import pytest

from tests.training.drivers.quadrant_worlds import judge

pytestmark = pytest.mark.long
N_WORLDS = 200


@pytest.mark.parametrize("spread", [0.02, 0.04, 0.1], ids=["close", "apart", "clear"])
@pytest.mark.parametrize("n_rows", [300, 1_000])
def test_stated_probabilities_are_right_as_often_as_they_say(n_rows, spread):
    stated, right = judge(N_WORLDS, n_rows, spread)
    is_answer = stated >= 0.8
    assert right[is_answer].mean() >= 0.85
    place = np.minimum((stated * 10).astype(int), 9)
    gaps = [(stated - right)[place == one].sum() for one in np.unique(place)]
    assert np.abs(gaps).sum() / stated.size <= 0.05
    # Never surer than right: the answers given are those that people act on.
    assert stated[is_answer].mean() - right[is_answer].mean() <= 0.01
