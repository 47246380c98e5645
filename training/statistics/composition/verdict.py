"""Whether a change may be shown as one of minds: the rule of the arrow."""

from dataclasses import dataclass
from typing import Final, Literal

from scipy import stats

from training.statistics.estimate import LEVEL

Verdict = Literal[
    "rise_confirmed",
    "rise_from_composition",
    "rise_too_few_repeats",
    "rise_without_earlier",
    "fall_confirmed",
    "fall_from_composition",
    "fall_too_few_repeats",
    "fall_without_earlier",
    "no_clear_change",
]
"""What may be said of a change.

- ``*_confirmed``: the total and the corrected part within people both go clearly that way.
- ``*_from_composition``: the total does, within people it is not clear, and the rest goes clearly that way:
  who left, who joined, who answers.
- ``*_too_few_repeats``: neither is clear.
- ``*_without_earlier``: no wave before, so that changed minds cannot be told from return to the usual level.

A fall that is not confirmed is a fall all the same and no reassurance: those who fell silent are not heard.
"""

Z: Final = float(stats.norm.ppf((1 + LEVEL) / 2))
MIN_REPEATS: Final = 10
"""With fewer people who answered all three waves nothing is confirmed: their spread is a guess."""


@dataclass(frozen=True)
class ClearParts:
    """Hold a change and its two portions, each with its standard error.

    Parameters
    ----------
    total, within, rest
        The change, its corrected part within people, and what is left.
    total_error, within_error, rest_error
        Their standard errors.
    """

    total: float
    total_error: float
    within: float
    within_error: float
    rest: float
    rest_error: float


def judge(change: ClearParts, *, margin: float, has_earlier: bool, is_enough: bool) -> Verdict:
    """Return what may be said of a change.

    Parameters
    ----------
    change
        Its portions; those of the corrected part are not read unless ``is_enough``.
    margin
        How far beyond 0 the corrected part must be at least, in points.
    has_earlier, is_enough
        Whether anybody answered the wave before, and whether enough people answered all three.

    Examples
    --------
    >>> change = ClearParts(0.5, 0.1, within=0.1, within_error=0.1, rest=0.4, rest_error=0.1)
    >>> judge(change, margin=0.0, has_earlier=True, is_enough=True)
    'rise_from_composition'
    """
    if abs(change.total) <= Z * change.total_error:
        return "no_clear_change"
    is_rise = change.total > 0
    if not has_earlier:
        return "rise_without_earlier" if is_rise else "fall_without_earlier"
    sign = 1.0 if is_rise else -1.0
    if is_enough and sign * change.within - Z * change.within_error > margin:
        return "rise_confirmed" if is_rise else "fall_confirmed"
    if is_enough and sign * change.rest - Z * change.rest_error > 0:
        return "rise_from_composition" if is_rise else "fall_from_composition"
    return "rise_too_few_repeats" if is_rise else "fall_too_few_repeats"
