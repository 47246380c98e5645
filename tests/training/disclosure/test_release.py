from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.disclosure.disclosure_world import draw_tables, make_cut, make_wave, reorder
from training.disclosure import Ledger, Limits, Minimums, ReleaseRefusedError, release, shown_groups
from training.disclosure.attack import Findings, attack

FIVE = Minimums()


def states_of(released):
    return {(one.cell.wave, one.cell.table, one.cell.key): one.state for one in released.cells}


def release_cut(sizes, **settings):
    return release([make_cut(sizes, **settings)], [make_wave(sum(sizes.values()))], FIVE)


class TestOneCut:
    def test_large_groups_are_shown_with_their_sizes(self):
        released = release_cut({"a": 30, "b": 12})
        assert released.shown("w1", "by unit") == {(None,): 42, ("a",): 30, ("b",): 12}

    def test_a_small_group_hides_the_smallest_beside_it(self):
        released = release_cut({"a": 30, "b": 12, "c": 3})
        assert released.shown("w1", "by unit") == {(None,): 45, ("a",): 30}

    def test_what_is_hidden_has_one_mark_and_what_is_empty_another(self):
        released = release_cut({"a": 30, "b": 12, "c": 3})
        assert [released.state("w1", "by unit", (name,)) for name in "abcd"] == [
            "shown",
            "hidden",
            "hidden",
            "no data",
        ]
        assert [released.size("w1", "by unit", (name,)) for name in "abcd"] == [30, None, None, 0]

    def test_nothing_of_few_people_is_shown(self):
        assert set(states_of(release_cut({"a": 3, "b": 1})).values()) == {"hidden"}

    def test_a_table_that_was_not_released_is_no_answer(self):
        with pytest.raises(
            KeyError, match="'by site' of wave 'w1' was not released; released are 'by unit' of w1"
        ):
            release_cut({"a": 30}).state("w1", "by site", ("a",))

    def test_plain_values_hold_no_size_of_what_is_hidden(self):
        cells = release_cut({"a": 30, "b": 12, "c": 3}).to_json()["cells"]
        assert {cell["n"] for cell in cells if cell["state"] == "hidden"} == {None}
        assert all("members" not in cell for cell in cells)

    @given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 30), min_size=1))
    @settings(max_examples=15)
    def test_it_is_no_laxer_than_the_rule_for_one_cut(self, sizes):
        released = release_cut(sizes)
        shown = {key[0] for key in released.shown("w1", "by unit")} - {None}
        assert sum(sizes[name] for name in shown) <= sum(sizes[name] for name in shown_groups(sizes, 5))


class TestProperties:
    @given(st.integers(0, 10_000), st.integers(8, 120), st.lists(st.integers(2, 5), min_size=2, max_size=3))
    @settings(max_examples=6)
    def test_an_attacker_finds_nothing(self, seed, n_people, n_labels):
        tables = draw_tables(np.random.default_rng(seed), n_people, n_labels)
        released = release(tables, [make_wave(n_people)], FIVE)
        assert attack(released) == Findings()

    @given(st.integers(0, 10_000), st.integers(8, 120))
    @settings(max_examples=10)
    def test_shown_groups_and_their_differences_are_nothing_or_large(self, seed, n_people):
        tables = draw_tables(np.random.default_rng(seed), n_people, [4, 3, 2])
        released = release(tables, [make_wave(n_people)], FIVE)
        shown = [set(one.cell.members.tolist()) for one in released.cells if one.state == "shown"]
        assert all(len(one) >= 5 for one in shown)
        assert all(len(one ^ other) == 0 or len(one ^ other) >= 5 for one in shown for other in shown)

    @given(st.integers(0, 10_000), st.integers(8, 120))
    @settings(max_examples=10)
    def test_what_is_left_of_every_row_is_nothing_or_large(self, seed, n_people):
        tables = draw_tables(np.random.default_rng(seed), n_people, [4, 3])
        released = release(tables, [make_wave(n_people)], FIVE)
        shown = released.shown("w1", tables[0].name)
        for unit in {key[0] for key in shown}:
            if (unit, None) in shown:
                rest = shown[unit, None] - sum(
                    n for key, n in shown.items() if key[0] == unit and key[1] is not None
                )
                assert rest == 0 or rest >= 5

    @given(st.integers(0, 10_000), st.randoms(use_true_random=False))
    @settings(max_examples=6)
    def test_neither_the_order_of_tables_nor_that_of_people_plays_a_part(self, seed, chance):
        n_people = 70
        tables = draw_tables(np.random.default_rng(seed), n_people, [4, 3, 2])
        order = list(range(n_people))
        chance.shuffle(order)
        other = [reorder(table, order) for table in chance.sample(tables, len(tables))]
        wave = make_wave(n_people)
        moved = make_wave([wave.people[place] for place in order])
        assert states_of(release(tables, [wave], FIVE)) == states_of(release(other, [moved], FIVE))


