import numpy as np

from training.fairness.showing import large_groups, show_groups


def cut(sizes, minimum=5, n_unknown=0):
    names = [name for name, size in sizes.items() for _ in range(size)] + [None] * n_unknown
    entity = np.array([f"E{number}" for number in range(len(names))], dtype=object)
    return show_groups(np.array(names, dtype=object), entity, minimum)


def test_large_groups_are_shown_as_they_are():
    found = cut({"a": 10, "b": 20})
    assert (found.state, found.names, found.n_hidden, found.is_absorbed) == ("judged", ("a", "b"), 0, False)
    assert found.is_shown.all()


def test_a_handful_of_people_counts_with_the_largest_group():
    found = cut({"a": 10, "b": 20, "c": 3}, n_unknown=1)
    assert found.names == ("a", "b")
    assert found.n_hidden == 1
    assert found.is_absorbed
    assert found.group.tolist().count("b") == 24
    assert found.is_shown.all()


def test_enough_people_in_small_groups_stay_hidden():
    found = cut({"a": 10, "b": 20, "c": 3, "d": 4})
    assert (found.n_hidden, found.is_absorbed) == (2, False)
    assert int((~found.is_shown).sum()) == 7


def test_people_are_counted_and_not_their_rows():
    group = np.array(["a"] * 6 + ["b"] * 6, dtype=object)
    entity = np.array(["x"] * 6 + [f"E{number}" for number in range(6)], dtype=object)
    found = show_groups(group, entity, 5)
    assert found.state == "one_group"
    assert found.n_hidden == 1


def test_hidden_and_unknown_are_told_apart():
    assert cut({"a": 10, "b": 2}).state == "one_group"
    assert cut({"a": 2, "b": 2}).state == "one_group"
    assert cut({}, n_unknown=10).state == "no_data"
    assert not cut({"a": 2}).is_shown.any()


def test_what_may_be_said_holds_no_name_of_a_hidden_group():
    assert cut({"a": 10, "b": 20, "secret": 3}).to_json() == {
        "state": "judged",
        "n_hidden": 1,
        "is_absorbed": True,
    }


def test_figures_of_a_kind_of_people_need_enough_of_them_everywhere():
    entity = np.array([f"E{number}" for number in range(18)], dtype=object)
    group = np.array(["a"] * 15 + ["b"] * 3, dtype=object)
    assert large_groups(group, entity, 5) == set()
    assert large_groups(group[:15], entity[:15], 5) == {"a"}
