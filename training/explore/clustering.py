"""Groups of rows that are alike in several columns at once; "no clear clusters" is an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from features.errors import InputError
from training.explore.design import Design, make_design
from training.explore.exploration import Exploration, Grid, Sheet
from training.explore.partitions import MOST_CLUSTERS, Partition, choose_partition
from training.explore.table import Table, TableColumn
from training.explore.words import write_share
from training.statistics import Floats, mean, share

FEWEST_ROWS: Final = 100
_DIFFERENT: Final = 0.3  # standard deviations from the mean of all, from which a cluster is told to differ


@dataclass(frozen=True)
class Profile:
    """Hold what a cluster looks like.

    Attributes
    ----------
    n
        Rows.
    means
        ``[p]`` mean of each term in standard deviations from the mean of all rows.
    """

    n: int
    means: Floats


def cluster(
    table: Table, columns: Sequence[str] = (), seed: int = 0, most: int = MOST_CLUSTERS
) -> Exploration:
    """Look for clusters of rows, and say so where there are none.

    The number is that of the clearest partition (silhouette) among those that come again in other samples of
    rows (adjusted Rand index), if it is clearer than what data without clusters give: tables drawn with the
    same distribution of each column and the same correlations.

    Parameters
    ----------
    table
        The rows; those with all columns are used.
    columns
        Numbers, ratings, dates, yes-no columns and categories; all when empty.
    seed
        Where the random numbers start.
    most
        The largest number of clusters that is tried.

    Raises
    ------
    InputError
        If fewer than two columns or too few rows are left.
    """
    chosen, left = table.usable(columns)
    chosen = [column for column in chosen if column.kind != "date"]
    if len(chosen) < 2:
        problem = f"leaves {len(chosen)} columns to be alike in"
        raise InputError(
            f"{table.name}: --columns", problem, "name two or more numbers, ratings or categories"
        )
    design = make_design(table, chosen, np.ones(table.n_rows, dtype=np.bool_))
    n = design.matrix.shape[0]
    if n < FEWEST_ROWS or len(design.terms) < 2:
        problem = f"has {n:,} rows with all columns and {len(design.terms)} that vary"
        problem += f"; {FEWEST_ROWS} rows and two columns are needed"
        raise InputError(
            f"{table.name}: --columns", problem, "name fewer columns, or columns with fewer missing values"
        )
    spread = design.matrix.std(axis=0)
    scaled = (design.matrix - design.matrix.mean(axis=0)) / spread
    found = choose_partition(scaled, seed, most)
    remarks = [
        *table.remarks,
        f"{n:,} of {table.n_rows:,} rows have all columns; all of them are used.",
        *design.remarks,
        *left,
    ]
    remarks.append(found.because)
    if found.labels is None or np.bincount(found.labels).min() < table.minimum_group:
        return Exploration(
            "cluster",
            (_make_trials(found),),
            (_refuse(found, chosen),),
            tuple(remarks),
            {"n_clusters": 0, **_plain_trials(found)},
        )
    profiles = [
        Profile(int((found.labels == at).sum()), scaled[found.labels == at].mean(axis=0))
        for at in range(found.n_clusters)
    ]
    return Exploration(
        "cluster",
        (_make_profiles(table, design, chosen, found), _make_trials(found)),
        tuple(_tell(design, profiles, found)),
        tuple(remarks),
        {
            "n_clusters": found.n_clusters,
            "clusters": [
                {"n": p.n, "profile": {t.label: float(v) for t, v in zip(design.terms, p.means, strict=True)}}
                for p in profiles
            ],
            **_plain_trials(found),
        },
        _draw(design, profiles),
    )


def _refuse(found: Partition, chosen: Sequence[TableColumn]) -> str:
    """Return the sentence that there are no clear clusters."""
    names = ", ".join(f"'{column.name}'" for column in chosen[:6]) + (
        " and others" if len(chosen) > 6 else ""
    )
    reason = "one would be too small to be shown" if found.labels is not None else found.reason
    return f"There are no clear clusters of rows in {names}: {reason}."


def _tell(design: Design, profiles: Sequence[Profile], found: Partition) -> list[str]:
    """Return how many clusters there are, and what is different about each."""
    total = sum(profile.n for profile in profiles)
    trial = next(trial for trial in found.trials if trial.n_clusters == found.n_clusters)
    clarity = f"silhouette {trial.silhouette:.2f} against {trial.without_structure:.2f} without clusters"
    again = f"come again in other samples of rows (adjusted Rand index {trial.stability:.2f})"
    told = [f"{len(profiles)} clusters of rows are clearer than chance ({clarity}) and {again}."]
    for number, profile in enumerate(profiles, start=1):
        order = np.argsort(-np.abs(profile.means), kind="stable")
        parts = [
            f"'{design.terms[at].label}' is {_write_distance(float(profile.means[at]))}"
            for at in order[:3]
            if abs(profile.means[at]) >= _DIFFERENT
        ]
        what = "; ".join(parts) or "nothing stands out"
        told.append(f"Cluster {number} ({profile.n:,} rows, {write_share(profile.n / total)}): {what}.")
    return told


def _write_distance(value: float) -> str:
    """Return how far a mean is from that of all rows."""
    return f"{abs(value):.1f} standard deviations {'above' if value > 0 else 'below'} the mean"


def _make_profiles(table: Table, design: Design, chosen: Sequence[TableColumn], found: Partition) -> Sheet:
    """Return a line per term: its mean, or share, in each cluster and in all."""
    assert found.labels is not None  # there are clusters
    rows = []
    by_name = {column.name: column for column in chosen}
    for at, term in enumerate(design.terms):
        values = design.matrix[:, at]
        parts = [values[found.labels == place] for place in range(found.n_clusters)] + [values]
        if term.level:
            cells = [
                write_share(share(float(part.sum()), part.size).value, is_bounded=table.hides)
                for part in parts
            ]
        else:
            cells = [by_name[term.column].show(mean(part).value) for part in parts]
        rows.append((f"{term.column} = {term.level}" if term.level else term.column, *cells))
    sizes = [str(int((found.labels == place).sum())) for place in range(found.n_clusters)]
    header = ("mean or share", *(f"cluster {at + 1} ({size})" for at, size in enumerate(sizes)), "all")
    return Sheet("Profile of the clusters", header, tuple(rows))


def _make_trials(found: Partition) -> Sheet:
    """Return how clear and how stable each number of clusters is."""
    rows = [
        (
            str(trial.n_clusters),
            f"{trial.silhouette:.3f}",
            f"{trial.without_structure:.3f}",
            f"{trial.stability:.2f}",
        )
        for trial in found.trials
    ]
    header = ("clusters", "silhouette", "without structure", "stability")
    return Sheet("How clear each number of clusters is", header, tuple(rows))


def _plain_trials(found: Partition) -> dict[str, Any]:
    """Return plain values of what was tried."""
    return {
        "p_value": found.p_value,
        "trials": [
            {
                "n_clusters": trial.n_clusters,
                "silhouette": trial.silhouette,
                "without_structure": trial.without_structure,
                "stability": trial.stability,
            }
            for trial in found.trials
        ],
    }


def _draw(design: Design, profiles: Sequence[Profile]) -> Grid:
    """Return the profiles as a coloured grid."""
    values = np.array([profile.means for profile in profiles]).T
    texts = tuple(tuple(f"{value:+.1f}" for value in line) for line in values)
    columns = tuple(f"cluster {at + 1} ({profile.n:,})" for at, profile in enumerate(profiles))
    return Grid(
        "Clusters: standard deviations from the mean of all",
        tuple(t.label for t in design.terms),
        columns,
        values,
        texts,
    )
