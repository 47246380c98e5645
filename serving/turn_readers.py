"""What reads the turns of a call for a champion: the seam between the service and text models."""

from collections.abc import Callable
from dataclasses import dataclass

from features.calls import RiskModel, TextTurnReader, TurnReader
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


def find_call_model(champion: Champion) -> CallModel | None:
    """Return what measures calls for a champion; None where its bundle has no text model of calls.

    Turns are read by the model that made the features of past calls, so that a running call gives the figures
    that its transcript will give.
    """
    model = champion.call_text_model
    return None if model is None else CallModel(TextTurnReader(model), RiskModel.cold_start())
