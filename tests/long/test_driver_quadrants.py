"""Whether stated probabilities of fields are right as often as they say, by repetition on known truths."""

import numpy as np
import pytest

from tests.training.drivers.quadrant_worlds import judge

pytestmark = pytest.mark.long
N_WORLDS = 150


@pytest.mark.parametrize(("spread", "gap_at_most"), [(0.02, 0.07), (0.04, 0.04), (0.1, 0.04)])
@pytest.mark.parametrize("n_rows", [300, 1_000])
def test_stated_probabilities_are_right_as_often_as_they_say(n_rows, spread, gap_at_most):
    stated, right = judge(N_WORLDS, n_rows, spread)
    is_answer = stated >= 0.8
    assert right[is_answer].mean() >= 0.85
    # Where drivers lie closer than their errors, less is stated than is known; more never is.
    assert stated.mean() - right.mean() <= 0.01
    assert stated[is_answer].mean() - right[is_answer].mean() <= 0.03
    place = np.minimum((stated * 10).astype(int), 9)
    gaps = [(stated - right)[place == one].sum() for one in np.unique(place)]
    assert np.abs(gaps).sum() / stated.size <= gap_at_most
