"""Two versions beside each other: what can be said of their difference, and why one was refused, by name."""

import re
from typing import Any, Literal

import msgspec

from serving.history import Contest, FigureName, Range, Version

Verdict = Literal["better", "worse", "unclear"]
_LOW_IS_GOOD: frozenset[FigureName] = frozenset({"calibration_gap", "mae"})
_ORDER: tuple[FigureName, ...] = ("auc", "rank_correlation", "calibration_gap", "mae")
_CHECK = re.compile(r"(?:\(|; )(usable|simple rules|model card|leaks|champion): ")
_NAMED = {
    "is champion already": "already",
    "changed meanwhile": "changed",
    "compare with that one": "changed",
    "has no champion before": "no way back",
    "has no version": "gone",
    "may not do this any more": "key",
}


def compare_versions(champion: Version | None, version: Version, number: int | None) -> dict[str, Any]:
    """Return how a version differs from the champion.

    Parameters
    ----------
    number
        Of the champion, also where nothing else is known of it.

    Returns
    -------
    dict
        ``figures``: each with both ranges and a verdict on them; ``contest``: the comparison on the same
        rows with its verdict, None where there was none with this champion.
    """
    ours = {} if champion is None else champion.figures
    names = [name for name in _ORDER if name in ours or name in version.figures]
    return {
        "figures": [
            {
                "name": name,
                "champion": msgspec.to_builtins(ours.get(name)),
                "version": msgspec.to_builtins(version.figures.get(name)),
                "verdict": judge(name, ours.get(name), version.figures.get(name)),
            }
            for name in names
        ],
        "contest": _tell_contest(version.contest, number),
    }


def judge(name: FigureName, champion: Range | None, version: Range | None) -> Verdict | None:
    """Say how a figure of a version differs from that of the champion; ranges that meet tell nothing.

    Examples
    --------
    >>> old, new = Range(0.7, 0.65, 0.75), Range(0.8, 0.77, 0.83)
    >>> judge("auc", old, new), judge("calibration_gap", old, new), judge("auc", old, Range(0.75, 0.7, 0.8))
    ('better', 'worse', 'unclear')
    """
    if champion is None or version is None:
        return None
    if version.low <= champion.high and champion.low <= version.high:
        return "unclear"
    return "better" if (version.low > champion.high) is not (name in _LOW_IS_GOOD) else "worse"


def _tell_contest(contest: Contest | None, number: int | None) -> dict[str, Any] | None:
    """Return a comparison with this champion; one with another says nothing."""
    if contest is None or contest.champion != number:
        return None
    loss, verdict = contest.loss, None
    if loss is not None:
        verdict = "worse" if loss.low > 0 else "better" if loss.high < 0 else "unclear"
    return {**msgspec.to_builtins(contest), "verdict": verdict}


def list_reasons(told: str) -> list[str]:
    """Return the names of the reasons in what a command said; none where it said something else.

    Examples
    --------
    >>> list_reasons("model churn: version 3 is refused (usable: ranks badly; leaks: x may know the outcome)")
    ['usable', 'leaks']
    """
    if " is refused (" in told:
        return list(dict.fromkeys(_CHECK.findall(told)))
    return list(dict.fromkeys(name for words, name in _NAMED.items() if words in told))
