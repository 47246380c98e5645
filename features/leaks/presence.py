"""Features that exist only where there is something to learn from."""

from collections.abc import Mapping

import numpy as np

from features.leaks.evidence import Values
from features.leaks.finding import Finding

_ENOUGH_ROWS = 50
_THERE = 0.2
_NOWHERE = 0.01


def find_training_only(taught: Mapping[str, Values], scored: Mapping[str, Values]) -> list[Finding]:
    """Return a warning for every feature that rows with a label have and rows to be scored lack.

    Parameters
    ----------
    taught
        Features of the rows that teach.
    scored
        The same features of the rows that are to be scored: those of the newest snapshot, or those that wait
        for their label. Fewer than fifty say nothing.

    Examples
    --------
    >>> taught, scored = {"refund": np.ones(100)}, {"refund": np.full(60, np.nan)}
    >>> [found.kind for found in find_training_only(taught, scored)]
    ['training_only']
    """
    found = []
    for name, values in scored.items():
        if len(values) < _ENOUGH_ROWS or not len(taught[name]):
            continue
        share, left = _share(taught[name]), _share(values)
        if share >= _THERE and left <= _NOWHERE:
            evidence = (
                f"{share:.0%} of the rows that teach have a value, and {left:.0%} of the {len(values):,} "
                "rows to be scored"
            )
            remedy = "leave it out: no forecast can use it; ask whether it is filled in after the outcome"
            found.append(Finding(name, "training_only", "warning", evidence, remedy))
    return found


def _share(values: Values) -> float:
    """Return the share of values that are there."""
    if values.dtype == np.float64:
        return float(1 - np.isnan(values.astype(np.float64)).mean())
    return float(np.mean([value is not None for value in values]))