class TestKinds:
    def test_drivers_take_more_people_than_numbers(self):
        sizes = {"a": 60, "b": 40, "c": 26, "d": 20}
        tables = [make_cut(sizes), make_cut(sizes, name="drivers", kind="drivers")]
        released = release(tables, [make_wave(146)], FIVE)
        assert set(released.shown("w1", "by unit")) == {(None,), ("a",), ("b",), ("c",), ("d",)}
        assert set(released.shown("w1", "drivers")) == {(None,), ("a",), ("b",)}
        assert attack(released) == Findings()

    def test_verbatims_have_a_minimum_of_their_own(self):
        sizes = {"a": 30, "b": 12, "c": 12, "d": 7}
        tables = [make_cut(sizes), make_cut(sizes, name="themes", kind="verbatims")]
        released = release(tables, [make_wave(61)], FIVE)
        assert len(released.shown("w1", "by unit")) == 5
        assert released.state("w1", "themes", ("d",)) == "hidden"
        assert attack(released) == Findings()

    def test_a_group_that_is_hidden_as_a_number_is_hidden_as_all_else(self):
        sizes = {"a": 60, "b": 40, "c": 3}
        tables = [make_cut(sizes), make_cut({"ab": 100, "c": 3}, name="drivers", kind="drivers")]
        released = release(tables, [make_wave(103)], FIVE)
        assert attack(released) == Findings()
        assert released.state("w1", "drivers", ("ab",)) == "hidden"

    def test_drivers_alone_are_released_as_well(self):
        released = release([make_cut({"a": 60, "b": 40}, kind="drivers")], [make_wave(100)], FIVE)
        assert len(released.shown("w1", "by unit")) == 3


class TestFailure:
    def test_without_time_for_a_program_nothing_is_released(self):
        tables = draw_tables(np.random.default_rng(5), 300, [8, 5, 4, 3])
        with pytest.raises(ReleaseRefusedError, match="a linear program failed"):
            release(tables, [make_wave(300)], FIVE, limits=Limits(seconds=0.0))

    def test_without_rounds_nothing_is_released(self):
        with pytest.raises(ReleaseRefusedError, match="told of after 0 rounds"):
            release([make_cut({"a": 30})], [make_wave(30)], FIVE, limits=Limits(rounds=0))

    def test_without_tables_nothing_is_decided(self):
        assert release([], [make_wave(30)], FIVE).cells == ()


class TestWrongInput:
    def test_a_table_of_an_unknown_wave(self):
        with pytest.raises(ReleaseRefusedError, match="its wave 'w2' is not among w1"):
            release([make_cut({"a": 9}, wave="w2")], [make_wave(9)], FIVE)

    def test_two_tables_of_one_name(self):
        with pytest.raises(ReleaseRefusedError, match="has two of that name"):
            release([make_cut({"a": 9}), make_cut({"a": 9})], [make_wave(9)], FIVE)

    def test_labels_for_others_than_the_people_of_the_wave(self):
        with pytest.raises(ReleaseRefusedError, match="'unit' has 9 labels for 8 people of 'w1'"):
            release([make_cut({"a": 9})], [make_wave(8)], FIVE)

    def test_a_wave_passed_twice(self):
        with pytest.raises(ReleaseRefusedError, match="passed twice"):
            release([], [make_wave(8), make_wave(8)], FIVE)


