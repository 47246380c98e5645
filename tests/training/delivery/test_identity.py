"""Two batches are the same if and only if everything that their scores depend on is."""

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.delivery.identity import Identity, digest_rows

ONE = Identity("churn", "churn-1", "2025-12-01", "ab", {"reasons": 3})
NUMBERS = st.lists(st.none() | st.floats(allow_nan=False), max_size=6)
TEXTS = st.lists(st.none() | st.text(alphabet="ab\0é", max_size=3), max_size=6)


def table_of(numbers, texts):
    return pa.table({"n": pa.array(numbers, pa.float64()), "t": pa.array(texts, pa.string())})


@pytest.mark.parametrize(
    "change",
    [
        {"usecase": "other"},
        {"model_version": "churn-2"},
        {"as_of": "2025-12-02"},
        {"as_of": None},
        {"rows_digest": "ac"},
        {"settings": {"reasons": 2}},
        {"settings": {}},
    ],
    ids=lambda change: f"{change}",
)
def test_every_part_counts(change):
    assert replace(ONE, **change).batch_id != ONE.batch_id


def test_the_order_of_settings_does_not():
    one, other = (
        replace(ONE, settings=dict(pairs)) for pairs in ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)])
    )
    assert one.batch_id == other.batch_id


def test_folders_sort_by_day():
    assert ONE.folder_name == f"2025-12-01-{ONE.batch_id}"
    assert replace(ONE, as_of=None).folder_name.startswith("undated-")


@given(NUMBERS, NUMBERS)
def test_numbers_digest_alike_only_if_they_are(first, second):
    digests = [digest_rows(pa.table({"n": pa.array(one, pa.float64())}), ["n"]) for one in (first, second)]
    assert (digests[0] == digests[1]) == ([repr(one) for one in first] == [repr(one) for one in second])


@given(TEXTS, TEXTS)
def test_texts_digest_alike_only_if_they_are(first, second):
    digests = [digest_rows(pa.table({"t": pa.array(one, pa.string())}), ["t"]) for one in (first, second)]
    assert (digests[0] == digests[1]) == (first == second)


@given(st.integers(0, 5), st.integers(0, 5))
def test_where_a_table_is_parted_does_not_count(here, there):
    whole = table_of([1.0, None, 3.0, 4.0, None], ["a", None, "", "bé", "c"])
    wanted = digest_rows(whole, ["n", "t"])
    low, high = sorted((here, there))
    parts = [whole.slice(0, low), whole.slice(low, high - low), whole.slice(high)]
    assert digest_rows(pa.concat_tables(parts), ["n", "t"]) == wanted


def test_other_columns_do_not_count_and_order_of_rows_does():
    table = table_of([1.0, 2.0], ["a", "b"])
    wanted = digest_rows(table, ["n"])
    assert digest_rows(table.drop_columns(["t"]), ["n", "gone"]) == wanted
    assert digest_rows(table.take([1, 0]), ["n"]) != wanted


def test_the_same_values_under_another_name_are_others():
    table = table_of([1.0], ["a"])
    assert digest_rows(table, ["n"]) != digest_rows(table.rename_columns(["m", "t"]), ["m"])
