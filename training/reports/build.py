"""Build the report: all arithmetic of its numbers happens here, none in templates."""

import numpy as np

from features.errors import InputError
from training.disclosure import bound_share
from training.evaluation import Measure, RatingEvaluation
from training.pages import LANGUAGES, event_of
from training.reports.associations import build_associations
from training.reports.baseline import build_baseline
from training.reports.beliefs import build_beliefs
from training.reports.calls import build_calls
from training.reports.changes import build_changes
from training.reports.driver_tables import build_places, build_segment_tables, build_views
from training.reports.first_steps import build_first_steps
from training.reports.heat import build_heat_map
from training.reports.inputs import AnswerForecast, ReportInputs
from training.reports.kpis import build_kpis
from training.reports.prospects import build_prospects
from training.reports.sections import Bound, ExpectedAnswer, Header, Headline, Method, Report, Topic, Unit
from training.reports.themes import build_themes
from training.reports.trust import build_trust
from training.statistics import Estimate, expected_count, expected_loss, expected_mean, expected_share
from training.statistics.composition import Composition
from training.urgency import has_call_list

OLD_AFTER_DAYS = 100
_UNITS: dict[Measure, Unit] = {"satisfied": "share", "nps": "points", "mean": "rating"}


def build_report(inputs: ReportInputs) -> Report:
    """Build every section that applies.

    A model that is not usable gives no forecast, no drivers and no call list; employees are never listed, and
    have no price.

    Raises
    ------
    InputError
        If the cohort is smaller than the minimum group of the use case.
    """
    _refuse_small_group(inputs)
    is_usable = inputs.evaluation.is_usable
    associations = build_associations(inputs) if is_usable and inputs.drivers else None
    is_event = inputs.kind != "satisfaction"
    is_listed = is_event and has_call_list(inputs.usecase, is_dated=inputs.snapshot_date is not None)
    calls = build_calls(inputs) if is_usable and is_listed else None
    headline = _headline(inputs)
    kpis = build_kpis(inputs, headline)
    return Report(
        header=_header(inputs),
        headline=headline,
        kpis=kpis,
        baseline=build_baseline(inputs),
        first_steps=build_first_steps(inputs) if is_usable else None,
        associations=associations,
        places=build_places(inputs) if is_usable else None,
        views=build_views(inputs) if is_usable else None,
        changes=build_changes(inputs),
        segments=build_segment_tables(inputs) if is_usable else (),
        beliefs=build_beliefs(inputs) if is_usable else None,
        themes=build_themes(inputs),
        heat=build_heat_map(inputs) if is_usable else None,
        prospects=build_prospects(inputs) if is_usable else None,
        trust=build_trust(inputs),
        calls=calls,
        method=_method(
            inputs,
            has_drivers=associations is not None,
            has_loss=headline.expected_loss is not None,
            has_trend=any(kpi.kind == "expected_share" and len(kpi.waves) > 1 for kpi in kpis),
            has_correction=headline.answer is not None and headline.answer.corrected is not None,
        ),
        actions=inputs.actions,
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
    usecase, newest, learned = inputs.usecase, inputs.snapshot_date, inputs.model.data_to
    age = None if newest is None or learned is None else (newest - learned).days
    return Header(
        kind=inputs.kind,
        subject=inputs.subject,
        usecase=usecase.name,
        label={"en": usecase.name_in("en", usecase.name), "de": usecase.name_in("de", usecase.name)},
        event=event_of(usecase),
        languages=LANGUAGES,
        snapshot_date=inputs.snapshot_date,
        made_on=inputs.made_on,
        is_simulated=usecase.simulated,
        model_age_days=age,
        is_model_old=age is not None and age > OLD_AFTER_DAYS,
    )


def _headline(inputs: ReportInputs) -> Headline:
    """Build section 1; without a usable model it holds no forecast."""
    scored, evaluation = inputs.scored, inputs.evaluation
    is_event = not isinstance(evaluation, RatingEvaluation)
    share = None
    if is_event and evaluation.is_usable:
        share = expected_share(scored.probabilities, evaluation.level_error)
    return Headline(
        is_usable=evaluation.is_usable,
        horizon_days=inputs.horizon_days,
        people=len(scored.entity_ids),
        expected_share=share,
        expected_count=None if share is None else expected_count(share),
        expected_loss=_loss(inputs) if is_event and evaluation.is_usable else None,
        answer=None if scored.answers is None else _answer(scored.answers, inputs),
        auc=None if isinstance(evaluation, RatingEvaluation) else evaluation.auc,
    )


def _answer(answers: AnswerForecast, inputs: ReportInputs) -> ExpectedAnswer:
    """Say what everybody is expected to answer; with a model that is not usable only what was answered."""
    evaluation = inputs.evaluation
    expected = None
    if evaluation.is_usable and isinstance(evaluation, RatingEvaluation):
        expected = (
            expected_share(answers.values, evaluation.good_bias)
            if answers.measure == "satisfied"
            else expected_mean(answers.values, answers.variances, evaluation.bias)
        )
    if _is_alike(answers, inputs):
        return ExpectedAnswer(answers.measure, _UNITS[answers.measure], expected, None, answers.silent)
    unit, everyone = _UNITS[answers.measure], answers.everyone
    if everyone is None or expected is None:
        return ExpectedAnswer(answers.measure, unit, expected, answers.given, answers.silent)
    bound = Bound(everyone.low.value, everyone.high.value, everyone.worst, everyone.best)
    return ExpectedAnswer(
        answers.measure, unit, expected, answers.given, answers.silent, everyone.corrected, bound
    )


def _is_alike(answers: AnswerForecast, inputs: ReportInputs) -> bool:
    """Tell whether people at work nearly all gave a good answer, or nearly nobody: then it is not told."""
    given = answers.given
    if not inputs.usecase.privacy.is_about_employees or answers.measure != "satisfied" or given is None:
        return False
    return bound_share(round(given.value * given.n), given.n).form != "exact"


def _loss(inputs: ReportInputs) -> Estimate | None:
    """Return the expected loss of known revenue; none at work, or where nobody leaves."""
    scored = inputs.scored
    if inputs.kind != "churn":
        return None
    if scored.revenue is None or not np.isfinite(scored.revenue).any():
        return None
    known = np.isfinite(scored.revenue)
    return expected_loss(scored.probabilities[known], scored.revenue[known], inputs.evaluation.level_error)


def _method(
    inputs: ReportInputs, *, has_drivers: bool, has_loss: bool, has_trend: bool, has_correction: bool
) -> Method:
    """Build section 11: only sentences about what the report shows."""
    is_answer = inputs.kind == "satisfaction"
    shown: dict[Topic, bool] = {
        "forecast": inputs.evaluation.is_usable and not is_answer,
        "answer": inputs.evaluation.is_usable and is_answer,
        "silent": inputs.evaluation.is_usable and is_answer,
        "corrected": has_correction,
        "few_events": inputs.model.missing_events is not None,
        "range": True,
        "loss": has_loss,
        "drivers": has_drivers,
        "context": has_drivers,
        "trend": has_trend,
        "survey": bool(inputs.experience),
        "changes": any(isinstance(series.split, Composition) for series in inputs.experience),
        "themes": bool(inputs.themes),
        "decision": True,
    }
    topics = tuple(topic for topic, is_shown in shown.items() if is_shown)
    return Method(topics, inputs.model.missing_events)
