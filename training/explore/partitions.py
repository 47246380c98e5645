"""How many clusters there are, if any: clarity against data without clusters, stability over samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import stats

from training.statistics import Floats, Ints

MOST_CLUSTERS: Final = 8
N_NULL: Final = 39  # with the data themselves 40 tables: the clearest two are the clearest 5 %
N_AGAIN: Final = 10
STABLE: Final = 0.8
_LEVEL: Final = 0.05
_MOST_NULL_ROWS: Final = 4_000
_N_STARTS: Final = 4


@dataclass(frozen=True)
class Trial:
    """Hold how clear and how stable a number of clusters is.

    Attributes
    ----------
    silhouette
        Mean of (b - a) / max(a, b), with the distances a to the own centre and b to the next one.
    without_structure
        The same in tables without clusters, on average.
    excess
        How far the first is above the second, in standard deviations of the second.
    stability
        Mean adjusted Rand index with partitions found in other samples of rows.
    """

    n_clusters: int
    silhouette: float
    without_structure: float
    excess: float
    stability: float


@dataclass(frozen=True)
class Partition:
    """Hold the clusters that were found, or why there are none.

    Attributes
    ----------
    labels
        ``[n]`` the cluster of each row, the largest first; None where there are no clear clusters.
    trials
        What was tried.
    p_value
        How often tables without clusters are as clear.
    reason
        Why there are no clusters; empty where there are.
    """

    labels: Ints | None
    trials: tuple[Trial, ...]
    p_value: float
    reason: str = ""

    @property
    def n_clusters(self) -> int:
        """Return the number of clusters."""
        return 0 if self.labels is None else int(self.labels.max()) + 1

    @property
    def stability(self) -> float:
        """Return the stability of the clusters that were found."""
        return next(
            (trial.stability for trial in self.trials if trial.n_clusters == self.n_clusters), float("nan")
        )

    @property
    def because(self) -> str:
        """Return what decided, with the measured values."""
        best = max(self.trials, key=lambda trial: trial.excess)
        against = f"{best.without_structure:.2f} in {N_NULL} tables without clusters"
        return (
            f"2 to {len(self.trials) + 1} clusters were tried. {best.n_clusters} stand out most: silhouette "
            f"{best.silhouette:.2f} against {against} but with the same distributions and correlations "
            f"(p = {self.p_value:.3f}); stability {best.stability:.2f}, of {STABLE:g} needed."
        )


def choose_partition(scaled: Floats, seed: int = 0, most: int = MOST_CLUSTERS) -> Partition:
    """Return the clearest stable partition of rows, if it is clearer than tables without clusters are.

    Parameters
    ----------
    scaled
        ``[n, p]`` standardised columns.
    seed
        Where the random numbers start.
    most
        The largest number of clusters that is tried.
    """
    random = np.random.default_rng(seed)
    counts = range(2, most + 1)
    fits = {count: _fit(scaled, count, seed) for count in counts}
    found = np.array([silhouette(scaled, fits[count]) for count in counts])
    null = np.array([_null_silhouettes(scaled, random, seed, counts) for _ in range(N_NULL)])
    centre, spread = null.mean(axis=0), np.maximum(null.std(axis=0, ddof=1), 1e-9)
    own = ((found - centre) / spread).max()
    # Each table without clusters is judged by the others and the data, as the data are by all of them.
    others = [_largest_excess(null, found, at) for at in range(N_NULL)]
    p_value = (1 + sum(other >= own for other in others)) / (N_NULL + 1)
    stability = {count: _stability(scaled, fits[count], random, seed) for count in counts}
    trials = tuple(
        Trial(
            count,
            float(found[at]),
            float(centre[at]),
            float((found[at] - centre[at]) / spread[at]),
            stability[count],
        )
        for at, count in enumerate(counts)
    )
    if p_value > _LEVEL:
        return Partition(
            None,
            trials,
            p_value,
            "tables without any clusters, but with the same distributions and correlations, are as clear",
        )
    stable = [trial for trial in trials if trial.stability >= STABLE and trial.excess > 0]
    if not stable:
        return Partition(None, trials, p_value, "no number of clusters comes again in other samples of rows")
    best = max(stable, key=lambda trial: trial.excess)
    return Partition(_largest_first(_nearest(scaled, fits[best.n_clusters])), trials, p_value)


def silhouette(scaled: Floats, centres: Floats) -> float:
    """Return the mean silhouette by distances to centres, which all rows can be asked for.

    Examples
    --------
    >>> rows = np.array([[0.0], [0.2], [4.0], [4.2]])
    >>> round(silhouette(rows, np.array([[0.1], [4.1]])), 3)
    0.975
    """
    distances = _distances(scaled, centres)
    nearest = np.sort(np.sqrt(distances), axis=1)[:, :2]
    return float(np.mean(1 - nearest[:, 0] / np.maximum(nearest[:, 1], 1e-12)))


def _fit(scaled: Floats, count: int, seed: int) -> Floats:
    """Return the centres of k-means."""
    from sklearn.cluster import KMeans

    model: Any = KMeans(count, n_init=_N_STARTS, random_state=seed, algorithm="lloyd").fit(scaled)
    centres: Floats = model.cluster_centers_
    return centres


def _distances(scaled: Floats, centres: Floats) -> Floats:
    """Return the squared distance of each row to each centre."""
    squared = (scaled**2).sum(axis=1)[:, None] - 2 * scaled @ centres.T + (centres**2).sum(axis=1)
    distances: Floats = np.maximum(squared, 0.0)
    return distances


def _nearest(scaled: Floats, centres: Floats) -> Ints:
    """Return the nearest centre of each row."""
    places: Ints = np.argmin(_distances(scaled, centres), axis=1).astype(np.int64)
    return places


def _null_silhouettes(
    scaled: Floats, random: np.random.Generator, seed: int, counts: Sequence[int]
) -> Floats:
    """Return the silhouettes of a table without clusters, for every number of them."""
    drawn = draw_without_clusters(scaled, min(len(scaled), _MOST_NULL_ROWS), random)
    return np.array([silhouette(drawn, _fit(drawn, count, seed)) for count in counts])


def draw_without_clusters(scaled: Floats, n: int, random: np.random.Generator) -> Floats:
    """Return rows with the distribution of each column and their correlations, but nothing else in common.

    A normal copula: normal scores with the correlations of the normal scores of the data, brought to the
    order of each column.
    """
    ranks = stats.rankdata(scaled, axis=0) / (len(scaled) + 1)
    scores = stats.norm.ppf(ranks)
    values, vectors = np.linalg.eigh(np.corrcoef(scores, rowvar=False))
    drawn = random.normal(size=(n, scaled.shape[1])) * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    places = np.minimum((stats.norm.cdf(drawn) * len(scaled)).astype(np.int64), len(scaled) - 1)
    drawn_rows: Floats = np.take_along_axis(np.sort(scaled, axis=0), places, axis=0)
    return drawn_rows


def _largest_excess(null: Floats, found: Floats, at: int) -> float:
    """Return how far a table without clusters is above the others and the data, at its clearest number."""
    others = np.vstack([np.delete(null, at, axis=0), found])
    return float(((null[at] - others.mean(axis=0)) / np.maximum(others.std(axis=0, ddof=1), 1e-9)).max())


def _stability(scaled: Floats, centres: Floats, random: np.random.Generator, seed: int) -> float:
    """Return the mean agreement with the partitions of other samples of rows."""
    from sklearn.metrics import adjusted_rand_score

    labels = _nearest(scaled, centres)
    agreement = []
    for again in range(N_AGAIN):
        rows = random.integers(0, len(scaled), len(scaled))
        other = _nearest(scaled, _fit(scaled[rows], len(centres), seed + again))
        agreement.append(float(adjusted_rand_score(labels, other)))
    return float(np.mean(agreement))


def _largest_first(labels: Ints) -> Ints:
    """Return the labels renumbered by size."""
    order = np.argsort(-np.bincount(labels), kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return np.asarray(place[labels], dtype=np.int64)
