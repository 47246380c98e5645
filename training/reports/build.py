"""Build the report: all arithmetic of its numbers happens here, none in templates."""

import numpy as np

from features.errors import InputError
from training.reports.associations import build_associations
from training.reports.calls import build_calls
from training.reports.inputs import ReportInputs
from training.reports.kpis import build_kpis
from training.reports.sections import Header, Headline, Method, Report, Topic
from training.reports.trust import build_trust
from training.statistics import Estimate, expected_count, expected_loss, expected_share


def build_report(inputs: ReportInputs) -> Report:
    """Build every section that applies.

    A model that is not usable gives no forecast, no drivers and no call list; employees are never listed.

    Raises
    ------
    InputError
        If the cohort is smaller than the minimum group of the use case.
    """
    _refuse_small_group(inputs)
    is_usable = inputs.evaluation.is_usable
    associations = build_associations(inputs) if is_usable and inputs.drivers else None
    calls = build_calls(inputs) if is_usable and inputs.usecase.privacy.subject == "customer" else None
    headline = _headline(inputs)
    return Report(
        header=_header(inputs),
        headline=headline,
        kpis=build_kpis(inputs, headline),
        associations=associations,
        trust=build_trust(inputs),
        calls=calls,
        method=_method(
            inputs, has_drivers=associations is not None, has_loss=headline.expected_loss is not None
        ),
    )


def _refuse_small_group(inputs: ReportInputs) -> None:
    """Stop before anything about fewer people than the minimum group is shown."""
    people, minimum = len(inputs.scored.entity_ids), inputs.usecase.privacy.minimum_group
    if people < minimum:
        problem = f"{people} rows are too few to show without revealing individuals"
        where = f"{inputs.usecase.name}: cohort"
        raise InputError(where, problem, f"privacy.minimum_group asks for {minimum}")


def _header(inputs: ReportInputs) -> Header:
    """Build section 0."""
    usecase = inputs.usecase
    return Header(
        subject=usecase.privacy.subject,
        usecase=usecase.name,
        label={"en": usecase.name_in("en", usecase.name), "de": usecase.name_in("de", usecase.name)},
        languages=("en", "de"),
        snapshot_date=inputs.snapshot_date,
        made_on=inputs.made_on,
        is_simulated=usecase.simulated,
    )


def _headline(inputs: ReportInputs) -> Headline:
    """Build section 1; without a usable model it holds no forecast."""
    scored, evaluation = inputs.scored, inputs.evaluation
    share = expected_share(scored.probabilities, evaluation.level_error) if evaluation.is_usable else None
    return Headline(
        is_usable=evaluation.is_usable,
        horizon_days=inputs.horizon_days,
        people=len(scored.entity_ids),
        expected_share=share,
        expected_count=None if share is None else expected_count(share),
        expected_loss=_loss(inputs) if evaluation.is_usable else None,
        auc=evaluation.auc,
    )


def _loss(inputs: ReportInputs) -> Estimate | None:
    """Return the expected loss over those whose revenue is known."""
    scored = inputs.scored
    if scored.revenue is None or not np.isfinite(scored.revenue).any():
        return None
    known = np.isfinite(scored.revenue)
    return expected_loss(scored.probabilities[known], scored.revenue[known], inputs.evaluation.level_error)


def _method(inputs: ReportInputs, *, has_drivers: bool, has_loss: bool) -> Method:
    """Build section 11: only sentences about what the report shows."""
    shown: dict[Topic, bool] = {
        "forecast": inputs.evaluation.is_usable,
        "range": True,
        "loss": has_loss,
        "drivers": has_drivers,
        "context": has_drivers,
        "survey": bool(inputs.experience),
        "decision": True,
    }
    return Method(tuple(topic for topic, is_shown in shown.items() if is_shown))
