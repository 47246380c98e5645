"""Which colour a group gets: its place on the ramp from the best to the worst."""

from collections.abc import Sequence

STEPS = 5


def place_on_ramp(away: Sequence[float], least: float, *, is_bad: bool) -> list[int]:
    """Return places on the ramp: 1 for the best to 5 for the worst, 3 for the average.

    Parameters
    ----------
    away
        How far each group lies from the average.
    least
        The ends of the ramp are at least this far from the average: a ramp over less would make chance look
        like much.
    is_bad
        Whether more is worse.

    Examples
    --------
    >>> place_on_ramp([-0.2, 0.0, 0.2], 0.1, is_bad=True), place_on_ramp([-0.01, 0.01], 0.1, is_bad=True)
    ([1, 3, 5], [3, 3])
    """
    scale = max((abs(one) for one in (*away, least)), default=0.0) or 1.0
    sign = 1 if is_bad else -1
    return [(STEPS + 1) // 2 + round(sign * one / scale * (STEPS // 2)) for one in away]
