"""Whom to call first: the one order of reports and of the service."""

import numpy as np
from numpy.typing import NDArray

from features.usecase import UseCase

Floats = NDArray[np.float64]


def has_call_list(usecase: UseCase, *, is_dated: bool) -> bool:
    """Tell whether somebody of a use case can be called first: customers who may leave, on a day.

    Never people at work. In a flat table everybody's outcome is known already: there is nobody left to call.
    """
    return is_dated and usecase.means == "leaving" and usecase.privacy.subject == "customer"


def expected_losses(probabilities: Floats, revenue: Floats | None) -> Floats | None:
    """Return risk times yearly revenue, shape (customers,); None where nobody's revenue is known."""
    if revenue is None or not np.isfinite(revenue).any():
        return None
    return probabilities * revenue


def order_calls(probabilities: Floats, revenue: Floats | None) -> NDArray[np.intp]:
    """Return the places of all customers, first to call first: by expected loss, else by risk.

    Parameters
    ----------
    probabilities, revenue
        Shape (customers,); NaN where the revenue of one is not known: such stand last.

    Examples
    --------
    >>> order_calls(np.array([0.9, 0.2, 0.5]), np.array([100.0, 1000.0, np.nan])).tolist()
    [1, 0, 2]
    >>> order_calls(np.array([0.2, 0.9]), None).tolist()
    [1, 0]
    """
    loss = expected_losses(probabilities, revenue)
    urgency = probabilities if loss is None else np.where(np.isfinite(loss), loss, -1.0)
    return np.argsort(-urgency, kind="stable")
