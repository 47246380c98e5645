"""The expected share at earlier snapshots: today's model asked about the cohort as it was then."""

import numpy as np

from features.frame import Frame
from training.evaluation import AnyEvaluation, RatingEvaluation
from training.reports import WavePoint
from training.rows import Floats, feature_columns, snapshots_of
from training.scoring import Scorer
from training.statistics import expected_share

MOST_WAVES = 6


def list_risk_waves(
    scorer: Scorer, frame: Frame, newest: Floats, evaluation: AnyEvaluation
) -> tuple[WavePoint, ...]:
    """Return the share of the cohort expected to leave at the last snapshots, oldest first.

    One model answers for all dates, so a change is one of people and what they experienced, not of the model.

    Parameters
    ----------
    scorer, frame
        The model, and the rows of all snapshots.
    newest
        ``[n]`` probabilities of the newest rows: the last point, equal to what the headline says.
    evaluation
        How far forecasts were off on rows kept back.

    Returns
    -------
    tuple of WavePoint
        Named by the day of the snapshot (ISO). Nothing for a flat table, for answers, and where forecasts may
        not be used; nothing for people at work, since the difference of two dates would tell the forecast of
        somebody who joined between them.
    """
    bundle, dates = scorer.bundle, frame.facts.snapshot_dates
    if bundle.is_of_answers or isinstance(evaluation, RatingEvaluation):
        return ()
    if not dates or not evaluation.is_usable or not scorer.is_individual:
        return ()
    days = snapshots_of(frame.table)
    points = []
    for day in sorted(dates)[:-1][1 - MOST_WAVES :]:
        rows = frame.table.filter(days == np.datetime64(day))
        if rows.num_rows < bundle.usecase.privacy.minimum_group:
            continue
        matrix = bundle.encoder.encode(feature_columns(rows, bundle.catalogue)).matrix
        share = expected_share(bundle.expected(matrix), evaluation.level_error)
        points.append(WavePoint(day.isoformat(), share))
    return (*points, WavePoint(max(dates).isoformat(), expected_share(newest, evaluation.level_error)))
