"""Tables about leaving: exits with their cause, what leavers say, what managers believe."""

import numpy as np
import pyarrow as pa

from features.worlds.columns import moments, numbered, texts, words
from features.worlds.vocabulary import DAY
from features.worlds.workforce.quitting import CAUSES
from features.worlds.workforce.records import exits_known
from features.worlds.workforce.workforce import Workforce

STATED_REASONS = ("Pay", "Workload", "Development", "Manager", "Commute", "Private reasons")
STATED_WEIGHTS = (0.89, 0.03, 0.02, 0.02, 0.01, 0.03)
"""how often each is named, whatever made somebody resign: 89 in 100 say pay, which hardly matters"""
_SHARE_INTERVIEWED = 0.65
BELIEFS = ("pay", "overtime", "training", "leading", "remote_work", "career")
_BELIEF_WEIGHTS = (12.0, 3.0, 1.5, 3.0, 4.0, 3.0)
_SHARE_BELIEVING = 0.8
_ASKED_DAYS_BEFORE_EXPORT = 92


def exit_table(workforce: Workforce) -> pa.Table:
    """Return who left, when and why: ``resigned`` is voluntary, the other causes compete with it."""
    who, left = workforce.leavers()
    known = exits_known(workforce, left)
    rows = np.flatnonzero(known < workforce.period.until)
    rows = rows[np.argsort(known[rows], kind="stable")]
    columns = {
        "exit_id": numbered("Q", rows.size),
        "employee_id": texts(workforce.staff.employee_id[who[rows]]),
        "left_at": moments(left[rows]),
        "ingested_at": moments(known[rows]),
        "reason": words(workforce.careers.cause[who[rows]], CAUSES),
    }
    return pa.table(columns)


def interview_table(workforce: Workforce) -> pa.Table:
    """Return what people who resigned say was the reason, mostly pay; known only after they left."""
    random = workforce.stream("exit interviews")
    who, left = workforce.leavers()
    is_asked = (workforce.careers.cause[who] == 0) & (random.random(who.size) < _SHARE_INTERVIEWED)
    stated = random.choice(len(STATED_REASONS), who.size, p=STATED_WEIGHTS)
    held = left + (random.uniform(0.3, 12.0, who.size) * DAY).astype(np.int64)
    known = held + (random.uniform(1.0, 9.0, who.size) * DAY).astype(np.int64)
    rows = np.flatnonzero(is_asked & (known < workforce.period.until))
    rows = rows[np.argsort(known[rows], kind="stable")]
    columns = {
        "interview_id": numbered("Y", rows.size),
        "employee_id": texts(workforce.staff.employee_id[who[rows]]),
        "interviewed_at": moments(held[rows]),
        "known_at": moments(known[rows]),
        "stated_reason": words(stated[rows], STATED_REASONS),
    }
    return pa.table(columns)


def belief_table(workforce: Workforce, export: int) -> pa.Table:
    """Return what managers believe: each spreads 100 points over the reasons for leaving, most on pay.

    They were asked two months before the moment of the export.
    """
    random = workforce.stream("beliefs")
    count = max(1, int((random.random(workforce.teams.count) < _SHARE_BELIEVING).sum()))
    points = np.rint(100.0 * random.dirichlet(_BELIEF_WEIGHTS, count)).astype(np.int64)
    points[:, 0] += 100 - points.sum(axis=1)
    asked = export - _ASKED_DAYS_BEFORE_EXPORT * DAY
    columns = {
        "answer_id": pa.array([f"W-{number:04d}" for number in range(1, count + 1) for _ in BELIEFS]),
        "asked_at": moments(np.full(points.size, asked)),
        "topic": words(np.tile(np.arange(len(BELIEFS)), count), BELIEFS),
        "points": pa.array(points.ravel()),
    }
    return pa.table(columns)
