"""Rank drivers by their share of the explanation, with ranges, and say which of them may swap places."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from features.catalogue import Catalogue
from features.usecase import Driver
from training.drivers.attribution import (
    DriverGroup,
    driver_groups,
    importance_shares,
    normalise,
    sum_by_driver,
)
from training.drivers.direction import Direction, direction_of
from training.drivers.goal import goal_met, read_goal
from training.drivers.row import DriverRow, IntervalMethod
from training.statistics import LEVEL, EntityDraws, Estimate, Floats

FEWEST_REFITS = 8


@dataclass(frozen=True)
class RowWeights:
    """Hold how many people of the population each row stands for; None where each stands for one.

    Attributes
    ----------
    rows
        Weight of each row with attributions.
    today
        Weight of each row of ``today``.
    refitted
        Weight of each row of a refit's attributions, the same for all refits.
    """

    rows: Floats | None = None
    today: Floats | None = None
    refitted: Floats | None = None


_UNWEIGHTED = RowWeights()


def rank_drivers(
    attributions: Floats,
    values: Floats,
    catalogue: Catalogue,
    drivers: Mapping[str, Driver],
    *,
    entities: npt.ArrayLike | None = None,
    today: Floats | None = None,
    refits: Sequence[Floats] = (),
    weights: RowWeights = _UNWEIGHTED,
    n_draws: int = 500,
    seed: int = 0,
) -> tuple[DriverRow, ...]:
    """Rank the drivers of a model by their share of its explanation, largest first.

    The signed attributions inside a driver are added per row; the mean of their absolute sums, scaled to 1
    over all drivers, is the share. Rows alone say too little about its range (they cover the true rank in
    40-66 % of cases): pass refits, and the range also holds what other entities would have taught the model.

    Parameters
    ----------
    attributions
        Shape (rows, features): exact attributions on test rows in calibrated log-odds, columns in catalogue
        order. :func:`~training.drivers.sample_rows` chooses the rows.
    values
        Shape (rows, features): the encoded values of the same rows; NaN = missing.
    entities
        Entity of each row; rows of one entity are drawn together. Without it each row is one of its own.
    today
        Shape (any, features): the encoded newest row of each entity, for "goal met today"; else ``values``.
    refits
        Attributions of at least eight models, each fitted on another random half of the entities; same
        columns, same or other rows. Half samples spread as much as full samples differ from the truth.
    weights
        Weights of all these rows: what undoes a sample acts on shares, ranges, directions and goals alike.

    Returns
    -------
    tuple of DriverRow
        Sorted by share; evidence grade C, for an attribution is never more than an association.

    Raises
    ------
    ValueError
        If shapes do not fit together or there are one to seven refits.
    """
    if values.shape != attributions.shape:
        message = f"attributions have the shape {attributions.shape}, values {values.shape}; both must agree"
        raise ValueError(message)
    groups = driver_groups(catalogue, drivers)
    by_driver = sum_by_driver(attributions, groups)
    draws = EntityDraws.of(len(by_driver), entity=entities, weight=weights.rows, n_draws=n_draws, seed=seed)
    shares = importance_shares(by_driver, weights.rows)
    refitted = [importance_shares(sum_by_driver(refit, groups), weights.refitted) for refit in refits]
    spread = _spread(by_driver, refitted, draws)
    if today is None:
        today, weights = values, replace(weights, today=weights.rows)
    rows = [
        _describe(group, column, by_driver, attributions, values, catalogue, today, weights)
        for column, group in enumerate(groups)
    ]
    order = sorted(range(len(groups)), key=lambda column: (-shares[column], groups[column].name))
    names = [group.name for group in groups]
    return tuple(
        replace(
            rows[column],
            share=spread.estimate(float(shares[column]), column, len(by_driver)),
            interval_method=spread.method,
            may_swap_with=tuple(names[other] for other in order if spread.may_swap(shares, column, other)),
        )
        for column in order
    )


@dataclass(frozen=True)
class _Spread:
    """Hold how far shares would wander: covariances over entities, and over refits where there are any."""

    over_rows: Floats
    over_refits: Floats
    n_refits: int

    @property
    def method(self) -> IntervalMethod:
        """Name what the ranges hold."""
        return "half-sample refits and entity bootstrap" if self.n_refits else "entity bootstrap"

    def half_width(self, contrast: Floats) -> float:
        """Return half the width of the 95 % interval of ``contrast @ shares``.

        Both sources of chance are independent, so squared widths add; few refits get Student's factor.
        """
        quantile = (1 + LEVEL) / 2
        squared = float(stats.norm.ppf(quantile)) ** 2 * float(contrast @ self.over_rows @ contrast)
        if self.n_refits:
            factor = float(stats.t.ppf(quantile, self.n_refits - 1))
            squared += factor**2 * float(contrast @ self.over_refits @ contrast)
        return math.sqrt(max(0.0, squared))

    def estimate(self, share: float, column: int, n_rows: int) -> Estimate:
        """Return a share with its range, kept inside 0..1."""
        half = self.half_width(np.eye(len(self.over_rows))[column])
        return Estimate.around(share, max(0.0, share - half), min(1.0, share + half), n_rows)

    def may_swap(self, shares: Floats, column: int, other: int) -> bool:
        """Tell whether the difference of two shares is not clear of 0."""
        if column == other:
            return False
        unit = np.eye(len(self.over_rows))
        return bool(abs(shares[column] - shares[other]) <= self.half_width(unit[column] - unit[other]))


def _spread(by_driver: Floats, refitted_shares: Sequence[Floats], draws: EntityDraws) -> _Spread:
    """Measure the spread of the shares over resampled entities and over refits."""
    if 0 < len(refitted_shares) < FEWEST_REFITS:
        message = f"{len(refitted_shares)} refits say too little; pass at least {FEWEST_REFITS}, or none"
        raise ValueError(message)
    size = np.abs(by_driver)
    resampled = draws.apply(lambda weights: normalise(weights @ size))
    over_rows = _covariance(resampled)
    over_refits = _covariance(np.stack(refitted_shares)) if refitted_shares else np.zeros_like(over_rows)
    return _Spread(over_rows, over_refits, len(refitted_shares))


def _covariance(draws: Floats) -> Floats:
    """Return the covariance of columns, two-dimensional also for one column."""
    return np.atleast_2d(np.cov(draws, rowvar=False))


def _describe(
    group: DriverGroup,
    column: int,
    by_driver: Floats,
    attributions: Floats,
    values: Floats,
    catalogue: Catalogue,
    today: Floats,
    weights: RowWeights,
) -> DriverRow:
    """Say of one driver all that needs no other driver; its share is filled in by the caller."""
    members = list(group.columns)
    sizes = np.average(np.abs(attributions[:, members]), axis=0, weights=weights.rows)
    main = members[int(sizes.argmax())]
    feature = catalogue.features[main]
    direction: Direction = "groups"
    if feature.kind == "number":
        direction = direction_of(values[:, main], by_driver[:, column], weights.rows)
    goal = read_goal(group.goal, catalogue.features[members[0]])
    return DriverRow(
        name=group.name,
        role=group.role,
        label=group.label,
        share=Estimate(0.0, 0.0, 0.0, len(values)),
        interval_method="entity bootstrap",
        direction=direction,
        main_feature=feature.name,
        features=group.features,
        goal=goal,
        goal_met=None if goal is None else goal_met(goal, today[:, members[0]], weights.today),
    )
