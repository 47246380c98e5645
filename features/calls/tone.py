"""How the tone of the customer goes through a call: level, slope, end."""

import math
from collections.abc import Sequence
from typing import NamedTuple

_MINUTE_MS = 60_000
# One turn alone is often a plain "good-bye".
LAST_TURNS = 2


class Tone(NamedTuple):
    """Hold the course of the tone.

    Attributes
    ----------
    mean
        Over all turns of the customer whose tone is known.
    slope
        Least-squares line through tone and start of these turns, per minute; needs two different starts.
    end
        Mean of the last two of them.
    """

    mean: float | None = None
    slope: float | None = None
    end: float | None = None


def follow_tone(points: Sequence[tuple[int, float]]) -> Tone:
    """Return the course of the tone.

    Parameters
    ----------
    points
        Start in milliseconds and sentiment of each turn, in their order.

    Examples
    --------
    >>> follow_tone([(0, 1.0), (60_000, 0.0), (120_000, -1.0)])
    Tone(mean=0.0, slope=-1.0, end=-0.5)
    """
    if not points:
        return Tone()
    tones = [tone for _, tone in points]
    return Tone(_mean(tones), _find_slope(points), _mean(tones[-LAST_TURNS:]))


def _find_slope(points: Sequence[tuple[int, float]]) -> float | None:
    """Return the slope of the least-squares line per minute; None where all turns begin together."""
    n_points, total = len(points), sum(start for start, _ in points)
    # Whole numbers: distances from the mean, times the number of points, are exact.
    distances = [n_points * start - total for start, _ in points]
    spread = sum(distance * distance for distance in distances)
    if spread == 0:
        return None
    covariance = math.fsum(distance * tone for distance, (_, tone) in zip(distances, points, strict=True))
    return covariance * n_points / spread * _MINUTE_MS


def _mean(numbers: Sequence[float]) -> float:
    """Return the mean, rounded once."""
    return math.fsum(numbers) / len(numbers)
