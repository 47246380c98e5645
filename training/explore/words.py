"""Numbers in sentences: estimates with ranges, shares, p-values."""

import math

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
    return f"{_plain(estimate.value, digits)} (likely {_plain(estimate.low, digits)} to {_plain(estimate.high, digits)})"


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


def write_effect(tested: Tested, p_adjusted: float) -> str:
    """Return effect, range, rows and adjusted p as they stand in brackets behind a sentence."""
    size = f"{tested.effect.name} {write_estimate(tested.effect.estimate)}"
    p_word = write_p(p_adjusted)
    sign = p_word if p_word.startswith("<") else f"= {p_word}"
    return f"{tested.effect.word} effect: {size}, {tested.n:,} rows, adjusted p {sign}"


def _plain(value: float, digits: int) -> str:
    """Return a number without a minus before a zero."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text
