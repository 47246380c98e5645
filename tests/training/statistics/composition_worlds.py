"""Three waves of a company whose members come and go, with known truth about whose mind changed."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from training.statistics import Bools, Floats
from training.statistics.composition import Composition, decompose
from training.statistics.composition.decomposition import ERRORS_TO_CONFIRM

LEAVING, JOINING = 0.25, 0.15
"""Shares of the members between two waves."""
LEVEL_SPREAD, MOOD_SPREAD = 1.5, 1.35

WhoLeaves = Literal["anybody", "unhappy people", "low scores", "bad moments"]


@dataclass(frozen=True)
class Happening:
    """Say what goes on between the two waves that are compared.

    Attributes
    ----------
    who_leaves
        Whoever; people of a low usual level; those whose score of the moment is low, so that those who stay
        had more luck than usual; or those in a bad mood, whatever their level.
    shift
        How far the mood of everybody changes.
    memory
        Correlation of a person's mood with that of the wave before.
    silence
        How much less likely (log-odds) people answer for each point that their score fell.
    has_history
        Whether the same people left before the first wave as well; else anybody did.
    eagerness
        How much more likely (log-odds) people answer for each point of their score.
    pull
        How much more likely (log-odds) people leave for each point of their reason.
    """

    who_leaves: WhoLeaves = "unhappy people"
    shift: float = 0.0
    memory: float = 0.0
    silence: float = 0.0
    has_history: bool = False
    eagerness: float = 0.12
    pull: float = 2.0


@dataclass(frozen=True)
class Survey:
    """Hold three waves, one row per person, NaN for no answer.

    Attributes
    ----------
    true_change
        What the shift does to the mean score of those who answered both times; less than the shift near the
        ends of the scale.
    """

    earlier: Floats
    before: Floats
    after: Floats
    was_member: Floats
    is_member: Floats
    true_change: float

    def decompose(self, *, n_draws: int = 1, margin: float = 0.0, has_earlier: bool = True) -> Composition:
        found = decompose(
            self.before,
            self.after,
            was_member=self.was_member,
            is_member=self.is_member,
            earlier=self.earlier if has_earlier else None,
            n_draws=n_draws,
            margin=margin,
        )
        assert isinstance(found, Composition)
        return found


def hold_survey(happening: Happening, n_answers: int, seed: int) -> Survey:
    """Ask the members, on a scale of 0-10, so that about ``n_answers`` answer the first wave."""
    chance = np.random.default_rng(seed)
    n_members = 2 * n_answers
    n_joining = round(JOINING * n_members)
    n_start = round((n_members - n_joining) / (1 - LEAVING))
    joined_at = np.repeat([0, 1, 2], [n_start, n_joining, n_joining])
    level = chance.normal(6.3, LEVEL_SPREAD, joined_at.size)
    moods = _moods(chance, joined_at.size, happening.memory)
    unmoved = _score(level + moods[2])
    scores = [_score(level + moods[0]), _score(level + moods[1]), _score(level + moods[2] + happening.shift)]
    members, is_member = [], joined_at == 0
    for wave, score in enumerate(scores):
        members.append(is_member)
        wish = chance.logistic(size=level.size)
        if wave == 1 or happening.has_history:
            reasons = {"unhappy people": level, "low scores": score, "bad moments": moods[wave]}
            wish -= happening.pull * reasons.get(happening.who_leaves, np.zeros_like(level))
        stays = is_member & (wish < np.quantile(wish[is_member], 1 - LEAVING))
        is_member = stays | (joined_at == wave + 1)
    falls = np.maximum(scores[1] - scores[2], 0.0)
    silences = [np.zeros_like(falls), np.zeros_like(falls), happening.silence * falls]
    earlier, before, after = (
        _answers(chance, happening.eagerness * (score - 6.3) - silence, score, is_there)
        for score, is_there, silence in zip(scores, members, silences, strict=True)
    )
    true_change = float((scores[2] - unmoved)[~np.isnan(before) & ~np.isnan(after)].mean())
    return Survey(earlier, before, after, members[1].astype(float), members[2].astype(float), true_change)


def _moods(chance: np.random.Generator, n_people: int, memory: float) -> Floats:
    """Return moods that last from wave to wave, ``[3, people]``, of the same spread in each."""
    drawn = chance.normal(0.0, MOOD_SPREAD, (3, n_people))
    for wave in (1, 2):
        drawn[wave] = memory * drawn[wave - 1] + np.sqrt(1 - memory**2) * drawn[wave]
    return drawn


def _score(feeling: Floats) -> Floats:
    return np.clip(np.round(feeling), 0, 10)


def _answers(chance: np.random.Generator, odds: Floats, score: Floats, is_member: Bools) -> Floats:
    """Return what the members answer, about half of them."""
    is_answered = is_member & (chance.random(score.size) < 1 / (1 + np.exp(-odds)))
    return np.where(is_answered, score, np.nan)


def whole_company(*, eagerness: float, shift: float = 0.0, has_history: bool = False) -> dict[str, Floats]:
    """Return everybody of an endless company as columns: each way to score and answer, weighted by its share.

    Scores of 0 to 4 go from wave to wave by a chain that looks the same in both directions of time. The
    higher the score, the likelier an answer; the lower, the likelier people leave after it.
    """
    steps = np.exp(-np.abs(np.arange(5)[:, None] - np.arange(5)) / 2)
    usual = steps.sum(axis=1) / steps.sum()
    onward = steps / steps.sum(axis=1, keepdims=True)
    axes = np.meshgrid(*[range(5)] * 3, *[range(2)] * 4, indexing="ij")
    old, here, new, *answers, stays = (axis.ravel() for axis in axes)
    share = usual[old] * onward[old, here] * onward[here, new]
    for score, is_answer in zip((old, here, new), answers, strict=True):
        chance = 1 / (1 + np.exp(-eagerness * (score - 2.0)))
        share = share * np.where(is_answer == 1, chance, 1 - chance)
    share = share * np.where(stays == 1, 0.4 + 0.15 * here, 0.6 - 0.15 * here)
    if has_history:
        share = share * (0.4 + 0.15 * old)
    earlier, before, after = (
        np.where(is_answer == 1, score.astype(float), np.nan)
        for score, is_answer in zip((old, here, new), answers, strict=True)
    )
    return {
        "earlier": earlier,
        "before": before,
        "after": np.where(stays == 1, after + shift, np.nan),
        "was": np.ones(share.size),
        "now": stays.astype(float),
        "weight": share,
    }


def repeat(
    happening: Happening, n_answers: int, n_runs: int, *, margin: float = 0.0, first_seed: int = 0
) -> list[Composition]:
    """Take the changes of many surveys apart."""
    seeds = range(first_seed, first_seed + n_runs)
    return [hold_survey(happening, n_answers, seed).decompose(margin=margin) for seed in seeds]


def count_blocked(found: list[Composition]) -> tuple[int, int]:
    """Return how many rises that any tool would show are not confirmed, and how many there are."""
    rises = [one for one in found if one.total.low > 0]
    return sum(one.verdict != "rise_confirmed" for one in rises), len(rises)


def true_rise(happening: Happening, n_answers: int, n_errors: float, n_pilots: int = 20) -> Happening:
    """Return the same with a shift whose true change is so many standard errors of ``within_corrected``."""
    shift = 0.0
    for _ in range(3):
        moved = replace(happening, shift=shift or 0.3)
        surveys = [hold_survey(moved, n_answers, seed) for seed in range(10_000, 10_000 + n_pilots)]
        change = float(np.mean([survey.true_change for survey in surveys]))
        wanted = n_errors * float(np.mean([standard_error(survey.decompose()) for survey in surveys]))
        shift = moved.shift * wanted / change
    return replace(happening, shift=shift)


def standard_error(found: Composition, margin: float = 0.0) -> float:
    """Return the standard error of ``within_corrected``."""
    assert found.smallest_confirmable is not None
    return (found.smallest_confirmable - margin) / ERRORS_TO_CONFIRM
