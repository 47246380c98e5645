"""All figures of one survey question as plain values: shares as 0..1, NPS in points."""

import math
from typing import Any

from training.explore.words import plain_estimate
from training.statistics.levels import Level
from training.surveys.lags import Lags
from training.surveys.record import SurveyFigures, is_beyond_chance
from training.surveys.silence import Silence
from training.surveys.wording import name_question


def to_content(figures: SurveyFigures, *, is_bounded: bool) -> dict[str, Any]:
    """Return the figures as JSON holds them; what is not known is null.

    Parameters
    ----------
    figures
        All figures of one question.
    is_bounded
        Whether shares of groups near 0 and 1 are told as bounds.
    """
    answers, metric = figures.answers, figures.answers.metric
    is_share = is_bounded and not metric.is_score
    return {
        "question": name_question(answers),
        "source": answers.source,
        "survey": answers.rows.survey,
        "metric": metric.kind,
        "unit": "points" if metric.is_score else "share",
        "good_from": metric.good_from,
        "is_anonymous": answers.is_anonymous,
        "waves": [
            {
                "wave": each.wave,
                **_level(each.level, is_bounded=False),
                "n_members": each.n_members,
                "n_invited": each.n_invited,
            }
            for each in figures.course.levels
        ],
        "change": _change(figures),
        "trend": _trend(figures),
        "steps": _steps(figures),
        "silence": None
        if figures.silence is None
        else _silence(figures, figures.silence, is_bounded=is_bounded),
        "lags": None if figures.lags is None else _lags(figures, figures.lags, is_bounded=is_share),
    }


def _level(level: Level, *, is_bounded: bool) -> dict[str, Any]:
    """Return a level."""
    return {
        "level": plain_estimate(level.estimate, is_bounded=is_bounded),
        "effective_n": level.effective_n,
    }


def _change(figures: SurveyFigures) -> dict[str, Any] | None:
    """Return the newest change and its parts."""
    moved, made_of, levels = figures.course.moved, figures.course.made_of, figures.course.levels
    if moved is None or made_of is None:
        return None
    return {
        "before": levels[-2].wave,
        "after": levels[-1].wave,
        "change": plain_estimate(moved.change),
        "n_both": None if made_of.state in {"too few", "nameless"} else moved.n_both,
        "p_value": _number(moved.p_value),
        "adjusted_p_value": _number(figures.adjusted.change),
        "is_clear": figures.adjusted.has_changed,
        "effect_size": _number(moved.effect_size),
        "state": made_of.state,
        "verdict": made_of.verdict,
        "parts": [
            {"part": step.kind, "value": plain_estimate(step.value), "people": step.people}
            for step in made_of.steps
        ],
        "smallest_confirmable": made_of.smallest_confirmable,
        "cancelling_fall": made_of.cancelling_fall,
        "n_fell_silent": made_of.silent,
    }


def _trend(figures: SurveyFigures) -> dict[str, Any] | None:
    """Return the trend."""
    trend = figures.course.trend
    if trend is None:
        return None
    return {
        "slope_per_wave": plain_estimate(trend.slope),
        "p_value": _number(trend.p_value),
        "adjusted_p_value": _number(figures.adjusted.trend),
        "is_clear": is_beyond_chance(figures.adjusted.trend),
        "n_waves": trend.slope.n,
        "n_waves_needed": trend.n_waves_needed,
    }


def _steps(figures: SurveyFigures) -> dict[str, Any] | None:
    """Return the lasting steps that stand."""
    steps, waves = figures.course.steps, [each.wave for each in figures.course.levels]
    if steps is None:
        return None
    found = steps.found if is_beyond_chance(figures.adjusted.steps) else ()
    return {
        "found": [
            {
                "wave": waves[point.wave],
                "earliest": waves[point.earliest],
                "latest": waves[point.latest],
                "step": plain_estimate(point.step),
            }
            for point in found
        ],
        "p_value": _number(steps.p_value),
        "adjusted_p_value": _number(figures.adjusted.steps),
        "n_waves_needed": steps.n_waves_needed,
    }


def _silence(figures: SurveyFigures, silence: Silence, *, is_bounded: bool) -> dict[str, Any]:
    """Return who answered, and what silence may hide."""
    both, bounds, differ = silence.reweighted, silence.bounds, silence.if_differ
    response = silence.response
    return {
        "wave": silence.wave,
        "response": None if response is None else plain_estimate(response.rate),
        "by_cut": [
            {
                "cut": cut.cut,
                "adjusted_p_value": _number(p_value),
                "n_hidden": cut.n_hidden,
                "groups": {
                    group.segment: plain_estimate(group.rate, is_bounded=is_bounded) for group in cut.groups
                },
            }
            for cut, p_value in zip(silence.by_cut, figures.adjusted.response, strict=True)
        ],
        "reweighted": None
        if both is None
        else {
            "cuts": list(silence.cuts),
            "raw": plain_estimate(both.raw.estimate),
            "weighted": plain_estimate(both.weighted.estimate),
            "effective_n": both.raked.effective_n,
            "n_trimmed": both.raked.n_trimmed,
        },
        "bounds": None
        if bounds is None
        else {
            "n": bounds.response.n,
            "worst": bounds.worst,
            "best": bounds.best,
            "largest_bias": bounds.largest_bias,
            "everybody": plain_estimate(bounds.everybody),
        },
        "if_silent_differ": None
        if differ is None
        else {"difference": differ[0], "everybody": plain_estimate(differ[1])},
    }


def _lags(figures: SurveyFigures, lags: Lags, *, is_bounded: bool) -> dict[str, Any]:
    """Return levels by lag and the decay."""
    decay = lags.decay
    return {
        "n": lags.n,
        "bands": [
            {
                "first_day": band.first_day,
                "end_day": _number(band.end_day),
                **_level(band.level, is_bounded=is_bounded),
            }
            for band in lags.bands
        ],
        "decay": None
        if decay is None
        else {
            "shape": decay.shape if is_beyond_chance(figures.adjusted.decay) else "none",
            "p_value": _number(decay.p_value),
            "adjusted_p_value": _number(figures.adjusted.decay),
            "slope_per_day": plain_estimate(decay.slope_per_day),
            "half_life_days": None if decay.half_life_days is None else plain_estimate(decay.half_life_days),
        },
    }


def _number(value: float) -> float | None:
    """Return a number; null where there is none."""
    return float(value) if math.isfinite(value) else None
