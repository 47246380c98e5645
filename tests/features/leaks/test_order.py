"""Ids and places warn when they predict, unless a column says what they say."""

import numpy as np
import pytest

from features.leaks import audit

ROWS = 2_000


def signed_up(seed, strength=1.2):
    """Return a label that falls with tenure, and people in order of sign-up."""
    rng = np.random.default_rng(seed)
    tenure = np.sort(rng.gamma(2, 10, ROWS))[::-1]
    worth = -strength * (tenure - tenure.mean()) / tenure.std() + rng.logistic(size=ROWS)
    return rng, tenure.copy(), (worth > np.quantile(worth, 0.7)).astype(np.int8)


def ids_of(numbers, width=5):
    return np.array([f"{number:0{width}d}" for number in numbers], object)


def kinds(columns, target, **options):
    return [found.kind for found in audit(columns, {}, target, **options)]


@pytest.mark.parametrize("seed", range(5))
class TestOrder:
    def test_order_of_sign_up_says_what_tenure_says(self, seed):
        rng, tenure, target = signed_up(seed)
        columns = {"tenure": tenure, "size": rng.normal(size=ROWS)}
        assert kinds(columns, target, entity_id=ids_of(range(ROWS))) == []

    def test_order_of_sign_up_alone_is_asked_about(self, seed):
        rng, _, target = signed_up(seed)
        columns = {"size": rng.normal(size=ROWS)}
        assert kinds(columns, target, entity_id=ids_of(range(ROWS))) == ["id", "row_order"]

    def test_file_sorted_by_a_category(self, seed):
        rng = np.random.default_rng(seed)
        plan = np.repeat(np.array(["a", "b", "c", "d"], object), ROWS // 4)
        target = (rng.random(ROWS) < np.repeat([0.1, 0.7, 0.3, 0.5], ROWS // 4)).astype(np.int8)
        columns = {"plan": plan, "size": rng.normal(size=ROWS)}
        assert kinds(columns, target) == []

    def test_leavers_first_among_those_who_are_alike(self, seed):
        rng, tenure, target = signed_up(seed)
        decade = np.floor(tenure / 10)
        order = np.lexsort((1 - target, decade))
        columns = {"tenure": tenure[order], "size": rng.normal(size=ROWS)}
        assert "row_order" in kinds(columns, target[order])

    def test_few_entities_with_many_rows_each_prove_little(self, seed):
        rng = np.random.default_rng(seed)
        entity = np.repeat(np.arange(40), 50)
        target = np.repeat((rng.random(40) < 0.4).astype(np.int8), 50)
        columns = {"size": rng.normal(size=ROWS)}
        ids = ids_of(entity)
        assert kinds(columns, target, entity_id=ids, groups=ids, is_file=False) == []


def test_numbers_as_ids_are_put_in_order_as_numbers():
    rng = np.random.default_rng(1)
    target = np.repeat([1, 0], [900, ROWS - 900]).astype(np.int8)
    shuffled = rng.permutation(ROWS)
    ids = ids_of(shuffled + 1, width=1)
    columns = {"size": rng.normal(size=ROWS)}
    assert kinds(columns, target[shuffled], entity_id=ids) == ["id"]
