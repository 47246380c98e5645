"""What there is to say of levers, a line each."""

from collections.abc import Iterable, Sequence
from datetime import date

from features.catalogue import Catalogue
from features.usecase import UseCase
from training.drivers import Refusal
from training.levers.declared import declared_drivers, refuse_by_metadata
from training.levers.record import Lever
from training.statistics import Estimate

GRADE_WORDS = {"A": "tested", "B": "adjusted", "C": "associated"}


def tell_levers(levers: Sequence[Lever], *, is_usable: bool, event: str | None) -> list[str]:
    """Return which levers to work on first, which are unclear, and which are none and why.

    Parameters
    ----------
    is_usable
        Whether the model may be used; if not, nothing that goes with the outcome was found.
    event
        What is told in points where the outcome is an event: "the risk"; None where it is an answer.
    """
    if not is_usable:
        return ["no driver found: forecasts are not reliable enough to say what goes with the outcome"]
    offered = sorted((lever for lever in levers if lever.is_offered), key=_size, reverse=True)
    lines = [f"work on first: {_tell_effect(lever, event)}" for lever in offered]
    if levers and not offered:
        lines.append("work on first: no lever stands out")
    lines += _list("no clear effect", levers, "unclear")
    lines += _list("goes with worse outcomes, against its goal", levers, "wrong way")
    return lines + tell_refusals(refusal for lever in levers for refusal in lever.refusals)


def tell_refusals(refusals: Iterable[Refusal]) -> list[str]:
    """Return why drivers are no levers and what would make them testable."""
    return [f"no lever: {refusal.reason['en']} {refusal.remedy['en']}" for refusal in refusals]


def foresee_refusals(usecase: UseCase, catalogue: Catalogue, snapshot_dates: Sequence[date]) -> list[str]:
    """Return what stands against the declared levers before any data are looked at."""
    history = (max(snapshot_dates) - min(snapshot_dates)).days if snapshot_dates else 0
    refused = refuse_by_metadata(declared_drivers(usecase, catalogue, history))
    return tell_refusals(refusal for refusals in refused.values() for refusal in refusals)


def _size(lever: Lever) -> float:
    """Return how much meeting the goal would change."""
    effect = lever.effect
    return 0.0 if effect is None or effect.contrast is None else abs(effect.contrast.value)


def _tell_effect(lever: Lever, event: str | None) -> str:
    """Return a lever with its evidence and the expected effect of meeting its goal."""
    name = f"{lever.label['en']} (grade {lever.grade}, {GRADE_WORDS[lever.grade]})"
    if lever.effect is None or lever.effect.contrast is None:
        return f"{name}: everybody meets its goal already"
    contrast = lever.effect.contrast
    if event is not None:
        return f"{name}: if everybody met its goal, {event} would differ by {_show(contrast, 100)} points"
    return f"{name}: if everybody met its goal, the mean answer would differ by {_show(contrast, 1)}"


def _show(estimate: Estimate, factor: float) -> str:
    """Return a signed difference with its range."""
    value, low, high = (factor * number for number in (estimate.value, estimate.low, estimate.high))
    return f"{value:+.2f} ({low:+.2f} to {high:+.2f})"


def _list(words: str, levers: Sequence[Lever], status: str) -> list[str]:
    """Return one line that names all levers of a status; none where there are none."""
    names = [lever.label["en"] for lever in levers if lever.status == status]
    return [f"{words}: {', '.join(names)}"] if names else []
