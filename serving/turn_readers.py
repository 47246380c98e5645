"""What reads the turns of a call for a champion: the seam between the service and text models."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from features.calls import ColdStartReader, RiskModel, TurnReader
from serving.champions import Champion


@dataclass(frozen=True)
class CallModel:
    """Hold what measures calls.

    Attributes
    ----------
    reader
        Reads words; called in threads, several at once.
    risk
        Rates the measures.
    """

    reader: TurnReader
    risk: RiskModel


FindCallModel = Callable[[Champion], CallModel | None]


def find_call_model(champion: Champion) -> CallModel | None:  # noqa: ARG001 - every champion has the same for now
    """Return what measures calls for a champion; None where its bundle cannot.

    No bundle holds a text model yet: escalation is read by word lists, and no tone is made up.
    """
    return _cold_start()


@cache
def _cold_start() -> CallModel:
    """Return what needs no training."""
    return CallModel(ColdStartReader(), RiskModel.cold_start())
