"""The units of the company: departments and the teams in them, with how each team works and is led."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.worlds.columns import moments, texts
from features.worlds.period import Period, scatter, stream
from features.worlds.vocabulary import DAY, Floats, Integers, Seconds
from features.worlds.workforce.effects import UNREST_DAYS

DEPARTMENTS = ("Production", "Logistics", "Service", "Sales", "IT", "Administration")
SITES = ("Hamburg", "Leipzig", "Ulm", "Vienna")
_DEPARTMENT_SHARES = (0.30, 0.20, 0.18, 0.14, 0.10, 0.08)
_SITE_SHARES = (0.32, 0.28, 0.24, 0.16)
_DEPARTMENT_OVERTIME = (0.0, 3.0, 2.0, 0.0, 1.0, -4.0)
_TEAM_SIZE = 13
_LEAST_TEAMS = 3
_MANAGER_CHANGES_PER_MONTH = 0.02
_FOUNDED = int(np.datetime64("2015-01-01", "s").astype(np.int64))


@dataclass(frozen=True)
class Teams:
    """Hold one element per team; categories are codes, ``leading`` and ``is_unsettled`` are [teams, months].

    ``overtime`` is the team's usual number of hours a month, ``schooling`` how often it trains its people
    compared with others, ``leading`` how well it is led (standard deviations), as each month begins.
    """

    department: Integers
    site: Integers
    overtime: Floats
    schooling: Floats
    leading: Floats
    is_unsettled: Floats
    changed_team: Integers
    changed_at: Seconds

    @property
    def count(self) -> int:
        """Return the number of teams."""
        return self.department.size

    def id_of(self, team: Integers) -> list[str]:
        """Return the unit ids of teams."""
        return [f"U-{number}" for number in (team + 101).tolist()]


def draw_teams(seed: int, headcount: int, period: Period) -> Teams:
    """Draw teams of about 13 people, their departments, sites, habits and managers."""
    random = stream(seed, "workforce: teams")
    count = max(_LEAST_TEAMS, round(headcount / _TEAM_SIZE))
    department = random.choice(len(DEPARTMENTS), count, p=_DEPARTMENT_SHARES)
    site = random.choice(len(SITES), count, p=_SITE_SHARES)
    is_changing = random.random((count, period.months)) < _MANAGER_CHANGES_PER_MONTH
    team, month = np.nonzero(is_changing)
    changed_at = scatter(period, month, random) // DAY * DAY
    leading = random.standard_normal((count, 1)) * np.ones(period.months)
    for one, when, fresh in zip(team, month, random.standard_normal(team.size), strict=True):
        leading[one, when + 1 :] = fresh
    return Teams(
        department=department,
        site=site,
        overtime=12.0 + np.asarray(_DEPARTMENT_OVERTIME)[department] + 6.0 * random.standard_normal(count),
        schooling=np.exp(0.5 * random.standard_normal(count)),
        leading=leading,
        is_unsettled=_find_unsettled(count, period, team, changed_at),
        changed_team=team,
        changed_at=changed_at,
    )


def _find_unsettled(count: int, period: Period, team: Integers, changed_at: Seconds) -> Floats:
    """Tell per team and month (1 or 0) whether the manager changed in the half year before it begins."""
    starts = period.edges[:-1]
    is_recent = (changed_at[:, None] < starts) & (starts - UNREST_DAYS * DAY <= changed_at[:, None])
    unsettled = np.zeros((count, period.months))
    np.maximum.at(unsettled, team, is_recent.astype(np.float64))
    return unsettled


def org_table(teams: Teams) -> pa.Table:
    """Return the hierarchy: the company, its departments, their teams."""
    codes = np.unique(teams.department)
    departments = [f"U-{code + 1}" for code in codes.tolist()]
    names = [
        f"{DEPARTMENTS[code]} {SITES[site]}" for code, site in zip(teams.department, teams.site, strict=True)
    ]
    team_ids = teams.id_of(np.arange(teams.count))
    parents = [f"U-{code + 1}" for code in teams.department.tolist()]
    numbered = [f"{name} {unit_id.removeprefix('U-')}" for name, unit_id in zip(names, team_ids, strict=True)]
    unit_ids = ["U-0", *departments, *team_ids]
    columns = {
        "unit_id": texts(np.array(unit_ids)),
        "parent_id": pa.array([None, *["U-0"] * len(departments), *parents], type=pa.string()),
        "name": texts(np.array(["Company", *[DEPARTMENTS[code] for code in codes], *numbered])),
        "valid_from": moments(np.full(len(unit_ids), _FOUNDED)),
        "loaded_at": moments(np.full(len(unit_ids), _FOUNDED)),
    }
    return pa.table(columns)
