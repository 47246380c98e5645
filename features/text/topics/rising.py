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
_GROWTH = 4.0
_ABOVE_BEST = 3.0
_TOGETHER = 0.25
_LEAST_UNSERVED = 0.4

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rise:
    """Hold a group of stems (columns) that rises; surprise is minus the logarithm of its probability."""

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
    deal = _Deal(table, wave, n_waves)
    found: dict[tuple[int, ...], Rise] = {}
    for window in WINDOWS:
        if window < n_waves:
            for rise in _scan_window(deal, n_waves - window):
                if rise.columns not in found or found[rise.columns].surprise < rise.surprise:
                    found[rise.columns] = rise
    return sorted(found.values(), key=lambda rise: (-rise.surprise, rise.columns))


class _Deal:
    """Verbatims dealt out to waves, and the counts that follow from it."""

    def __init__(self, table: Unknown, wave: Ints, n_waves: int) -> None:
        self.presence = table.presence
        self.wave = wave
        self.sizes = np.bincount(wave, minlength=n_waves).astype(np.float64)
        places = (wave, np.arange(wave.size))
        shape = (n_waves, wave.size)
        self._all = sparse.csr_array((np.ones(wave.size), places), shape=shape)
        self._unserved = sparse.csr_array((np.where(table.is_served, 0.0, 1.0), places), shape=shape)

    def measure(self, has: sparse.csr_array, begins: int) -> Floats:
        """Return the surprise of each column of a table of verbatims; 0 where it does not rise.

        A rise is one without the verbatims that have a topic as well, or it would be a topic's own.
        """
        counts, unserved = (self._all @ has).toarray(), (self._unserved @ has).toarray()
        is_apart = unserved[begins:].sum(axis=0) >= _LEAST_UNSERVED * counts[begins:].sum(axis=0)
        rises = is_apart & _rises(counts, self.sizes, begins) & _rises(unserved, self.sizes, begins)
        new, old = counts[begins:].sum(axis=0), counts[:begins].sum(axis=0)
        share = self.sizes[begins:].sum() / max(self.sizes.sum(), 1.0)
        tail = special.betainc(np.maximum(new, 1.0), old + 1.0, share)
        return np.where(rises, -np.log(np.maximum(tail, 1e-300)), 0.0)


def _rises(counts: Floats, sizes: Floats, begins: int) -> NDArray[np.bool_]:
    """Tell which columns rise from one wave on.

    What rises has three verbatims at least, four times the share of the waves before, and three times the
    share of the best of those, so that what comes back every year is not new.
    """
    new, old = counts[begins:].sum(axis=0), counts[:begins].sum(axis=0)
    n_new, n_old = float(sizes[begins:].sum()), float(sizes[:begins].sum())
    best = (counts[:begins] / np.maximum(sizes[:begins], 1.0)[:, None]).max(axis=0)
    is_many = (new >= _LEAST_COUNT) & (new * n_old >= _GROWTH * old * n_new)
    return np.asarray(is_many & (new >= _ABOVE_BEST * best * n_new))


def _scan_window(deal: _Deal, begins: int) -> list[Rise]:
    """Return the groups that rise from one wave on."""
    candidates = np.flatnonzero(deal.measure(deal.presence, begins) > -np.log(_CANDIDATE))
    if candidates.size == 0:
        return []
    newest = deal.presence[np.flatnonzero(deal.wave >= begins)][:, candidates]
    together = (newest.T @ newest).toarray()
    found_in = np.diagonal(together)
    is_linked = together >= np.maximum(2.0, _TOGETHER * np.minimum(found_in[:, None], found_in))
    n_groups, group = connected_components(sparse.csr_array(is_linked), directed=False)
    places = (np.arange(candidates.size), group)
    member = sparse.csr_array((np.ones(candidates.size), places), shape=(candidates.size, n_groups))
    has = sparse.csr_array(deal.presence[:, candidates] @ member)
    has.data[:] = 1.0
    surprises = deal.measure(has, begins).tolist()
    columns = [tuple(candidates[group == place].tolist()) for place in range(n_groups)]
    return [Rise(each, surprise) for each, surprise in zip(columns, surprises, strict=True) if surprise > 0]


def measure_chance(
    tables: Sequence[Unknown], n_waves: int, n_rounds: int, random: np.random.Generator
) -> Floats:
    """Return the largest surprise of each of many rounds in which the waves are dealt out by chance."""
    largest = np.zeros(n_rounds)
    for place in range(n_rounds):
        for table in tables:
            rises = scan(table, random.permutation(table.wave), n_waves)
            largest[place] = max([largest[place], *(rise.surprise for rise in rises)])
    return largest
