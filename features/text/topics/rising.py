"""Groups of words that rise: the scan of one table of verbatims, and how often chance does as well."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special
from scipy.sparse.csgraph import connected_components

from features.text.topics.novelty import Unknown

WINDOWS = (1, 2)
"""How many of the newest waves are set against those before."""

_LEAST_COUNT = 3
_CANDIDATE = 0.02
_GROWTH = 2.0
_ABOVE_ANY = 1.5
_TOGETHER = 0.25
_MOST_SERVED = 0.6

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rise:
    """Hold a group of stems (columns of the table) that rises, and how unlikely that is (natural logarithm)."""

    columns: tuple[int, ...]
    surprise: float


def scan(table: Unknown, wave: Ints, n_waves: int) -> list[Rise]:
    """Return the groups of stems that rise in the newest waves, most surprising first.

    Parameters
    ----------
    table
        Verbatims by stems.
    wave
        The wave of each verbatim: the true one, or one dealt out by chance.
    n_waves
        Number of waves.
    """
    if not table.stems or not wave.size:
        return []
    of_wave = sparse.csr_array((np.ones(wave.size), (wave, np.arange(wave.size))), shape=(n_waves, wave.size))
    counts = (of_wave @ table.presence).toarray()
    sizes = np.bincount(wave, minlength=n_waves).astype(np.float64)
    found: dict[tuple[int, ...], Rise] = {}
    for window in WINDOWS:
        if window < n_waves:
            for rise in _scan_window(table, wave, counts, sizes, n_waves - window):
                if rise.columns not in found or found[rise.columns].surprise < rise.surprise:
                    found[rise.columns] = rise
    return sorted(found.values(), key=lambda rise: (-rise.surprise, rise.columns))


def _scan_window(
    table: Unknown, wave: Ints, counts: NDArray[np.float64], sizes: NDArray[np.float64], begins: int
) -> list[Rise]:
    """Return the groups that rise from one wave on."""
    surprise = _surprise(counts, sizes, begins)
    candidates = np.flatnonzero(surprise > -np.log(_CANDIDATE))
    if candidates.size == 0:
        return []
    newest = table.presence[np.flatnonzero(wave >= begins)][:, candidates]
    together = (newest.T @ newest).toarray()
    found_in = np.diagonal(together)
    is_linked = together >= np.maximum(2.0, _TOGETHER * np.minimum(found_in[:, None], found_in))
    n_groups, group = connected_components(sparse.csr_array(is_linked), directed=False)
    member = sparse.csr_array((np.ones(candidates.size), (np.arange(candidates.size), group)), shape=(candidates.size, n_groups))
    has = sparse.csr_array(table.presence[:, candidates] @ member)
    has.data[:] = 1.0
    of_wave = sparse.csr_array((np.ones(wave.size), (wave, np.arange(wave.size))), shape=(sizes.size, wave.size))
    surprises = _surprise((of_wave @ has).toarray(), sizes, begins)
    is_new = wave >= begins
    n_with = np.asarray(has[np.flatnonzero(is_new)].sum(axis=0)).ravel()
    n_served = np.asarray(has[np.flatnonzero(is_new & table.is_served)].sum(axis=0)).ravel()
    return [
        Rise(tuple(candidates[group == place].tolist()), float(surprises[place]))
        for place in range(n_groups)
        if surprises[place] > 0 and n_served[place] <= _MOST_SERVED * n_with[place]
    ]


def _surprise(counts: NDArray[np.float64], sizes: NDArray[np.float64], begins: int) -> NDArray[np.float64]:
    """Return minus the logarithm of the binomial tail of each column; 0 where nothing rises.

    What rises has three verbatims at least in the newest waves, twice the share of the waves before, and is
    above the best of those, so that what comes back every year is not new.
    """
    new, old = counts[begins:].sum(axis=0), counts[:begins].sum(axis=0)
    n_new, n_old = float(sizes[begins:].sum()), float(sizes[:begins].sum())
    shares = counts[:begins] / np.maximum(sizes[:begins], 1.0)[:, None]
    best = np.argmax(shares, axis=0)
    most, n_most = counts[best, np.arange(counts.shape[1])], sizes[best]
    safe = np.maximum(new, 1.0)
    grows = (new * n_old >= _GROWTH * old * n_new) & (new * n_most >= _ABOVE_ANY * most * n_new)
    rises = (new >= _LEAST_COUNT) & grows
    tail = special.betainc(safe, old + 1.0, n_new / max(n_new + n_old, 1.0))
    return np.where(rises, -np.log(np.maximum(tail, 1e-300)), 0.0)


def measure_chance(
    tables: Sequence[Unknown], n_waves: int, n_rounds: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Return the largest surprise of each of many rounds in which the waves are dealt out by chance."""
    largest = np.zeros(n_rounds)
    for place in range(n_rounds):
        for table in tables:
            rises = scan(table, random.permutation(table.wave), n_waves)
            largest[place] = max([largest[place], *(rise.surprise for rise in rises)])
    return largest
