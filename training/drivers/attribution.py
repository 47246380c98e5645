"""From attributions per feature to shares per driver: signed sums inside a driver, then absolute means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Feature, plain_name
from features.usecase import Driver, Language, Role
from training.statistics import Floats


@dataclass(frozen=True)
class DriverGroup:
    """Hold one driver and the columns that belong to it.

    Attributes
    ----------
    name
        Name of the driver in the use-case file, or of the feature where no driver claims it.
    role
        None where no driver claims the feature; such a group is never offered as a lever.
    label
        Name in plain words per language.
    columns
        Positions of its features in the catalogue, hence in every attribution matrix; in the order in which
        the use-case file names them.
    goal
        The driver's goal as written in the use-case file, a condition on its first feature.
    """

    name: str
    role: Role | None
    label: Mapping[Language, str]
    columns: tuple[int, ...]
    features: tuple[str, ...]
    goal: str | None


def driver_groups(
    catalogue: Iterable[Feature],
    drivers: Mapping[str, Driver],
    names: Mapping[str, Mapping[Language, str]] | None = None,
) -> tuple[DriverGroup, ...]:
    """Group the features of a catalogue by driver; a feature of no driver is a group of its own.

    Parameters
    ----------
    catalogue
        Features in the column order of the attributions.
    drivers
        The drivers of the use case by name; a driver without features is left out.
    names
        By feature what it is called where no driver claims it; else its own name in plain words.

    Examples
    --------
    >>> driver_groups([Feature("o_tickets.count_90d", "number", "tickets")], {})[0].label["en"]
    'Tickets count 90d'
    """
    members: dict[str, list[tuple[int, Feature]]] = {}
    for column, feature in enumerate(catalogue):
        members.setdefault(_group_key(feature), []).append((column, feature))
    return tuple(_group(found, drivers, names or {}) for found in members.values())


def _group_key(feature: Feature) -> str:
    """Return a key that no driver and feature can share."""
    return f"feature {feature.name}" if feature.driver is None else f"driver {feature.driver}"


def _group(
    members: Sequence[tuple[int, Feature]],
    drivers: Mapping[str, Driver],
    names: Mapping[str, Mapping[Language, str]],
) -> DriverGroup:
    """Make one group of the features that share a driver, or of a feature that has none."""
    column, first = members[0]
    if first.driver is None:
        words = names.get(first.name) or dict.fromkeys(("en", "de"), plain_name(first.name))
        return DriverGroup(first.name, None, words, (column,), (first.name,), None)
    driver = drivers[first.driver]
    named = sorted(members, key=lambda member: _place(member[1], driver.features))
    label: dict[Language, str] = {
        "en": driver.name_in("en", plain_name(first.driver)),
        "de": driver.name_in("de", plain_name(first.driver)),
    }
    columns = tuple(column for column, _ in named)
    features = tuple(feature.name for _, feature in named)
    return DriverGroup(first.driver, driver.role, label, columns, features, driver.goal)


def _place(feature: Feature, patterns: Sequence[str]) -> int:
    """Return the place of the first pattern that means a feature."""
    return next(place for place, pattern in enumerate(patterns) if feature.fits(pattern))


def sample_rows(row_count: int, limit: int = 5_000, seed: int = 0) -> NDArray[np.intp]:
    """Choose the rows that attributions are computed for: all, or ``limit`` of them by chance, in order.

    Examples
    --------
    >>> sample_rows(3).tolist()
    [0, 1, 2]
    """
    if row_count <= limit:
        return np.arange(row_count, dtype=np.intp)
    chosen = np.random.default_rng(seed).choice(row_count, size=limit, replace=False)
    return np.sort(chosen).astype(np.intp)


def sum_by_driver(attributions: Floats, groups: Sequence[DriverGroup]) -> Floats:
    """Add the signed attributions inside each driver, row by row.

    Signed values are added before anything is made absolute: two features that pull in opposite directions
    then cancel, as they do in the prediction.

    Parameters
    ----------
    attributions
        Shape (rows, features), calibrated log-odds, columns in catalogue order.

    Returns
    -------
    numpy.ndarray
        Shape (rows, drivers), in the order of ``groups``.

    Raises
    ------
    ValueError
        If the groups do not cover the columns exactly once.
    """
    covered = sorted(column for group in groups for column in group.columns)
    if covered != list(range(attributions.shape[1])):
        message = f"drivers cover {len(covered)} columns, attributions have {attributions.shape[1]}"
        raise ValueError(message)
    return np.stack([attributions[:, list(group.columns)].sum(axis=1) for group in groups], axis=1)


def importance_shares(by_driver: Floats, weight: Floats | None = None) -> Floats:
    """Return each driver's share of the explanation: mean absolute attribution, scaled to a sum of 1.

    Parameters
    ----------
    by_driver
        Shape (rows, drivers), signed sums.
    weight
        Weight of each row; 1 if absent.

    Returns
    -------
    numpy.ndarray
        Shape (drivers,); all 0 when nothing is explained.
    """
    return normalise(np.average(np.abs(by_driver), axis=0, weights=weight))


def normalise(amounts: Floats) -> Floats:
    """Scale the last axis to a sum of 1; rows of zeros stay zeros."""
    totals = amounts.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(amounts, totals, out=np.zeros(amounts.shape), where=totals > 0)
    return shares
