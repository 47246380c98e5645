"""What acting on forecasts is worth, on its way into MLflow."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from training.runs.figures import draw_money

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
