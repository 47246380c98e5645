import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.frame.apart import name_cut, to_groups


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        (pa.array([1.0, -2.0, 0.0, None]), ["1", "-2", "0", None]),
        (pa.array([1.5, 2.0]), ["1.5", "2"]),
        (pa.array(["a", "", None]), ["a", "", None]),
        (pa.array([True, False, None]), ["true", "false", None]),
        (pa.array([None, None], pa.float64()), [None, None]),
        (pa.array([], pa.float64()), []),
    ],
)
def test_groups_are_named_as_people_write_them(values, groups):
    assert to_groups(pa.chunked_array([values])).to_pylist() == groups


@given(st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40)), max_size=20))
def test_whole_numbers_have_no_point(numbers):
    column = pa.chunked_array([pa.array(numbers, pa.float64())])
    assert to_groups(column).to_pylist() == [None if number is None else str(number) for number in numbers]


def test_cut_is_named_after_its_column():
    assert name_cut("employees.site") == "cut_site"
    assert name_cut("Business Unit") == "cut_Business Unit"
