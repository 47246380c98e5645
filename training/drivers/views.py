"""Drivers as older reports rank them: how the explained variance of the target splits over single columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from features.catalogue import Catalogue
from training.drivers.attribution import normalise
from training.drivers.row import DriverRow
from training.statistics import EntityDraws, Estimate, Floats, as_column, from_draws, plain_values
from training.statistics.moments import BlockMoments, correlations
from training.statistics.relative_weights import relative_weights, shapley_r2

MOST_FOR_SHAPLEY: Final = 12
LEAST_TOLERANCE: Final = 1e-6
"""Share of a column's variance that the columns before it must leave: below, it is a combination of them."""
_SMALLEST_PART: Final = 1e-3
_LEAST_EIGENVALUE: Final = 1e-9


@dataclass(frozen=True)
class VarianceSplit:
    """Hold how the explained variance splits over drivers, one column each, missing values at their mean.

    Attributes
    ----------
    r2
        Share of the target's variance that a linear model of all columns explains; ``n`` = rows. The value is
        that of the rows themselves, so that the parts add up to it; the interval is freed of its optimism.
    relative_weight
        By driver Johnson's relative weight as a share of ``r2``: the shares add up to 1, or are all 0.
    shapley_r2
        By driver its mean gain in R squared over all orders of entry (LMG); these add up to ``r2``. None with
        more than 12 columns to go through.
    missing
        By driver the share of rows without a value.
    combinations
        Drivers without a weight since their column is a combination of those named, which stand before them.
    """

    r2: Estimate
    relative_weight: Mapping[str, Estimate]
    shapley_r2: Mapping[str, Estimate] | None
    missing: Mapping[str, float]
    combinations: Mapping[str, tuple[str, ...]]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(plain_values(self))


def main_columns(
    drivers: Sequence[DriverRow], catalogue: Catalogue
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Choose the column that stands for each driver: that of its goal, else its main feature.

    Returns
    -------
    dict
        By driver the position of the column in the catalogue, in the order of ``drivers``.
    tuple of str
        Drivers that no number stands for: their feature is a category.
    """
    places = {feature.name: place for place, feature in enumerate(catalogue.features)}
    chosen = {row.name: places[row.main_feature if row.goal is None else row.goal.feature] for row in drivers}
    is_number = {name: catalogue.features[place].kind == "number" for name, place in chosen.items()}
    columns = {name: place for name, place in chosen.items() if is_number[name]}
    return columns, tuple(name for name in chosen if not is_number[name])


def split_variance(
    target: npt.ArrayLike,
    columns: Mapping[str, Floats],
    *,
    weight: npt.ArrayLike | None = None,
    entity: npt.ArrayLike | None = None,
    n_draws: int = 200,
    seed: int = 0,
) -> VarianceSplit:
    """Split the explained variance of the target over drivers.

    A missing value is set to the mean of its column, which draws the weight of columns with many of them
    towards 0. Intervals are those of resampled entities, of 2,000 blocks of them where there are more; in
    simulation they hold the true share of R squared in 94 to 95 % of cases, and R squared itself in 91 %.

    Parameters
    ----------
    target
        Shape (rows,): what is explained, finite; 0 and 1 for an event.
    columns
        By driver its column, shape (rows,), NaN = missing; see :func:`main_columns`. Of columns that are
        combinations of each other the first are kept, so let the important ones stand first.
    weight, entity
        Of each row; 1, and an entity of its own, if absent.

    Raises
    ------
    ValueError
        If columns differ in length or the target is not finite.

    Examples
    --------
    >>> wait, tone = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, -1.0, -1.0, 1.0])
    >>> found = split_variance(wait + tone, {"wait": wait, "tone": tone, "copy": 2 * wait})
    >>> round(found.r2.value, 9), found.combinations
    (1.0, {'copy': ('wait',)})
    >>> {name: round(share.value, 3) for name, share in found.relative_weight.items()}
    {'wait': 0.556, 'tone': 0.444}
    """
    outcome = as_column("target", target)
    draws = EntityDraws.of(outcome.size, entity=entity, weight=weight, seed=seed)
    names, given = tuple(columns), [_read_column(name, columns[name], outcome.size) for name in columns]
    filled = [_standardise(values, draws.weight) for values in (outcome, *given)]
    moments = BlockMoments.of(np.column_stack(filled), draws)
    whole = correlations(moments.total)
    kept, combinations = _keep(whole, names, [bool(values.any()) for values in filled[1:]])
    tables = _Tables.of(whole, moments.resample(n_draws, seed), [names.index(name) for name in kept])
    nothing = Estimate(0.0, 0.0, 0.0, outcome.size)

    def by_driver(figures: Sequence[Estimate]) -> dict[str, Estimate]:
        found = dict(zip(kept, figures, strict=True))
        return {name: found.get(name, nothing) for name in names if name not in combinations}

    return VarianceSplit(
        r2=tables.r2(outcome.size),
        relative_weight=by_driver(tables.shares(outcome.size)),
        shapley_r2=by_driver(tables.gains(outcome.size)) if len(kept) <= MOST_FOR_SHAPLEY else None,
        missing={name: _missing(values, draws.weight) for name, values in zip(names, given, strict=True)},
        combinations=combinations,
    )


def _read_column(name: str, values: Floats, n_rows: int) -> Floats:
    """Return a column in which NaN means missing.

    Raises
    ------
    ValueError
        If it has another length or holds an infinite value.
    """
    found = np.asarray(values, dtype=np.float64)
    as_column(name, np.where(np.isnan(found), 0.0, found), n_rows)
    return found


def _standardise(values: Floats, weight: Floats) -> Floats:
    """Return a column with mean 0 and variance 1, 0 where missing; zeros where it does not vary."""
    known = np.isfinite(values) & (weight > 0)
    if not known.any() or np.ptp(values[known]) == 0.0:
        return np.zeros(values.size)
    middle = values[known].mean()
    scaled = (values - middle) / np.abs(
        values[known] - middle
    ).max()  # first, or squares of small ones vanish
    mean = np.average(scaled[known], weights=weight[known])
    filled = np.where(np.isfinite(values), scaled - mean, 0.0)
    return np.asarray(filled / np.sqrt(np.average(filled**2, weights=weight)))


def _missing(values: Floats, weight: Floats) -> float:
    """Return the share of rows without a value."""
    return float(np.average(np.isnan(values), weights=weight))


def _keep(
    correlation: Floats, names: Sequence[str], is_varying: Sequence[bool]
) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Return the columns that can be weighed, and those that are combinations of columns before them.

    Parameters
    ----------
    correlation
        Of the target, which comes first, and all columns.
    """
    kept: list[int] = []
    combinations: dict[str, tuple[str, ...]] = {}
    for place in np.flatnonzero(is_varying).tolist():
        beside = correlation[1:, 1:][kept, place]
        slopes = np.linalg.solve(correlation[1:, 1:][np.ix_(kept, kept)], beside)
        if 1.0 - slopes @ beside >= LEAST_TOLERANCE:
            kept.append(place)
            continue
        is_part = np.abs(slopes) > _SMALLEST_PART * np.abs(slopes).max()
        combinations[names[place]] = tuple(names[kept[part]] for part in np.flatnonzero(is_part).tolist())
    return [names[place] for place in kept], combinations


