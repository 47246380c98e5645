from datetime import date

import pytest

from features.usecase.meaning import Privacy
from tests.training.disclosure.disclosure_world import make_wave
from training.disclosure import Minimums, ReleaseRefusedError, Table, Wave


def keys_of(table):
    return {cell.key: cell.members.tolist() for cell in table.cells()}


class TestTable:
    def test_a_table_of_two_labels_has_inner_cells_margins_and_a_total(self):
        table = Table("t", "w1", {"unit": ["a", "a", "b"], "site": ["x", "y", "y"]})
        assert keys_of(table) == {
            (None, None): [0, 1, 2],
            ("a", None): [0, 1],
            ("b", None): [2],
            (None, "x"): [0],
            (None, "y"): [1, 2],
            ("a", "x"): [0],
            ("a", "y"): [1],
            ("b", "y"): [2],
        }

    def test_cells_come_totals_first(self):
        depths = [cell.depth for cell in Table("t", "w1", {"u": ["b", "a"], "s": ["x", "y"]}).cells()]
        assert depths == sorted(depths)

    def test_who_has_no_label_is_in_totals_only(self):
        assert keys_of(Table("t", "w1", {"unit": ["a", None, "b"]})) == {
            (None,): [0, 1, 2],
            ("a",): [0],
            ("b",): [2],
        }

    def test_who_is_not_in_the_base_is_in_no_cell(self):
        table = Table("t", "w1", {"unit": ["a", "a", "b"]}, base=[True, False, False])
        assert keys_of(table) == {(None,): [0], ("a",): [0]}

    @pytest.mark.parametrize(
        ("labels", "base"), [({}, None), ({"a": ["x"], "b": ["x", "y"]}, None), ({"a": ["x"]}, [True, True])]
    )
    def test_columns_without_a_common_length_are_refused(self, labels, base):
        with pytest.raises(ReleaseRefusedError, match="no common length"):
            Table("t", "w1", labels, base=base).cells()

    def test_a_cell_names_itself(self):
        assert [cell.where for cell in Table("by unit", "w1", {"unit": ["a"]}).cells()] == [
            "w1: by unit: all",
            "w1: by unit: a",
        ]


class TestWave:
    def test_people_named_twice_are_refused(self):
        with pytest.raises(ReleaseRefusedError, match="1 people are in it more than once"):
            make_wave(["a", "b", "a"])

    def test_days_in_the_wrong_order_are_refused(self):
        with pytest.raises(ReleaseRefusedError, match="before it begins"):
            Wave("w", ("a",), date(2025, 2, 1), date(2025, 1, 1))


class TestMinimums:
    def test_they_come_from_the_use_case(self):
        privacy = Privacy(
            subject="employee", minimum_group=7, minimum_group_drivers=30, minimum_group_verbatims=12
        )
        assert Minimums.of(privacy) == Minimums(7, 12, 30)

    def test_no_kind_needs_fewer_than_people(self):
        minimums = Minimums(people=20, verbatims=10, drivers=25)
        assert [minimums.of_kind(kind) for kind in ("people", "verbatims", "drivers")] == [20, 20, 25]