class TestTwoWaves:
    def test_both_are_safe_and_each_is_decided_by_itself(self):
        rng = np.random.default_rng(6)
        one, other = draw_tables(rng, 90, [4, 3, 2]), draw_tables(rng, 80, [4, 3, 2], wave="w2")
        waves = [make_wave(90), make_wave([f"p{person}" for person in range(10, 90)], "w2")]
        both = release([*one, *other], waves, FIVE)
        assert attack(both) == Findings()
        assert states_of(both) == {
            **states_of(release(one, waves[:1], FIVE)),
            **states_of(release(other, waves[1:], FIVE)),
        }

    def test_waves_that_share_days_are_refused_since_answers_could_be_in_both(self):
        later = replace(make_wave(9, "w2"), first_day=date(2025, 3, 31))
        with pytest.raises(ReleaseRefusedError, match=r"overlap with those of wave 'w2'.*told twice"):
            release([], [make_wave(9), later], FIVE)

    def test_the_same_is_refused_against_what_is_out(self):
        history = Ledger.start().add(release([make_cut({"a": 9})], [make_wave(9)], FIVE, Ledger.start()))
        rolling = replace(make_wave(9, "w2"), first_day=date(2025, 3, 15))
        with pytest.raises(ReleaseRefusedError, match="overlap with those of wave 'w1'"):
            release([make_cut({"a": 9}, wave="w2")], [rolling], FIVE, history)


class TestHistory:
    """A later report shows the same wave by other cuts."""

    def history_of(self, tables, wave):
        ledger = Ledger.start()
        return ledger.add(release(tables, [wave], FIVE, ledger))

    def test_what_is_out_stays_out(self):
        wave = make_wave(52)
        first = make_cut({"a": 30, "b": 22})
        history = self.history_of([first], wave)
        again = release([first], [wave], FIVE, history)
        assert len(again.shown("w1", "by unit")) == 3

    def test_the_drop_of_one_person_is_refused_in_a_later_report_too(self):
        wave = make_wave(52)
        first = make_cut({"a": 30, "b": 22})
        dropped = make_cut({"a": 29, "b": 23}, name="by other unit")
        assert len(release([dropped], [wave], FIVE).shown("w1", "by other unit")) == 3
        later = release([dropped], [wave], FIVE, self.history_of([first], wave))
        assert later.shown("w1", "by other unit") == {(None,): 52}

    def test_a_group_hidden_before_cannot_be_computed_with_a_later_table(self):
        rng, n_refused = np.random.default_rng(7), 0
        for _ in range(5):
            tables, wave = draw_tables(rng, 60, [4, 3, 3]), make_wave(60)
            history = self.history_of(tables[:1], wave)
            try:
                later = release(tables[1:], [wave], FIVE, history)
            except ReleaseRefusedError:
                n_refused += 1
            else:
                assert attack(later, history) == Findings()
        assert n_refused < 3

    def test_the_second_report_alone_would_have_told_more(self):
        """Otherwise the history plays no part in the test above."""
        rng, found = np.random.default_rng(7), 0
        for _ in range(5):
            tables, wave = draw_tables(rng, 60, [4, 3, 3]), make_wave(60)
            history = self.history_of(tables[:1], wave)
            found += attack(release(tables[1:], [wave], FIVE), history).recoverable
        assert found > 0

    def test_people_in_another_order_are_the_same_people(self):
        wave, first = make_wave(52), make_cut({"a": 30, "b": 22})
        history = self.history_of([first], wave)
        order = list(range(52))[::-1]
        moved = make_wave([wave.people[place] for place in order])
        again = release([reorder(first, order)], [moved], FIVE, history)
        assert again.shown("w1", "by unit") == {(None,): 52, ("a",): 30, ("b",): 22}

    @pytest.mark.parametrize(
        ("changed", "minimums", "word"),
        [
            ({"people": tuple(f"p{one}" for one in range(1, 53))}, FIVE, "people"),
            ({"last_day": date(2025, 4, 5)}, FIVE, "last_day"),
            ({"answers": "other"}, FIVE, "answers"),
            ({}, Minimums(6), r"minimums \(people: 5 then, 6 now\)"),
        ],
    )
    def test_a_wave_that_is_out_cannot_be_released_with_anything_else(self, changed, minimums, word):
        wave = make_wave(52)
        history = self.history_of([make_cut({"a": 30, "b": 22})], wave)
        with pytest.raises(
            ReleaseRefusedError, match=f"released before with other {word};.*from the next one on"
        ):
            release([make_cut({"a": 30, "b": 22})], [replace(wave, **changed)], minimums, history)
