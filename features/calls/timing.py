"""Who speaks when: duration, silence, shares of talk, interruptions; in whole milliseconds, so exact."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from features.calls.heard import HeardTurn, Role

# Transcripts set ends a little late; who begins in the last quarter of a second has not cut in.
SHORTEST_OVERLAP_MS = 250
_Span = tuple[int, int]
_OTHER: dict[Role, Role] = {"customer": "company", "company": "customer"}


class Timing(NamedTuple):
    """Hold the times of a call so far, in milliseconds.

    Attributes
    ----------
    duration
        From the first start to the last end.
    silence, longest_silence
        Time in which nobody speaks, between the first start and the last end.
    customer_talk, company_talk
        Time in which a side speaks; both may speak at once.
    by_customer, by_company
        How often a side cuts in.
    """

    duration: int
    silence: int
    longest_silence: int
    customer_talk: int
    company_talk: int
    by_customer: int
    by_company: int


def find_timing(turns: Sequence[HeardTurn]) -> Timing:
    """Return the times of a call.

    Parameters
    ----------
    turns
        In their order; at least one.
    """
    spans = list_spans(turns)
    gaps = _list_gaps(spans)
    talk = {
        role: _add_up(span for span, turn in zip(spans, turns, strict=True) if turn.role == role)
        for role in _OTHER
    }
    cuts = count_cuts(turns, spans)
    return Timing(
        duration=max(end for _, end in spans) - spans[0][0],
        silence=sum(gaps),
        longest_silence=max(gaps, default=0),
        customer_talk=talk["customer"],
        company_talk=talk["company"],
        by_customer=cuts["customer"],
        by_company=cuts["company"],
    )


def list_spans(turns: Sequence[HeardTurn]) -> list[_Span]:
    """Return start and end of each turn; one without an end lasts until the next one begins.

    The last one without an end has no length: how long it lasts is not known yet.

    Examples
    --------
    >>> list_spans([HeardTurn(0, None, "company"), HeardTurn(4000, None, "customer")])
    [(0, 4000), (4000, 4000)]
    """
    spans: list[_Span] = []
    here = later = turns[-1].start_ms
    for turn in reversed(turns):
        if turn.start_ms < here:
            here, later = turn.start_ms, here
        spans.append((turn.start_ms, later if turn.end_ms is None else turn.end_ms))
    return spans[::-1]


def count_cuts(turns: Sequence[HeardTurn], spans: Sequence[_Span]) -> dict[Role, int]:
    """Count how often each side begins while the other speaks, and goes on speaking for a moment.

    A turn counts once, however many it cuts into; turns that begin together cut into neither.
    """
    cuts: dict[Role, int] = dict.fromkeys(_OTHER, 0)
    reach: dict[Role, int] = dict.fromkeys(_OTHER, -SHORTEST_OVERLAP_MS)
    together = groupby(zip(turns, spans, strict=True), key=lambda pair: pair[1][0])
    for start, group in together:
        pairs = [(turn.role, end) for turn, (_, end) in group if turn.role in _OTHER]
        for role, _ in pairs:
            cuts[role] += reach[_OTHER[role]] - start >= SHORTEST_OVERLAP_MS
        for role, end in pairs:
            reach[role] = max(reach[role], end)
    return cuts


def _list_gaps(spans: Sequence[_Span]) -> list[int]:
    """Return the lengths of the times in which nobody speaks."""
    gaps, reach = [], spans[0][0]
    for start, end in spans:
        if start > reach:
            gaps.append(start - reach)
        reach = max(reach, end)
    return gaps


def _add_up(spans: Iterable[_Span]) -> int:
    """Return the time that some spans cover together."""
    covered, reach = 0, 0
    for start, end in spans:
        covered += max(0, end - max(start, reach))
        reach = max(reach, end)
    return covered
