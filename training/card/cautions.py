"""What speaks against the model or bounds its use: the verdict of its figures, accepted findings, limits."""

from training.bundle import Bundle
from training.card.record import Doubt, Fairness, Finding, Limit, Making, Purpose, Verdict
from training.usability import primary_figures


def judge_use(bundle: Bundle) -> Verdict:
    """Return whether the figures of the primary horizon support the use of the model, and why not."""
    figures = primary_figures(bundle)
    doubts = tuple(
        Doubt(doubt["problem"], doubt["found"], doubt["limit"]) for doubt in figures.get("doubts", ())
    )
    return Verdict(bool(figures.get("usable", False)), doubts)


def list_findings(bundle: Bundle) -> tuple[Finding, ...]:
    """Return what the leakage audit found, with the reasons for which it was accepted."""
    return tuple(
        Finding(found["column"], found["kind"], found["severity"], found["evidence"], found["accepted"])
        for found in bundle.facts.get("findings", ())
    )


def list_limits(purpose: Purpose, making: Making, fairness: Fairness) -> tuple[Limit, ...]:
    """Return which limits apply."""
    states = {attribute.state for attribute in fairness.attributes}
    applies: dict[Limit, bool] = {
        "association": True,
        "sample": True,
        "pooled": making.is_pooled,
        "drift": True,
        "silent": purpose.kind == "satisfaction",
        "unchecked_groups": not fairness.attributes or "not_checked" in states,
        "unclear_groups": "judged" in states,
        "simulated": purpose.is_simulated,
    }
    return tuple(limit for limit, is_so in applies.items() if is_so)
