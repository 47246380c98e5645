"""The naive reading of what may be shown of anonymous answers: sets of answers, compared one by one."""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime


def release_naively(
    snapshots: Sequence[datetime],
    windows: Sequence[int],
    choose: Callable[[datetime, int], frozenset[Hashable]],
    minimum: int,
) -> dict[tuple[datetime, int], datetime | None]:
    """Return for each snapshot and window the snapshot whose value is shown, or None."""
    shown: list[frozenset[Hashable]] = []
    last: dict[int, tuple[datetime, frozenset[Hashable]]] = {}
    found: dict[tuple[datetime, int], datetime | None] = {}
    for snapshot in snapshots:
        for window in sorted(windows):
            chosen = choose(snapshot, window)
            found[snapshot, window] = None
            if len(chosen) < minimum:
                continue
            if not any(0 < len(chosen ^ other) < minimum for other in shown):
                shown.append(chosen)
                last[window] = (snapshot, chosen)
                found[snapshot, window] = snapshot
            elif window in last and len(chosen ^ last[window][1]) < minimum:
                found[snapshot, window] = last[window][0]
    return found
