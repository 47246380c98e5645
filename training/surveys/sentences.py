"""The findings on one survey question, one true sentence each."""

from collections.abc import Iterator

import numpy as np

from training.explore.words import write_adjusted, write_share
from training.reports import WaveChange
from training.statistics import Estimate
from training.surveys.course import Course
from training.surveys.lags import Lags
from training.surveys.record import SurveyFigures, is_beyond_chance
from training.surveys.silence import CutResponse, Silence
from training.surveys.wording import (
    in_points,
    join,
    name_points,
    name_question,
    write_level,
    write_points,
    write_points_range,
    write_size,
    write_value,
)

_VERDICTS = {
    "confirmed": "is one of minds{minds}",
    "from_composition": "goes with who left, who joined and who answered; that minds changed is not shown",
    "too_few_repeats": "cannot be told from other people answering: too few answered all three waves",
    "without_earlier": (
        "cannot be told from a return to the usual level: there is no wave before at about the same distance"
    ),
}


def tell_question(figures: SurveyFigures, *, is_bounded: bool) -> Iterator[str]:
    """Yield the findings on one question, each a full sentence.

    Parameters
    ----------
    figures
        All figures of the question.
    is_bounded
        Whether shares of groups near 0 and 1 are told as bounds.
    """
    if not figures.course.levels:
        return
    yield _tell_level(figures)
    yield from _tell_change(figures)
    yield from _tell_movement(figures)
    if figures.silence is not None:
        yield from _tell_response(figures, figures.silence, is_bounded=is_bounded)
        yield from _tell_silence(figures, figures.silence)
    if figures.lags is not None:
        yield from _tell_lags(figures, figures.lags)


def _tell_level(figures: SurveyFigures) -> str:
    """Say where the figure stands."""
    newest, metric = figures.course.levels[-1], figures.answers.metric
    asked = ""
    if newest.n_members is not None:
        invited = "" if newest.n_invited is None else f", {newest.n_invited:,} of them invited"
        asked = f" ({newest.n_members:,} members{invited})"
    found = newest.level.estimate
    who = "answers" if figures.answers.is_anonymous else "people who answered"
    value = write_level(metric, found)
    return f"{name_question(figures.answers)} is {value} in {newest.wave}, from {found.n:,} {who}{asked}."


def _tell_change(figures: SurveyFigures) -> Iterator[str]:
    """Say what the newest change is, and what it is made of."""
    course, metric, name = figures.course, figures.answers.metric, name_question(figures.answers)
    if course.moved is None:
        return
    change, since = course.moved.change, course.levels[-2].wave
    beside = f"likely {write_points_range(metric, change)}, {write_adjusted(figures.adjusted.change)}"
    if figures.adjusted.has_changed:
        word = "rose" if change.value > 0 else "fell"
        yield f"{name} {word} by {write_size(metric, change.value)} since {since} ({beside})."
    else:
        points = f"{write_points(metric, change.value)} {name_points(metric)}"
        yield f"{name} did not change beyond chance since {since}: {points} ({beside})."
    if course.made_of is not None:
        yield from _tell_parts(figures, course.made_of)


def _tell_parts(figures: SurveyFigures, made_of: WaveChange) -> Iterator[str]:
    """Say what the change is made of, as far as it stands."""
    metric, name = figures.answers.metric, name_question(figures.answers)
    is_told = figures.adjusted.has_changed and made_of.verdict not in {None, "no_clear_change"}
    if is_told:
        minds = next((step.value for step in made_of.steps if step.kind == "within"), None)
        size = "" if minds is None else _tell_minds(figures, minds)
        kind = str(made_of.verdict).partition("_")[2]
        yield f"The change of {name} {_VERDICTS[kind].format(minds=size)}."
    elif made_of.behind is not None:
        minds = next((step.value for step in made_of.steps if step.kind == "within"), None)
        ends = "" if minds is None else f"likely {write_points_range(metric, minds)}; "
        which = "better" if made_of.behind == "better" else "worse"
        yield (
            f"Those who answered both times seem to have changed their minds on {name} for the {which} "
            f"({ends}"
            "not adjusted for the other questions), though the figure of all does not show it."
        )
    if made_of.is_mix_falling:
        yield (
            f"Other people answering seem to have pulled {name} down (not adjusted for the other questions)."
        )
    if made_of.smallest_confirmable is not None:
        size = write_size(metric, made_of.smallest_confirmable)
        yield f"The smallest change of minds on {name} that these answers could confirm is {size}."
    if is_told and made_of.cancelling_fall is not None and made_of.silent is not None:
        size = write_size(metric, made_of.cancelling_fall)
        yield (
            f"If the {made_of.silent:,} who fell silent though they still belong fell by {size} on average, "
            f"that would cancel the rise of {name} among those who answered."
        )


