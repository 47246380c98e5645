"""How a group differs from the largest one, and whether that is large enough to matter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.fairness.chance import p_value
from training.fairness.judged import JudgedRows
from training.fairness.rates import RATES
from training.statistics import Estimate, Floats, from_draws

FOUR_FIFTHS = 0.8
LARGEST_LEVEL_GAP = 0.05
LARGEST_AUC_GAP = 0.05
LARGEST_ANSWER_GAP = 0.2
# Mean forecast and outcome are not compared: groups may differ in what really happens to them.
COMPARED = (*RATES, "level_error", "auc")
Drawn = Mapping[str, Floats]


@dataclass(frozen=True)
class Difference:
    """Hold how a group differs from the largest one in one figure: group minus reference, and their ratio.

    Attributes
    ----------
    is_large
        Whether it would matter if it were more than chance.
    """

    attribute: str
    group: str
    figure: str
    difference: Estimate
    ratio: Estimate | None
    p_value: float
    is_large: bool

    def to_json(self) -> dict[str, Any]:
        """Return the estimates as plain values."""
        ratio = None if self.ratio is None else self.ratio.to_json()
        return {"difference": self.difference.to_json(), "ratio": ratio}


def compare(
    attribute: str, group: str, drawn: Drawn, reference: Drawn, allowed: set[str], tested: JudgedRows
) -> Iterator[Difference]:
    """Yield the differences of a group in every figure that both may show.

    Parameters
    ----------
    drawn, reference
        By figure the value (first) and the resamples of the group and of the largest group; the resamples of
        two groups are independent.
    tested
        The rows of all groups.
    """
    n_rows = len(tested.entity)
    for figure in COMPARED:
        if figure not in allowed:
            continue
        one, other = drawn[figure], reference[figure]
        gap = one - other
        ratio = None
        if figure in RATES:
            with np.errstate(invalid="ignore", divide="ignore"):
                quotients = one / other
            ratio = from_draws(float(quotients[0]), quotients[1:], n_rows)
        yield Difference(
            attribute,
            group,
            figure,
            from_draws(float(gap[0]), gap[1:], n_rows),
            ratio,
            p_value(_centre(gap) if figure in RATES else float(gap[0]), gap[1:]),
            _is_large(figure, float(gap[0]), ratio, tested),
        )


def _centre(gap: Floats) -> float:
    """Return the mean over resamples: of a rate they hold two made-up entities more than the rows do."""
    known = gap[1:][np.isfinite(gap[1:])]
    return float(known.mean()) if known.size else float("nan")


def _is_large(figure: str, gap: float, ratio: Estimate | None, tested: JudgedRows) -> bool:
    """Say whether a difference matters: four fifths of a rate (EEOC 1978), or points of level or AUC."""
    if ratio is not None:
        # NaN (nobody chosen in either group) is no difference.
        return ratio.value < FOUR_FIFTHS or ratio.value > 1 / FOUR_FIFTHS
    if figure == "auc":
        return abs(gap) > LARGEST_AUC_GAP
    scale = 1.0 if tested.is_event else LARGEST_ANSWER_GAP / LARGEST_LEVEL_GAP * float(tested.outcome.std())
    return abs(gap) > LARGEST_LEVEL_GAP * scale
