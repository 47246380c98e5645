"""All cuts of a cohort at once: the same groups wherever they are told, and none that can be subtracted."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.usecase import Privacy
from training.disclosure import Ledger, ReleaseRefusedError, ShownCuts
from training.disclosure.attack import attack

WORKERS, CUSTOMERS = Privacy(subject="employee"), Privacy(subject="customer")
DAY = date(2026, 3, 31)


def spread(seed: int, n_people: int, *n_groups: int) -> dict[str, list[str | None]]:
    """Return cuts with groups of very different size, and a few people without a group."""
    random = np.random.default_rng(seed)
    found: dict[str, list[str | None]] = {}
    for place, count in enumerate(n_groups):
        share = 1.0 / np.arange(1, count + 1) ** 1.5
        names = random.choice(count, n_people, p=share / share.sum())
        found[f"cut{place}"] = [
            None if chance < 0.02 else f"g{name:02}"
            for name, chance in zip(names, random.random(n_people), strict=True)
        ]
    return found


class TestSafety:
    @given(st.integers(0, 10_000), st.integers(20, 150), st.sampled_from([WORKERS, CUSTOMERS]))
    @settings(max_examples=8, deadline=None)
    def test_the_attacker_finds_nothing(self, seed, n_people, privacy):
        cuts = ShownCuts.of(spread(seed, n_people, 6, 4, 3), privacy)
        assert attack(cuts.released).recoverable == 0

    def test_two_cuts_that_differ_by_a_few_people_are_not_both_told(self):
        team = ["sales"] * 40 + ["service"] * 40
        site = ["north"] * 38 + ["south"] * 42
        cuts = ShownCuts.of({"team": team, "site": site}, WORKERS)
        told = {*cuts.shown("team"), *cuts.shown("site")}
        assert not {"sales", "north"} <= told
        assert not {"service", "south"} <= told
        # Each cut by itself holds nothing small.
        assert ShownCuts.of({"team": team}, WORKERS).shown("team") == ("sales", "service")

    def test_people_without_a_group_cannot_be_subtracted(self):
        cuts = ShownCuts.of({"team": ["a"] * 30 + ["b"] * 20 + [None] * 3}, WORKERS)
        assert len(cuts.shown("team")) < 2

    def test_an_empty_text_is_no_group(self):
        cuts = ShownCuts.of({"team": ["a"] * 30 + ["b"] * 20 + [""] * 10}, WORKERS)
        assert cuts.listed("team") == ("a", "b")
        assert cuts.labels["team"][-1] is None


class TestOrder:
    @given(st.integers(0, 10_000))
    @settings(max_examples=15, deadline=None)
    def test_the_order_tells_nothing_of_hidden_sizes(self, seed):
        labels = spread(seed, 200, 9)["cut0"]
        cuts = ShownCuts.of({"cut": labels}, WORKERS)
        shown = cuts.shown("cut")
        sizes = [labels.count(group) for group in shown]
        assert sizes == sorted(sizes, reverse=True)
        hidden = cuts.listed("cut")[len(shown) :]
        assert list(hidden) == sorted(hidden)
        assert {cuts.state("cut", group) for group in hidden} <= {"hidden"}
        assert {*shown, *hidden} == {label for label in labels if label}


class TestCrossing:
    def cuts(self, privacy):
        return ShownCuts.of(spread(3, 3000, 12, 9, 4), privacy)

    def test_the_first_two_cuts_of_customers_are_crossed_and_those_of_workers_never(self):
        assert list(self.cuts(CUSTOMERS).crossed) == ["cut0", "cut1"]
        workers = self.cuts(WORKERS)
        assert workers.crossed == {}
        with pytest.raises(KeyError, match="'crossed'"):
            workers.crossed_state("g00", "g00")

    def test_eight_rows_and_six_columns_are_crossed(self):
        crossed = self.cuts(CUSTOMERS).crossed
        assert [len(groups) for groups in crossed.values()] == [8, 6]

    def test_totals_of_rows_are_groups_of_the_cut(self):
        cuts = self.cuts(CUSTOMERS)
        for row in cuts.crossed["cut0"]:
            assert cuts.crossed_state(row, None) == cuts.state("cut0", row)

    def test_members_are_those_with_the_label(self):
        cuts = self.cuts(CUSTOMERS)
        found = cuts.within("cut0", "g01")
        assert found.tolist() == [label == "g01" for label in cuts.labels["cut0"]]
        assert cuts.within("cut0", None).all()

    def test_a_cut_with_one_group_is_not_crossed(self):
        labels = {"one": ["a"] * 100, **spread(1, 100, 2, 2)}
        assert list(ShownCuts.of(labels, CUSTOMERS).crossed) == ["cut0", "cut1"]


class TestHistory:
    def told(self, labels, history, people=None):
        ids = people or [f"p{place}" for place in range(len(labels))]
        return ShownCuts.of({"team": labels}, WORKERS, people=ids, day=DAY, history=history)

    def test_the_same_day_again_is_told_the_same(self):
        labels = ["a"] * 30 + ["b"] * 20 + ["c"] * 3
        first = self.told(labels, Ledger.start())
        history = Ledger.start().add(first.released)
        again = self.told(labels, history)
        assert all(again.state("team", group) == first.state("team", group) for group in "abc")

    def test_the_same_day_with_somebody_more_is_refused(self):
        labels = ["a"] * 30 + ["b"] * 20
        history = Ledger.start().add(self.told(labels, Ledger.start()).released)
        with pytest.raises(ReleaseRefusedError, match="it was released before with other people"):
            self.told([*labels, "b"], history)

    def test_somebody_who_moved_is_not_told_by_the_difference(self):
        labels = ["a"] * 30 + ["b"] * 20
        history = Ledger.start().add(self.told(labels, Ledger.start()).released)
        moved = self.told(["b", *labels[1:]], history)
        assert moved.shown("team") == ()
