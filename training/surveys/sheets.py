"""The tables of one survey question."""

import math
from collections.abc import Iterator

from training.explore import Sheet
from training.explore.words import write_share
from training.reports import WaveChange
from training.statistics import Estimate
from training.surveys.record import SurveyFigures
from training.surveys.silence import Silence
from training.surveys.wording import (
    explain_metric,
    in_points,
    name_points,
    name_question,
    write_ends,
    write_points,
    write_points_range,
    write_value,
)

_NONE = "-"
_PARTS = {
    "leavers": "who left",
    "within": "the same people changed",
    "chance_swing": "chance swing",
    "joiners": "who joined",
    "mix": "others answered",
}


def lay_out(figures: SurveyFigures, *, is_bounded: bool) -> Iterator[Sheet]:
    """Yield the tables of one question.

    Parameters
    ----------
    figures
        All figures of the question.
    is_bounded
        Whether shares of groups near 0 and 1 are told as bounds.
    """
    if not figures.course.levels:
        return
    yield _lay_out_levels(figures)
    made_of = figures.course.made_of
    if made_of is not None and made_of.steps:
        yield _lay_out_parts(figures, made_of)
    if figures.silence is not None:
        yield from _lay_out_silence(figures, figures.silence, is_bounded=is_bounded)
    if figures.lags is not None and figures.lags.bands:
        yield _lay_out_lags(figures, is_bounded=is_bounded)


def _lay_out_levels(figures: SurveyFigures) -> Sheet:
    """Return the level of each finished wave."""
    metric = figures.answers.metric
    return Sheet(
        f"{name_question(figures.answers)} by wave: {explain_metric(metric)}",
        ("wave", "value", "likely", "answered", "invited", "members"),
        tuple(
            (
                each.wave,
                write_value(metric, each.level.estimate.value),
                write_ends(metric, each.level.estimate),
                f"{each.level.estimate.n:,}",
                _count(each.n_invited),
                _count(each.n_members),
            )
            for each in figures.course.levels
        ),
    )


def _lay_out_parts(figures: SurveyFigures, made_of: WaveChange) -> Sheet:
    """Return what the newest change is made of."""
    metric, name = figures.answers.metric, name_question(figures.answers)
    # Both ends as in the table of waves, with the same ranges; only parts are those of the waterfall.
    before, after = figures.course.levels[-2:]
    ends = {"start": before, "end": after}
    rows = []
    for step in made_of.steps:
        if step.kind in ends:
            wave, found = ends[step.kind].wave, ends[step.kind].level.estimate
            cells = (wave, write_value(metric, found.value), write_ends(metric, found))
        else:
            likely = write_points_range(metric, step.value)
            cells = (_PARTS[step.kind], write_points(metric, step.shown), likely)
        rows.append((*cells, f"{step.people:,}"))
    unit = f"parts in {name_points(metric)}"
    return Sheet(
        f"{name}: what the newest change is made of ({unit})",
        ("part", "value", "likely", "people"),
        tuple(rows),
    )


def _lay_out_silence(figures: SurveyFigures, silence: Silence, *, is_bounded: bool) -> Iterator[Sheet]:
    """Yield response rates, and the value as answered beside others that it may have."""
    name = name_question(figures.answers)
    if silence.response is not None:
        everybody = ("all invited members", *_rate(silence.response.rate, is_bounded=False))
        yield Sheet(
            f"{name}: who answered in {silence.wave}",
            ("group", "response", "likely", "invited"),
            (
                everybody,
                *(
                    (f"{cut.cut}: {group.segment}", *_rate(group.rate, is_bounded=is_bounded))
                    for cut in silence.by_cut
                    for group in cut.groups
                ),
            ),
        )
    if silence.bounds is not None:
        yield _lay_out_bounds(figures, silence)


def _lay_out_bounds(figures: SurveyFigures, silence: Silence) -> Sheet:
    """Return the value as answered, in balance, and at the bounds."""
    metric, bounds = figures.answers.metric, silence.bounds
    assert bounds is not None
    raw = bounds.answered.estimate
    rows = [("as answered", write_value(metric, raw.value), write_ends(metric, raw), f"{raw.n:,}")]
    if silence.reweighted is not None:
        found, worth = silence.reweighted.weighted.estimate, silence.reweighted.raked.effective_n
        rows.append(
            ("in balance", write_value(metric, found.value), write_ends(metric, found), f"{worth:,.0f}")
        )
    if silence.if_differ is not None:
        difference, found = silence.if_differ
        label = f"silent {abs(in_points(metric, difference)):g} {name_points(metric)} lower"
        rows.append((label, write_value(metric, found.value), write_ends(metric, found), _NONE))
    if bounds.share_silent > 0:
        rows += [
            ("silent all at worst", write_value(metric, bounds.worst), _NONE, _NONE),
            ("silent all at best", write_value(metric, bounds.best), _NONE, _NONE),
        ]
    title = f"{name_question(figures.answers)} of all {bounds.response.n:,} members in {silence.wave}"
    return Sheet(title, ("if", "value", "likely", "equal answers"), tuple(rows))


def _lay_out_lags(figures: SurveyFigures, *, is_bounded: bool) -> Sheet:
    """Return the level by days since the invitation."""
    metric, lags = figures.answers.metric, figures.lags
    assert lags is not None
    return Sheet(
        f"{name_question(figures.answers)} by days from the invitation to the answer, all finished waves",
        ("days", "value", "likely", "answers"),
        tuple(
            (
                f"{band.first_day:g} and more"
                if math.isinf(band.end_day)
                else f"{band.first_day:g} to below {band.end_day:g}",
                write_value(metric, band.level.estimate.value, is_bounded=is_bounded),
                write_ends(metric, band.level.estimate, is_bounded=is_bounded),
                f"{band.level.estimate.n:,}",
            )
            for band in lags.bands
        ),
    )


def _rate(rate: Estimate, *, is_bounded: bool) -> tuple[str, str, str]:
    """Return a response rate with its range, and how many were invited."""
    value, low, high = (write_share(end, is_bounded=is_bounded) for end in (rate.value, rate.low, rate.high))
    return value, f"{low} to {high}", f"{rate.n:,}"


def _count(number: int | None) -> str:
    """Return a count; a dash for unknown."""
    return _NONE if number is None else f"{number:,}"
