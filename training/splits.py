"""Which rows a model may learn from and which judge it: grouped folds, rolling origins, unseen entities."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from features.errors import TooFewEventsError
from features.timeline import JUDGED_SNAPSHOTS, Horizon, list_judged
from training.statistics import Bools, Floats, Ints, as_column

HELD_OUT_SHARE = 0.2


def stratified_folds(
    target: npt.ArrayLike, groups: npt.ArrayLike | None = None, *, n_folds: int = 5, seed: int = 0
) -> Ints:
    """Deal groups of rows to folds with near equal numbers of rows and of positives.

    The fold of a group depends on its name, its rows and the seed, never on where the rows stand.

    Parameters
    ----------
    target
        ``[n]`` labels, 0 or 1.
    groups
        ``[n]`` name of each row's group; rows of one group get the same fold. Each row is its own group when
        absent. To keep exact duplicates together as well, pass the outcome of :func:`merge_duplicates`.
    n_folds
        Number of folds.
    seed
        Another seed deals otherwise.

    Returns
    -------
    ndarray
        ``[n]`` fold of each row, ``0..n_folds - 1``.

    Raises
    ------
    TooFewEventsError
        If one class has fewer rows than there are folds, or there are fewer groups than folds.

    Examples
    --------
    >>> folds = stratified_folds([1, 1, 0, 0, 0, 0], ["a", "a", "b", "c", "d", "d"], n_folds=2)
    >>> bool(folds[0] == folds[1]), bool(folds[4] == folds[5])
    (True, True)
    """
    labels = as_column("target", target)
    names, codes = np.unique(_group_names(groups, labels.size), return_inverse=True)
    n_rows = np.bincount(codes).astype(np.int64)
    n_positives = np.bincount(codes, weights=labels).astype(np.float64)
    _check_fold_count(labels, names.size, n_folds)
    order = np.lexsort((_hashes(names, seed), -n_rows, -n_positives))
    return _deal(order, n_rows, n_positives, n_folds)[codes]


def _deal(order: npt.NDArray[np.intp], n_rows: Ints, n_positives: Floats, n_folds: int) -> Ints:
    """Give each group, largest first, to the fold that has least of what the group brings."""
    rows, positives = [0] * n_folds, [0.0] * n_folds
    fold_of_group = np.zeros(order.size, dtype=np.int64)
    for group in order:
        if n_positives[group] > 0:
            fold = min(range(n_folds), key=lambda fold: (positives[fold], rows[fold]))
        else:
            fold = min(range(n_folds), key=lambda fold: (rows[fold], positives[fold]))
        rows[fold] += int(n_rows[group])
        positives[fold] += float(n_positives[group])
        fold_of_group[group] = fold
    return fold_of_group


def _check_fold_count(labels: Floats, n_groups: int, n_folds: int) -> None:
    """Demand enough rows of both classes, and enough groups, for every fold to have some."""
    fewest = int(min(labels.sum(), labels.size - labels.sum()))
    if fewest < n_folds or n_groups < n_folds:
        problem = f"the rarer class has {fewest} rows and there are {n_groups} groups for {n_folds} folds"
        raise TooFewEventsError("target", problem, "more rows of both classes are needed")


def merge_duplicates(
    rows: npt.ArrayLike, groups: npt.ArrayLike | None = None, *, largest_share: float = 0.1
) -> Ints:
    """Return groups such that exact duplicates stand in one group, and every given group stays whole.

    Parameters
    ----------
    rows
        ``[n, p]`` encoded feature values; missing values (NaN) equal each other.
    groups
        ``[n]`` groups that already have to stay together.
    largest_share
        If merging would make a group larger than this share of all rows, equal rows are what such a table is
        made of (few levels, many rows) rather than copies, and the groups stay as given.

    Returns
    -------
    ndarray
        ``[n]`` number of the merged group: the row number of its first row.

    Examples
    --------
    >>> merge_duplicates([[1], [2], [1], [3]], ["a", "b", "c", "b"], largest_share=0.5).tolist()
    [0, 1, 0, 1]
    """
    matrix = np.ascontiguousarray(np.asarray(rows, dtype=np.float64) + 0.0)
    matrix[np.isnan(matrix)] = np.nan
    contents = np.unique(
        matrix.view(np.dtype((np.void, matrix.itemsize * matrix.shape[1]))), return_inverse=True
    )[1]
    members = np.unique(_group_names(groups, len(matrix)), return_inverse=True)[1]
    content_codes, member_codes = contents.ravel(), members.ravel() + len(matrix)
    links = coo_array((np.ones(len(matrix)), (content_codes, member_codes)), shape=(2 * len(matrix),) * 2)
    merged: Ints = connected_components(links, directed=False)[1][content_codes].astype(np.int64)
    kept = members.ravel() if np.bincount(merged).max() > largest_share * len(matrix) else merged
    _, first_rows, codes = np.unique(kept, return_index=True, return_inverse=True)
    return np.asarray(first_rows[codes], dtype=np.int64)


def is_held_out(entity: npt.ArrayLike, share: float = HELD_OUT_SHARE, *, seed: int = 0) -> Bools:
    """Say which rows belong to the entities that no model of an evaluation ever learns from.

    The choice is a hash of the id: it is the same at every snapshot and in every run, and new entities do not
    move the old ones.

    Examples
    --------
    >>> is_held_out(["a", "d", "a", "d"]).tolist()
    [False, True, False, True]
    """
    names, codes = np.unique(np.asarray(entity).astype(str), return_inverse=True)
    return np.asarray(_hashes(names, seed) < share * 2.0**64)[codes]


@dataclass(frozen=True)
class Origin:
    """Hold one rolling origin: a day on which a model learns from what was known and is judged on its rows.

    Parameters
    ----------
    snapshot_date
        The origin, which is also the snapshot that is scored and judged.
    training_dates
        Snapshots before it, oldest first.
    """

    snapshot_date: date
    training_dates: tuple[date, ...]

    def training_rows(self, snapshot_date: npt.ArrayLike, entity: npt.ArrayLike) -> Bools:
        """Say which rows may be learned from: earlier snapshots of entities that are not held out."""
        days = _as_days(snapshot_date)
        return np.asarray((days < np.datetime64(self.snapshot_date, "D")) & ~is_held_out(entity))

    def test_rows(self, snapshot_date: npt.ArrayLike) -> Bools:
        """Say which rows judge: all entities at the origin; :func:`is_held_out` tells the unseen ones."""
        return np.asarray(_as_days(snapshot_date) == np.datetime64(self.snapshot_date, "D"))

    def known_days(self, snapshot_date: npt.ArrayLike, gap_days: int) -> Floats:
        """Return how many days of each row's horizon were over at the origin; negative where none had begun.

        Labels of training rows are cut there (``features.labels.labels_as_known``).
        """
        return days_observed(snapshot_date, gap_days, self.snapshot_date)


def rolling_origins(
    snapshot_dates: Sequence[date], primary: Horizon, observed_until: date, n_origins: int = JUDGED_SNAPSHOTS
) -> tuple[Origin, ...]:
    """Return the newest snapshots whose primary horizon is fully observed, each with the snapshots before it.

    Labels of training rows end at the origin (:meth:`Origin.known_days`), so no label period reaches beyond
    the day on which the test rows are scored; no gap of the longest horizon is cut out of the training rows.

    Parameters
    ----------
    snapshot_dates
        All snapshots of the frame.
    primary
        The horizon that reports lead with.
    observed_until
        First day that is not observed.
    n_origins
        How many at most.

    Returns
    -------
    tuple of Origin
        Oldest first.

    Raises
    ------
    TooFewEventsError
        If no snapshot has a finished primary horizon and an earlier snapshot with some observed days.

    Examples
    --------
    >>> from features.timeline import Duration
    >>> months = [date(2025, month, 1) for month in range(1, 7)]
    >>> origins = rolling_origins(months, Horizon(Duration(30)), date(2025, 6, 1), n_origins=2)
    >>> [str(origin.snapshot_date) for origin in origins]
    ['2025-04-01', '2025-05-01']
    """
    dates = sorted(set(snapshot_dates))
    judged = list_judged(dates, primary, observed_until, n_origins)
    if not judged:
        problem = (
            f"none of {len(dates)} has earlier ones to learn from and {primary.length} observed after it"
        )
        hint = f"observation ends on {observed_until}; begin earlier or take a shorter horizon"
        raise TooFewEventsError("snapshots", problem, hint)
    return tuple(Origin(day, tuple(earlier for earlier in dates if earlier < day)) for day in judged)


def days_observed(snapshot_date: npt.ArrayLike, gap_days: int, until: date) -> Floats:
    """Return the days from the start of each row's horizon to a day; negative where it starts later.

    Parameters
    ----------
    snapshot_date
        ``[n]`` dates.
    gap_days
        Days between snapshot and start of the horizon.
    until
        First day that counts no more: an origin, or the end of observation.

    Examples
    --------
    >>> days_observed([date(2025, 1, 1), date(2025, 3, 1)], 7, date(2025, 3, 1)).tolist()
    [52.0, -7.0]
    """
    begins = _as_days(snapshot_date) + np.timedelta64(gap_days, "D")
    return np.asarray((np.datetime64(until, "D") - begins).astype(np.float64))


def _as_days(snapshot_date: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
    """Return dates as whole days."""
    return np.asarray(snapshot_date, dtype="datetime64[D]")


def _group_names(groups: npt.ArrayLike | None, n_rows: int) -> npt.NDArray[np.str_]:
    """Return the name of each row's group; row numbers when there are no groups.

    Raises
    ------
    ValueError
        If there are not as many names as rows.
    """
    names = np.arange(n_rows) if groups is None else np.asarray(groups)
    if names.shape != (n_rows,):
        message = f"groups have the shape {names.shape} where {(n_rows,)} is needed"
        raise ValueError(message)
    return names.astype(np.str_)


def _hashes(names: npt.NDArray[np.str_], seed: int) -> npt.NDArray[np.uint64]:
    """Return a number per name that depends on nothing but the name and the seed."""
    key = seed.to_bytes(8, "little")
    digests = b"".join(
        hashlib.blake2b(name.encode(), digest_size=8, key=key).digest() for name in names.tolist()
    )
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)
