"""Which checks of a batch are alerts: all of them are one family, so that many checks do not cry wolf."""

from collections.abc import Sequence
from dataclasses import replace

from training.monitoring.record import Check
from training.statistics.families import holm

FAMILY_LEVEL = 0.02
"""In how many batches one alert may be wrong while nothing has changed: all checks of a batch together."""


def decide(checks: Sequence[Check], level: float = FAMILY_LEVEL) -> tuple[Check, ...]:
    """Return the checks with their states: alerts are what falls if one family of all p-values is tested.

    Parameters
    ----------
    checks
        All checks of a batch. One without a p-value was not tested: it keeps its state and is no member of
        the family.
    level
        In how many batches one alert may be wrong while nothing has changed (Holm 1979).

    Returns
    -------
    tuple of Check
        In the order in which they came.

    Examples
    --------
    >>> found = Check("score", "90d", {}, None, None, None, 0.015, "alert", {})
    >>> [one.state for one in decide([found, found])], decide([found])[0].state
    (['no clear change', 'no clear change'], 'alert')
    """
    tested = [float("nan") if check.p_value is None else check.p_value for check in checks]
    return tuple(
        check if check.p_value is None else replace(check, state="alert" if falls else "no clear change")
        for check, falls in zip(checks, holm(tested, level).tolist(), strict=True)
    )
