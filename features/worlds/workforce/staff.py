"""The employees of an example company: who they are, when they were hired, on what contract, where."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError
from features.worlds.period import Period, stream
from features.worlds.vocabulary import DAY, NEVER, Flags, Floats, Integers, Seconds
from features.worlds.workforce.teams import Teams

LEVELS = ("Assistant", "Specialist", "Senior", "Lead", "Manager")
GENDERS = ("female", "male", "diverse")
CONTRACT_TYPES = ("Permanent", "Fixed term")
SHARE_AT_START = 0.72
LEAST_EMPLOYEES = 60
YEAR = int(365.25 * DAY)
_LEVEL_SHARES = (0.28, 0.40, 0.20, 0.08, 0.04)
_GENDER_SHARES = (0.44, 0.55, 0.01)
_TERM_DAYS = 730
_SHARE_FIXED = 0.30
_LONGEST_TENURE_YEARS = 30.0


@dataclass(frozen=True)
class Staff:
    """Hold one element per employee; categories are codes.

    ``term_ends`` is NEVER for permanent contracts; ``is_extended`` tells whose fixed term would become
    permanent. Gender decides nothing; the year of birth decides retirement alone.
    """

    employee_id: NDArray[np.str_]
    hired: Seconds
    born: Seconds
    gender: Integers
    level: Integers
    team: Integers
    later_team: Integers
    moves: Seconds
    term_ends: Seconds
    is_extended: Flags

    @property
    def count(self) -> int:
        """Return the number of employees."""
        return self.employee_id.size

    def team_at(self, employee: Integers, moment: Seconds | int) -> Integers:
        """Return the team of each employee at a moment."""
        return np.where(self.moves[employee] <= moment, self.later_team[employee], self.team[employee])


def draw_staff(seed: int, count: int, period: Period, teams: Teams) -> Staff:
    """Draw who works for the company: most are there at the start, the others join over the period."""
    random = stream(seed, "workforce: staff")
    hired, age_years = _draw_hirings(count, period, random)
    team = random.permutation(np.arange(count) % teams.count)
    later_team = random.integers(teams.count, size=count)
    moves = period.since + random.integers(1, (period.until - period.since) // DAY, count) * DAY
    is_moving = (
        (teams.site[team] == teams.site[later_team]) & (team != later_team) & (moves > hired + 90 * DAY)
    )
    is_moving &= random.random(count) < 0.3
    term_days = _TERM_DAYS // np.where(random.random(count) < 0.4, 2, 1)
    is_fixed = (hired + term_days * DAY > period.since) & (random.random(count) < _SHARE_FIXED)
    return Staff(
        employee_id=np.char.add("E-", (10_000 + random.permutation(count)).astype(str)),
        hired=hired,
        born=np.maximum(hired, period.since) - (age_years * YEAR).astype(np.int64),
        gender=random.choice(len(GENDERS), count, p=_GENDER_SHARES),
        level=random.choice(len(LEVELS), count, p=_LEVEL_SHARES),
        team=team,
        later_team=later_team,
        moves=np.where(is_moving, moves, NEVER),
        term_ends=np.where(is_fixed, hired + term_days * DAY, NEVER),
        is_extended=random.random(count) < 0.45,
    )


def refuse_few(count: int) -> None:
    """Refuse a number of employees that makes no teams.

    Raises
    ------
    InputError
        If there are fewer than 60.
    """
    if count < LEAST_EMPLOYEES:
        where, problem = "example company: n_employees", f"{count} employees are too few"
        raise InputError(where, problem, f"ask for {LEAST_EMPLOYEES} or more")


def _draw_hirings(count: int, period: Period, random: np.random.Generator) -> tuple[Seconds, Floats]:
    """Draw the first working day and the age on that day or at the start, whichever is later."""
    is_there = random.random(count) < SHARE_AT_START
    old = 20.0 + 45.0 * random.beta(2.0, 1.6, count)
    young = 18.0 + 40.0 * random.beta(1.5, 2.5, count)
    age_years = np.where(is_there, old, young)
    tenure_years = np.minimum(random.exponential(7.0, count), np.minimum(old - 18.0, _LONGEST_TENURE_YEARS))
    tenure_days = 1 + (tenure_years * 365).astype(np.int64)
    joins_days = random.integers(1, (period.until - period.since) // DAY - 20, count)
    return period.since + DAY * np.where(is_there, -tenure_days, joins_days), age_years
