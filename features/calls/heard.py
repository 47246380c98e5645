"""What is said, and what is kept of it: never the words, never who of the company spoke.

A turn is read by itself, so its words can be dropped at once and it makes no difference in which order turns
arrive. Only the words of the customer are read: how people at work feel is not computed at all.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from features.errors import ContractError

Role = Literal["customer", "company", "unknown"]
LOWEST_GRADE, HIGHEST_GRADE = -2.0, 2.0
# A day: times are seconds of one call, not moments.
LONGEST_CALL_S = 86_400.0
# Digits of a reading beyond these are noise of the arithmetic, which may differ with the size of a batch.
_DIGITS = 4


class Turn(NamedTuple):
    """Hold one turn of a transcript.

    Attributes
    ----------
    speaker
        Any name; the one of the customer is told apart, nothing or blanks stand for nobody knows who.
    start_s, end_s
        Seconds of the call; ``end_s`` is None where it is not known.
    text
        What was said; may be empty.
    """

    speaker: str | None
    start_s: float
    end_s: float | None
    text: str


@dataclass(frozen=True)
class TurnReading:
    """Hold what a reader finds in the words of one turn.

    Parameters
    ----------
    sentiment
        From -2 (very negative) to +2 (very positive); None if the reader cannot tell.
    effort
        From -2 (very hard) to +2 (very easy); None if the customer says nothing of effort.
    topic
        Name of the main topic; None without one.
    escalates
        Whether the customer wants somebody else, wants out, or threatens.

    Raises
    ------
    ContractError
        If a number is out of its range.
    """

    sentiment: float | None = None
    effort: float | None = None
    topic: str | None = None
    escalates: bool = False

    def __post_init__(self) -> None:
        _check_range("sentiment", self.sentiment, LOWEST_GRADE, HIGHEST_GRADE)
        _check_range("effort", self.effort, LOWEST_GRADE, HIGHEST_GRADE)


class TurnReader(Protocol):
    """Read tone, effort, topic and escalation out of the words of turns."""

    def read(self, texts: Sequence[str]) -> Sequence[TurnReading]:
        """Return one reading per text; a text's reading does not depend on the texts beside it."""
        ...


class HeardTurn(NamedTuple):
    """Hold what is kept of one turn.

    Attributes
    ----------
    start_ms, end_ms
        Milliseconds of the call; ``end_ms`` is None where the end is not known.
    role
        Side that spoke.
    sentiment, effort, topic, escalates
        As read; nothing for the company, for unknown speakers and for empty texts.
    """

    start_ms: int
    end_ms: int | None
    role: Role
    sentiment: float | None = None
    effort: float | None = None
    topic: str | None = None
    escalates: bool = False


def hear(turns: Iterable[Turn], reader: TurnReader, customer: str = "customer") -> list[HeardTurn]:
    """Read turns and return what is kept of them, in the order given.

    Parameters
    ----------
    reader
        Gets the texts of the customer that are not empty, all at once; no others.
    customer
        Name of the customer among the speakers.

    Raises
    ------
    ContractError
        For a time that is missing, not finite, out of range, or an end before its start.

    Examples
    --------
    >>> from features.calls import ColdStartReader
    >>> (heard,) = hear([Turn("customer", 0, 2.5, "I will talk to my lawyer.")], ColdStartReader())
    >>> heard.end_ms, heard.role, heard.escalates
    (2500, 'customer', True)
    """
    given = list(turns)
    times = [measure_times(turn) for turn in given]
    roles = [find_role(turn.speaker, customer) for turn in given]
    is_read = [
        role == "customer" and bool(turn.text.strip()) for turn, role in zip(given, roles, strict=True)
    ]
    texts = [turn.text for turn, wanted in zip(given, is_read, strict=True) if wanted]
    readings = iter(reader.read(texts) if texts else ())
    return [
        _keep(start, end, role, next(readings) if wanted else None)
        for (start, end), role, wanted in zip(times, roles, is_read, strict=True)
    ]


def find_role(speaker: str | None, customer: str = "customer") -> Role:
    """Return the side of a speaker; everybody who is named and not the customer speaks for the company.

    Examples
    --------
    >>> find_role("customer"), find_role("agent 7"), find_role(" "), find_role(None)
    ('customer', 'company', 'unknown', 'unknown')
    """
    if speaker is None or not speaker.strip():
        return "unknown"
    return "customer" if speaker == customer else "company"


def order_of(turn: HeardTurn) -> tuple[object, ...]:
    """Return the place of a turn in its call: by start, then end, then everything else that is kept.

    No two different turns have the same place, so the order does not depend on how they arrived.
    """
    return (
        turn.start_ms,
        -1 if turn.end_ms is None else turn.end_ms,
        turn.role,
        math.inf if turn.sentiment is None else turn.sentiment,
        math.inf if turn.effort is None else turn.effort,
        turn.topic or "",
        turn.topic is None,
        turn.escalates,
    )


def _keep(start: int, end: int | None, role: Role, reading: TurnReading | None) -> HeardTurn:
    """Return a turn without its words."""
    if reading is None:
        return HeardTurn(start, end, role)
    return HeardTurn(
        start,
        end,
        role,
        _round(reading.sentiment),
        _round(reading.effort),
        reading.topic,
        reading.escalates,
    )


def _round(number: float | None) -> float | None:
    """Return a number without the digits that are noise; minus zero is zero."""
    return None if number is None else round(float(number), _DIGITS) + 0.0


def measure_times(turn: Turn) -> tuple[int, int | None]:
    """Return start and end in milliseconds; what is written NaN is missing.

    Raises
    ------
    ContractError
        For a time that is missing, not finite, out of range, or an end before its start.
    """
    end = None if turn.end_s is None or math.isnan(turn.end_s) else turn.end_s
    _check_time("start_s", turn.start_s)
    if end is None:
        return round(turn.start_s * 1000), None
    _check_time("end_s", end)
    if end < turn.start_s:
        problem = f"{end} is before the start of the turn, {turn.start_s}"
        raise ContractError("end_s", problem, "send the end of the turn, or nothing where it is not known")
    return round(turn.start_s * 1000), round(end * 1000)


def _check_time(name: str, seconds: float) -> None:
    """Demand a time inside a call."""
    if not 0 <= seconds <= LONGEST_CALL_S:
        hint = f"write seconds since the call began, from 0 to {LONGEST_CALL_S:g}"
        raise ContractError(name, f"{seconds} is no time of a call", hint)


def _check_range(name: str, number: float | None, lowest: float, highest: float) -> None:
    """Demand a number of a reading inside its range."""
    if number is not None and not lowest <= number <= highest:
        hint = f"a reader gives a number from {lowest:g} to {highest:g}, or None"
        raise ContractError(f"reading.{name}", f"{number} is out of range", hint)
