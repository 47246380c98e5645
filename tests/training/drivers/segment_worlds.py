"""Worlds in which the shares of each driver in each segment are known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.catalogue import Catalogue, Feature
from training.drivers import CutDrivers, driver_groups, rank_by_segment
from training.statistics import Floats, Ints

NAMES = ("small", "middle", "large")
SIZES = (60, 140, 400)
N_ROWS = sum(SIZES)
COMMON = np.array([0.5, 0.35, 0.3, 0.15, 0.15])
N_REFITS = 16
GROUPS = driver_groups(
    Catalogue(tuple(Feature(f"f{number}", "number", "table") for number in range(COMMON.size))), {}
)


@dataclass(frozen=True)
class SegmentWorld:
    """Hold what is true of segments: how much drivers vary in them, and what they do there.

    Attributes
    ----------
    spread, effect
        Shape (segments, drivers).
    learns_each
        The model learns the effects of each segment from its own rows, not one for all.
    """

    spread: Floats
    effect: Floats
    learns_each: bool

    def truth(self) -> tuple[Floats, Floats]:
        """Return the true shares, and the true differences from the rest, shape (segments, drivers)."""
        size = self.spread * self.effect
        mass = np.array(SIZES)[:, None] / N_ROWS
        rest = (mass * size).sum(axis=0) - mass * size
        shares = size / size.sum(axis=1, keepdims=True)
        return shares, shares - rest / rest.sum(axis=1, keepdims=True)

    def draw(self, seed: int, n_refitted: int = 500, n_refits: int = N_REFITS) -> CutDrivers:
        """Return what one sample tells of the segments."""
        random = np.random.default_rng(seed)
        segment = random.permutation(np.repeat(np.arange(len(NAMES)), SIZES))
        values = random.normal(size=(N_ROWS, COMMON.size)) * self.spread[segment]
        outcome = (values * self.effect[segment]).sum(axis=1) + random.normal(size=N_ROWS)
        refits = []
        for _ in range(n_refits):
            half = random.permutation(N_ROWS)[: N_ROWS // 2]
            refits.append(self._explain(values, outcome, segment, half)[:n_refitted])
        return rank_by_segment(
            self._explain(values, outcome, segment, np.arange(N_ROWS)),
            GROUPS,
            [NAMES[place] for place in segment],
            minimum=25,
            refits=refits,
            n_draws=200,
            seed=seed,
        )

    def _explain(self, values: Floats, outcome: Floats, segment: Ints, learnt: Ints) -> Floats:
        """Return the attributions of all rows by a model of some of them."""
        if not self.learns_each:
            return values * _slopes(values[learnt], outcome[learnt])
        by_segment = [learnt[segment[learnt] == place] for place in range(len(NAMES))]
        slopes = np.stack([_slopes(values[rows], outcome[rows]) for rows in by_segment])
        return values * slopes[segment]


def _slopes(values: Floats, outcome: Floats) -> Floats:
    design = np.column_stack([np.ones(len(values)), values])
    return np.asarray(np.linalg.lstsq(design, outcome, rcond=None)[0][1:], dtype=np.float64)


def equal_world(*, learns_each: bool) -> SegmentWorld:
    """Return a world in which all segments are alike."""
    return SegmentWorld(np.ones((3, COMMON.size)), np.tile(COMMON, (3, 1)), learns_each)


def varied_world() -> SegmentWorld:
    """Return a world in which a driver hardly varies in one segment, and another much in the next."""
    spread = np.ones((3, COMMON.size))
    spread[0, 0], spread[1, 3] = 0.4, 2.5
    return SegmentWorld(spread, np.tile(COMMON, (3, 1)), learns_each=False)


def mixed_world() -> SegmentWorld:
    """Return a world in which drivers act otherwise in two segments."""
    effect = np.tile(COMMON, (3, 1))
    effect[0, :2], effect[1, 4] = (0.35, 0.5), 0.5
    return SegmentWorld(np.ones((3, COMMON.size)), effect, learns_each=True)


@dataclass(frozen=True)
class Held:
    """Hold how often ranges of one segment hold the truth, and how often clear differences are none.

    Attributes
    ----------
    share, rank, difference
        By segment how often the range holds the truth.
    wrong
        How many worlds name a clear difference that is none, or has the other sign.
    found
        Of true differences above .1 how many are named.
    """

    share: Floats
    rank: Floats
    difference: Floats
    wrong: int
    found: float


def judge(world: SegmentWorld, runs: Sequence[int], n_refitted: int = 500) -> Held:
    """Draw many samples of a world and hold what is told against its truth."""
    truth, apart = world.truth()
    best = 1 + (truth[:, None, :] > truth[:, :, None] + 1e-9).sum(axis=2)
    worst = COMMON.size - (truth[:, None, :] < truth[:, :, None] - 1e-9).sum(axis=2)
    held: dict[str, list[list[bool]]] = {name: [] for name in NAMES}
    wrong, found = 0, []
    for run in runs:
        is_wrong = False
        for segment in world.draw(run, n_refitted).segments:
            place = NAMES.index(segment.name)
            for row in segment.drivers:
                column, difference = int(row.driver[1:]), row.difference
                assert difference is not None
                true, gap = truth[place, column], apart[place, column]
                held[segment.name].append(
                    [
                        row.share.low <= true <= row.share.high,
                        row.rank_low <= best[place, column] and worst[place, column] <= row.rank_high,
                        difference.low <= gap <= difference.high,
                    ]
                )
                is_wrong |= row.is_clear and (abs(gap) < 1e-9 or gap * difference.value < 0)
                found += [row.is_clear] if abs(gap) > 0.1 else []
        wrong += is_wrong
    share, rank, difference = np.array([np.mean(held[name], axis=0) for name in NAMES]).T
    return Held(share, rank, difference, wrong, float(np.mean(found)) if found else 0.0)
