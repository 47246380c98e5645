"""What is seen in hindsight, made up, written as the verb writes it."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from training.hindsight.record import BANDS, LEAD_DAYS, Band, Hindsight, LeadTime, Loss, PastForecast
from training.hindsight.words import tell_lead, tell_withheld
from training.statistics import Estimate, share

AS_OF = date(2026, 6, 1)
SEEN, UNSEEN = "kept <b>& seen", "never-seen"


def make_hindsight(n_losses: int = 60, **changes) -> Hindsight:
    """Return what forecasts said of lost customers; one has a name that no page may take for code."""
    random = np.random.default_rng(7)
    losses = [_lose(f"lost-{row:03d}", float(random.beta(1.5, 3.0))) for row in range(n_losses - 2)]
    losses = [_lose(UNSEEN, 0.05), *losses, _lose(SEEN, 0.8)]
    found = Hindsight(
        usecase="churn",
        as_of=AS_OF,
        horizon="90d",
        is_individual=True,
        n_losses=n_losses,
        leads=tuple(_sum_up(losses, days) for days in LEAD_DAYS),
        losses=tuple(losses),
    )
    return replace(found, **changes)


def make_hindsight_at_work() -> Hindsight:
    """Return the same of people at work: shares in tenths, no counts, nobody by name."""
    tenth = Estimate(0.4, 0.2, 0.6, 45)
    bands = dict.fromkeys(BANDS, Estimate(0.3, 0.1, 0.5, 45))
    told = LeadTime(30, None, None, None, None, tenth, bands, 70.0, False, tell_lead(30, None, tenth, 70.0))
    withheld = [
        LeadTime(days, None, None, None, None, None, {}, None, True, tell_withheld(days)) for days in (60, 90)
    ]
    return replace(
        make_hindsight(),
        usecase="attrition",
        is_individual=False,
        n_losses=None,
        leads=(told, *withheld),
        losses=(),
    )


def write_hindsight(folder: Path, found: Hindsight) -> Path:
    """Write the file of a use case."""
    path = folder / found.usecase / "hindsight.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(found.to_text(), encoding="utf-8")
    return path


def _lose(entity_id: str, risk: float) -> Loss:
    """Return somebody who was lost, with a forecast that falls with the lead time; none for the longest."""
    day = AS_OF - timedelta(days=10)
    known = {days: _forecast(day - timedelta(days=days), risk * (1 - days / 200)) for days in LEAD_DAYS[:2]}
    return Loss(entity_id, day, {**known, LEAD_DAYS[2]: None})


def _forecast(day: date, probability: float) -> PastForecast:
    """Return a forecast."""
    band: Band = "high" if probability > 0.4 else "medium" if probability > 0.15 else "low"
    percentile = min(99.5, 100 * probability + 20)
    return PastForecast(
        day, "went_out", "churn-aaaaaaaaaaaa", probability, percentile, band, probability > 0.5
    )


def _sum_up(losses: list[Loss], days: int) -> LeadTime:
    """Return the figures of a lead time as they are counted."""
    found = [one for one in (loss.forecasts[days] for loss in losses) if one is not None]
    if not found:
        return LeadTime(days, None, None, None, None, None, {}, None, True, tell_withheld(days))
    n, median = len(found), float(np.median([one.percentile for one in found]))
    highest = share(sum(one.is_in_highest_tenth for one in found), n)
    bands = {band: share(sum(one.band == band for one in found), n) for band in BANDS}
    said = tell_lead(days, len(losses), highest, median)
    return LeadTime(days, len(losses), n, n - 5, 5, highest, bands, median, False, said)
