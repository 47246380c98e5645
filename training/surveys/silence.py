"""Who answered the newest finished wave, and what those who stayed silent may hide."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from training.disclosure import shown_groups
from training.statistics import Bools, Estimate
from training.statistics.levels import Level, measure_level
from training.statistics.raking import Margin, RakingError, ReweightedLevel, rake, reweight_level
from training.statistics.response_rates import ResponseRate, SilenceBounds, bound_silence, measure_response
from training.surveys.answers import Labels, SurveyAnswers

UNKNOWN, JOINED = "(unknown)", "(small groups)"
_ALL = "all"
SILENT_DIFFER_POINTS, SILENT_DIFFER_SHARE = -20.0, -0.1


@dataclass(frozen=True)
class CutResponse:
    """Hold the response rates of the groups of one cut.

    Attributes
    ----------
    cut
        Its name.
    groups
        Those that may be shown.
    n_hidden
        How many groups are hidden.
    p_value
        Of equal rates in all groups shown (chi squared); NaN where it cannot be judged.
    """

    cut: str
    groups: tuple[ResponseRate, ...]
    n_hidden: int
    p_value: float


@dataclass(frozen=True)
class Silence:
    """Hold what is known of silence in the newest finished wave.

    Attributes
    ----------
    wave
        Its name.
    response, by_cut
        Share of the invited members who answered; None and empty where nobody knows who was invited.
    reweighted
        The value as members answered beside the one with the shares that ``cuts`` have among all members;
        None for none.
    cuts
        Attributes that were brought into balance.
    refusal
        Why nothing could be brought into balance; empty where it could, or there was nothing to try.
    bounds
        What the value may be of all members; None where nobody knows who belonged.
    """

    wave: str
    response: ResponseRate | None
    by_cut: tuple[CutResponse, ...]
    reweighted: ReweightedLevel | None
    cuts: tuple[str, ...]
    refusal: str
    bounds: SilenceBounds | None

    @property
    def if_differ(self) -> tuple[float, Estimate] | None:
        """Return a difference of the silent from those who answered, and everybody's value with it."""
        if self.bounds is None or self.bounds.share_silent <= 0:
            return None
        is_score = self.bounds.answered.metric.is_score
        difference = SILENT_DIFFER_POINTS if is_score else SILENT_DIFFER_SHARE
        low, _ = self.bounds.answered.metric.worth_range
        if self.bounds.answered.estimate.value + difference < low:
            return None
        return difference, self.bounds.if_silent_differ(difference)


def weigh_silence(answers: SurveyAnswers, wave: int, minimum: int) -> Silence:
    """Return who answered a wave and what silence may hide.

    Everybody are the members of the cohort on the day the wave closed. Groups smaller than the minimum are
    joined before answers are brought to the shares of groups.

    Parameters
    ----------
    answers
        All that is known of one question.
    wave
        Number of a finished wave.
    minimum
        Fewest people of a group that may be shown.
    """
    is_here = answers.is_in(wave)
    response, by_cut = _measure_response(answers, is_here, minimum)
    everybody = is_here & answers.is_member & (not answers.is_anonymous)
    reweighted, refusal = _reweight(answers, everybody, minimum)
    heard = everybody & answers.is_answered
    bounds = None
    if heard.any():
        bounds = bound_silence(_level(answers, heard), int(everybody.sum()))
    return Silence(
        wave=answers.rows.names[wave],
        response=response,
        by_cut=by_cut,
        reweighted=reweighted,
        cuts=tuple(answers.cuts) if heard.any() else (),
        refusal=refusal,
        bounds=bounds,
    )


def _measure_response(
    answers: SurveyAnswers, is_here: Bools, minimum: int
) -> tuple[ResponseRate | None, tuple[CutResponse, ...]]:
    """Return the response rate of all invited and of their groups."""
    invited = is_here & answers.is_member & (answers.was_invited == 1)
    n_invited = int(invited.sum())
    if answers.is_anonymous or n_invited < max(minimum, 1):
        return None, ()
    answered = answers.is_answered[invited]
    (response,) = measure_response(np.full(n_invited, _ALL), answered)
    return response, tuple(
        _measure_cut(name, labels[invited], answered, minimum) for name, labels in answers.cuts.items()
    )


def _measure_cut(name: str, labels: Labels, answered: Bools, minimum: int) -> CutResponse:
    """Return the response rates of the groups of one cut that may be shown."""
    is_known = np.array([label is not None for label in labels], dtype=np.bool_)
    found = measure_response(labels[is_known].astype(np.str_), answered[is_known]) if is_known.any() else ()
    sizes = {group.segment: group.rate.n for group in found}
    shown = shown_groups(sizes, minimum, n_without=int((~is_known).sum()))
    groups = tuple(group for group in found if group.segment in shown)
    return CutResponse(name, groups, len(found) - len(groups), _compare_rates(groups))


def _compare_rates(groups: tuple[ResponseRate, ...]) -> float:
    """Return the p-value of equal rates; NaN where no rate varies or a cell expects fewer than five."""
    counts = np.array([[group.n_answered, group.rate.n - group.n_answered] for group in groups])
    if len(groups) < 2 or (counts.sum(axis=0) == 0).any():
        return math.nan
    if stats.contingency.expected_freq(counts).min() < 5:
        return math.nan
    return float(stats.chi2_contingency(counts, correction=False).pvalue)


def _reweight(answers: SurveyAnswers, everybody: Bools, minimum: int) -> tuple[ReweightedLevel | None, str]:
    """Return the value brought to the shares of everybody, or why that cannot be."""
    heard = answers.is_answered[everybody]
    if not answers.cuts or not heard.any():
        return None, ""
    margins = [
        Margin.of_asked(name, _join_small(labels[everybody], minimum), heard)
        for name, labels in answers.cuts.items()
    ]
    try:
        raked = rake(margins)
    except RakingError as error:
        return None, str(error)
    return reweight_level(answers.metric, answers.rows.worth[everybody][heard], raked), ""


def _join_small(labels: Labels, minimum: int) -> Labels:
    """Return labels in which small groups are one."""
    named = np.array([UNKNOWN if label is None else str(label) for label in labels], dtype=object)
    groups, places, counts = np.unique(named.astype(np.str_), return_inverse=True, return_counts=True)
    is_small = counts < minimum
    joined = np.where(is_small, JOINED, groups)
    return np.asarray(joined[places], dtype=object)


def _level(answers: SurveyAnswers, heard: Bools) -> Level:
    """Return the level of some answers."""
    return measure_level(answers.metric, answers.rows.worth[heard])
