"""Numbers in sentences: estimates with ranges, shares, p-values."""

import math
from typing import Any

from training.statistics import Estimate
from training.statistics.testing import Tested

HIDDEN = "hidden"
_BOUND = 0.1


def write_estimate(estimate: Estimate, digits: int = 2) -> str:
    """Return an estimate with its range.

    Examples
    --------
    >>> write_estimate(Estimate(-0.314, -0.4, -0.228, 300))
    '-0.31 (likely -0.40 to -0.23)'
    """
    value, low, high = (_plain(number, digits) for number in (estimate.value, estimate.low, estimate.high))
    return f"{value} (likely {low} to {high})"


def write_share(share: float, *, is_bounded: bool = False) -> str:
    """Return a share in percent; where people are protected, shares near 0 and 1 are told as bounds.

    Examples
    --------
    >>> write_share(0.256), write_share(0.02, is_bounded=True), write_share(1.0, is_bounded=True)
    ('25.6 %', 'under 10 %', 'over 90 %')
    """
    if is_bounded and share < _BOUND:
        return "under 10 %"
    if is_bounded and share > 1 - _BOUND:
        return "over 90 %"
    return f"{100 * share:.1f} %"


def write_size(tested: Tested) -> str:
    """Return the size of an effect with its range; shares of variance are small and get a digit more."""
    return write_estimate(tested.effect.estimate, 3 if tested.effect.scale == "explained" else 2)


def plain_estimate(estimate: Estimate, *, is_bounded: bool = False) -> dict[str, Any]:
    """Return an estimate as plain values; an unlimited end is null, a share that is told as a bound has none.

    Examples
    --------
    >>> plain_estimate(Estimate(0.02, 0.0, 0.1, 40), is_bounded=True)
    {'bound': 'under 10 %', 'n': 40}
    """
    if is_bounded and not _BOUND <= estimate.value <= 1 - _BOUND:
        return {"bound": write_share(estimate.value, is_bounded=True), "n": estimate.n}
    return {
        key: None if value is None or not math.isfinite(value) else value
        for key, value in estimate.to_json().items()
    }


def clip_share(estimate: Estimate) -> Estimate:
    """Return a share for a figure in which shares near 0 and 1 are bounds."""
    value, low, high = (
        min(max(end, _BOUND), 1 - _BOUND) for end in (estimate.value, estimate.low, estimate.high)
    )
    return Estimate(value, low, high, estimate.n)


def write_p(p_value: float) -> str:
    """Return a p-value.

    Examples
    --------
    >>> write_p(0.0004), write_p(0.0312), write_p(1.0)
    ('< 0.001', '0.031', '1.000')
    """
    if math.isnan(p_value):
        return "none"
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def write_adjusted(p_value: float) -> str:
    """Return an adjusted p-value as it stands in a sentence.

    Examples
    --------
    >>> write_adjusted(0.0004), write_adjusted(0.0312)
    ('adjusted p < 0.001', 'adjusted p = 0.031')
    """
    word = write_p(p_value)
    return f"adjusted p {word}" if word.startswith("<") else f"adjusted p = {word}"


def write_effect(tested: Tested, p_adjusted: float) -> str:
    """Return effect, range, rows and adjusted p as they stand in brackets behind a sentence."""
    size = f"{tested.effect.name} {write_size(tested)}"
    return f"{tested.effect.word} effect: {size}, {tested.n:,} rows, {write_adjusted(p_adjusted)}"


def _plain(value: float, digits: int) -> str:
    """Return a number without a minus before a zero."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text
