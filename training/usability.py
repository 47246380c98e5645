"""Whether forecasts may be used at all: what the figures on rows kept back say, asked before any score."""

from collections.abc import Mapping
from typing import Any

from features.errors import InputError
from training.bundle import Bundle


class ModelNotUsableError(InputError):
    """Report that the figures of a model do not support its use; see :func:`doubts_of`."""


def primary_figures(bundle: Bundle) -> Mapping[str, Any]:
    """Return the figures that decide: of the primary horizon, else of the first judged one; else none."""
    judged = (bundle.evaluation.get("all_rows") or {}).get("horizons", {})
    return judged.get(bundle.primary_horizon) or next(iter(judged.values()), {})


def doubts_of(bundle: Bundle) -> tuple[str, ...]:
    """Return the reasons why forecasts of a bundle must not be used, in words; none when they may be.

    Bundles that hold no verdict, as none that training writes, give no reason.
    """
    figures = primary_figures(bundle)
    if figures.get("usable", True):
        return ()
    return tuple(doubt.get("words", doubt["problem"]) for doubt in figures["doubts"])


def refuse_unusable(bundle: Bundle) -> None:
    """Demand that the figures of a bundle support its use.

    Raises
    ------
    ModelNotUsableError
        If they do not; the message holds every reason.
    """
    doubts = doubts_of(bundle)
    if doubts:
        problem = f"the model is not reliable enough for scores: {'; '.join(doubts)}"
        hint = "more history, more events or better features may help; train again"
        raise ModelNotUsableError(bundle.usecase.name, problem, hint)
