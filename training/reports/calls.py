"""Section 10: the customers to call first; for customers only, never for employees."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from training.pages import Label
from training.reports.inputs import ReportInputs, ScoredCohort
from training.urgency import expected_losses, order_calls

MOST_CALLS = 8
MOST_REASONS = 2


@dataclass(frozen=True)
class Call:
    """Hold one customer of section 10."""

    entity_id: str
    described: Label
    revenue: float | None
    probability: float
    expected_loss: float | None
    reasons: tuple[Label, ...]


@dataclass(frozen=True)
class Calls:
    """List the customers to call first: section 10; exists for customers only."""

    rows: tuple[Call, ...]
    ordered_by: Literal["loss", "risk"]


def first_to_call(scored: ScoredCohort, limit: int = MOST_CALLS) -> npt.NDArray[np.intp]:
    """Return the rows of the customers to call first: by expected loss, or by risk where no revenue is known.

    Whoever objected to being scored is left out.

    Examples
    --------
    >>> cohort = ScoredCohort(("a", "b"), np.array([0.9, 0.2]), revenue=np.array([100.0, 1000.0]))
    >>> first_to_call(cohort).tolist()
    [1, 0]
    """
    order = order_calls(scored.probabilities, scored.revenue)
    is_listed = np.array([one not in scored.objected for one in scored.entity_ids], dtype=np.bool_)
    return order[is_listed[order]][:limit]


def build_calls(inputs: ReportInputs) -> Calls:
    """Build the list."""
    scored = inputs.scored
    loss = expected_losses(scored.probabilities, scored.revenue)
    rows = tuple(_call(scored, int(row), loss) for row in first_to_call(scored))
    return Calls(rows, "risk" if loss is None else "loss")


def _call(scored: ScoredCohort, row: int, loss: npt.NDArray[np.float64] | None) -> Call:
    """Make one line of the list."""
    entity_id = scored.entity_ids[row]
    return Call(
        entity_id=entity_id,
        described=scored.described.get(entity_id, {}),
        revenue=None if scored.revenue is None or loss is None else _known(scored.revenue[row]),
        probability=float(scored.probabilities[row]),
        expected_loss=None if loss is None else _known(loss[row]),
        reasons=scored.reasons.get(entity_id, ())[:MOST_REASONS],
    )


def _known(amount: np.float64) -> float | None:
    """Return an amount, or None where it is missing."""
    return float(amount) if np.isfinite(amount) else None
