"""From a frame to a bundle: assess the recipe, fit it to all rows, explain it, put it together."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from features.frame import Frame
from features.progress import Report, silent
from features.usecase import UseCase
from training.assessment import Assessment, Choice, Tuning, choose_recipe, judge_worth, primary_labels
from training.breakdown import break_down
from training.bundle import BundleParts
from training.canary import make_canary
from training.drivers import DriverRow, Observed, RowWeights, rank_drivers, rows_to_json, sample_rows
from training.fairness import judge_fairness
from training.fitting import FittedModel, fit_rows, refit_rows
from training.levers import Lever, judge_levers, levers_to_json
from training.models import RatingModel
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.rows import Floats, TrainingRows, feature_columns, numbers, rows_of, texts
from training.tuning import SearchPlan

MAX_EXPLAINED_ROWS = 5_000
MAX_OBSERVED_ROWS = 20_000
MAX_REFIT_ROWS = 500
MAX_REFIT_TRAINING_ROWS = 12_000
N_REFITS = 16
# Beside those of the manifest: what shaped features, folds and figures.
_LIBRARIES = ("duckdb", "fairlearn", "pandas", "pyarrow", "scikit-learn", "scipy")


@dataclass(frozen=True)
class Explanation:
    """Hold exact attributions at the primary horizon for a sample of the newest rows.

    Attributes
    ----------
    values
        The encoded features, shape (rows, features).
    contributions
        Attributions in calibrated log-odds, same shape.
    """

    values: Floats
    contributions: Floats
    drivers: tuple[DriverRow, ...]


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
    TooFewEventsError
        If there are too few events for any honest model.
    """
    rows = rows_of(frame, usecase)
    # Sums are taken in another order on other numbers of cores; the same bundle has to come from all of them.
    with threadpool_limits(1, user_api="blas"):
        choice = choose_recipe(rows, recipe, plan, seed=seed, report=report)
        return _learn(rows, frame, usecase, choice, seed=seed, report=report)


def _learn(
    rows: TrainingRows, frame: Frame, usecase: UseCase, choice: Choice, *, seed: int, report: Report
) -> Learned:
    """Take the steps of :func:`learn` after the choice of the recipe."""
    recipe, assessment = choice.recipe, choice.assessment
    report(f"fitting on all {len(rows):,} rows")
    fitted = fit_rows(rows, recipe, seed)
    report("explaining what goes with the outcome")
    explanation = explain(fitted, rows, frame, usecase, seed=seed, recipe=recipe)
    report("comparing levers on equal terms")
    levers = judge_levers(rows, usecase, has_few_events=fitted.facts.is_pooled, seed=seed)
    if frame.facts.protected:
        report("comparing the groups of protected attributes")
    fairness = judge_fairness(frame, usecase, rows, assessment, fitted.encoder, seed=seed)
    money = judge_worth(rows, assessment.forecasts, usecase, frame.latest.num_rows, seed)
    tables = break_down(frame, usecase, rows, assessment, recipe=recipe, seed=seed, report=report)
    tuned = {} if choice.tuning is None else {"tuning": choice.tuning.to_json()}
    parts = BundleParts(
        usecase=usecase,
        catalogue=rows.catalogue,
        encoder=fitted.encoder,
        model=fitted.model,
        facts=_facts(frame, rows, fitted, seed) | tuned,
        evaluation=assessment.to_json() | fairness | money | tables | {"levers": levers_to_json(levers)},
        drivers=rows_to_json(_grade(explanation.drivers, levers)),
        canary=make_canary(rows.catalogue, _one_row_each(rows).columns, fitted.encoder, fitted.model, seed),
    )
    return Learned(rows, assessment, fitted, explanation, parts, choice.tuning)


def _grade(drivers: tuple[DriverRow, ...], levers: tuple[Lever, ...]) -> list[DriverRow]:
    """Return the drivers with the evidence grades of those that are levers."""
    grades = {lever.name: lever.grade for lever in levers}
    return [replace(driver, evidence_grade=grades.get(driver.name, "C")) for driver in drivers]


def _one_row_each(rows: TrainingRows) -> TrainingRows:
    """Return the first row of each entity: what many rows share may be the same person at many snapshots."""
    return rows.take(np.unique(rows.entity.astype(str), return_index=True)[1])


