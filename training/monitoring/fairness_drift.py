"""Whether groups of protected attributes fare otherwise than at the training."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.frame import Frame
from training.bundle import Bundle
from training.fairness import TOP_SHARE
from training.fairness.comparing import FOUR_FIFTHS, LARGEST_LEVEL_GAP
from training.fairness.grouping import Groups, name_groups
from training.fairness.judged import JudgedRows
from training.fairness.rates import draw_figures
from training.fairness.showing import large_groups, show_groups
from training.monitoring.batches import Batch
from training.monitoring.fairness_words import Figure, label_attribute, tell_group, tell_too_few
from training.monitoring.record import Check
from training.monitoring.surprise import p_of_change
from training.statistics import LEVEL, Estimate, from_draws
from training.statistics.families import holm_p_values

FEWEST_PEOPLE = 30
N_DRAWS = 200


@dataclass(frozen=True)
class _Shift:
    """Hold one figure of one group, now and at the training."""

    figure: Figure
    group: str
    now: Estimate
    then: Estimate
    p_value: float


def watch_fairness(
    batches: Sequence[Batch], frame: Frame, bundle: Bundle, *, seed: int = 0
) -> Iterator[Check]:
    """Yield one check for each protected attribute that was judged at the training.

    Who would be chosen is looked at in the newest snapshot of the feature table, whatever is known of its
    outcomes; how many of those with the event were chosen, and how far forecasts were off, in the newest one
    with outcomes. Groups below 30 people, or below the minimum of the use case, appear nowhere. A check
    stands for all groups and figures of its attribute (Holm 1979) and names the one that moved most clearly.

    Parameters
    ----------
    batches
        Rows that the champion had not learned from.
    frame
        The protected attributes, line by line beside the rows.
    bundle
        The champion, with what it was at the training.
    """
    trained = bundle.evaluation.get("fairness", {})
    dated = [batch for batch in batches if batch.positions is not None]
    minimum = max(FEWEST_PEOPLE, int(trained.get("minimum_group", FEWEST_PEOPLE)))
    for name, then in trained.get("attributes", {}).items():
        if then["state"] != "judged" or name not in frame.protected.column_names:
            continue
        groups = name_groups(frame.protected.column(name))
        shifts = list(_find_shifts(dated, groups, then["groups"], bundle, minimum, seed))
        yield _check(name, shifts)


def _check(attribute: str, shifts: Sequence[_Shift]) -> Check:
    """Return the check of an attribute."""
    label = label_attribute(attribute)
    if not shifts:
        return Check(
            "fairness", attribute, label, None, None, None, None, "not known", tell_too_few(attribute)
        )
    adjusted = holm_p_values([shift.p_value for shift in shifts])
    worst, p_value = shifts[int(np.argmin(adjusted))], float(adjusted.min())
    return Check(
        kind="fairness",
        about=attribute,
        label=label,
        value=worst.now,
        usual=(worst.then.low, worst.then.high),
        unit="share",
        p_value=p_value,
        state="alert" if p_value <= 1 - LEVEL else "no clear change",
        sentence=tell_group(worst.figure, attribute, worst.group, worst.now, worst.then),
    )


def _find_shifts(
    batches: Sequence[Batch],
    groups: Groups,
    then: Mapping[str, Any],
    bundle: Bundle,
    minimum: int,
    seed: int,
) -> Iterator[_Shift]:
    """Yield what can be compared with the training."""
    primary = bundle.primary_horizon
    usable = [batch for batch in batches if primary in batch.forecasts]
    if usable:
        rows = _judged(usable[-1], primary, is_of_answers=bundle.is_of_answers, is_known_only=False)
        yield from _compare(rows, groups, then, ("selection_rate",), minimum, seed)
    known = [batch for batch in usable if np.isfinite(batch.outcomes[primary]).any()]
    if known:
        rows = _judged(known[-1], primary, is_of_answers=bundle.is_of_answers, is_known_only=True)
        figures: tuple[Figure, ...] = ("true_positive_rate", "level_error") if rows.is_event else ()
        yield from _compare(rows, groups, then, figures, minimum, seed)


def _judged(batch: Batch, horizon: str, *, is_of_answers: bool, is_known_only: bool) -> JudgedRows:
    """Return the rows of a batch, with who is in the tenth that one would look at first."""
    forecast, outcome = batch.forecasts[horizon], batch.outcomes[horizon]
    assert batch.positions is not None
    selected = (
        forecast <= np.quantile(forecast, TOP_SHARE, method="lower")
        if is_of_answers
        else forecast >= np.quantile(forecast, 1 - TOP_SHARE, method="higher")
    )
    rows = JudgedRows(
        positions=batch.positions,
        forecast=forecast,
        outcome=outcome if is_known_only else np.zeros(len(batch)),
        is_selected=selected,
        entity=batch.entity,
        weight=batch.weight,
        is_event=is_known_only and not is_of_answers,
    )
    return rows.take(np.isfinite(rows.outcome))


def _compare(
    rows: JudgedRows,
    groups: Groups,
    then: Mapping[str, Any],
    figures: Sequence[Figure],
    minimum: int,
    seed: int,
) -> Iterator[_Shift]:
    """Yield the figures of each group that is large enough, now and at the training."""
    shown = show_groups(groups[rows.positions], rows.entity, minimum)
    with_event = rows.outcome == 1
    found = large_groups(shown.group[with_event], rows.entity[with_event], minimum)
    for place, name in enumerate(shown.names):
        if name not in then:
            continue
        of_group = rows.take(shown.group == name)
        drawn = draw_figures(of_group, n_draws=N_DRAWS, seed=seed + place)
        for figure in figures:
            past = then[name]["figures"].get(figure)
            is_small = figure == "true_positive_rate" and name not in found
            if past is not None and not is_small:
                then_of_group = Estimate.from_json(past)
                allowed = _allow(figure, then_of_group, float(of_group.forecast.mean()))
                now = from_draws(float(drawn[figure][0]), drawn[figure][1:], len(of_group.entity))
                yield _Shift(figure, name, now, then_of_group, p_of_change(now, then_of_group, allowed))


def _allow(figure: Figure, then: Estimate, mean_forecast: float) -> float:
    """Return the change that would not matter: a fifth of a rate (four-fifths rule), or of the forecasts."""
    if figure == "level_error":
        return min(LARGEST_LEVEL_GAP, (1 - FOUR_FIFTHS) * mean_forecast)
    return (1 - FOUR_FIFTHS) * then.value
