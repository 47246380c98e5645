"""Bins are fixed once, hold nobody alone, and count what is missing apart."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.reference import Bins, Counts


def test_a_number_gets_tenths():
    values = np.arange(1000.0)
    bins = Bins.of_number(values)
    assert len(bins.edges) == 9
    assert bins.count(values).bins.tolist() == pytest.approx([100] * 10, abs=2)


def test_edges_are_nobodys_exact_value():
    values = np.random.default_rng(1).lognormal(8, 1, 200)
    assert not set(Bins.of_number(values).edges) & set(values.tolist())


def test_few_values_get_few_bins():
    assert Bins.of_number(np.arange(9.0)).edges == ()
    assert len(Bins.of_number(np.arange(20.0)).edges) == 3
    assert Bins.of_number([]).edges == ()


def test_equal_values_share_a_bin():
    bins = Bins.of_number([0.0] * 80 + [1.0] * 15 + [7.0] * 5)
    assert bins.edges == (1.0,)
    assert bins.count([0.0, 1.0, 7.0]).bins.tolist() == [1, 2]


def test_rare_levels_are_pooled_by_people_and_not_by_rows():
    values = ["a"] * 20 + ["b"] * 20
    people = [f"p{at}" for at in range(20)] + ["one person"] * 20
    bins = Bins.of_category(values, people)
    assert bins.levels == ("a",)
    assert bins.count(["a", "b", "c", None]).bins.tolist() == [1, 2]


def test_most_frequent_levels_alone_have_bins():
    values = [f"level {at:02d}" for at in range(40) for _ in range(5 + at)]
    bins = Bins.of_category(values, list(range(len(values))))
    assert len(bins.levels) == 30
    assert "level 39" in bins.levels
    assert "level 00" not in bins.levels


def test_weights_count_as_often_as_they_say():
    bins = Bins("number", edges=(1.0,))
    found = bins.count([0.0, 2.0, None], np.array([3.0, 1.0, 1.0]))
    assert found.bins.tolist() == [3.0, 1.0]
    assert found.missing == 1.0
    assert found.n == pytest.approx(25 / 11)
    assert (found.mean, found.median) == (0.5, 0.0)


def test_what_is_missing_has_no_mean():
    found = Bins("number", edges=(1.0,)).count([None, math.nan])
    assert found.missing_share == 1.0
    assert found.n_present == 0
    assert math.isnan(found.mean)


@given(st.lists(st.floats(-1e6, 1e6) | st.none(), max_size=80))
def test_every_row_is_in_one_bin_or_missing(values):
    found = Bins.of_number(values).count(values)
    assert found.present + found.missing == len(values)
    assert found.missing == sum(value is None for value in values)


def test_bins_and_counts_are_read_as_they_were_written():
    bins = Bins("category", levels=("a", "b"))
    assert Bins.from_json(bins.to_json()) == bins
    counts = Bins("number", edges=(0.5, 2.0)).count([0.1, 1.23456789, 3.0, None])
    again = Counts.from_json(counts.to_json())
    assert again.bins.tolist() == counts.bins.tolist()
    assert (again.missing, again.n) == (1, 4)
    assert again.mean == pytest.approx(counts.mean, rel=1e-4)
    assert math.isnan(Counts.from_json(Bins("number").count([None]).to_json()).median)
