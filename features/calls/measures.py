"""The measures of one call, from what was heard so far; the same for every order in which it was heard."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from features.calls.heard import HeardTurn
from features.calls.risk import RiskModel
from features.calls.timing import Timing, find_timing
from features.calls.tone import follow_tone

_SECOND_MS = 1000
_MINUTE_MS = 60_000


@dataclass(frozen=True)
class CallMeasures:
    """Hold the measures of a call; None where something cannot be said yet.

    Attributes
    ----------
    duration_s
        From the first start to the last end.
    turn_count
        Turns of all sides; one that was sent twice counts once.
    silence_share
        Part of the duration in which nobody speaks.
    talk_share
        Time in which the customer speaks, as part of the time of both sides.
    interruptions_by_customer, interruptions_by_company
        Turns that begin while the other side speaks, at least a quarter of a second before its end.
    interruptions_per_minute
        Both together per minute of the duration.
    longest_silence_s
        Longest time in which nobody speaks; a turn without length, such as a message of a chat, ends one.
    sentiment, sentiment_slope, sentiment_end
        Of the customer's turns, -2 to +2: mean, least-squares slope per minute, mean of the last two.
    effort
        Mean of the customer's turns that speak of it, -2 (very hard) to +2 (very easy).
    escalation, escalation_s
        Whether the customer escalates, and when first: seconds after the call began.
    topic
        The one that most of the customer's turns have; of several the one that came up first.
    risk
        0 to 1: how much the call is at risk; a score, or a probability where it was learnt.
    """

    duration_s: float
    turn_count: int
    silence_share: float | None
    talk_share: float | None
    interruptions_by_customer: int
    interruptions_by_company: int
    interruptions_per_minute: float | None
    longest_silence_s: float
    sentiment: float | None
    sentiment_slope: float | None
    sentiment_end: float | None
    effort: float | None
    escalation: bool
    escalation_s: float | None
    topic: str | None
    risk: float


def measure(turns: Sequence[HeardTurn], risk: RiskModel) -> CallMeasures:
    """Return the measures.

    Parameters
    ----------
    turns
        In their order, each once; at least one.
    risk
        Rates the other measures.
    """
    timing = find_timing(turns)
    tone = follow_tone([(turn.start_ms, turn.sentiment) for turn in turns if turn.sentiment is not None])
    efforts = [turn.effort for turn in turns if turn.effort is not None]
    escalated = next((turn.start_ms for turn in turns if turn.escalates), None)
    n_cuts = timing.by_customer + timing.by_company
    figures = {
        "silence_share": _divide(timing.silence, timing.duration),
        "talk_share": _find_talk_share(timing),
        "interruptions_per_minute": _divide(n_cuts * _MINUTE_MS, timing.duration),
        "longest_silence_s": timing.longest_silence / _SECOND_MS,
        "sentiment": tone.mean,
        "sentiment_slope": tone.slope,
        "sentiment_end": tone.end,
        "effort": math.fsum(efforts) / len(efforts) if efforts else None,
        "escalation": float(escalated is not None),
    }
    return CallMeasures(
        duration_s=timing.duration / _SECOND_MS,
        turn_count=len(turns),
        silence_share=figures["silence_share"],
        talk_share=figures["talk_share"],
        interruptions_by_customer=timing.by_customer,
        interruptions_by_company=timing.by_company,
        interruptions_per_minute=figures["interruptions_per_minute"],
        longest_silence_s=timing.longest_silence / _SECOND_MS,
        sentiment=tone.mean,
        sentiment_slope=tone.slope,
        sentiment_end=tone.end,
        effort=figures["effort"],
        escalation=escalated is not None,
        escalation_s=None if escalated is None else (escalated - turns[0].start_ms) / _SECOND_MS,
        topic=find_topic([turn.topic for turn in turns if turn.topic is not None]),
        risk=risk.rate(figures),
    )


def find_topic(topics: Sequence[str]) -> str | None:
    """Return the most frequent topic; of several the one that came up first; None without any.

    Examples
    --------
    >>> find_topic(["invoice", "price", "price", "invoice"])
    'invoice'
    """
    return max(Counter(topics).items(), key=lambda pair: pair[1], default=(None, 0))[0]


def _find_talk_share(timing: Timing) -> float | None:
    """Return the part of the customer in what both sides say."""
    return _divide(timing.customer_talk, timing.customer_talk + timing.company_talk)


def _divide(part: int, whole: int) -> float | None:
    """Return a share; None of nothing."""
    return part / whole if whole else None
