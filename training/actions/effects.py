"""What an action changed: the difference between those who were treated and those whom lots held back.

Everybody counts in the arm that lots put them in, reached or not (intention to treat). The forecast from
before the start explains a part of the outcomes and narrows the range; it cannot bend the difference, since
lots know nothing of it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from training.actions.sequences import ALPHA, FEWEST, width_factor
from training.statistics import Bools, Estimate, Floats, mean, share

FEWEST_OF_EACH = 10
"""People of either arm with the rarer outcome taken together below which no range is told."""


@dataclass(frozen=True)
class Comparison:
    """Hold two arms side by side.

    Attributes
    ----------
    treated, held_back
        Level of each arm, with the ordinary range of one look.
    difference
        Treated minus held back, with the range that holds at every look.
    """

    treated: Estimate
    held_back: Estimate
    difference: Estimate

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {name: one.to_json() for name, one in vars(self).items()}


def compare_arms(
    outcome: Floats,
    is_treated: Bools,
    *,
    n_planned: int,
    forecast: Floats | None = None,
    is_share: bool = True,
    alpha: float = ALPHA,
) -> Comparison | None:
    """Compare the arms of an action.

    Parameters
    ----------
    outcome
        1 or 0, or an answer, of each person whose time is over; no NaN.
    is_treated
        The arm of each.
    n_planned
        People of both arms for whom the range is to be narrowest: set before the start and kept, since a
        range that is fitted to each look does not hold at all of them.
    forecast
        What was forecast of each before the start; None where nobody is scored singly.

    Returns
    -------
    Comparison or None
        None where there are too few people, or too few of one outcome, for any range.

    Notes
    -----
    The mean of ``a (y - m) / p - (1 - a) (y - m) / (1 - p)`` over all people is the difference, where
    ``m`` is a straight line through forecasts and outcomes of both arms: it is unbiased whatever ``m`` is
    (augmented inverse probability weighting with a known ``p``: Robins, Rotnitzky and Zhao 1994; in
    sequences: section 3 of Waudby-Smith et al. 2024).
    """
    n_people, n_treated = outcome.size, int(is_treated.sum())
    if n_people < FEWEST or min(n_treated, n_people - n_treated) < FEWEST_OF_EACH:
        return None
    if is_share and min(outcome.sum(), n_people - outcome.sum()) < FEWEST_OF_EACH:
        return None
    chance = n_treated / n_people
    rest = outcome - _explain(outcome, forecast)
    value = float(np.where(is_treated, rest / chance, -rest / (1.0 - chance)).mean())
    half = width_factor(n_people, n_planned, alpha) * _standard_error(rest, is_treated)
    return Comparison(
        treated=_level(outcome[is_treated], is_share=is_share),
        held_back=_level(outcome[~is_treated], is_share=is_share),
        difference=Estimate.around(value, value - half, value + half, n_people),
    )


def _standard_error(rest: Floats, is_treated: Bools) -> float:
    """Return the standard error of the difference of two arms: the larger of two.

    A small arm in which a rare outcome has not come yet seems to know its level exactly; the spread of both
    arms together says otherwise.
    """
    arms = (rest[is_treated], rest[~is_treated])
    apart = sum(arm.var(ddof=1) / arm.size for arm in arms)
    together = rest.var(ddof=1) * sum(1.0 / arm.size for arm in arms)
    return float(np.sqrt(max(apart, together)))


def _explain(outcome: Floats, forecast: Floats | None) -> Floats:
    """Return what a straight line makes of the forecasts; the mean where they say nothing."""
    level = np.full_like(outcome, outcome.mean())
    if forecast is None:
        return level
    known = np.where(np.isfinite(forecast), forecast, np.nan)
    filled = np.where(np.isnan(known), np.nanmean(known) if np.isfinite(known).any() else 0.0, known)
    centred = filled - filled.mean()
    spread = float(centred @ centred)
    return level if spread == 0.0 else level + centred * float(centred @ outcome) / spread


def _level(outcome: Floats, *, is_share: bool) -> Estimate:
    """Return the level of one arm."""
    return share(float(outcome.sum()), float(outcome.size)) if is_share else mean(outcome)
