from dataclasses import replace

import pytest

from tests.bench import disclosure
from tests.bench.disclosure_firms import PAIRS, draw_firm
from tests.bench.disclosure_rules import apply_rule, show_large, show_rectangles
from tests.bench.disclosure_tally import Tally, count_narrowed, judge_firm, share_hidden
from training.disclosure import Minimums, Table, release

GOOD = {
    "recoverable": 0,
    "untested": 0,
    "homogeneous_shown": 0,
    "people_hidden": 0.11,
    "people_hidden_threshold": 0.01,
    "people_hidden_rectangle": 0.1,
    "seconds_2000x5": 0.5,
}


def inner_cells(rows):
    """Return the inner cells of a table of people by unit and site."""
    people = [(unit, site) for unit, row in rows.items() for site, n in row.items() for _ in range(n)]
    table = Table("t", "w", {"unit": [one for one, _ in people], "site": [other for _, other in people]})
    return table.cells()


class TestFirms:
    def test_a_firm_has_five_tables_of_two_waves(self):
        firm = draw_firm(3, 200)
        assert [table.name for table in firm.tables] == 2 * [" x ".join(pair) for pair in PAIRS]
        assert [table.wave for table in firm.tables] == 5 * ["first"] + 5 * ["second"]
        assert all(len(firm.answers[wave.name]) == len(wave.people) for wave in firm.waves)

    def test_most_stay_and_some_come_and_go(self):
        first, second = (set(wave.people) for wave in draw_firm(4, 1000).waves)
        assert len(first) == 1000
        assert 40 <= len(first - second) <= 80
        assert len(second - first) == 50

    def test_the_same_seed_is_the_same_firm(self):
        assert draw_firm(5).tables == draw_firm(5).tables
        assert draw_firm(5).tables != draw_firm(6).tables


class TestRules:
    def test_thresholding_hides_what_is_small(self):
        cells = inner_cells({"a": {"x": 9, "y": 3}, "b": {"x": 8, "y": 7}})
        hidden = [cell.key for at, cell in enumerate(cells) if at not in show_large(cells, 5)]
        assert hidden == [("a", "y")]

    def test_a_rectangle_is_hidden_around_a_small_cell(self):
        rows = {
            "a": {"x": 9, "y": 3, "z": 20},
            "b": {"x": 8, "y": 7, "z": 20},
            "c": {"x": 20, "y": 20, "z": 20},
        }
        cells = inner_cells(rows)
        hidden = [cell.key for at, cell in enumerate(cells) if at not in show_rectangles(cells, 5)]
        assert hidden == [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]

    def test_a_rule_is_applied_to_the_same_cells(self):
        firm = draw_firm(2, 60)
        released = release(firm.tables, firm.waves, Minimums())
        shown = show_large([one.cell for one in released.cells], 5)
        ruled = apply_rule(released, shown)
        assert [one.cell for one in ruled.cells] == [one.cell for one in released.cells]
        assert {at for at, one in enumerate(ruled.cells) if one.state == "shown"} == shown
        assert 0 < share_hidden(ruled) < share_hidden(released) < 1


class TestTally:
    def test_a_small_firm_is_judged(self):
        found = judge_firm(2, is_narrowed_counted=True)
        assert (found.firms, found.with_small, found.narrowed_firms) == (1, 1, 1)
        assert found.recoverable == found.untested == found.homogeneous_shown == 0
        assert found.recoverable_threshold > 0
        assert found.people_hidden > found.people_hidden_threshold > 0

    def test_tallies_add_up(self):
        assert Tally(firms=1, seconds=0.5) + Tally(firms=2, untested=1) == Tally(
            firms=3, untested=1, seconds=0.5
        )

    def test_an_insider_narrows_what_hides_beside_one_opinion(self):
        """Of units a and b all of the total say no: then all of the hidden ones do."""
        firm = draw_firm(2, 60)
        released = release(firm.tables, firm.waves, Minimums())
        silent = {name: answers & False for name, answers in firm.answers.items()}
        assert count_narrowed(replace(firm, answers=silent), released, "first") > 0


class TestFigures:
    def test_all_goals_met(self):
        assert disclosure.list_missed(GOOD) == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("recoverable", 1),
            ("untested", 1),
            ("homogeneous_shown", 1),
            ("people_hidden", 0.116),
            ("seconds_2000x5", 1.0),
        ],
    )
    def test_a_goal_missed_is_named(self, name, value):
        assert disclosure.list_missed({**GOOD, name: value}) == [name]

    def test_figures_are_means_over_firms(self):
        found = disclosure.to_figures(
            Tally(firms=4, people_hidden=1.0, homogeneous_untested=1, untested=2), 0.123
        )
        assert (found["people_hidden"], found["untested"], found["seconds_2000x5"]) == (0.25, 3, 0.12)
        assert set(found) == set(GOOD)

    def test_each_part_has_figures_of_its_own(self):
        drawn = Tally(firms=4, recoverable_threshold=9, people_hidden=1.0, narrowed=7)
        found = disclosure.to_parts({"drawn": drawn, "held_out": Tally()})
        assert (found["drawn"]["firms"], found["drawn"]["recoverable_threshold"]) == (4, 9)
        assert (found["drawn"]["people_hidden"], found["drawn"]["narrowed"]) == (0.25, 7)
        assert set(found["held_out"].values()) == {0}

    def test_the_table_has_a_line_for_each_part(self):
        shown = disclosure.describe({"drawn": Tally(firms=2, people_hidden=0.5), "held_out": Tally()})
        assert len(shown.splitlines()) == 3
        assert "25.0%" in shown

    def test_too_few_firms_are_refused(self):
        with pytest.raises(SystemExit):
            disclosure.read_arguments(["--firms", "0"])
