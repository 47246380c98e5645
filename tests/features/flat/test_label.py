import numpy as np
import pytest

from features.errors import ContractError
from features.flat.label import read_target


def labels(*values):
    return np.array(values, object)


@pytest.mark.parametrize(
    ("found", "positive", "expected"),
    [
        (labels("Yes", "No"), "Yes", [1, 0]),
        (labels("Yes", "No"), " Yes ", [1, 0]),
        (labels("1", "0", "1.0"), 1.0, [1, 0, 1]),
        (labels("1", "0", "1.0"), "1", [1, 0, 0]),
        (labels("-1", "1"), -1, [1, 0]),
        (labels("low", "high", "2"), 2, [0, 0, 1]),
    ],
)
def test_predicted_value(found, positive, expected):
    target = read_target(found, positive, "left")
    assert target.tolist() == expected
    assert target.dtype == np.int8


@pytest.mark.parametrize("positive", ["yes", "YES", "Ye", 1.0, "True"])
def test_value_that_no_row_has(positive):
    with pytest.raises(
        ContractError, match=f"no row has the label '{positive}'; found are 'Yes', 'No'; write"
    ):
        read_target(labels("Yes", "No"), positive, "left")


@pytest.mark.parametrize("only", ["Yes", "No"])
def test_one_class(only):
    with pytest.raises(ContractError, match=rf"^table\.left: the label has only one class: '{only}'"):
        read_target(labels(only, only), "Yes", "left")


def test_labels_are_shown_in_order_and_cut_short():
    with pytest.raises(ContractError, match=r"found are 'f', 'e', 'd', 'c', 'b', \.\.\.; write"):
        read_target(labels(*"ffedcba"), "z", "left")
