import functools

import numpy as np
import pytest

from features.catalogue import Catalogue, Feature
from tests.training.examples import LINEAR
from training.canary import N_ROWS, make_canary
from training.encoding import Encoder
from training.learning import _one_row_each
from training.models.fit_binary import fit_binary
from training.scoring import check_canary

CATALOGUE = Catalogue(
    (
        Feature("size", "number", "table"),
        Feature("never", "number", "table"),
        Feature("plan", "category", "table"),
        Feature("town", "category", "table"),
    )
)


def make_columns(n_rows=100):
    random = np.random.default_rng(5)
    return {
        "size": random.normal(50, 10, n_rows),
        "never": np.full(n_rows, np.nan),
        "plan": np.array(["basic"] * 60 + ["plus"] * 10 + ["Acme Ltd special"] * 9 + [None] * 21, object),
        "town": np.array([f"town {number}" for number in range(n_rows)], object),
    }


@functools.cache
def fit():
    """Fit a model to the columns once; who has the event is left to chance."""
    encoder = Encoder.fit(make_columns(), CATALOGUE)
    target = np.random.default_rng(6).integers(0, 2, 100).astype(float)
    return encoder, fit_binary(encoder.encode(make_columns()), target, recipe=LINEAR, seed=1).model


def draw(columns, seed=0):
    return make_canary(CATALOGUE, columns, *fit(), seed)


@pytest.mark.parametrize("example", ["company", "members"])
def test_no_row_is_anybodys(request, example):
    trained = request.getfixturevalue(example)
    names = trained.bundle.catalogue.names
    real = {tuple(row.values()) for row in trained.frame.table.select(list(names)).to_pylist()}
    made_up = [tuple(row[name] for name in names) for row in trained.bundle.canary.rows]
    assert len(set(made_up)) == N_ROWS
    assert not real & set(made_up)


def test_bundle_repeats_its_canary(company):
    assert np.shape(company.bundle.canary.probabilities) == (N_ROWS, 4)
    check_canary(company.bundle)


def test_levels_are_shared_by_ten_people_at_least():
    plans = {row["plan"] for seed in range(30) for row in draw(make_columns(), seed).rows}
    assert plans == {"basic", "plus", None}


def test_levels_that_nobody_shares_are_never_shown():
    assert {row["town"] for seed in range(10) for row in draw(make_columns(), seed).rows} == {None}


def test_one_person_at_many_snapshots_counts_once(company):
    rows = company.learned.rows
    assert len(rows) > 2 * len(np.unique(rows.entity))
    once = _one_row_each(rows)
    assert sorted(once.entity) == sorted(np.unique(rows.entity))
    people = {
        name: dict(zip(*np.unique(once.columns[name].astype(str), return_counts=True), strict=True))
        for name in rows.catalogue.categories
    }
    for row in company.bundle.canary.rows:
        for name, counts in people.items():
            assert row[name] is None or counts[row[name]] >= 10


def test_numbers_are_rounded_and_inside_the_bulk():
    columns = make_columns()
    low, high = np.quantile(columns["size"], [0.05, 0.95])
    sizes = [row["size"] for seed in range(10) for row in draw(columns, seed).rows if row["size"] is not None]
    assert len(sizes) > 100
    for size in sizes:
        assert low - 0.1 <= size <= high + 0.1
        assert size == float(f"{size:.3g}")
    assert not set(sizes) & set(columns["size"])


def test_what_is_never_known_is_missing():
    assert {row["never"] for row in draw(make_columns()).rows} == {None}


def test_some_values_are_missing_as_in_life():
    sizes = [row["size"] for seed in range(30) for row in draw(make_columns(), seed).rows]
    assert 0.05 < sizes.count(None) / len(sizes) < 0.15


def test_equal_seeds_draw_equal_rows():
    assert draw(make_columns(), 3) == draw(make_columns(), 3)
    assert draw(make_columns(), 3) != draw(make_columns(), 4)
