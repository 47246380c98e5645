import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from features.errors import InputError
from tests.training.explore.tables import number, survey, table_of, words, yes_no
from training.explore import pivot
from training.explore.hiding import choose_shown
from training.statistics import mean, share


def cell_of(answer, row, column):
    """Return the plain values of a cell without its place."""
    (found,) = (one for one in answer.content["cells"] if (one["row"], one["column"]) == (row, column))
    return {key: value for key, value in found.items() if key not in {"row", "column"}}


class TestValues:
    def test_a_mean_has_its_range_and_rows(self):
        table = survey()
        answer = pivot(table, "wait", ["region", "left"])
        wait, region, left = (
            table.column("wait").amounts(),
            table.column("region").words(),
            table.column("left").words(),
        )
        own = wait[(region == "west") & (left == "yes")]
        assert cell_of(answer, "west", "yes") == {"is_hidden": False, **mean(own).to_json()}
        assert cell_of(answer, "all", "all")["value"] == pytest.approx(wait.mean())
        assert cell_of(answer, "west", "all")["n"] == (region == "west").sum()

    def test_a_share_of_yes(self):
        table = survey()
        answer = pivot(table, "left", ["region"])
        own = table.column("left").as_share()[table.column("region").words() == "south"]
        assert cell_of(answer, "south", "all") == {"is_hidden": False, **share(own.sum(), own.size).to_json()}
        assert answer.sheets[0].header == ("region", "all")

    def test_rows_without_a_metric_have_shares_of_the_row(self):
        table = survey()
        answer = pivot(table, "", ["region", "left"])
        own = table.column("left").as_share()[table.column("region").words() == "west"]
        assert cell_of(answer, "west", "yes")["value"] == pytest.approx(own.mean())
        assert cell_of(answer, "west", "all")["value"] == 1
        assert answer.findings[0].startswith("Of the ")

    def test_the_finding_names_the_ends_that_are_shown(self):
        table = survey()
        (sentence,) = pivot(table, "wait", ["region"]).findings
        wait, region = table.column("wait").amounts(), table.column("region").words()
        means = {name: wait[region == name].mean() for name in set(region)}
        top, bottom = max(means, key=means.get), min(means, key=means.get)
        assert sentence.startswith(
            f"'wait' is highest where 'region' is '{top}' ({means[top]:.3g} min on average of "
        )
        assert f"lowest where 'region' is '{bottom}' ({means[bottom]:.3g} min" in sentence

    def test_an_empty_cell_is_told_as_one(self):
        table = table_of(
            words("a", ["x", "x", "y", "y"]), words("b", ["u", "v", "u", "u"]), number("w", [1, 2, 3, 4])
        )
        answer = pivot(table, "w", ["a", "b"])
        assert cell_of(answer, "y", "v")["n"] == 0
        assert "- (0)" in answer.sheets[0].rows[1]
        json.dumps(answer.to_json(), allow_nan=False)


class TestRefusals:
    @pytest.mark.parametrize("by", [[], ["region", "left", "rating"]])
    def test_rows_and_columns(self, by):
        with pytest.raises(InputError, match=r"--by: names \d columns; name one for the rows"):
            pivot(survey(), "", by)

    def test_a_metric_without_mean(self):
        with pytest.raises(InputError, match="is of the kind category, which has no mean"):
            pivot(survey(), "region", ["left"])

    def test_too_many_groups(self):
        table = table_of(words("a", [f"g{at % 50}" for at in range(500)]))
        with pytest.raises(
            InputError, match="has 50 groups, too many for a table; name a column with at most 40"
        ):
            pivot(table, "", ["a"])


