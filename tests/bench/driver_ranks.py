"""Judge intervals of ranks and probabilities of quadrants by a known truth, and time the bootstrap."""

import time
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from tests.bench.driver_worlds.ranks import QUADRANT_WORLDS, RANK_WORLDS, Survey, draw_survey
from training.statistics import Floats
from training.statistics.block_moments import block_covariance
from training.statistics.quadrants import quadrant_shares
from training.statistics.rank_intervals import rank_intervals

N_PERFORMANCE_BLOCKS = 500
N_PERFORMANCE_DRAWS = 200


@dataclass(frozen=True)
class RankTally:
    """Count how often intervals of ranks hold the truth; tallies add up.

    Attributes
    ----------
    surveys, items
        What was judged.
    covered
        Items whose whole range of true ranks lies in their interval.
    jointly_covered
        Surveys in which that is so of all items, for intervals that promise it.
    wrong_winners
        Surveys in which one item alone may stand first that does not stand there alone.
    right_winners
        Surveys in which the one that truly stands first is stated alone.
    width
        Sum of the widths of intervals, in ranks.
    """

    surveys: float = 0
    items: float = 0
    covered: float = 0
    jointly_covered: float = 0
    wrong_winners: float = 0
    right_winners: float = 0
    width: float = 0

    def __add__(self, other: Self) -> "RankTally":
        """Return the counts of both."""
        return RankTally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True)
class FieldTally:
    """Hold, for each item of each survey, how sure its likeliest quadrant is and whether it is right.

    Attributes
    ----------
    stated, is_right
        ``[items]``.
    is_fix_first
        ``[items]`` whether "fix first" was stated with a probability of .8 or more.
    """

    stated: Floats
    is_right: Floats
    is_fix_first: Floats


def importance_of(survey: Survey) -> tuple[Floats, Floats]:
    """Return slope times standard deviation of each item, and their HC3 covariance."""
    n_rows = len(survey.target)
    spread = survey.items.std(axis=0)
    columns = np.column_stack([np.ones(n_rows), (survey.items - survey.items.mean(axis=0)) / spread])
    inverse = np.linalg.inv(columns.T @ columns)
    slopes = inverse @ (columns.T @ survey.target)
    leverage = ((columns @ inverse) * columns).sum(axis=1)
    scores = columns * ((survey.target - columns @ slopes) / (1 - leverage))[:, None]
    covariance = inverse @ (scores.T @ scores) @ inverse
    return slopes[1:], covariance[1:, 1:]


def judge_ranks(world: str, n_rows: int, *keys: int) -> RankTally:
    """Rank the items of one survey and count what was right."""
    place = list(RANK_WORLDS).index(world)
    survey = draw_survey(RANK_WORLDS[world], n_rows, np.random.default_rng([101, place, n_rows, *keys]))
    importance, covariance = importance_of(survey)
    best, worst = survey.ranks
    each = rank_intervals(importance, covariance, seed=keys[-1])
    joint = rank_intervals(importance, covariance, is_joint=True, seed=keys[-1])
    is_held = (each.low <= best) & (worst <= each.high)
    alone = np.flatnonzero(each.high == 1)
    is_right = bool(alone.size) and bool(best[alone[0]] == worst[alone[0]] == 1)
    return RankTally(
        surveys=1,
        items=is_held.size,
        covered=float(is_held.sum()),
        jointly_covered=float(((joint.low <= best) & (worst <= joint.high)).all()),
        wrong_winners=float(bool(alone.size) and not is_right),
        right_winners=float(is_right),
        width=float((each.high - each.low + 1).sum()),
    )


def judge_fields(world: str, n_rows: int, *keys: int) -> FieldTally:
    """Place the items of one survey into quadrants."""
    place = list(QUADRANT_WORLDS).index(world)
    chance = np.random.default_rng([102, place, n_rows, *keys])
    survey = draw_survey(QUADRANT_WORLDS[world](chance), n_rows, chance)
    importance, covariance = importance_of(survey)
    shares = quadrant_shares(importance, covariance, draw_means(survey.items, chance), seed=keys[-1])
    truth = np.where(survey.is_important, 0, 2) + survey.is_strong
    found = shares.probability.argmax(axis=1)
    stated = shares.probability.max(axis=1)
    return FieldTally(
        stated=stated,
        is_right=(found == truth).astype(np.float64),
        is_fix_first=np.asarray([answer == "fix first" for answer in shares.answers], dtype=np.float64),
    )


def join_fields(tallies: list[FieldTally]) -> FieldTally:
    """Return all items together."""
    return FieldTally(
        *(np.concatenate([getattr(tally, one.name) for tally in tallies]) for one in fields(FieldTally))
    )


def draw_means(items: Floats, chance: np.random.Generator) -> Floats:
    """Return bootstrap draws of the mean answers, from sums of blocks of rows."""
    blocks = np.array_split(items, min(N_PERFORMANCE_BLOCKS, len(items)))
    sums = np.stack([block.sum(axis=0) for block in blocks])
    sizes = np.array([len(block) for block in blocks])
    counts = chance.multinomial(len(blocks), np.full(len(blocks), 1 / len(blocks)), N_PERFORMANCE_DRAWS)
    return np.asarray((counts @ sums) / (counts @ sizes)[:, None])


def time_bootstrap(n_rows: int = 100_000, n_columns: int = 30, rows_per_entity: int = 5) -> float:
    """Return the seconds of 1,000 resamples of a linear fit and of the intervals of its ranks."""
    chance = np.random.default_rng(0)
    design = chance.normal(size=(n_rows, n_columns))
    target = design @ np.linspace(0.0, 0.5, n_columns) + chance.normal(size=n_rows)
    entity = np.arange(n_rows) // rows_per_entity
    started = time.perf_counter()
    rank_intervals(*block_covariance(design, target, entity))
    return time.perf_counter() - started
