"""The effect of a lever with its context held fixed: tested with the slope, sized with the goal.

Series partialling-out (Robinson 1988; Belloni, Chernozhukov and Hansen 2014): target and lever are both freed
of everything that splines and products of the controls explain; what is left of one is regressed on what is
left of the other. Standard errors leave one row out at a time (HC3; MacKinnon and White 1985), or one entity
where entities repeat (CR3; Bell and McCaffrey 2002). In simulation levers without an effect are found in 1 to
4 % of runs from 300 rows on; cross-fitted machine learning with plain errors finds them in 5 to 16 %.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import stats
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from training.statistics.arrays import Floats, as_column
from training.statistics.controls import Control, ControlBases, demand_rows, orthonormal
from training.statistics.estimate import LEVEL, Estimate
from training.statistics.leave_out import EntityRows

Refusal = Literal["too many controls", "too little variation"]

ROWS_PER_COLUMN: Final = 5
LEAST_VARIATION: Final = 0.05
ROWS_FOR_BEND: Final = 3000
_MOST_POWERS: Final = 4
_SAME_COLUMNS: Final = 1e-12  # powers of yes and no are one column: what tells them apart is rounding


@dataclass(frozen=True)
class Lever:
    """Hold a lever: what can be acted on, and what is to be reached.

    Parameters
    ----------
    name
        Name of the driver.
    values
        ``[n]`` numbers; NaN where missing. Rows without a value do not tell of this lever.
    goal
        The value to reach; None where none is declared.
    is_lower_better
        Whether the goal is reached from above.
    """

    name: str
    values: Floats
    goal: float | None = None
    is_lower_better: bool = False


@dataclass(frozen=True)
class AdjustedEffect:
    """Hold what is known of the effect of one lever.

    Parameters
    ----------
    slope
        Change of the target per unit of the lever, all controls held fixed; ``n`` = rows.
    p_value
        Two-sided, of no slope.
    contrast
        Mean change of the target if everybody who misses the goal met it; None without a goal, or where
        everybody meets it.
    variation
        Share of the lever's variance that no control explains.
    n_columns
        Control columns, without those that others make redundant.
    freedom
        Degrees of freedom of the interval.
    refusal
        Why no effect is given; the figures are NaN then.
    short_slope
        Mean change of the target per unit by which a row comes closer to the goal: ``contrast`` is this times
        the mean shortfall. None where ``contrast`` is.
    n_placebo_misses
        How many shuffled copies of the lever seemed to have an effect; None where none were looked at.
    """

    slope: Estimate
    p_value: float
    contrast: Estimate | None
    variation: float
    n_columns: int
    freedom: int
    refusal: Refusal | None = None
    short_slope: Estimate | None = None
    n_placebo_misses: int | None = None

    @property
    def robustness(self) -> float:
        """Return how strong a hidden cause of both would have to be to leave no effect, from 0 to 1.

        The share of what is left of lever and target that it would have to explain (Cinelli and Hazlett
        2020). To be shown beside the effect, never to refuse on: it refuses a third of good levers.
        """
        if not math.isfinite(self.p_value):
            return math.nan
        size = float(stats.t.isf(self.p_value / 2, self.freedom)) if self.p_value > 0 else math.inf
        if math.isinf(size):
            return 1.0
        squared = size**2 / self.freedom
        return 0.5 * (math.sqrt(squared**2 + 4 * squared) - squared)


def adjusted_effects(
    target: npt.ArrayLike,
    levers: Sequence[Lever],
    context: Mapping[str, Sequence[Control]] | Sequence[Control] = (),
    *,
    entity: npt.ArrayLike | None = None,
    beside: Mapping[str, Sequence[Control]] | None = None,
    n_placebos: int = 0,
    seed: int = 0,
) -> dict[str, AdjustedEffect]:
    """Return the effect of each lever, with its context and the other levers held fixed.

    Parameters
    ----------
    target
        ``[n]`` what is to change: an answer, or 0 and 1.
    levers
        All levers that are asked about.
    context
        What was known before the lever: the same for all, or by the lever's name.
    entity
        ``[n]`` whose row it is, where somebody has several.
    beside
        By the lever's name, what is held fixed beside its context, without products: other levers, or the
        wave, for what a month did to everybody. The other levers if absent. A lever that began or ended later
        may be a consequence: held fixed, it would hide a part of the effect.
    n_placebos, seed
        How often each lever is shuffled and tested again, and the seed of the shuffling: of 20 shuffled
        levers one is expected to seem to work, five or more say that the ranges cannot be trusted.

    Raises
    ------
    ValueError
        If columns differ in length or the target is not finite.
    """
    outcome = as_column("target", target)
    whose = np.arange(outcome.size) if entity is None else np.unique(entity, return_inverse=True)[1]
    as_column("entity", whose, outcome.size)
    by_name = context if isinstance(context, Mapping) else {lever.name: context for lever in levers}
    held = _hold_each_other(levers) if beside is None else beside
    demand_rows([Control(lever.name, lever.values) for lever in levers], outcome.size)
    for controls in (*by_name.values(), *held.values()):
        demand_rows(controls, outcome.size)
    bases: dict[bytes, ControlBases] = {}  # levers known in the same rows share all that is written
    effects: dict[str, AdjustedEffect] = {}
    with threadpool_limits(1, user_api="blas"):  # small matrices: more threads wait more than they work
        for lever in levers:
            known = np.isfinite(lever.values)
            columns = bases.setdefault(known.tobytes(), ControlBases(known))
            basis = columns.span(by_name.get(lever.name, ()), held.get(lever.name, ()))
            entities = EntityRows.of(whose[known])
            effect = _adjust(outcome[known], lever.values[known], lever, basis, entities)
            if n_placebos and effect.refusal is None:
                shuffled = _Shuffling(lever.values[known], basis, entities, n_placebos, seed)
                effect = replace(effect, n_placebo_misses=shuffled.count_misses(outcome[known]))
            effects[lever.name] = effect
    return effects


def _hold_each_other(levers: Sequence[Lever]) -> dict[str, list[Control]]:
    """Return, for each lever, all the others as controls."""
    columns = [Control(lever.name, lever.values) for lever in levers]
    return {name: [other for other in columns if other.name != name] for name in (one.name for one in levers)}


def _adjust(
    target: Floats, values: Floats, lever: Lever, basis: Floats, entities: EntityRows
) -> AdjustedEffect:
    """Return the effect of one lever among the rows where it is known."""
    rows = len(values)
    if basis.shape[1] > len(entities) / ROWS_PER_COLUMN:
        return _refuse("too many controls", rows, basis.shape[1], math.nan)
    rest = _residual(values, basis)
    total = float(((values - values.mean()) ** 2).sum())
    variation = float((rest**2).sum()) / total if total > 0 else 0.0
    if variation < LEAST_VARIATION:
        return _refuse("too little variation", rows, basis.shape[1], variation)
    fit = _Regression.fit(target, rest[:, None], basis, entities)
    slope, error = float(fit.slopes[0]), math.sqrt(fit.covariance[0, 0])
    short_slope, contrast = _size(target, values, lever, basis, fit)
    return AdjustedEffect(
        slope=fit.interval(slope, error),
        p_value=fit.p_value(slope, error),
        contrast=contrast,
        short_slope=short_slope,
        variation=variation,
        n_columns=basis.shape[1],
        freedom=fit.freedom,
    )


def _refuse(reason: Refusal, rows: int, n_columns: int, variation: float) -> AdjustedEffect:
    """Return an effect without figures."""
    nothing = Estimate(math.nan, math.nan, math.nan, rows)
    return AdjustedEffect(nothing, math.nan, None, variation, n_columns, 0, reason)


def _size(
    target: Floats, values: Floats, lever: Lever, basis: Floats, fit: "_Regression"
) -> tuple[Estimate | None, Estimate | None]:
    """Return the mean effect per unit of what is missing, and the mean change if everybody met the goal.

    Short of the goal and beyond it a lever may work differently (satiation): one slope for both would be
    wrong for either. Powers join the slopes as long as the next ones clearly bend the effect on either side.
    With many rows a bend that no test shows still spoils the interval: the square short of the goal is there
    from the start. Of an effect that fades with distance, slopes alone cover .84 of the truths from 5,000
    rows, this .94; of one that fades strongly, none and .85. Powers everywhere would cost a third of the
    precision where effects are straight.
    """
    if lever.goal is None:
        return None, None
    gap = (lever.goal - values) * (-1.0 if lever.is_lower_better else 1.0)
    if not (gap > 0).any():
        return None, None
    widest = float(np.abs(gap).max())
    gap /= widest
    powers = np.arange(1, _MOST_POWERS + 1)
    short: Floats = np.minimum(-gap, 0.0)[:, None] ** powers
    beyond: Floats = np.maximum(-gap, 0.0)[:, None] ** powers
    freed_short, freed_beyond = _residual(short, basis), _residual(beyond, basis)

    def fit_powers(n_short: int, n_beyond: int) -> _Regression:
        freed = np.hstack([freed_short[:, :n_short], freed_beyond[:, :n_beyond]])
        return _Regression.fit(target, freed, basis, fit.entities)

    n_short = 2 if len(values) >= ROWS_FOR_BEND else 1
    best = fit_powers(n_short, 1)
    for power in range(2, _MOST_POWERS + 1):
        bent = fit_powers(power, power)
        if bent.p_value_of_all([power - 1, 2 * power - 1]) > 1 - LEVEL:
            break
        best, n_short = bent, power
    weights = np.zeros(best.slopes.size)
    weights[:n_short] = -short[:, :n_short].mean(axis=0)
    change, error = float(weights @ best.slopes), math.sqrt(weights @ best.covariance @ weights)
    missing = float(np.maximum(gap, 0.0).mean()) * widest
    return best.interval(change / missing, error / missing), best.interval(change, error)


@dataclass(frozen=True)
class _Shuffling:
    """Hold a lever whose values are dealt out anew, so that they can have no effect."""

    values: Floats
    basis: Floats
    entities: EntityRows
    n_placebos: int
    seed: int

    def count_misses(self, target: Floats) -> int:
        """Return how many shuffled copies have a slope that seems to be beyond chance."""
        chance, misses = np.random.default_rng(self.seed), 0
        for _ in range(self.n_placebos):
            freed = _residual(chance.permutation(self.values), self.basis)
            fit = _Regression.fit(target, freed[:, None], self.basis, self.entities)
            p_value = fit.p_value(float(fit.slopes[0]), math.sqrt(fit.covariance[0, 0]))
            misses += p_value < 1 - LEVEL
        return misses


@dataclass(frozen=True)
class _Regression:
    """Hold slopes of freed columns, and their covariance that allows for unequal noise and for entities."""

    slopes: Floats
    covariance: Floats
    freedom: int
    entities: EntityRows
    n_rows: int

    @classmethod
    def fit(cls, target: Floats, freed: Floats, basis: Floats, entities: EntityRows) -> "_Regression":
        """Regress the freed target on freed columns.

        Parameters
        ----------
        target
            ``[n]`` as it is.
        freed
            ``[n, k]`` columns without what the basis explains.
        basis
            ``[n, q]`` orthonormal control columns.
        entities
            Which rows belong together.
        """
        target = target - target[0]  # what never varies is exactly 0 then, free of rounding errors
        inverse = np.linalg.pinv(freed.T @ freed, rcond=_SAME_COLUMNS, hermitian=True)
        slopes = inverse @ (freed.T @ target)
        whole = np.hstack([basis, orthonormal(freed)])
        left = entities.leave_out(_residual(target, whole), whole)
        scores = entities.add_up(freed * left[:, None])
        covariance = inverse @ (scores.T @ scores) @ inverse
        freedom = len(target) - whole.shape[1]
        if len(entities) < len(target):
            freedom = min(freedom, len(entities) - 1)
        return cls(slopes, covariance, max(1, freedom), entities, len(target))

    def interval(self, value: float, error: float) -> Estimate:
        """Return an estimate with its 95 % interval."""
        half = float(stats.t.ppf((1 + LEVEL) / 2, self.freedom)) * error
        return Estimate(value, value - half, value + half, self.n_rows)

    def p_value(self, value: float, error: float) -> float:
        """Return the two-sided p-value of 0."""
        if error == 0:
            return 1.0 if value == 0 else 0.0
        return float(2 * stats.t.sf(abs(value) / error, self.freedom))

    def p_value_of_all(self, places: Sequence[int]) -> float:
        """Return the p-value of several slopes being 0 together; 1 where they are not told apart at all."""
        slopes, covariance = self.slopes[places], self.covariance[np.ix_(places, places)]
        rank = int(np.linalg.matrix_rank(covariance))
        if rank == 0:
            return 1.0
        size = float(slopes @ np.linalg.pinv(covariance) @ slopes) / rank
        return float(stats.f.sf(size, rank, self.freedom))


def _residual(values: Floats, basis: Floats) -> Floats:
    """Return what a basis does not explain."""
    return values - basis @ (basis.T @ values)
