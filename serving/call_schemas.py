"""Requests and answers about running calls, typed."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from features.calls import CallMeasures
from serving.schemas import UseCaseName

MAX_TURNS_AT_ONCE = 100
MAX_TURN_LETTERS = 8000
MAX_SPEAKER_LETTERS = 256
LONGEST_CALL_S = 86_400
CALL_ID_PATTERN = "^[A-Za-z0-9._~-]{1,128}$"

Seconds = Annotated[float, Meta(ge=0, le=LONGEST_CALL_S)]


class TurnRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Hold one turn, sent when it is over.

    Attributes
    ----------
    speaker
        ``customer`` for the customer; everybody else speaks for the company, null where nobody knows.
    start_s, end_s
        Seconds since the call began; null for an end that is not known.
    text
        What was said; it is read and dropped. What the company says is not even read and may be left empty.
    """

    speaker: Annotated[str, Meta(max_length=MAX_SPEAKER_LETTERS)] | None
    start_s: Seconds
    end_s: Seconds | None = None
    text: Annotated[str, Meta(max_length=MAX_TURN_LETTERS)] = ""


class TurnsRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Hold the next turns of a call, in any order; one that was sent before counts once."""

    usecase: UseCaseName
    turns: Annotated[list[TurnRequest], Meta(min_length=1, max_length=MAX_TURNS_AT_ONCE)]


class CallAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the measures of a call so far.

    Attributes
    ----------
    risk_is_probability
        Whether the risk was learnt from outcomes; else it is a score that orders calls.
    decision_support_only
        Always true: a figure informs a decision of a person, it does not take one.
    """

    usecase: str
    model_version: str
    call_id: str
    measures: CallMeasures
    risk_is_probability: bool
    decision_support_only: Literal[True] = True
