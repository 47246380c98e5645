"""From a frame to a bundle: assess the recipe, fit it to all rows, explain it, put it together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from features.errors import ContractError
from features.frame import Frame
from features.progress import Report, silent
from features.timeline import list_judged
from features.usecase import UseCase
from training.assessment import Assessment, Choice, Tuning, choose_recipe, judge_worth
from training.beliefs import check_beliefs
from training.breakdown import break_down
from training.bundle import BundleParts
from training.canary import make_canary
from training.drivers import DriverRow, rows_to_json
from training.explaining import Explanation, explain, weight_of_newest
from training.fairness import judge_fairness
from training.fitting import FittedModel, fit_rows
from training.levers import Lever, compare_views, judge_levers, levers_to_json
from training.models import RatingModel
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.reference import take_reference
from training.rows import TrainingRows, feature_columns, rows_of
from training.tuning import SearchPlan

# Beside those of the manifest: what shaped features, folds and figures.
_LIBRARIES = ("duckdb", "fairlearn", "pandas", "pyarrow", "scikit-learn", "scipy")


@dataclass(frozen=True)
class Learned:
    """Hold everything that training leaves behind, before anything is written."""

    rows: TrainingRows
    assessment: Assessment
    fitted: FittedModel
    explanation: Explanation
    parts: BundleParts
    tuning: Tuning | None = None


def learn(
    frame: Frame,
    usecase: UseCase,
    *,
    seed: int = 0,
    recipe: Recipe = DEFAULT_RECIPE,
    plan: SearchPlan | None = None,
    report: Report = silent,
) -> Learned:
    """Assess, fit, explain, and compare levers on equal terms.

    Parameters
    ----------
    recipe
        The recipe to use, or to begin a search with.
    plan
        The search for a better recipe, if there is to be one; see :func:`training.assessment.choose_recipe`.

    Raises
    ------
    ContractError
        If a text model learnt from texts that nobody knew on a day on which forecasts are judged.
    TooFewEventsError
        If there are too few events for any honest model.
    """
    rows = rows_of(frame, usecase)
    _refuse_late_texts(frame, rows, usecase)
    # Sums are taken in another order on other numbers of cores; the same bundle has to come from all of them.
    with threadpool_limits(1, user_api="blas"):
        choice = choose_recipe(rows, recipe, plan, seed=seed, report=report)
        return _learn(rows, frame, usecase, choice, seed=seed, report=report)


def _refuse_late_texts(frame: Frame, rows: TrainingRows, usecase: UseCase) -> None:
    """Demand that what reads texts was fitted before the first snapshot that judges a forecast."""
    days, until = rows.snapshot_date, frame.facts.observed_until
    if days is None or until is None:
        return
    judged = list_judged([day.item() for day in np.unique(days)], usecase.settled()[3].primary, until)
    for source, text in frame.facts.texts.items():
        if judged and date.fromisoformat(text["fitted_until"]) > judged[0]:
            where = f"{usecase.name}: sources.{source}.{text['key']}.fit_until"
            problem = f"the text model {text['version']} learnt from texts known until {text['fitted_until']}"
            hint = f"forecasts are judged from {judged[0]} on; leave fit_until out or write {judged[0]}"
            raise ContractError(where, problem, hint)


def _learn(
    rows: TrainingRows, frame: Frame, usecase: UseCase, choice: Choice, *, seed: int, report: Report
) -> Learned:
    """Take the steps of :func:`learn` after the choice of the recipe."""
    recipe, assessment = choice.recipe, choice.assessment
    report(f"fitting on {_tell_rows(len(rows), recipe)}")
    fitted = fit_rows(rows, recipe, seed)
    report("explaining what goes with the outcome")
    explanation = explain(fitted, rows, frame, usecase, seed=seed, recipe=recipe)
    report("comparing levers on equal terms")
    levers = judge_levers(rows, usecase, has_few_events=fitted.facts.is_pooled, seed=seed)
    explanation = replace(explanation, drivers=_grade(explanation.drivers, levers))
    views = compare_views(rows, explanation.drivers, levers, seed)
    if frame.facts.protected:
        report("comparing the groups of protected attributes")
    fairness = judge_fairness(frame, usecase, rows, assessment, fitted.encoder, seed=seed)
    money = judge_worth(rows, assessment.forecasts, usecase, frame.latest.num_rows, seed)
    tables = break_down(frame, usecase, rows, assessment, recipe=recipe, seed=seed, report=report)
    beliefs = check_beliefs(usecase, frame.facts.stated, explanation.drivers)
    believed = {} if beliefs is None else {"beliefs": beliefs.to_json()}
    tuned = {} if choice.tuning is None else {"tuning": choice.tuning.to_json()}
    parts = BundleParts(
        usecase=usecase,
        catalogue=rows.catalogue,
        encoder=fitted.encoder,
        model=fitted.model,
        facts=_facts(frame, rows, fitted, seed) | tuned,
        evaluation=assessment.to_json()
        | fairness
        | money
        | tables
        | believed
        | {
            "levers": levers_to_json(levers),
            "views": views,
            "quadrants": explanation.quadrants,
            "driver_segments": explanation.segments,
        },
        drivers=rows_to_json(explanation.drivers),
        canary=make_canary(rows.catalogue, _one_row_each(rows).columns, fitted.encoder, fitted.model, seed),
        texts=frame.texts,
        reference=take_reference(frame, fitted.encoder, fitted.model).to_json(),
    )
    return Learned(rows, assessment, fitted, explanation, parts, choice.tuning)


def _tell_rows(n_rows: int, recipe: Recipe) -> str:
    """Say how many rows the last fit learns from."""
    if n_rows <= recipe.most_rows:
        return f"all {n_rows:,} rows"
    return f"{recipe.most_rows:,} of {n_rows:,} rows, weighted so that they stand for all"


def _grade(drivers: tuple[DriverRow, ...], levers: tuple[Lever, ...]) -> tuple[DriverRow, ...]:
    """Return the drivers with the evidence grades of those that are levers."""
    grades = {lever.name: lever.grade for lever in levers}
    return tuple(replace(driver, evidence_grade=grades.get(driver.name, "C")) for driver in drivers)


def _one_row_each(rows: TrainingRows) -> TrainingRows:
    """Return the first row of each entity: what many rows share may be the same person at many snapshots."""
    return rows.take(np.unique(rows.entity.astype(str), return_index=True)[1])


def _facts(frame: Frame, rows: TrainingRows, fitted: FittedModel, seed: int) -> dict[str, Any]:
    """Return what a reader of scores has to know about how the model came about."""
    facts, model = frame.facts, fitted.model
    newest = fitted.encoder.encode(feature_columns(frame.latest, facts.catalogue)).matrix
    is_rating = isinstance(model, RatingModel)
    average = np.average(
        model.expected(newest)
        if isinstance(model, RatingModel)
        else model.probabilities(newest)[:, rows.primary_index],
        weights=weight_of_newest(frame),
    )
    competing = {} if fitted.competing is None else {"competing": fitted.competing.to_json()}
    read = {name: _describe_reading(told) for name, told in facts.texts.items()}
    return {
        "primary_horizon_index": rows.primary_index,
        "average_value" if is_rating else "average_risk": float(average),
        "as_of": max(facts.snapshot_dates).isoformat() if facts.snapshot_dates else None,
        "data_from": min(facts.snapshot_dates).isoformat() if facts.snapshot_dates else None,
        "observed_until": None if facts.observed_until is None else facts.observed_until.isoformat(),
        "gap_days": rows.gap_days,
        "rows": facts.row_count,
        "entities": facts.entity_count,
        "events": facts.event_count,
        "findings": [dict(finding) for finding in facts.findings],
        "fit": fitted.facts.to_json(),
        **competing,
        **({"texts": read} if read else {}),
        "data_digest": facts.digest,
        "source_rows": {name: match["rows"] for name, match in facts.matches.items() if "rows" in match},
        "libraries": {library: version(library) for library in _LIBRARIES},
        "seed": seed,
    }


def _describe_reading(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a text model says of itself, without what it saw of few: new topics, rare languages."""
    return {name: found for name, found in told.items() if name not in {"emerging", "languages"}}
