"""From losses and what was told of them to figures for each lead time, and a list for customers."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from features.usecase import UseCase
from training.disclosure import bound_share
from training.hindsight.record import BANDS, LEAD_DAYS, Band, Hindsight, LeadTime, Loss, PastForecast
from training.hindsight.told import Told
from training.hindsight.words import tell_lead, tell_nothing, tell_withheld
from training.rows import FollowUp, TrainingRows
from training.statistics import Estimate, share

FEWEST_DAYS_OLDER = 31
MOST_LISTED = 500


def look_back(usecase: UseCase, rows: TrainingRows, told: Sequence[Told]) -> Hindsight | None:
    """Say what forecasts said of those who were lost.

    The forecast of a lead time is the last one that was made so many days before the loss or earlier, but not
    older than one step of the snapshots beyond that (a month at least). Scores that went out come before
    forecasts of rows kept back, however old.

    Parameters
    ----------
    usecase
        Whose data it is decides what may be told: of people at work no single one, and figures only from so
        many on, in whole tenths.
    rows
        Rows of a feature table: who was lost, and when. Of several causes the predicted one counts.
    told
        What was forecast, day by day.

    Returns
    -------
    Hindsight or None
        None where no event is forecast: then nobody is lost on a day.
    """
    outcome = rows.outcome
    if not isinstance(outcome, FollowUp):
        return None
    days = np.unique(outcome.snapshot_date).astype("datetime64[D]")
    step = int(np.diff(days).astype(np.int64).max()) if days.size > 1 else 0
    by_day = sorted(told, key=lambda one: one.day)
    older = timedelta(days=max(FEWEST_DAYS_OLDER, step))
    first = by_day[0].day if by_day else None
    losses = [
        Loss(
            entity_id,
            day,
            {lead: _find(by_day, entity_id, day - timedelta(days=lead), older) for lead in LEAD_DAYS},
        )
        for entity_id, day in find_losses(rows)
        if first is not None and day >= first
    ]
    is_individual = not usecase.privacy.is_about_employees
    fewest = 1 if is_individual else usecase.privacy.minimum_group_drivers
    leads = tuple(_sum_up(losses, lead, first, fewest, is_individual=is_individual) for lead in LEAD_DAYS)
    return Hindsight(
        usecase=usecase.name,
        as_of=outcome.observed_until,
        horizon=rows.horizon_names[rows.primary_index],
        is_individual=is_individual,
        n_losses=len(losses) if is_individual else None,
        leads=leads,
        losses=tuple(sorted(losses, key=_order))[:MOST_LISTED] if is_individual else (),
    )


def find_losses(rows: TrainingRows) -> list[tuple[str, date]]:
    """Return who was lost, and on which day; each once, oldest first."""
    outcome = rows.outcome
    if not isinstance(outcome, FollowUp):
        return []
    is_lost = outcome.event == 1
    snapshots = outcome.snapshot_date[is_lost].astype("datetime64[D]")
    starts = snapshots + np.timedelta64(outcome.primary.gap_days, "D")
    days = starts + outcome.days[is_lost].astype("timedelta64[D]")
    lost = dict(zip(rows.entity[is_lost].tolist(), days.tolist(), strict=True))
    return sorted(((str(one), day) for one, day in lost.items()), key=lambda pair: (pair[1], pair[0]))


def _find(told: Sequence[Told], entity_id: str, until: date, older: timedelta) -> PastForecast | None:
    """Return the last forecast for somebody until a day; one that went out, where there is one."""
    end = bisect_right([one.day for one in told], until)
    recent = [one for one in told[:end] if one.day > until - older]
    for source in ("went_out", "kept_back"):
        for one in reversed(recent):
            found = one.find(entity_id) if one.source == source else None
            if found is not None:
                return found
    return None


def _order(loss: Loss) -> tuple[int, float, date, str]:
    """Put those who were rated low until the end first, and those without a forecast last."""
    last = next((one for one in loss.forecasts.values() if one is not None), None)
    place = 2 if last is None else 0 if loss.is_low_until_the_end else 1
    return place, 0.0 if last is None else last.percentile, loss.day, loss.entity_id


def _sum_up(
    losses: Sequence[Loss], lead: int, first: date | None, fewest: int, *, is_individual: bool
) -> LeadTime:
    """Return the figures of one lead time."""
    possible = [] if first is None else [loss for loss in losses if loss.day >= first + timedelta(days=lead)]
    found = [one for one in (loss.forecasts[lead] for loss in possible) if one is not None]
    if not found:
        return LeadTime(lead, len(possible) if is_individual else None, 0 if is_individual else None,
                        None, None, None, {}, None, not is_individual, tell_nothing(lead))  # fmt: skip
    if len(found) < fewest:
        return LeadTime(lead, None, None, None, None, None, {}, None, True, tell_withheld(lead))
    n = len(found)
    n_highest = sum(one.is_in_highest_tenth for one in found)
    counts: dict[Band, int] = {band: sum(one.band == band for one in found) for band in BANDS}
    measure = share if is_individual else _coarse_share
    highest = measure(n_highest, n)
    median = float(np.median([one.percentile for one in found]))
    n_went_out = sum(one.source == "went_out" for one in found)
    return LeadTime(
        days=lead,
        n_losses=len(possible) if is_individual else None,
        n_forecasts=n if is_individual else None,
        n_went_out=n_went_out if is_individual else None,
        n_kept_back=n - n_went_out if is_individual else None,
        highest_tenth=highest,
        bands={band: measure(count, n) for band, count in counts.items()},
        median_percentile=median if is_individual else round(median, -1),
        is_withheld=False,
        sentence=tell_lead(lead, len(possible) if is_individual else None, highest, median),
    )


def _coarse_share(count: float, n: float) -> Estimate:
    """Return a share of people at work in whole tenths, with a range that tells of nobody."""
    shown, exact = bound_share(int(count), int(n)), share(count, n)
    low = min(shown.low, np.floor(10 * exact.low) / 10)
    high = max(shown.high, np.ceil(10 * exact.high) / 10)
    middle = round((shown.low + shown.high) / 2, 1)
    return Estimate.around(middle, float(low), float(high), int(n) // 5 * 5)
