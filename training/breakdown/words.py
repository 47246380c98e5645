"""What the tables of an evaluation say, a line each."""

from collections.abc import Mapping
from typing import Any

from training.statistics import Estimate

_NAMES = {"log_loss": "log loss", "rps": "ranked probability score"}


def tell_breakdown(evaluation: Mapping[str, Any]) -> list[str]:
    """Return what X adds and whether more data would help; nothing for bundles without these tables."""
    lines = [_tell_parts(evaluation.get("parts")), _tell_curve(evaluation.get("learning_curve"))]
    return [line for line in lines if line is not None]


def _tell_parts(parts: Mapping[str, Any] | None) -> str | None:
    """Say what features of what people said add to those of what happened."""
    if parts is None:
        return None
    if parts["state"] == "one_kind":
        if parts["n_features"]["O"]:
            hint = "if people said some of it, name it: table.experience, or data: X of a source"
            return f"what people said: not compared, all features tell what happened; {hint}"
        return "what people said: not compared, all features tell what people said"
    if parts["state"] == "too_few":
        return "what people said: not compared, too few events"
    name, loss = _read_loss(parts["x_adds"])
    if loss.high < 0:
        return f"what people said adds: {name} {_show(loss)}"
    side = "makes forecasts worse" if loss.low > 0 else "adds nothing clear"
    return f"what people said {side}: {name} {_show(loss)}"


def _tell_curve(curve: Mapping[str, Any] | None) -> str | None:
    """Say whether forecasts became better with the second half of the entities."""
    if curve is None:
        return None
    if curve["state"] == "too_few" or curve["half_to_all"] is None:
        return "more data: cannot be told, too few events to learn from a half"
    name, loss = _read_loss(curve["half_to_all"])
    verdict = "would help" if curve["helps"] else "would not clearly help"
    return f"more data {verdict}: from half of the entities to all {name} {_show(loss)}"


def _read_loss(figures: Mapping[str, Any]) -> tuple[str, Estimate]:
    """Return the loss that decides, and its name."""
    key = next(name for name in _NAMES if name in figures)
    return _NAMES[key], Estimate.from_json(figures[key])


def _show(loss: Estimate) -> str:
    """Return a difference with its interval and signs."""
    return f"{loss.value:+.3f} ({loss.low:+.3f} to {loss.high:+.3f})"
