"""The whole workforce before it is written down; every table about employees is made from it."""

from dataclasses import dataclass

import numpy as np

from features.worlds.period import Period, stream
from features.worlds.vocabulary import Flags, Integers, Seconds
from features.worlds.workforce.quitting import Careers, follow_careers
from features.worlds.workforce.staff import SHARE_AT_START, Staff, draw_staff, refuse_few
from features.worlds.workforce.teams import Teams, draw_teams
from features.worlds.workforce.working import Work, draw_work


@dataclass(frozen=True)
class Workforce:
    """Hold teams, employees, their working life and their careers, and cut events to what an export holds."""

    seed: int
    period: Period
    teams: Teams
    staff: Staff
    work: Work
    careers: Careers

    def stream(self, part: str) -> np.random.Generator:
        """Return the random numbers of one part."""
        return stream(self.seed, f"workforce: {part}")

    def order(self, employee: Integers, happened: Seconds, known: Seconds, *, since: int) -> Integers:
        """Return the rows of events that the export shows, in the order in which they arrived.

        An event is shown if it happened between hiring and leaving, not before ``since``, and was known
        before the export.
        """
        starts = np.maximum(self.staff.hired, since)[employee]
        is_theirs = (happened >= starts) & (happened < self.careers.ends[employee])
        rows = np.flatnonzero(is_theirs & (known < self.period.until))
        return rows[np.argsort(known[rows], kind="stable")]

    def is_employed(self, moment: int) -> Flags:
        """Tell who works for the company at a moment."""
        return (self.staff.hired <= moment) & (moment < self.careers.ends)

    def leavers(self) -> tuple[Integers, Seconds]:
        """Return who left inside the period, and when."""
        who = np.flatnonzero(self.careers.ends < self.period.until)
        return who, self.careers.ends[who]


def draw_workforce(seed: int, n_employees: int, months: int) -> Workforce:
    """Draw a workforce; equal arguments give equal workforces.

    Raises
    ------
    InputError
        If too few employees or months are asked for.
    """
    refuse_few(n_employees)
    period = Period(months)
    teams = draw_teams(seed, round(SHARE_AT_START * n_employees), period)
    staff = draw_staff(seed, n_employees, period, teams)
    work = draw_work(seed, period, teams, staff)
    return Workforce(seed, period, teams, staff, work, follow_careers(seed, period, teams, staff, work))
