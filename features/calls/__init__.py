"""Conversations: turns of a call become measures, turn by turn and in batch with the same figures.

Import from here; the modules inside are an arrangement, not an interface. See ``docs/calls.md``.
"""

from features.calls.batch import measure_calls, take_start
from features.calls.cold_start import ColdStartReader
from features.calls.conversation import Conversation
from features.calls.escalation import LANGUAGES
from features.calls.heard import HeardTurn, Role, Turn, TurnReader, TurnReading
from features.calls.measures import CallMeasures
from features.calls.risk import RiskModel
from features.calls.text_reader import TextTurnReader

__all__ = [
    "LANGUAGES",
    "CallMeasures",
    "ColdStartReader",
    "Conversation",
    "HeardTurn",
    "RiskModel",
    "Role",
    "TextTurnReader",
    "Turn",
    "TurnReader",
    "TurnReading",
    "measure_calls",
    "take_start",
]
