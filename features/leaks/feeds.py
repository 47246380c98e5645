"""Sources that fall silent before the event or for all, and events outside the life of their entity.

Times are days since 1970-01-01 as floats.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from features.leaks.evidence import Auc, find_settled, measure_auc
from features.leaks.finding import Finding, Suspicion
from features.leaks.ranks import rank

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_FEW = 20
_FEW_ENTITIES = 10
_EARLIER = 5
_DUE = 3.0
_MONTH = 31.0
_FORTNIGHT = 14.0
_SILENT = 0.95
_GOES_ON = 0.2
_BURST = 3.0
_THIRD = 1 / 3


@dataclass(frozen=True)
class Feed:
    """Hold the events of one source, and when each entity began and left.

    Attributes
    ----------
    source
        Name of the source.
    entity, happened
        Entity of each event, as a number, and its time.
    start, exit
        Of each entity: its first start, and its target event; NaN where there is none.
    end
        End of observation.
    newest
        The newest snapshot.
    is_answers
        Whether the events are what people said.
    """

    source: str
    entity: Codes
    happened: Floats
    start: Floats
    exit: Floats
    end: float
    newest: float
    is_answers: bool = False


def find_odd_feeds(feed: Feed) -> list[Finding]:
    """Return errors where a source gives the event away by its silence, and warnings on times that are odd.

    Examples
    --------
    >>> entity, day = np.repeat(np.arange(100), 60), np.tile(np.arange(60) * 7.0, 100)
    >>> exit = np.where(np.arange(100) < 40, 200.0 + np.arange(100), np.nan)
    >>> goes_on = ~(day > exit[entity] - 45)
    >>> feed = Feed("usage", entity[goes_on], day[goes_on], np.zeros(100), exit, 420.0, 400.0)
    >>> [(found.column, found.kind) for found in find_odd_feeds(feed)]
    [('usage', 'feed_stops')]
    """
    if len(feed.happened) < _FEW:
        return []
    checks = (_judge_presence, _judge_silence, _judge_end, _judge_after, _judge_before)
    return [finding for check in checks if (finding := check(feed)) is not None]


def _judge_presence(feed: Feed) -> Finding | None:
    """Return an error if those who left have no events at all, though some were due in their time."""
    has_left = ~np.isnan(feed.exit)
    begun = np.fmax(feed.start, float(feed.happened.min()))
    until = np.where(has_left, feed.exit, feed.end)
    count = np.bincount(feed.entity[feed.happened <= until[feed.entity]], minlength=len(until))
    watched = np.maximum(until - begun, 0.0)
    rate = count[~has_left].sum() / max(float(watched[~has_left].sum()), 1.0)
    looked_at = watched * rate >= _DUE
    left = has_left[looked_at].astype(np.int8)
    if min(left.sum(), len(left) - left.sum()) < _FEW_ENTITIES:
        return None
    settled = find_settled((count[looked_at] > 0).astype(np.int64), left)
    if 0 not in settled.always or settled.share_of_positives < 0.5:
        return None
    evidence = (
        f"{settled.share_of_positives:.0%} of the entities that left have no event in it, and hardly one "
        "that stayed has none"
    )
    return _tell(feed, "missingness", evidence)


def _judge_silence(feed: Feed) -> Finding | None:
    """Return an error if a source falls silent at one distance before the event, and goes on elsewhere.

    Whoever loses interest falls silent sooner or later; only a process stops all at one distance.
    """
    rng = np.random.default_rng(0)
    order = np.lexsort((feed.happened, feed.entity))
    entity, happened = feed.entity[order], feed.happened[order]
    edges = np.searchsorted(entity, np.arange(len(feed.exit) + 1))
    spans = [happened[low:high] for low, high in pairwise(edges)]
    gone = [_silence(span, until) for span, until in zip(spans, feed.exit.tolist(), strict=True)]
    silences = np.array([value for value in gone if value is not None])
    if len(silences) < _FEW:
        return None
    moments = rng.choice(feed.exit[~np.isnan(feed.exit)], len(spans))
    here = [
        _silence(span, moment)
        for span, moment, until in zip(spans, moments.tolist(), feed.exit.tolist(), strict=True)
        if not until <= moment
    ]
    usual = np.array([value for value in here if value is not None])
    if len(usual) < _FEW:
        return None
    auc = _compare(usual, silences)
    low, middle, high = np.quantile(silences, [0.05, 0.5, 0.95])
    longest = float(np.quantile(usual, 0.95))
    if auc.low < _SILENT - 0.05 or auc.value < _SILENT or middle < np.median(usual):
        return None
    if low <= longest or middle - low > max(_FORTNIGHT, longest):
        return None
    evidence = (
        f"it falls silent {low:.0f} to {high:.0f} days before the event for nearly all of {len(silences):,} "
        f"entities, and is never silent for more than {longest:.0f} days for 95% of the others"
    )
    return _tell(feed, "feed_stops", evidence)


def _silence(span: Floats, moment: float) -> float | None:
    """Return the days without an event before a moment; nothing where there were few before it."""
    seen = int(np.searchsorted(span, moment, side="right"))
    return moment - float(span[seen - 1]) if seen >= _EARLIER and np.isfinite(moment) else None


def _compare(usual: Floats, silences: Floats) -> Auc:
    """Return how well silence tells who leaves."""
    target = np.repeat([0, 1], [len(usual), len(silences)]).astype(np.int8)
    return measure_auc(rank(np.concatenate([usual, silences])), target)


def _judge_end(feed: Feed) -> Finding | None:
    """Return a warning if a source ends for everybody before the newest snapshot."""
    days = np.unique(np.floor(feed.happened))
    silent, span = feed.newest - float(days[-1]), float(days[-1] - days[0])
    longest = float(np.diff(days).max()) if len(days) > 1 else span
    if silent <= max(_MONTH, 2 * longest) or span < 2 * silent:
        return None
    evidence = (
        f"its last event lies {silent:.0f} days before the newest snapshot; it was never silent so long"
    )
    remedy = "bring the source up to date, or let the snapshots end where it does"
    return Finding(feed.source, "feed_ends", "warning", evidence, remedy)


def _judge_after(feed: Feed) -> Finding | None:
    """Return a warning if people go on answering after they left, or answer because they leave."""
    if not feed.is_answers:
        return None
    until, since = feed.exit[feed.entity], feed.start[feed.entity]
    is_after = feed.happened > until
    at_once = is_after & (feed.happened <= until + _MONTH)
    begun = float(feed.happened.min())
    before = _rate(
        (feed.happened <= until) & ~(feed.happened < since),
        feed.entity,
        feed.exit - np.fmax(feed.start, begun),
    )
    last = min(feed.end, float(feed.happened.max()))
    soon = _rate(at_once, feed.entity, np.minimum(last - feed.exit, _MONTH))
    later = _rate(is_after & ~at_once, feed.entity, last - feed.exit - _MONTH)
    if soon < _BURST * before and later < _GOES_ON * before:
        return None
    if np.unique(feed.entity[is_after]).size < _FEW_ENTITIES or is_after.sum() < _FEW:
        return None
    evidence = f"{int(is_after.sum()):,} of {len(until):,} answers were given after the person had left"
    remedy = "check the dates of exits and answers; what is asked because of the exit is no feature"
    return Finding(feed.source, "after_exit", "warning", evidence, remedy)


def _rate(counts: NDArray[np.bool_], entity: Codes, days: Floats) -> float:
    """Return events per day over the entities that were watched for some days."""
    is_watched = days > 0
    total = float(days[is_watched].sum())
    return float((counts & is_watched[entity]).sum()) / total if total else 0.0


def _judge_before(feed: Feed) -> Finding | None:
    """Return a warning if a third of the events lie before the start of their entity."""
    is_before = feed.happened < feed.start[feed.entity]
    if is_before.sum() < max(_FEW, _THIRD * len(is_before)):
        return None
    evidence = f"{int(is_before.sum()):,} of {len(is_before):,} rows lie before the start of their entity"
    remedy = "check both dates and the key; they count as they stand"
    return Finding(feed.source, "before_start", "warning", evidence, remedy)


def _tell(feed: Feed, kind: Suspicion, evidence: str) -> Finding:
    """Return an error on the source."""
    remedy = "take the source out, or predict the moment at which it stops; accept_leak: "
    remedy += f"{{{feed.source}: why its silence is honest}}"
    return Finding(feed.source, kind, "error", evidence, remedy)
