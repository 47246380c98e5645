"""What a card lacks: a model is promoted only with a card that says everything that people must know."""

from collections.abc import Iterator

from training.bundle import Bundle
from training.card.cautions import list_findings
from training.card.data import describe_data
from training.card.fairness import describe_fairness
from training.card.making import describe_making
from training.card.performance import describe_performance


def missing_parts(bundle: Bundle) -> tuple[str, ...]:
    """Return the parts of the card that a bundle cannot fill, as ``section.part``; empty when complete.

    An attribute whose groups are too small to compare, or of which nobody's value is known, is no gap: the
    card says so. One that was never looked at is.
    """
    return (*_from_data(bundle), *_from_figures(bundle), *_from_groups(bundle), *_from_making(bundle))


def _from_data(bundle: Bundle) -> Iterator[str]:
    """Yield what is not said of the data."""
    data = describe_data(bundle)
    if not data.rows or not data.entities:
        yield "data.counts"
    if bundle.usecase.table is None and (data.first_snapshot is None or data.last_snapshot is None):
        yield "data.window"
    yield from (
        f"findings.{found.column}"
        for found in list_findings(bundle)
        if found.severity == "error" and not found.accepted
    )


def _from_figures(bundle: Bundle) -> Iterator[str]:
    """Yield what is not said of the quality of the primary horizon."""
    horizons = describe_performance(bundle).horizons
    primary = next((one for one in horizons if one.is_primary), horizons[0] if horizons else None)
    if primary is None or not primary.figures:
        yield "performance.figures"
        return
    if not primary.baselines:
        yield "performance.baselines"
    if not primary.bins:
        yield "performance.calibration"


def _from_groups(bundle: Bundle) -> Iterator[str]:
    """Yield the protected attributes that were not looked at."""
    for attribute in describe_fairness(bundle).attributes:
        if attribute.state == "not_checked":
            yield f"fairness.{attribute.attribute}"
        if attribute.attribute not in bundle.evaluation.get("proxies", {}).get("attributes", {}):
            yield f"proxies.{attribute.attribute}"


def _from_making(bundle: Bundle) -> Iterator[str]:
    """Yield what would be missing to make the model again."""
    making = describe_making(bundle)
    known = {"data_digest": making.data_digest, "members": making.members, "seed": making.seed is not None}
    yield from (f"making.{name}" for name, found in known.items() if not found)