class TestPeopleAtWork:
    team = ["a"] * 30 + ["b"] * 30 + ["c"] * 30
    site = (
        (["x"] * 15 + ["y"] * 12 + ["z"] * 3)
        + (["x"] * 14 + ["y"] * 9 + ["z"] * 7)
        + (["x"] * 8 + ["y"] * 12 + ["z"] * 10)
    )
    table = table_of(
        yes_no("left", [True, False, False] * 30), words("team", team), words("site", site), minimum_group=5
    )

    def test_a_small_cell_and_what_would_give_it_away_are_hidden_with_one_mark(self):
        answer = pivot(self.table, "left", ["team", "site"])
        hidden = {(one["row"], one["column"]) for one in answer.content["cells"] if one["is_hidden"]}
        assert ("a", "z") in hidden
        assert len(hidden) >= 4
        assert all("value" not in one for one in answer.content["cells"] if one["is_hidden"])
        assert any(remark.startswith(f"{len(hidden)} cells are hidden") for remark in answer.remarks)
        assert answer.sheets[0].rows[0].count("hidden") == sum(row == "a" for row, _ in hidden)
        assert "hidden" in answer.figure.texts[0]

    def test_shares_near_none_are_bounds_everywhere(self):
        table = table_of(yes_no("left", [True] + [False] * 89), words("team", self.team), minimum_group=5)
        answer = pivot(table, "left", ["team"])
        assert cell_of(answer, "a", "all") == {"is_hidden": False, "bound": "under 10 %", "n": 30}
        assert set(answer.figure.values.ravel()) == {0.1}
        assert "least often" not in " ".join(answer.findings)

    def test_nothing_is_hidden_where_it_is_allowed(self):
        table = table_of(*self.table.columns.values())
        assert not [
            one for one in pivot(table, "left", ["team", "site"]).content["cells"] if one["is_hidden"]
        ]

    def test_too_few_people_for_any_table(self):
        table = self.table.only(np.arange(90) < 4)
        with pytest.raises(InputError, match=r"has the one group|leave no rows to show"):
            pivot(table, "", ["team", "site"])


def could_be(counts, shown, place):
    """Return the least and the most people that a reader has to reckon with in a hidden cell."""
    hidden = [tuple(at) for at in np.argwhere(~shown.cells)]
    lines = [[at[0] == row for at in hidden] for row in np.flatnonzero(shown.rows)]
    totals = [sum(counts[at] for at in hidden if at[0] == row) for row in np.flatnonzero(shown.rows)]
    lines += [[at[1] == column for at in hidden] for column in np.flatnonzero(shown.columns)]
    totals += [
        sum(counts[at] for at in hidden if at[1] == column) for column in np.flatnonzero(shown.columns)
    ]
    goal = np.array([at == place for at in hidden], dtype=float)
    if not lines:
        return 0.0, np.inf
    ends = [
        linprog(sign * goal, A_eq=np.array(lines, float), b_eq=totals, bounds=(0, None)) for sign in (1, -1)
    ]
    return ends[0].fun, np.inf if ends[1].status == 3 else -ends[1].fun


@settings(max_examples=20)
@given(st.lists(st.integers(0, 20), min_size=12, max_size=12))
def test_no_small_cell_can_be_computed(sizes):
    counts = np.array(sizes).reshape(3, 4)
    shown = choose_shown(counts, 5)
    assert not (shown.cells & (counts < 5)).any()
    assert not (shown.cells & ~shown.rows[:, None]).any()
    assert not (shown.cells & ~shown.columns).any()
    for row, column in np.argwhere(~shown.cells & (counts > 0) & (counts < 5)):
        low, high = could_be(counts, shown, (row, column))
        assert high - low >= 3 or not shown.cells.any()
    rests = np.where(shown.cells, 0, counts)
    for axis, has_total in ((1, shown.rows), (0, shown.columns)):
        rest = rests.sum(axis=axis)[has_total]
        assert not ((rest > 0) & (rest < 5)).any() or not shown.cells.any()


def test_everything_is_shown_without_a_minimum():
    shown = choose_shown(np.array([[1, 2], [3, 0]]), 0)
    assert shown.cells.all()
    assert shown.rows.all()
    assert shown.columns.all()
