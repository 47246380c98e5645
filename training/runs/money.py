"""What acting on forecasts is worth, on its way into MLflow."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from training.assessment import tell_worth
from training.bundle import Bundle
from training.runs.figures import draw_money
from training.usability import doubts_of

_NAMES = ("best_profit", "empc", "at_budget")


def money_metrics(evaluation: Mapping[str, Any]) -> dict[str, float]:
    """Return the leading figures by name, in EUR per row scored, each with the ends of its interval.

    Parameters
    ----------
    evaluation
        That of the bundle; without money figures there are no metrics.
    """
    money = evaluation.get("money") or {}
    metrics: dict[str, float] = {}
    for name in _NAMES:
        found = money.get(name)
        if found is not None:
            metrics |= {
                f"money.{name}": found["value"],
                f"money.{name}.low": found["low"],
                f"money.{name}.high": found["high"],
            }
    return metrics


def money_figures(evaluation: Mapping[str, Any]) -> dict[str, Figure]:
    """Return the money curve by file name; nothing without money figures."""
    money = evaluation.get("money")
    return {} if money is None else {"figures/money.png": draw_money(money)}


def describe_worth(bundle: Bundle) -> list[str]:
    """Say whom to contact and what that is worth, unless the forecasts may not be used."""
    found = tell_worth(bundle.evaluation)
    if found and doubts_of(bundle):
        return ["money: not told, forecasts are not reliable enough to choose whom to contact"]
    return found
