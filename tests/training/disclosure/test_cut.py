import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.disclosure import shown_groups


class TestShown:
    def test_large_groups_are_shown_in_their_order(self):
        assert shown_groups({"b": 9, "a": 5}, 5) == ("b", "a")

    def test_a_group_below_the_minimum_is_hidden_and_takes_the_smallest_with_it(self):
        assert shown_groups({"big": 90, "middle": 12, "small": 4}, 5) == ("big",)

    def test_hidden_groups_that_are_large_together_hide_nobody_else(self):
        assert shown_groups({"big": 90, "one": 4, "two": 4}, 5) == ("big",)
        assert shown_groups({"big": 90, "middle": 12, "one": 4, "two": 4}, 5) == ("big", "middle")

    def test_people_without_a_group_hide_among_the_hidden(self):
        assert shown_groups({"big": 90, "middle": 12, "small": 4}, 5, n_without=1) == ("big", "middle")
        assert shown_groups({"big": 90, "middle": 12}, 5, n_without=3) == ("big",)

    def test_one_large_group_with_a_few_others_is_not_shown_either(self):
        assert shown_groups({"big": 90, "small": 2}, 5) == ()

    @pytest.mark.parametrize("sizes", [{}, {"small": 4}], ids=["none", "too small"])
    def test_nothing_large_enough_shows_nothing(self, sizes):
        assert shown_groups(sizes, 5) == ()

    @given(
        st.dictionaries(st.text(max_size=3), st.integers(1, 30), max_size=8),
        st.integers(0, 12),
        st.integers(5, 12),
    )
    def test_nobody_can_be_found_by_subtraction(self, sizes, n_without, minimum):
        shown = shown_groups(sizes, minimum, n_without=n_without)
        assert all(sizes[group] >= minimum for group in shown)
        rest = sum(sizes.values()) + n_without - sum(sizes[group] for group in shown)
        assert rest == 0 or rest >= minimum or not shown
