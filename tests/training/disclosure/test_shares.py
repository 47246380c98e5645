import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.disclosure.disclosure_world import draw_tables, make_cut, make_wave
from training.disclosure import (
    Limits,
    Minimums,
    ReleaseRefusedError,
    ShownShare,
    bound_share,
    release,
    show_shares,
)
from training.disclosure.attack import find_homogeneous

FIVE = Minimums()


class TestOneShare:
    @pytest.mark.parametrize(
        ("count", "form"),
        [(0, "under"), (4, "under"), (5, "exact"), (45, "exact"), (46, "over"), (50, "over")],
    )
    def test_from_ten_to_ninety_percent_it_is_exact(self, count, form):
        assert bound_share(count, 50).form == form

    def test_bounds_are_those_that_texts_say(self):
        assert bound_share(0, 50) == ShownShare(0.0, 0.1)
        assert bound_share(50, 50) == ShownShare(0.9, 1.0)
        assert bound_share(21, 50) == ShownShare(0.42, 0.42)

    def test_in_five_people_under_ten_percent_would_be_nobody(self):
        assert bound_share(0, 5) == bound_share(1, 5) == ShownShare(0.0, 0.3)
        assert bound_share(2, 5).form == "exact"

    @given(st.integers(5, 300), st.data())
    def test_a_bound_holds_for_two_counts_and_for_the_true_one(self, n, data):
        count = data.draw(st.integers(0, n))
        fewest, most = bound_share(count, n).counts(n)
        assert fewest <= count <= most
        assert {bound_share(one, n) for one in range(fewest, most + 1)} == {bound_share(count, n)}
        if count in {0, n}:
            assert most - fewest >= 1

    @pytest.mark.parametrize(("count", "n"), [(-1, 5), (6, 5), (0, 1), (0, 0)])
    def test_what_is_no_share_is_refused(self, count, n):
        with pytest.raises(ValueError, match=f"{count} of {n} is no share"):
            bound_share(count, n)

    def test_forms_and_plain_values(self):
        assert ShownShare(0.2, 0.4).form == "between"
        assert ShownShare(0.0, 1.0).form == "hidden"
        assert ShownShare(0.2, 0.4).to_json() == {"form": "between", "low": 0.2, "high": 0.4}


class TestTables:
    def test_a_bound_that_follows_from_the_rest_is_kept_by_ranges_beside_it(self):
        """Total and one group tell the other: 12 of 40 say yes, and 12 of the 20 in a."""
        released = release([make_cut({"a": 20, "b": 20})], [make_wave(40)], FIVE)
        answers = [True] * 12 + [False] * 28
        shares = show_shares(released, "w1", answers)
        assert shares["by unit", ("b",)] == ShownShare(0.0, 0.1)
        assert shares["by unit", ("a",)].form == "between"
        assert find_homogeneous(released, "w1", answers, shares) == (0, 0)

    def test_each_share_by_itself_would_have_told_it(self):
        released = release([make_cut({"a": 20, "b": 20})], [make_wave(40)], FIVE)
        answers = [True] * 12 + [False] * 28
        alone = {("by unit", (None,)): bound_share(12, 40), ("by unit", ("a",)): bound_share(12, 20)}
        alone["by unit", ("b",)] = bound_share(0, 20)
        assert find_homogeneous(released, "w1", answers, alone) == (1, 0)

    def test_exact_shares_stay_where_nobody_is_told(self):
        released = release([make_cut({"a": 20, "b": 20})], [make_wave(40)], FIVE)
        shares = show_shares(released, "w1", [True, False] * 20)
        assert {one.form for one in shares.values()} == {"exact"}

    def test_a_firm_of_one_opinion_is_told_as_a_bound(self):
        released = release([make_cut({"a": 20, "b": 20})], [make_wave(40)], FIVE)
        shares = show_shares(released, "w1", [True] * 40)
        assert set(shares.values()) == {ShownShare(0.9, 1.0)}

    def test_hidden_cells_have_no_share(self):
        released = release([make_cut({"a": 20, "b": 3})], [make_wave(23)], FIVE)
        assert set(show_shares(released, "w1", [True] * 23)) == {("by unit", (None,))}
        assert show_shares(release([make_cut({"a": 3})], [make_wave(3)], FIVE), "w1", [True] * 3) == {}

    @given(st.integers(0, 10_000), st.floats(0.02, 0.98))
    @settings(max_examples=10)
    def test_no_group_is_told_to_be_of_one_opinion(self, seed, chance):
        rng = np.random.default_rng(seed)
        released = release(draw_tables(rng, 60, [4, 3, 2]), [make_wave(60)], FIVE)
        answers = (rng.random(60) < chance).tolist()
        shares = show_shares(released, "w1", answers)
        assert find_homogeneous(released, "w1", answers, shares) == (0, 0)
        for one in released.cells:
            if one.state == "shown":
                fewest, most = shares[one.cell.table, one.cell.key].counts(one.size)
                assert fewest <= sum(answers[place] for place in one.cell.members) <= most

    def test_without_time_no_share_is_told(self):
        rng = np.random.default_rng(1)
        released = release(draw_tables(rng, 300, [6, 5, 4]), [make_wave(300)], FIVE)
        with pytest.raises(ReleaseRefusedError, match="a linear program failed"):
            show_shares(released, "w1", (rng.random(300) < 0.03).tolist(), Limits(seconds=0.0))
