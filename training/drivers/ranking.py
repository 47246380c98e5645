"""Rank drivers by their share of the explanation, with ranges, and say which ranks are open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from features.catalogue import Catalogue, Feature
from features.usecase import Driver, Language
from training.drivers.attribution import DriverGroup, driver_groups, sum_by_driver
from training.drivers.direction import Direction, direction_of, turning_point
from training.drivers.goal import goal_met, read_goal
from training.drivers.observed import Observed
from training.drivers.row import DriverRow
from training.drivers.shares import UNWEIGHTED, DriverShares, RowWeights
from training.statistics import Estimate, Floats
from training.statistics.rank_intervals import RankIntervals, rank_intervals


def rank_drivers(
    attributions: Floats,
    values: Floats,
    catalogue: Catalogue,
    drivers: Mapping[str, Driver],
    *,
    entities: npt.ArrayLike | None = None,
    today: Floats | None = None,
    refits: Sequence[Floats] = (),
    weights: RowWeights = UNWEIGHTED,
    observed: Observed | None = None,
    shares: DriverShares | None = None,
    n_draws: int = 500,
    names: Mapping[str, Mapping[Language, str]] | None = None,
    seed: int = 0,
) -> tuple[DriverRow, ...]:
    """Rank the drivers of a model by their share of its explanation, largest first.

    The signed attributions inside a driver are added per row; the mean of their absolute sums, scaled to 1
    over all drivers, is the share. Ranges of ranks come from step-down tests of all differences of shares
    (:func:`training.statistics.rank_intervals.rank_intervals`). Rows alone say too little (their ranges cover
    the true rank in 40-66 % of cases): pass refits, and all ranges also hold what other entities would have
    taught the model.

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
    observed
        Rows whose outcome is known: they have the last word on where a direction turns, and tell whether it
        is the opposite with nothing held equal. Without it turns are those of the attributions.
    shares
        What :meth:`DriverShares.of` measured on the same rows; measured here if absent.
    names
        By feature what it is called where no driver claims it.

    Returns
    -------
    tuple of DriverRow
        Sorted by share, with the ranks that chance leaves to each; evidence grade C, for an attribution is
        never more than an association.

    Raises
    ------
    ValueError
        If shapes do not fit together or there are one to seven refits.
    """
    if values.shape != attributions.shape:
        message = f"attributions have the shape {attributions.shape}, values {values.shape}; both must agree"
        raise ValueError(message)
    groups = driver_groups(catalogue, drivers, names)
    by_driver = sum_by_driver(attributions, groups)
    if shares is None:
        shares = DriverShares.of(
            attributions,
            groups,
            entities=entities,
            refits=refits,
            weights=weights,
            n_draws=n_draws,
            seed=seed,
        )
    if today is None:
        today, weights = values, replace(weights, today=weights.rows)
    rows = [
        _describe(group, column, by_driver, attributions, values, catalogue, today, weights, observed)
        for column, group in enumerate(groups)
    ]
    order = sorted(range(len(groups)), key=lambda column: (-shares.value[column], groups[column].name))
    ranked = [
        replace(rows[column], share=shares.estimate(column), interval_method=shares.spread.method)
        for column in order
    ]
    return _Places.of(shares, order, seed).fill(ranked)


@dataclass(frozen=True)
class _Places:
    """Hold which ranks of the drivers are open, in the order of their shares."""

    each: RankIntervals
    joint: RankIntervals
    tie_group: Sequence[int]

    @classmethod
    def of(cls, shares: DriverShares, order: Sequence[int], seed: int) -> "_Places":
        """Test all differences of shares; ``order`` has the columns from the largest share down."""
        value, places = shares.value[order], np.ix_(order, order)
        n_pairs = max(1, len(order) * (len(order) - 1) // 2)
        each = rank_intervals(value, shares.covariance[places], is_signed=True, seed=seed)
        together = shares.spread.covariance_for(n_pairs)[places]
        joint = rank_intervals(value, together, is_signed=True, is_joint=True, seed=seed)
        sizes = [len(group) for group in each.tie_groups()]
        return cls(each, joint, np.repeat(np.arange(1, len(sizes) + 1), sizes).tolist())

    def fill(self, rows: Sequence[DriverRow]) -> tuple[DriverRow, ...]:
        """Write the places into rows that stand in the same order."""
        return tuple(
            replace(
                row,
                may_swap_with=tuple(rows[other].name for other in np.flatnonzero(is_open).tolist()),
                rank_low=int(self.each.low[place]),
                rank_high=int(self.each.high[place]),
                # Both are read from draws: what holds for all may not come out narrower than for one.
                rank_low_joint=int(min(self.joint.low[place], self.each.low[place])),
                rank_high_joint=int(max(self.joint.high[place], self.each.high[place])),
                tie_group=self.tie_group[place],
            )
            for place, (row, is_open) in enumerate(zip(rows, self.each.is_open, strict=True))
        )


def _describe(
    group: DriverGroup,
    column: int,
    by_driver: Floats,
    attributions: Floats,
    values: Floats,
    catalogue: Catalogue,
    today: Floats,
    weights: RowWeights,
    observed: Observed | None,
) -> DriverRow:
    """Say of one driver all that needs no other driver; its share is filled in by the caller."""
    members = list(group.columns)
    sizes = np.average(np.abs(attributions[:, members]), axis=0, weights=weights.rows)
    main = members[int(sizes.argmax())]
    feature = catalogue.features[main]
    direction = _read_direction(feature, values[:, main], by_driver[:, column], weights.rows)
    is_opposite = observed is not None and observed.is_opposite(main, direction)
    if observed is None:
        turns_at = turning_point(values[:, main], by_driver[:, column], direction, weights.rows)
    else:
        turns_at = None if is_opposite else observed.turning_point(main, direction)
    goal = read_goal(group.goal, catalogue.features[members[0]])
    return DriverRow(
        name=group.name,
        role=group.role,
        label=group.label,
        share=Estimate(0.0, 0.0, 0.0, len(values)),
        interval_method="entity bootstrap",
        direction=direction,
        turns_at=turns_at,
        is_opposite_alone=is_opposite,
        main_feature=feature.name,
        features=group.features,
        goal=goal,
        goal_met=None if goal is None else goal_met(goal, today[:, members[0]], weights.today),
    )


def _read_direction(
    feature: Feature, values: Floats, contributions: Floats, weight: Floats | None
) -> Direction:
    """Return the direction of a main feature; a category has none."""
    return "groups" if feature.kind != "number" else direction_of(values, contributions, weight)
