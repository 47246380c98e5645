"""Snapshots and flat tables with a known truth about answers and silence."""

from datetime import date

import numpy as np

from features.catalogue import Catalogue, Feature
from features.timeline import Duration, Horizon
from training.rows import LabelOutcome, Timing, TrainingRows

UNTIL = date(2026, 1, 1)
SPAN = Horizon(Duration(60))


def make_answers(n_entities: int = 300, *, share_silent: float = 0.5, seed: int = 0) -> TrainingRows:
    """Return monthly snapshots; two columns decide about a rating of 1..5, half of the rows are silent."""
    chance = np.random.default_rng(seed)
    months = np.array([np.datetime64(f"2025-{month:02d}-01") for month in range(1, 13)])
    person = np.repeat(np.arange(n_entities), 12)
    n_rows = len(person)
    matrix = 0.8 * chance.normal(size=(n_entities, 3))[person] + 0.6 * chance.normal(size=(n_rows, 3))
    mood = 0.9 * matrix[:, 0] - 0.6 * matrix[:, 1] + 0.7 * chance.logistic(size=n_rows)
    answers = 1.0 + (mood[:, None] > np.array([-1.5, -0.7, 0.2, 1.2])).sum(axis=1)
    last = np.clip(answers + chance.integers(-1, 2, n_rows), 1, 5)
    last[chance.random(n_rows) < 0.5] = np.nan
    is_silent = chance.random(n_rows) < share_silent
    answers[is_silent] = np.nan
    known_days = np.where(is_silent, np.nan, chance.integers(1, 60, n_rows))
    timing = Timing(np.tile(months, n_entities), known_days, SPAN, UNTIL)
    columns = {"o_use": matrix[:, 0], "o_faults": matrix[:, 1], "o_noise": matrix[:, 2]}
    return _rows(columns | {"x_surveys.csat.last": last}, person, answers, timing)


def make_silence(n_entities: int = 300, seed: int = 0) -> TrainingRows:
    """Return the same snapshots with a 0/1 label that is known once 60 days are over."""
    rows = make_answers(n_entities, seed=seed)
    chance = np.random.default_rng(seed + 1)
    mood = np.asarray(rows.columns["o_use"], dtype=np.float64)
    label = (chance.logistic(size=len(rows)) < -1.0 - 1.5 * mood).astype(np.float64)
    outcome = rows.outcome
    assert isinstance(outcome, LabelOutcome)
    assert outcome.timing is not None
    is_over = outcome.timing.snapshot_date + np.timedelta64(60, "D") <= np.datetime64(UNTIL)
    label[~is_over] = np.nan
    timing = Timing(outcome.timing.snapshot_date, np.where(is_over, 60.0, np.nan), SPAN, UNTIL)
    return TrainingRows(
        rows.catalogue, rows.columns, rows.entity, rows.group, LabelOutcome(label, timing=timing), None, None
    )


def make_flat_answers(n_rows: int = 700, seed: int = 0) -> TrainingRows:
    """Return one row per entity with a rating of 1..5, every seventh of them silent."""
    rows = make_answers(n_rows, share_silent=0.0, seed=seed)
    chosen = rows.take(np.arange(0, 12 * n_rows, 12))
    outcome = chosen.outcome
    assert isinstance(outcome, LabelOutcome)
    answers = outcome.target.copy()
    answers[::7] = np.nan
    flat = LabelOutcome(answers, "ordinal")
    return TrainingRows(
        chosen.catalogue, chosen.columns, chosen.entity, chosen.group, flat, np.full(n_rows, 2.0), None
    )


def _rows(
    columns: dict[str, np.ndarray], person: np.ndarray, answers: np.ndarray, timing: Timing
) -> TrainingRows:
    """Put the parts together."""
    features = (
        Feature(name, "number", "surveys" if name[0] == "x" else "crm", data="X" if name[0] == "x" else "O")
        for name in columns
    )
    names = np.array([f"p{number}" for number in person], dtype=object)
    outcome = LabelOutcome(answers, "ordinal", (1, 5), "surveys.csat", timing)
    return TrainingRows(Catalogue(tuple(features)), columns, names, names, outcome, None, None)