@dataclass(frozen=True)
class _Tables:
    """Hold correlations of the target, which comes first, and the columns: in the rows and in resamples."""

    whole: Floats
    drawn: Floats

    @classmethod
    def of(cls, whole: Floats, moments: Floats, kept: Sequence[int]) -> "_Tables":
        """Take the columns kept; resamples in which one of them is a combination of others are left out."""
        places = [0, *(place + 1 for place in kept)]
        drawn = correlations(moments)[:, places][:, :, places]
        drawn = drawn[np.isfinite(drawn).all(axis=(1, 2))]
        if kept:
            drawn = drawn[np.linalg.eigvalsh(drawn[:, 1:, 1:])[:, 0] > _LEAST_EIGENVALUE]
        return cls(whole[np.ix_(places, places)], drawn)

    def r2(self, n_rows: int) -> Estimate:
        """Return R squared. Resamples are as far above the rows as these are above the truth."""
        value, drawn = (weights.sum(axis=-1) for weights in self._split(relative_weights))
        optimism = float(drawn.mean() - value) if drawn.size else 0.0
        return from_draws(float(value), np.maximum(0.0, drawn - 2 * optimism), n_rows)

    def shares(self, n_rows: int) -> list[Estimate]:
        """Return the relative weights as shares of R squared."""
        value, drawn = map(normalise, self._split(relative_weights))
        return [from_draws(float(share), draws, n_rows) for share, draws in zip(value, drawn.T, strict=True)]

    def gains(self, n_rows: int) -> list[Estimate]:
        """Return the mean gains over all orders of entry."""
        value, drawn = self._split(shapley_r2)
        return [from_draws(float(gain), draws, n_rows) for gain, draws in zip(value, drawn.T, strict=True)]

    def _split(self, method: Callable[[Floats, Floats], Floats]) -> tuple[Floats, Floats]:
        """Return the parts in the rows and in the resamples."""
        whole, drawn = self.whole, self.drawn
        return method(whole[1:, 1:], whole[0, 1:]), method(drawn[:, 1:, 1:], drawn[:, 0, 1:])
