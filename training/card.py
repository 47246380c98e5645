"""The model card: what a model is for, what it was made from, how good it is, what was accepted and why.

The headings follow Mitchell et al., Model Cards for Model Reporting, FAT* 2019. Everything in it comes from
the bundle, so that it can be written again at any time and says the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from training.assessment import tell_competing
from training.bundle import Bundle
from training.evaluation import AnyEvaluation, HorizonEvaluations, RatingEvaluation

_FIGURES = {
    False: {"log_loss": "log loss", "brier": "Brier score", "auc": "AUC", "ece": "calibration error"},
    True: {
        "rps": "ranked probability score",
        "mae": "mean absolute error",
        "rank_correlation": "rank correlation",
        "coverage": "coverage of the 90 % range",
    },
}


def write_card(bundle: Bundle) -> str:
    """Return the card of a bundle as Markdown."""
    parts = (_describe(bundle), _list_data(bundle), _list_figures(bundle), _list_findings(bundle.facts))
    limits = _list_limits(bundle)
    return "\n".join(line for part in (*parts, limits) for line in part) + "\n"


def missing_parts(bundle: Bundle) -> tuple[str, ...]:
    """Return what the card of a bundle would have to say and cannot; nothing when it is complete."""
    demanded = ("rows", "entities", "events", "data_from", "as_of", "observed_until", "findings")
    missing = [f"facts.{name}" for name in demanded if name not in bundle.facts]
    if not bundle.evaluation.get("all_rows", {}).get("horizons"):
        missing.append("evaluation.all_rows")
    return tuple(missing)


def _describe(bundle: Bundle) -> Iterator[str]:
    """Yield what the model is and what it may be used for."""
    usecase = bundle.usecase
    yield f"# Model card: {usecase.name}"
    yield ""
    yield f"- Version: `{bundle.model_version}`"
    yield f"- Predicts: {usecase.outcome}, {', '.join(bundle.horizons)}"
    subject = usecase.privacy.subject
    who = "people at work, in groups only" if subject == "employee" else f"single {subject}s"
    yield f"- Scores: {who}"
    protected = ", ".join(f"`{name}`" for name in usecase.privacy.protected) or "none declared"
    yield f"- Protected attributes, never features: {protected}"
    yield ""


def _list_data(bundle: Bundle) -> Iterator[str]:
    """Yield what the model was made from."""
    facts = bundle.facts
    yield "## Data"
    yield ""
    yield f"- {facts['rows']} rows of {facts['entities']} entities, {facts['events']} with the outcome"
    if facts["data_from"] is not None:
        until = f"outcomes observed until {facts['observed_until']}"
        yield f"- Snapshots from {facts['data_from']} to {facts['as_of']}, {until}"
    competing = tell_competing(bundle)
    if competing is not None:
        yield f"- {competing[0].upper()}{competing[1:]}"
    sources: dict[str, int] = {}
    for feature in bundle.catalogue:
        sources[feature.source] = sources.get(feature.source, 0) + 1
    listed = ", ".join(f"{source} ({count})" for source, count in sources.items())
    yield f"- {len(bundle.catalogue.names)} features by source: {listed}"
    yield ""


def _list_figures(bundle: Bundle) -> Iterator[str]:
    """Yield how good the model is on rows it had not seen, with 95 % intervals."""
    judged = HorizonEvaluations.from_json(bundle.evaluation["all_rows"])
    yield "## Figures on rows kept back"
    yield ""
    for horizon, evaluation in judged.by_horizon.items():
        names = _FIGURES[isinstance(evaluation, RatingEvaluation)]
        told = "; ".join(f"{words} {getattr(evaluation, name)}" for name, words in names.items())
        yield f"- {horizon}: {told}{_doubt(evaluation)}"
    for horizon, reason in judged.left_out.items():
        yield f"- {horizon}: not judged, {reason}"
    yield ""


def _doubt(evaluation: AnyEvaluation) -> str:
    """Return a warning where the figures do not support use."""
    return "" if evaluation.is_usable else "; **not usable**"


def _list_findings(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the audit for leaks found, and with which reason it was accepted."""
    yield "## Leakage audit"
    yield ""
    if not facts["findings"]:
        yield "- nothing found"
    for finding in facts["findings"]:
        accepted = finding["accepted"]
        state = finding["severity"] if accepted is None else f"{finding['severity']}, accepted: {accepted}"
        yield f"- `{finding['column']}` ({finding['kind']}; {state}): {finding['evidence']}"
    yield ""


def _list_limits(bundle: Bundle) -> Iterator[str]:
    """Yield what the model must not be taken for."""
    yield "## Limits"
    yield ""
    yield "- What goes with the outcome need not cause it; only an experiment shows an effect."
    yield "- The figures hold for people like those above, while sources keep their meaning and their delays."
    if bundle.usecase.privacy.subject == "employee":
        yield "- Never for decisions about single people."
