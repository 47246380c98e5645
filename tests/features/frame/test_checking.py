import numpy as np
import pyarrow as pa

from features.frame.checking import find_useless


def test_columns_without_any_difference_on_the_rows_that_teach_are_useless():
    columns = pa.table(
        {
            "missing": pa.array([None, None, 3.0], pa.float64()),
            "equal": [2.0, 2.0, 5.0],
            "same_text": ["a", "a", "b"],
            "seldom": pa.array([2.0, None, 2.0], pa.float64()),
            "varied": [1.0, 2.0, 2.0],
        }
    )
    teaching = np.array([True, True, False])
    assert find_useless(columns, teaching) == {
        "missing": "all values are missing",
        "equal": "all values are '2.0'",
        "same_text": "all values are 'a'",
    }
    assert find_useless(columns, np.array([True, True, True])) == {}
