"""Cut time at every snapshot and every window edge: what lies between two cuts is a pane."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int32]


@dataclass(frozen=True)
class Grid:
    """Hold the snapshots and windows of a feature table, and where each day falls.

    Pane ``p`` holds the days ``[cuts[p - 1], cuts[p])``; pane 0 holds every day before the first cut. No
    event at or after the last snapshot is ever seen, so the last cut is the last snapshot.

    Attributes
    ----------
    snapshots
        Snapshot days since 1970-01-01, ascending; shape (K,).
    windows
        Window lengths in days, ascending; shape (N,).
    cuts
        All cuts, ascending; shape (P,).
    natural
        First snapshot that may see an event of each pane that was known at once; shape (P,).
    newest
        For each snapshot the pane that ends at it; shape (K,).
    edges, far_edges
        For each snapshot and window the newest pane that lies outside the window, and outside the window and
        the one of the same length before it; shape (K, N).
    pane_of
        Pane of each day from the first cut to the last; days before belong to pane 0.
    snapshot_of
        First snapshot at or after each day from the first snapshot to the last.
    """

    snapshots: Days
    windows: Days
    cuts: Days
    natural: Days
    newest: Days
    edges: Days
    far_edges: Days
    pane_of: Days
    snapshot_of: Days

    @classmethod
    def cut(cls, snapshots: Iterable[int], windows: Iterable[int], compared: Iterable[int] = ()) -> "Grid":
        """Cut time for snapshots and windows, all in days.

        Parameters
        ----------
        snapshots
            At least one snapshot day.
        windows
            Window lengths; the snapshot sees ``[snapshot - window, snapshot)``.
        compared
            Those windows that are compared with the window of the same length before them.

        Examples
        --------
        >>> grid = Grid.cut([100, 130], [30])
        >>> grid.cuts.tolist(), grid.edges.tolist()
        ([70, 100, 130], [[0], [1]])
        """
        days = np.unique(np.fromiter(snapshots, np.int32))
        lengths = np.unique(np.fromiter(windows, np.int32))
        reach = [0, *lengths.tolist(), *(2 * length for length in compared)]
        cuts = np.unique(np.concatenate([days - length for length in reach])).astype(np.int32)
        edges = np.searchsorted(cuts, days[:, None] - lengths[None, :])
        far_edges = np.searchsorted(cuts, days[:, None] - 2 * lengths[None, :])
        return cls(
            snapshots=days,
            windows=lengths,
            cuts=cuts,
            natural=np.searchsorted(days, cuts).astype(np.int32),
            newest=np.searchsorted(cuts, days).astype(np.int32),
            edges=edges.astype(np.int32),
            far_edges=far_edges.astype(np.int32),
            pane_of=np.searchsorted(cuts, np.arange(cuts[0], cuts[-1] + 1), side="right").astype(np.int32),
            snapshot_of=np.searchsorted(days, np.arange(days[0], days[-1] + 1)).astype(np.int32),
        )
