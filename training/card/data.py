"""Section 2 of the card: what the model was made from."""

from collections import Counter

from features.usecase import EventTarget
from training.bundle import Bundle
from training.card.figures import read_figure
from training.card.record import CompetingExits, Data, SourceLine
from training.statistics import read_day


def describe_data(bundle: Bundle) -> Data:
    """Return the window and the counts."""
    facts = bundle.facts
    features = Counter(feature.source for feature in bundle.catalogue)
    rows: dict[str, int] = facts.get("source_rows", {})
    return Data(
        rows=int(facts.get("rows", 0)),
        entities=int(facts.get("entities", 0)),
        events=int(facts.get("events", 0)),
        first_snapshot=read_day(facts.get("data_from")),
        last_snapshot=read_day(facts.get("as_of")),
        observed_until=read_day(facts.get("observed_until")),
        gap_days=facts.get("gap_days"),
        features=len(bundle.catalogue),
        sources=tuple(
            SourceLine(source, features[source], rows.get(source))
            for source in dict.fromkeys((*features, *rows))
        ),
        protected=tuple(bundle.usecase.privacy.protected),
        competing=_describe_competing(bundle),
    )


def _describe_competing(bundle: Bundle) -> CompetingExits | None:
    """Return what was done about people who left for another cause; None where the model knows none."""
    found, target = bundle.facts.get("competing"), bundle.usecase.target
    if found is None or not isinstance(target, EventTarget) or target.cause is None:
        return None
    judged = bundle.evaluation.get("competing") or {}
    auc, error = (read_figure(judged[name]) if judged else None for name in ("auc", "level_error"))
    return CompetingExits(found["n_exits"], tuple(target.cause.competing), found["fit"] is None, auc, error)
