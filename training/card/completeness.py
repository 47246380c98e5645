"""What a card lacks: a model is promoted only with a card that says everything that people must know."""

from collections.abc import Iterator

from training.bundle import Bundle
from training.card.performance import describe_performance
from training.card.texts import list_missing

_FACTS = ("rows", "entities", "events", "data_from", "as_of", "observed_until", "findings")
_MAKING = ("fit", "seed", "data_digest")


def missing_parts(bundle: Bundle) -> tuple[str, ...]:
    """Return what the card of a bundle would have to say and cannot; nothing when it is complete.

    An attribute whose groups are too small to compare, or of which nobody's value is known, is no gap: the
    card says so. One that was never looked at is.

    Returns
    -------
    tuple of str
        Places in the bundle, such as ``facts.seed`` or ``evaluation.fairness.gender``.
    """
    facts = (f"facts.{name}" for name in (*_FACTS, *_MAKING) if name not in bundle.facts)
    return (*facts, *list_missing(bundle), *_from_figures(bundle), *_from_groups(bundle))


def _from_figures(bundle: Bundle) -> Iterator[str]:
    """Yield what is not said of the quality of the primary horizon, or of the first that was judged."""
    horizons = describe_performance(bundle).horizons
    if not horizons:
        yield "evaluation.all_rows"
        return
    primary = next((one for one in horizons if one.is_primary), horizons[0])
    found = {"figures": primary.figures, "baselines": primary.baselines, "calibration": primary.bins}
    yield from (f"evaluation.{name}" for name, part in found.items() if not part)


def _from_groups(bundle: Bundle) -> Iterator[str]:
    """Yield the protected attributes that were not looked at."""
    for kind in ("fairness", "proxies"):
        judged = bundle.evaluation.get(kind, {}).get("attributes", {})
        names = bundle.usecase.protected_columns
        yield from (f"evaluation.{kind}.{name}" for name in names if name not in judged)
