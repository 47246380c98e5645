"""From the values of a protected attribute to groups that one can compare."""

import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Groups = NDArray[np.object_]

MOST_VALUES = 6
MOST_GROUPS = 12
N_BANDS = 4
_YEARS = (1900, 2100)


def name_groups(column: pa.ChunkedArray) -> Groups:
    """Return the group of each row; None where the attribute is not known.

    Texts are groups as they stand, the 12 most frequent ones; people with a rarer value count as members of
    no shown group. Years become decades, other numbers with more than six values four bands of about equal
    size whose ends are rounded, so that no band tells anybody's value.

    Parameters
    ----------
    column
        Texts or numbers, null where not known.

    Examples
    --------
    >>> years = pa.chunked_array([[1984.0, None, 1999.0, 1956.0, 1962.0, 1971.0, 1980.0, 1991.0]])
    >>> name_groups(years).tolist()[:3]
    ['1980–1989', None, '1990–1999']
    """
    values = column.to_pylist()
    if not pa.types.is_floating(column.type) and not pa.types.is_integer(column.type):
        return _most_frequent([None if value is None else str(value) for value in values])
    numbers = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
    known = numbers[np.isfinite(numbers)]
    if len(np.unique(known)) <= MOST_VALUES:
        return _name(numbers, lambda number: f"{number:g}")
    if np.all(known == np.trunc(known)) and known.min() >= _YEARS[0] and known.max() < _YEARS[1]:
        return _name(numbers, _decade)
    ends = _round_ends(known)
    return _name(numbers, lambda number: _band(number, ends))


def _most_frequent(texts: Sequence[str | None]) -> Groups:
    """Return texts, or None for those beyond the most frequent ones."""
    counts = Counter(text for text in texts if text is not None)
    kept = sorted(counts, key=lambda text: (-counts[text], text))[:MOST_GROUPS]
    return np.array([text if text in kept else None for text in texts], dtype=object)


def _name(numbers: NDArray[np.float64], name: Callable[[float], str]) -> Groups:
    """Return the name of each number's group."""
    return np.array(
        [name(float(number)) if np.isfinite(number) else None for number in numbers], dtype=object
    )


def _decade(year: float) -> str:
    """Return the ten years that a year belongs to."""
    start = int(year) // 10 * 10
    return f"{start}–{start + 9}"


def _round_ends(known: NDArray[np.float64]) -> list[float]:
    """Return the inner ends of bands of about equal size, to two digits that count."""
    quantiles = np.quantile(known, np.linspace(0, 1, N_BANDS + 1)[1:-1])
    return sorted({float(f"{end:.2g}") for end in quantiles})


def _band(number: float, ends: Sequence[float]) -> str:
    """Return the band of a number, open at both sides: the extremes are somebody's own values."""
    place = int(np.searchsorted(ends, number, side="right"))
    if place == 0:
        return f"< {ends[0]:g}"
    return f"≥ {ends[-1]:g}" if place == len(ends) else f"{ends[place - 1]:g} – < {ends[place]:g}"
