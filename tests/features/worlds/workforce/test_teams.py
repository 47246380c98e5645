"""Units: departments and teams, habits that last, managers who change."""

import numpy as np
import pytest

from features.worlds.period import Period
from features.worlds.vocabulary import DAY
from features.worlds.workforce.effects import UNREST_DAYS
from features.worlds.workforce.teams import DEPARTMENTS, SITES, draw_teams, org_table

PERIOD = Period(24)


@pytest.fixture(scope="module")
def teams():
    return draw_teams(5, 1400, PERIOD)


def test_teams_have_about_thirteen_people_and_there_are_at_least_three(teams):
    assert teams.count == round(1400 / 13)
    assert draw_teams(5, 20, PERIOD).count == 3


def test_all_departments_and_sites_are_there(teams):
    assert set(teams.department.tolist()) == set(range(len(DEPARTMENTS)))
    assert set(teams.site.tolist()) == set(range(len(SITES)))


def test_a_team_is_led_the_same_until_its_manager_changes(teams):
    assert 20 < teams.changed_at.size < 90
    for team in range(teams.count):
        months = PERIOD.month_of(teams.changed_at[teams.changed_team == team])
        changes = np.flatnonzero(np.diff(teams.leading[team])) + 1
        assert set(changes.tolist()) == {month + 1 for month in months.tolist() if month + 1 < 24}


def test_a_team_is_unsettled_for_half_a_year_after_a_change(teams):
    team, when = int(teams.changed_team[0]), int(teams.changed_at[0])
    starts = PERIOD.edges[:-1]
    inside = (starts > when) & (starts - UNREST_DAYS * DAY <= when)
    assert teams.is_unsettled[team, inside].all()
    if (teams.changed_team == team).sum() == 1:
        assert not teams.is_unsettled[team, ~inside].any()
    settled = np.setdiff1d(np.arange(teams.count), teams.changed_team)
    assert not teams.is_unsettled[settled].any()


def test_the_hierarchy_is_a_tree_with_teams_as_leaves(teams):
    org = org_table(teams).to_pylist()
    parents = {row["unit_id"]: row["parent_id"] for row in org}
    assert len(parents) == len(org)
    assert [unit for unit, parent in parents.items() if parent is None] == ["U-0"]
    leaves = set(parents) - set(parents.values())
    assert leaves == set(teams.id_of(np.arange(teams.count)))
    assert all(parents[parents[leaf]] == "U-0" for leaf in leaves)
    assert len({row["name"] for row in org}) == len(org)


def test_the_name_of_a_team_tells_department_and_site(teams):
    names = {row["unit_id"]: row["name"] for row in org_table(teams).to_pylist()}
    for team in (0, 1, teams.count - 1):
        unit = teams.id_of(np.array([team]))[0]
        assert names[unit].startswith(f"{DEPARTMENTS[teams.department[team]]} {SITES[teams.site[team]]} ")
