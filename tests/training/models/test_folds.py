import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.models.folds import deal_folds, join_copies, label_groups

groups = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=10, max_size=120)


@given(groups, st.integers(2, 5), st.integers(0, 5))
def test_a_group_stays_on_one_side(pairs, n_folds, seed):
    labels = label_groups([group for group, _ in pairs], len(pairs))
    folds = deal_folds(labels, np.array([float(event) for _, event in pairs]), n_folds, seed)
    assert all(len(set(folds[labels == label])) == 1 for label in labels)
    assert set(folds) <= set(range(n_folds))


@given(st.integers(20, 300), st.floats(0.05, 0.5), st.integers(2, 5), st.integers(0, 5))
def test_single_rows_are_dealt_evenly_and_so_are_events(n_rows, share, n_folds, seed):
    events = (np.random.default_rng(seed).random(n_rows) < share).astype(float)
    folds = deal_folds(label_groups(None, n_rows), events, n_folds, seed)
    sizes, n_events = (
        np.bincount(folds, minlength=n_folds),
        np.bincount(folds, weights=events, minlength=n_folds),
    )
    assert sizes.max() - sizes.min() <= 1
    assert n_events.max() - n_events.min() <= 1


def test_groups_of_unequal_size_are_dealt_nearly_evenly():
    chance = np.random.default_rng(1)
    labels = label_groups(chance.geometric(0.02, 5000), 5000)
    events = (chance.random(5000) < 0.2).astype(float)
    folds = deal_folds(labels, events, 5, 0)
    assert np.bincount(folds).max() < 1.25 * np.bincount(folds).min()


def test_the_seed_decides_and_nothing_else():
    events = np.resize([0.0, 0.0, 1.0], 300)
    labels = label_groups(None, 300)
    np.testing.assert_array_equal(deal_folds(labels, events, 5, 3), deal_folds(labels, events, 5, 3))
    assert (deal_folds(labels, events, 5, 3) != deal_folds(labels, events, 5, 4)).any()


def test_copies_are_joined_across_groups():
    matrix = np.array(
        [
            [1.0, np.nan],
            [2.0, 0.0],
            [1.0, np.nan],
            [3.0, 0.0],
            [4.0, 0.0],
            *([[9.0, 0.1 * k] for k in range(40)]),
        ]
    )
    labels = np.arange(45)
    labels[3] = labels[2]
    joined = join_copies(labels, matrix, 3)
    assert joined[0] == joined[2] == joined[3]
    assert len(set(joined)) == 43


def test_equal_rows_in_a_table_of_few_levels_are_not_taken_for_copies():
    matrix = np.resize([0.0, 1.0], 100)[:, None]
    np.testing.assert_array_equal(join_copies(np.arange(100), matrix, 5), np.arange(100))


@pytest.mark.parametrize("names", [["b", "a", "b"], [7, 3, 7]], ids=["texts", "numbers"])
def test_groups_are_numbered_from_zero(names):
    assert label_groups(names, 3).tolist() == [1, 0, 1]