def explain(
    fitted: FittedModel,
    rows: TrainingRows,
    frame: Frame,
    usecase: UseCase,
    *,
    seed: int = 0,
    recipe: Recipe = DEFAULT_RECIPE,
) -> Explanation:
    """Attribute the risk of the newest rows to features and rank the drivers.

    Models fitted to random halves of the entities tell how far the ranking depends on who was in the data:
    half samples spread about the full one as the full one does about the truth.
    """
    catalogue, primary = rows.catalogue, rows.primary_index
    today = fitted.encoder.encode(feature_columns(frame.latest, catalogue)).matrix
    weight = _weight_of_newest(frame)
    described = np.flatnonzero(weight > 0)
    chosen = described[sample_rows(len(described), MAX_EXPLAINED_ROWS, seed)]
    contributions = fitted.model.attributions(today[chosen], primary).contributions
    explained = today[chosen[:MAX_REFIT_ROWS]]
    drivers = rank_drivers(
        contributions,
        today[chosen],
        catalogue,
        usecase.drivers,
        entities=texts(frame.latest, "entity_id")[chosen],
        today=today,
        refits=_explain_again(fitted, rows, explained, recipe, seed),
        weights=RowWeights(weight[chosen], weight, weight[chosen[:MAX_REFIT_ROWS]]),
        observed=_observe(fitted, rows, seed),
        seed=seed,
    )
    return Explanation(today[chosen], contributions, drivers)


def _observe(fitted: FittedModel, rows: TrainingRows, seed: int) -> Observed:
    """Return rows whose outcome at the primary horizon is known, as they show drivers alone."""
    chosen = sample_rows(len(rows), MAX_OBSERVED_ROWS, seed)
    labels, is_known = primary_labels(rows, chosen)
    known = is_known & np.isfinite(labels)
    found = rows.take(chosen[known])
    values = fitted.encoder.encode(found.columns).matrix
    entities = np.unique(found.entity.astype(str), return_inverse=True)[1]
    return Observed(values, labels[known], entities, found.weight)


def _weight_of_newest(frame: Frame) -> Floats:
    """Return how many people each of the newest rows stands for: 1 where no weight is declared.

    So it is too where the newest all have the weight 0: they then are all that can be described.
    """
    weight = numbers(frame.latest, "weight")
    return np.ones(frame.latest.num_rows) if weight is None or not weight.any() else weight


def _explain_again(
    fitted: FittedModel, rows: TrainingRows, explained: Floats, recipe: Recipe, seed: int
) -> list[Floats]:
    """Return the attributions of models that each saw a random half of the groups."""

    def explain_with(half: NDArray[np.intp]) -> Floats:
        model = refit_rows(fitted, rows.take(half), recipe)
        return model.attributions(explained, rows.primary_index).contributions

    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(recipe.n_workers) as workers:
        return list(workers.map(explain_with, _halves(rows, seed)))


def _halves(rows: TrainingRows, seed: int) -> Iterator[NDArray[np.intp]]:
    """Yield the rows of random halves of the groups.

    Of large halves some rows by chance: snapshots of one entity say much the same, so fewer of them widen the
    ranges a little and cost a fraction.
    """
    draw = np.random.default_rng(seed)
    groups = np.unique(rows.group.astype(str), return_inverse=True)[1]
    n_groups = int(groups.max()) + 1
    for _ in range(N_REFITS):
        half = np.flatnonzero(np.isin(groups, draw.permutation(n_groups)[: n_groups // 2]))
        yield np.sort(draw.permutation(half)[:MAX_REFIT_TRAINING_ROWS])


def _facts(frame: Frame, rows: TrainingRows, fitted: FittedModel, seed: int) -> dict[str, Any]:
    """Return what a reader of scores has to know about how the model came about."""
    facts, model = frame.facts, fitted.model
    newest = fitted.encoder.encode(feature_columns(frame.latest, facts.catalogue)).matrix
    is_rating = isinstance(model, RatingModel)
    average = np.average(
        model.expected(newest)
        if isinstance(model, RatingModel)
        else model.probabilities(newest)[:, rows.primary_index],
        weights=_weight_of_newest(frame),
    )
    competing = {} if fitted.competing is None else {"competing": fitted.competing.to_json()}
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
        "data_digest": facts.digest,
        "source_rows": {name: match["rows"] for name, match in facts.matches.items() if "rows" in match},
        "libraries": {library: version(library) for library in _LIBRARIES},
        "seed": seed,
    }