def _tell_minds(figures: SurveyFigures, minds: Estimate) -> str:
    """Say by how much the same people changed."""
    metric = figures.answers.metric
    size = f"{write_points(metric, minds.value)} {name_points(metric)}"
    ends = write_points_range(metric, minds)
    return f": those who answered both times moved by {size} beyond the chance swing (likely {ends})"


def _tell_movement(figures: SurveyFigures) -> Iterator[str]:
    """Say whether there is a trend, and whether there are lasting steps."""
    course, metric, name = figures.course, figures.answers.metric, name_question(figures.answers)
    trend = course.trend
    if trend is None:
        return
    n_waves, needed = trend.slope.n, trend.n_waves_needed
    if n_waves < needed:
        yield f"A trend of {name} cannot be told from {n_waves} waves; it needs {needed}."
    elif is_beyond_chance(figures.adjusted.trend):
        word = "rises" if trend.slope.value > 0 else "falls"
        size, ends = write_size(metric, trend.slope.value), write_points_range(metric, trend.slope)
        beside = f"likely {ends}, {n_waves} waves, {write_adjusted(figures.adjusted.trend)}"
        yield f"{name} {word} steadily, by {size} a wave ({beside})."
    else:
        is_judged = not np.isnan(figures.adjusted.trend)
        beside = f" ({write_adjusted(figures.adjusted.trend)})" if is_judged else ""
        yield f"{name} has no trend beyond chance over {n_waves} waves{beside}."
    yield from _tell_steps(figures, course)


def _tell_steps(figures: SurveyFigures, course: Course) -> Iterator[str]:
    """Say where the figure moved to another level and stayed."""
    metric, name, steps = figures.answers.metric, name_question(figures.answers), course.steps
    if steps is None or steps.n_waves < steps.n_waves_needed:
        return
    if not steps.found or not is_beyond_chance(figures.adjusted.steps):
        yield f"{name} made no lasting step beyond chance ({write_adjusted(figures.adjusted.steps)})."
        return
    waves = [each.wave for each in course.levels]
    for point in steps.found:
        word = "higher" if point.step.value > 0 else "lower"
        first, last = waves[point.earliest], waves[point.latest]
        where = "" if first == last else f", the wave somewhere from {first} to {last}"
        size, ends = write_size(metric, point.step.value), write_points_range(metric, point.step)
        yield f"{name} is {size} {word} from {waves[point.wave]} on (likely {ends}{where})."


def _tell_response(figures: SurveyFigures, silence: Silence, *, is_bounded: bool) -> Iterator[str]:
    """Say who answered."""
    name = name_question(figures.answers)
    if silence.response is not None:
        rate = silence.response.rate
        low, high = write_share(rate.low), write_share(rate.high)
        shown = write_share(rate.value)
        yield (
            f"{shown} of the {rate.n:,} invited members answered {name} in {silence.wave} (likely {low} to "
            f"{high})."
        )
    alike = []
    for cut, p_value in zip(silence.by_cut, figures.adjusted.response, strict=True):
        if is_beyond_chance(p_value):
            yield _tell_cut(name, cut, p_value, is_bounded=is_bounded)
        elif not np.isnan(p_value):
            alike.append(f"'{cut.cut}'")
    if alike:
        yield f"Response to {name} does not differ beyond chance between the groups of {join(alike)}."


