import numpy as np

from training.disclosure.attack.sizes import Pairs, SizeFindings

PARTS = np.eye(4, dtype=np.int64)
TOTAL = np.ones((1, 4), dtype=np.int64)


def judge(people, shown, seconds=10.0):
    hidden = [part for part in range(4) if part not in shown]
    pairs = Pairs(np.concatenate([TOTAL, PARTS[shown]]), PARTS[hidden], np.array(people), seconds)
    return pairs.judge(np.arange(len(hidden)))


def test_a_single_hidden_group_is_exact():
    assert judge([2, 9, 9, 9], [1, 2, 3]) == SizeFindings(exact=1, narrow=0, untested=0)


def test_two_of_two_people_together_are_exact_since_none_is_empty():
    assert judge([1, 1, 9, 9], [2, 3]) == SizeFindings(exact=2, narrow=0, untested=0)


def test_two_hidden_groups_of_few_are_narrow():
    assert judge([2, 2, 9, 9], [2, 3]) == SizeFindings(exact=0, narrow=2, untested=0)


def test_two_hidden_groups_of_five_together_are_not():
    assert judge([1, 4, 9, 9], [2, 3]) == SizeFindings(exact=0, narrow=0, untested=0)


def test_without_time_nothing_is_known():
    rng = np.random.default_rng(0)
    member = (rng.random((60, 140)) < 0.3).astype(np.int64)
    found = Pairs(member[:40], member[40:], rng.integers(1, 4, 140), 0.0).judge(np.arange(20))
    assert found == SizeFindings(exact=0, narrow=0, untested=20)


def test_many_columns_are_judged_by_fractions():
    member = np.zeros((3, 400), dtype=np.int64)
    member[0], member[1, :200], member[2, 200:] = 1, 1, 1
    people = np.ones(400, dtype=np.int64)
    assert Pairs(member[:1], member[1:], people, 10.0).judge(np.arange(2)) == SizeFindings(0, 0, 0)
    assert Pairs(member[:2], member[2:], people, 10.0).judge(np.arange(1)) == SizeFindings(1, 0, 0)
