import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import BundleError
from training.models.records import Record, read_record, to_bytes


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_come_back_to_the_same_bits(values):
    record = read_record({"a.json": to_bytes({"values": values})}, "a.json")
    assert record.floats("values").tolist() == values


def test_keys_are_sorted_so_that_bytes_do_not_depend_on_order():
    assert to_bytes({"b": 1, "a": 2}) == to_bytes({"a": 2, "b": 1})


def test_what_is_not_a_number_is_never_written():
    with pytest.raises(ValueError, match="JSON"):
        to_bytes({"a": float("nan")})


@pytest.mark.parametrize(
    ("contents", "found"),
    [
        ({}, "a.json: is missing"),
        ({"a.json": b"{"}, "a.json: is not JSON"),
        ({"a.json": b"\xff\xfe"}, "a.json: is not JSON"),
        ({"a.json": b"[1]"}, "a.json: is not an object but list"),
    ],
    ids=["absent", "cut", "binary", "list"],
)
def test_a_file_that_holds_no_record_is_refused(contents, found):
    with pytest.raises(BundleError, match=found):
        read_record(contents, "a.json")


@pytest.mark.parametrize(
    ("take", "value"),
    [
        ("text", 3),
        ("text", None),
        ("whole", -1),
        ("whole", 1.5),
        ("whole", True),
        ("number", "3"),
        ("number", None),
        ("number", True),
        ("number", [1.0]),
        ("number", float("inf")),
        ("floats", 1.0),
        ("floats", ["a"]),
        ("floats", [1.0, None]),
        ("floats", [[1.0]]),
        ("floats", [1.0, float("nan")]),
        ("floats", [[1.0], [1.0, 2.0]]),
        ("records", {"a": 1}),
        ("records", [1]),
    ],
    ids=repr,
)
def test_a_value_of_another_type_is_refused_and_named(take, value):
    record = Record("a.json", {"key": value})
    with pytest.raises(BundleError, match=r"a\.json: key"):
        getattr(record, take)("key")


def test_a_table_has_a_known_number_of_columns():
    record = Record("a.json", {"rows": [[1, 2], [3, 4]], "none": []})
    assert record.table("rows", 2).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert record.table("none", 3).shape == (0, 3)
    with pytest.raises(BundleError, match="a table of 3 columns"):
        record.table("rows", 3)


def test_values_of_the_right_type_are_returned():
    record = Record("a.json", json.loads('{"t": "x", "w": 3, "n": 2, "f": [], "r": [{"t": "y"}]}'))
    assert (record.text("t"), record.whole("w"), record.number("n")) == ("x", 3, 2.0)
    assert record.floats("f").shape == (0,)
    assert record.records("r")[0].text("t") == "y"
    with pytest.raises(BundleError, match=r"a\.json: r\[0\]: n"):
        record.records("r")[0].number("n")
