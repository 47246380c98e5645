"""The gate: what has to hold before a version becomes champion, as named checks with their figures.

Another condition is another function in ``_CHECKS``. Each says in one sentence what it found; by hand one may
pass over a refusal with a reason that is kept, never over a bundle that does not verify.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training.baselines import LAST_SCORE, PRIOR
from training.bundle import Bundle
from training.card import missing_parts
from training.evaluation import AnyEvaluation, HorizonEvaluations
from training.promotion.contest import Contest

# A model has to be clearly better than these: they know nothing but a mean, or one answer.
_TO_BEAT = (PRIOR, LAST_SCORE)


@dataclass(frozen=True)
class Check:
    """Hold one condition: whether it holds, and a sentence with the figure."""

    name: str
    is_passed: bool
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"name": self.name, "passed": self.is_passed, "sentence": self.sentence}


@dataclass(frozen=True)
class _Asked:
    """Hold what the checks look at."""

    bundle: Bundle
    evaluation: AnyEvaluation | None
    champion: int | None
    contest: Contest | None


def check_version(
    bundle: Bundle, *, champion: int | None = None, contest: Contest | None = None
) -> tuple[Check, ...]:
    """Check a verified bundle that is to become champion.

    Parameters
    ----------
    champion
        Version of the present champion, None if there is none.
    contest
        How both compare on the same rows; one against another champion does not count.
    """
    asked = _Asked(bundle, _primary(bundle), champion, contest)
    return tuple(Check(name, *find(asked)) for name, find in _CHECKS.items())


def _primary(bundle: Bundle) -> AnyEvaluation | None:
    """Return the figures of the horizon that reports lead with; the first judged one if it has none."""
    content = bundle.evaluation.get("all_rows")
    return None if content is None else HorizonEvaluations.from_json(content).lead(bundle.primary_horizon)


def _is_usable(asked: _Asked) -> tuple[bool, str]:
    """Demand forecasts that rank and are calibrated."""
    if asked.evaluation is None:
        return False, "no horizon was judged"
    doubts = "; ".join(map(str, asked.evaluation.doubts))
    return not doubts, doubts or "ranks and is calibrated on rows kept back"


def _beats_simple_rules(asked: _Asked) -> tuple[bool, str]:
    """Demand more than a mean and the last answer can tell, and no less than any other simple rule."""
    compared = {} if asked.evaluation is None else asked.evaluation.baselines
    if PRIOR not in compared:
        return False, "was not compared with the prior"
    failures = [
        f"{found.loss_name} differs from that of {name} by {found.loss}, not clearly better"
        for name, found in compared.items()
        if name in _TO_BEAT and not found.is_better
    ]
    failures += [
        f"{found.loss_name} differs from that of {name} by {found.loss}, clearly worse"
        for name, found in compared.items()
        if name not in _TO_BEAT and found.loss.low > 0
    ]
    others = [name for name in compared if name not in _TO_BEAT]
    beaten = " and ".join(name for name in _TO_BEAT if name in compared)
    praise = f"clearly better than {beaten}" + (
        f", not clearly worse than {', '.join(others)}" if others else ""
    )
    return not failures, "; ".join(failures) or praise


def _has_card(asked: _Asked) -> tuple[bool, str]:
    """Demand a model card without a gap."""
    missing = missing_parts(asked.bundle)
    return (
        not missing,
        f"the model card lacks {', '.join(missing)}" if missing else "the model card is complete",
    )


def _has_no_leak(asked: _Asked) -> tuple[bool, str]:
    """Demand that every severe finding of the leakage audit was accepted with a reason."""
    findings = asked.bundle.facts.get("findings", ())
    leaks = [one for one in findings if one["severity"] == "error" and one["accepted"] is None]
    told = "; ".join(f"{leak['column']} may know the outcome: {leak['evidence']}" for leak in leaks)
    return not leaks, told or "no open finding of the leakage audit"


def _is_no_worse(asked: _Asked) -> tuple[bool, str]:
    """Demand that the challenger is not clearly worse than the champion on the same rows."""
    contest = asked.contest
    if asked.champion is None:
        return True, "there is no champion yet"
    if contest is None or contest.champion != asked.champion:
        return False, f"was not compared with champion {asked.champion} on the same rows"
    return contest.difference is not None and not contest.is_clearly_worse, contest.summary


_CHECKS: dict[str, Callable[[_Asked], tuple[bool, str]]] = {
    "usable": _is_usable,
    "simple rules": _beats_simple_rules,
    "model card": _has_card,
    "leaks": _has_no_leak,
    "champion": _is_no_worse,
}
