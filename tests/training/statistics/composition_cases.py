"""Random changes of all kinds, and their parts by the plain formulas."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from training.statistics import Bools, Floats
from training.statistics.composition import Composition, decompose

SCALES = ("nps", "1-5", "0-10", "real", "far from zero")


@dataclass(frozen=True)
class Case:
    """Hold the columns of one change."""

    before: Floats
    after: Floats
    earlier: Floats
    was_member: Floats
    is_member: Floats
    weight: Floats | None

    def decompose(self, **more: Any) -> Any:
        return decompose(
            self.before,
            self.after,
            was_member=self.was_member,
            is_member=self.is_member,
            earlier=self.earlier,
            weight=self.weight,
            **{"n_draws": 2, **more},
        )

    def reordered(self, order: Any) -> "Case":
        weight = None if self.weight is None else self.weight[order]
        return Case(
            self.before[order],
            self.after[order],
            self.earlier[order],
            self.was_member[order],
            self.is_member[order],
            weight,
        )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a kind of change, and its columns from a seed: empty groups are frequent among few people."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_people = draw(st.integers(1, 40))
    scale = draw(st.sampled_from(SCALES))
    shares = [draw(st.sampled_from([0.0, 0.1, 0.5, 1.0])) for _ in range(4)]
    silence, leaving, joining, unknown = shares

    def answers() -> Floats:
        found = _drawn(chance, scale, n_people)
        found[chance.random(n_people) < silence * 0.9] = np.nan
        return found

    def status(missing: float) -> Floats:
        found = (chance.random(n_people) >= missing).astype(float)
        found[chance.random(n_people) < unknown / 2] = np.nan
        return found

    weight = None
    if draw(st.booleans()):
        weight = chance.choice([0.0, 0.3, 1.0, 7.0, 1e6], n_people) * chance.random(n_people)
        weight[chance.integers(n_people)] = 1.0
    return Case(answers(), answers(), answers(), status(joining), status(leaving), weight)


def _drawn(chance: np.random.Generator, scale: str, n_people: int) -> Floats:
    """Return answers on a scale."""
    if scale == "nps":
        return chance.choice(np.array([-100.0, 0.0, 100.0]), n_people)
    if scale in {"1-5", "0-10"}:
        low, high = scale.split("-")
        return chance.integers(int(low), int(high) + 1, n_people).astype(float)
    return chance.normal(1e7 if scale == "far from zero" else 0.0, 10.0 ** chance.integers(-3, 7), n_people)


def gap_of_sum(found: Composition) -> float:
    """Return how far start plus parts is from end, of the largest figure in the sum."""
    parts = [part.value for part in found.parts.values()]
    figures = [found.before.value, *parts, found.after.value]
    return abs(sum(figures[:-1]) - figures[-1]) / max(1e-300, *(abs(figure) for figure in figures))


def plain_parts(case: Case) -> dict[str, float]:
    """Return the parts by the formulas as they are written, group by group."""
    weight = np.ones(case.before.size) if case.weight is None else case.weight
    first, second = ~np.isnan(case.before) & (weight > 0), ~np.isnan(case.after) & (weight > 0)
    left = first & ~second & (case.is_member == 0)
    joined = second & ~first & (case.was_member == 0)
    repeated, silent, new = first & second, first & ~second & ~left, second & ~first & ~joined

    def mean(values: Floats, *groups: Bools) -> float:
        where = np.logical_or.reduce(groups)
        return float(np.average(values[where], weights=weight[where])) if where.any() else 0.0

    def share(group: Bools, whole: Bools) -> float:
        return float(weight[group].sum() / weight[whole].sum())

    before, after = case.before, case.after
    rise, known = before - case.earlier, first & ~np.isnan(case.earlier)
    within = mean(after, repeated) - mean(before, repeated)
    same = mean(after - before, known & repeated) - (mean(rise, known) - mean(rise, known & repeated))
    return {
        "before": mean(before, first),
        "after": mean(after, second),
        "within": within,
        "leavers": share(left, first) * (mean(before, repeated, silent) - mean(before, left)),
        "joiners": share(joined, second) * (mean(after, joined) - mean(after, repeated, new)),
        "mix_before": share(silent, repeated | silent) * (mean(before, silent) - mean(before, repeated)),
        "mix_after": share(new, repeated | new) * (mean(after, new) - mean(after, repeated)),
        "within_corrected": same,
        "chance_swing": within - same,
    }