def _tell_cut(name: str, cut: CutResponse, p_value: float, *, is_bounded: bool) -> str:
    """Say which groups answer most and least."""
    ranked = sorted(cut.groups, key=lambda group: group.rate.value)
    least, most = (
        f"'{group.segment}' ({write_share(group.rate.value, is_bounded=is_bounded)} of {group.rate.n:,} "
        "invited)"
        for group in (ranked[0], ranked[-1])
    )
    return (
        f"Response to {name} differs between the groups of '{cut.cut}': highest in {most}, lowest in {least} "
        f"({write_adjusted(p_value)})."
    )


def _tell_silence(figures: SurveyFigures, silence: Silence) -> Iterator[str]:
    """Say what the figure would be with other people answering."""
    metric, name = figures.answers.metric, name_question(figures.answers)
    both = silence.reweighted
    if both is not None:
        raw, weighted = both.raw.estimate, both.weighted.estimate
        cuts = join([f"'{cut}'" for cut in silence.cuts])
        yield (
            f"With the shares that {cuts} have among all members, {name} is "
            f"{write_level(metric, weighted)}, from "
            f"answers worth {both.raked.effective_n:,.0f} equal ones; unweighted, the {raw.n:,} members who "
            f"answered give {write_level(metric, raw)}."
        )
    if silence.bounds is not None and silence.bounds.share_silent > 0:
        yield _tell_bounds(figures, silence)


def _tell_bounds(figures: SurveyFigures, silence: Silence) -> str:
    """Say what the silent could do to the figure."""
    metric, name, bounds = figures.answers.metric, name_question(figures.answers), silence.bounds
    assert bounds is not None
    n_silent = bounds.response.n - bounds.answered.estimate.n
    ends = f"between {write_value(metric, bounds.worst)} and {write_value(metric, bounds.best)}"
    sentence = (
        f"{n_silent:,} of {bounds.response.n:,} members are silent on {name}: whatever they think, the "
        "value of "
        f"all lies {ends}"
    )
    if silence.if_differ is None:
        return f"{sentence}."
    difference, found = silence.if_differ
    size = f"{abs(in_points(metric, difference)):g} {name_points(metric)}"
    value = write_level(metric, found)
    return f"{sentence}; if they are {size} lower than those who answered, it is {value}."


def _tell_lags(figures: SurveyFigures, lags: Lags) -> Iterator[str]:
    """Say whether answers fade with the days since the invitation."""
    metric, name, decay = figures.answers.metric, name_question(figures.answers), lags.decay
    if decay is None:
        return
    slope, adjusted = decay.slope_per_day, write_adjusted(figures.adjusted.decay)
    a_day = f"{write_points(metric, slope.value)} {name_points(metric)} a day"
    beside = f"likely {write_points_range(metric, slope)}, {lags.n:,} answers, {adjusted}"
    if decay.shape == "none" or not is_beyond_chance(figures.adjusted.decay):
        yield f"No decay found: {name} does not move with the days since the invitation ({a_day}, {beside})."
    elif (
        decay.shape == "linear"
        or decay.fresh is None
        or decay.settled is None
        or decay.half_life_days is None
    ):
        yield f"{name} moves with the days since the invitation: {a_day} ({beside})."
    else:
        half = decay.half_life_days
        yield (
            f"{name} moves with the days since the invitation, from {_write_end(figures, decay.fresh)} on "
            "the day "
            f"itself towards {_write_end(figures, decay.settled)}; half of the way is gone after "
            f"{half.value:.1f} "
            f"days (likely {half.low:.1f} to {half.high:.1f}; {adjusted})."
        )


def _write_end(figures: SurveyFigures, found: Estimate) -> str:
    """Return one end of a curve."""
    return write_value(figures.answers.metric, found.value)
