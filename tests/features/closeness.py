"""How near a feature has to be to its definition: exact, or within the rounding of sums of floats."""

import math
from collections.abc import Sequence

import pyarrow as pa

from features.measures import Measure
from tests.features.naive import DAY, Value, View, read, timed_values

SUMMED = frozenset({"sum", "mean", "std", "slope", "delta"})
_ROUNDING = 1e-9


def allowance(view: View, measure: Measure) -> float:
    """Return the greatest error that a feature may have at one row.

    Sums may be off by 1e-9 of the sum of absolute values, whatever cancels; means and deviations by 1e-9 of
    the greatest value. Shares, ratios and slopes of counts are made of whole numbers. A number of different
    values is estimated: one, or a tenth.
    """
    function = str(measure.function)
    if function == "distinct":
        return max(1.0, 0.1 * float(read(view, measure) or 0))
    if function in {"share", "ratio", "count_slope"}:
        return 1e-12 * (1 + float(abs(view.window(measure.long_days or measure.window_days).sum())))
    if function not in SUMMED:
        return 0.0
    if function == "slope":
        return _allowance_of_slope(view, measure)
    days = (measure.window_days or 0) * (2 if function == "delta" else 1)
    sizes = [abs(value) for value in view.values(measure, days)]
    return _ROUNDING * (math.fsum(sizes) if function == "sum" else max(sizes, default=0.0))


def _allowance_of_slope(view: View, measure: Measure) -> float:
    """Return the allowance of a line: times that lie close together, seen from afar, lose digits."""
    points = timed_values(view, measure)
    if not points:
        return 0.0
    month = 30 * DAY
    spread = max((max(x for x, _ in points) - min(x for x, _ in points)) / month, 1 / month)
    distance = max(abs(view.midnight - x) for x, _ in points) / month
    return max(abs(y) for _, y in points) / spread * (_ROUNDING + 1e-12 * distance / spread)


def assert_near(found: Value, expected: Value, allowed: float, told: str) -> None:
    """Demand that a value is what it should be; missing is only near missing, a text only near itself."""
    if isinstance(found, float) and isinstance(expected, (int, float)):
        assert abs(found - expected) <= allowed, f"{told}: {found!r} is not {expected!r} +- {allowed!r}"
    else:
        assert found == expected, f"{told}: {found!r} is not {expected!r}"


def assert_naive(found: pa.Table, views: Sequence[View], measures: Sequence[Measure]) -> None:
    """Demand that every feature of every row is the one of its definition."""
    assert found.column_names == [measure.name for measure in measures]
    assert found.num_rows == len(views)
    for measure in measures:
        for place, value in enumerate(found.column(measure.name).to_pylist()):
            view = views[place]
            told = f"{measure.name} of row {place}"
            assert_near(value, read(view, measure), allowance(view, measure), told)


def assert_same_features(
    found: pa.Table, before: pa.Table, views: Sequence[View], measures: Sequence[Measure]
) -> None:
    """Demand equal features of two foldings: sums within their rounding, all else to the last bit."""
    for measure in measures:
        pairs = zip(
            found.column(measure.name).to_pylist(), before.column(measure.name).to_pylist(), strict=True
        )
        for view, (value, expected) in zip(views, pairs, strict=True):
            allowed = allowance(view, measure) if measure.function in SUMMED else 0.0
            assert_near(value, expected, allowed, measure.name)
