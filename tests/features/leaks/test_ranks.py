import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import rankdata

from features.leaks.ranks import rank


@pytest.mark.parametrize("levels", [2, 7, 1_000_000])
@pytest.mark.parametrize("count", [0, 1, 2, 500])
def test_ranks_are_those_of_others(count, levels):
    values = np.random.default_rng(count).integers(-levels, levels, count).astype(float)
    assert rank(values).tolist() == rankdata(values).tolist()


def test_the_largest_numbers_are_ranked_like_others():
    assert rank(np.array([np.inf, -np.inf, 0.0, -0.0, np.inf])).tolist() == [4.5, 1, 2.5, 2.5, 4.5]


def test_no_rank_is_known_where_a_value_is_missing():
    assert np.isnan(rank(np.array([1.0, np.nan, 0.0]))).tolist() == [True] * 3


def test_a_build_does_not_wait_for_a_library_of_statistics():
    """Importing it takes as long as all else that a build imports together."""
    told = "import sys, features.frame; print('scipy.stats' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
