"""Section 2: the cards with the few numbers that matter, their ranges, waves and changes."""

import math

import numpy as np

from features.usecase import counts_in_points
from training.evaluation import Measure
from training.reports.inputs import ReportInputs
from training.reports.sections import Change, Headline, Kpi, RatingKpi, Unit
from training.reports.waves import WavePoint, WaveSeries
from training.statistics import Estimate
from training.statistics.composition import Composition

MOST_CARDS, MOST_EXPERIENCE_CARDS = 4, 2
_EXPECTED: dict[Measure, RatingKpi] = {
    "satisfied": "expected_satisfied",
    "nps": "expected_nps",
    "mean": "expected_mean",
}
_GIVEN: dict[Measure, RatingKpi] = {
    "satisfied": "given_satisfied",
    "nps": "given_nps",
    "mean": "given_mean",
}


_CORRECTED: dict[Measure, RatingKpi] = {
    "satisfied": "corrected_satisfied",
    "nps": "corrected_nps",
    "mean": "corrected_mean",
}


def build_kpis(inputs: ReportInputs, headline: Headline) -> tuple[Kpi, ...]:
    """Build the cards that apply: no forecast without a usable model, no revenue without values."""
    forecast = [_share_card(inputs, headline), _loss_card(inputs, headline), *_answer_cards(headline)]
    cards = [card for card in forecast if card is not None]
    room = min(MOST_EXPERIENCE_CARDS, MOST_CARDS - len(cards))
    finished = [series for series in inputs.experience if series.points]
    return (*cards, *(_experience_card(series) for series in finished[:room]))


def _share_card(inputs: ReportInputs, headline: Headline) -> Kpi | None:
    """Build the card of the expected share, with earlier waves where given."""
    if headline.expected_share is None:
        return None
    change = _difference(inputs.risk_waves)
    return Kpi(
        kind="expected_share",
        unit="share",
        value=headline.expected_share,
        whole=None,
        waves=inputs.risk_waves,
        change=change,
        verdict=_verdict(change, more_is_better=inputs.is_good),
    )


def _loss_card(inputs: ReportInputs, headline: Headline) -> Kpi | None:
    """Build the card of the expected loss."""
    if headline.expected_loss is None or inputs.scored.revenue is None:
        return None
    whole = float(np.nansum(inputs.scored.revenue))
    return Kpi("expected_loss", "eur", headline.expected_loss, whole, (), None, "first wave")


def _answer_cards(headline: Headline) -> list[Kpi | None]:
    """Build the cards of what is expected of everybody, of what was answered, and of that corrected."""
    answer = headline.answer
    if answer is None:
        return []
    cards = (
        (_EXPECTED[answer.measure], answer.expected, None),
        (_GIVEN[answer.measure], answer.given, None),
        (_CORRECTED[answer.measure], answer.corrected, answer.bound),
    )
    return [
        None if value is None else Kpi(kind, answer.unit, value, None, (), None, "first wave", bound)
        for kind, value, bound in cards
    ]


def _experience_card(series: WaveSeries) -> Kpi:
    """Build the card of a survey metric; it points upwards only where minds changed for the better."""
    unit: Unit = "points" if counts_in_points(series.metric) else "share"
    verdict = _verdict(series.change, more_is_better=True)
    reason = series.split.verdict if isinstance(series.split, Composition) else None
    is_unconfirmed = verdict == "better" and reason != "rise_confirmed"
    return Kpi(
        series.metric,
        unit,
        series.points[-1].estimate,
        None,
        series.points,
        series.change,
        "unconfirmed" if is_unconfirmed else verdict,
        reason=reason if is_unconfirmed else None,
        counts_people=series.is_own,
        survey=series.survey,
        open_wave=series.open_wave,
        told=series.points[-1].told,
    )


def _difference(waves: tuple[WavePoint, ...]) -> Estimate | None:
    """Return newest minus previous wave; ranges are joined as if independent, on the careful side."""
    if len(waves) < 2:
        return None
    before, after = waves[-2].estimate, waves[-1].estimate
    value = after.value - before.value
    low = value - math.hypot(after.value - after.low, before.high - before.value)
    high = value + math.hypot(after.high - after.value, before.value - before.low)
    return Estimate(value, low, high, after.n + before.n)


def _verdict(change: Estimate | None, *, more_is_better: bool) -> Change:
    """Name a change only where its range holds no 0."""
    if change is None:
        return "first wave"
    if change.low <= 0 <= change.high:
        return "no clear change"
    return "better" if (change.value > 0) == more_is_better else "worse"
