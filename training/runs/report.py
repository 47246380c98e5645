"""Verb ``report``: the driver report of a bundle on its newest frame, in English and German."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from features.catalogue import Feature
from features.files import whole_folder
from features.frame import Frame
from features.objections import Objections
from training.actions import Actions, Ledger, show_actions
from training.bundle import Bundle, load
from training.card import build_card, write_card
from training.console import Console
from training.disclosure import Released
from training.drivers import rows_from_json
from training.encoding import Column
from training.evaluation import AnyEvaluation, HorizonEvaluations
from training.frozen import Baseline, find_baseline
from training.levers import levers_from_json
from training.models import RatingModel
from training.models.recipe import DEFAULT_RECIPE
from training.monitoring import Health
from training.pages import LANGUAGES, Label
from training.registry import (
    CHALLENGER,
    CHAMPION,
    RegisteredBundle,
    connect,
    demand_champion,
    fetch,
    find_training_day,
    find_version,
)
from training.reports import (
    Drift,
    ModelFacts,
    ReportInputs,
    ScoredCohort,
    build_report,
    carry_waves,
    first_to_call,
    keep_wave,
    write_report,
)
from training.rows import Floats, feature_columns, numbers, row_at, texts
from training.runs.answers import forecast_answers
from training.runs.build import build_in
from training.runs.first_steps import plan_levers
from training.runs.population import add_everyone
from training.runs.releases import FORECASTS, Releases, show_cuts
from training.runs.retraining import find_health
from training.runs.risk_waves import list_risk_waves
from training.runs.tested_levers import with_tests
from training.runs.themes import list_quotes, list_themes
from training.runs.waves import list_series
from training.runs.workspace import Workspace, load_usecase
from training.scoring import Scorer
from training.statistics import read_day

_N_REASONS = 2
_N_DESCRIBED = 2
_TABLES = ("quadrants", "views", "driver_segments", "beliefs")


@dataclass(frozen=True)
class Beside:
    """Hold what a report tells beside the model and its rows.

    Attributes
    ----------
    trained_on, run_id
        The day of the training, where a run tells it, and that run.
    baseline
        The frozen baseline that report and card refer to.
    releases
        What has gone out on groups of people at work, and where it is written down that this report has.
    quotes
        The file with the quotes that people have approved.
    objections
        Those who are not to be listed; figures of groups still count them.
    actions
        What was tried, and what it changed.
    drift
        What monitoring found of these data.
    """

    trained_on: date | None = None
    run_id: str | None = None
    baseline: Baseline | None = None
    releases: Releases = field(default_factory=Releases)
    quotes: Path | None = None
    objections: Objections = field(default_factory=Objections)
    actions: Actions | None = None
    drift: Drift = "not checked"


_NOTHING = Beside()


def run(console: Console, usecase: str, data: str, baseline: str, out: str) -> None:
    """Fetch the champion, or the challenger while there is none, build the frame and write the report."""
    spec = load_usecase(usecase, data)
    workspace = Workspace(Path(out))
    frozen = find_baseline(workspace.baselines(spec.name), baseline)
    connect(workspace.folder)
    registered, standing = _fetch(spec.name, workspace.bundle(spec.name))
    bundle = load(workspace.bundle(spec.name))
    frame = build_in(workspace, spec, report=console.report)
    beside = Beside(
        trained_on=find_training_day(registered),
        run_id=registered.run_id,
        baseline=frozen,
        releases=Releases.of(spec, workspace.releases(spec.name)),
        drift=find_drift(find_health(workspace.health(spec.name)), bundle, frame),
    )
    files = write_in(workspace, bundle, frame, made_on=datetime.now(UTC).date(), beside=beside)
    first = f"report of {spec.name} version {registered.version}{standing}:"
    lines = [first, *(f"  {file}" for file in files.values())]
    console.result("\n".join(lines), {name: str(file) for name, file in files.items()})


def find_drift(health: Health | None, bundle: Bundle, frame: Frame) -> Drift:
    """Return what monitoring found of a model on the newest rows of a frame, if it looked at both."""
    newest = max(frame.facts.snapshot_dates, default=None)
    if health is None or (health.model_version, health.as_of) != (bundle.model_version, newest):
        return "not checked"
    return "alerts" if health.alerts else "no alert"


def _fetch(name: str, folder: Path) -> tuple[RegisteredBundle, str]:
    """Copy the bundle that the report speaks of, and return what to say of its standing.

    A model that the gate refused still has a report: it says why there is no forecast.
    """
    registered, standing = find_version(name, CHALLENGER), ", challenger while there is no champion"
    if registered is None or find_version(name, CHAMPION) is not None:
        registered, standing = demand_champion(name), ""
    fetch(registered, folder)
    return registered, standing


def write_in(
    workspace: Workspace, bundle: Bundle, frame: Frame, *, made_on: date, beside: Beside
) -> Mapping[str, Path]:
    """Write all files of the report as :func:`write`, with what stands in a workspace.

    That is: quotes, those who objected, actions, and what these have shown of levers.
    """
    name = bundle.usecase.name
    entries = Ledger(workspace.actions(name)).entries()
    beside = replace(
        beside,
        quotes=workspace.quotes(name),
        objections=Objections.read(workspace.objections(name)),
        actions=show_actions(entries),
    )
    tested = with_tests(bundle, frame, entries)
    return write(tested, frame, workspace.reports(name), made_on=made_on, beside=beside)


def write(
    bundle: Bundle, frame: Frame, folder: Path, *, made_on: date, beside: Beside = _NOTHING
) -> Mapping[str, Path]:
    """Write all files of the report, and the model card beside them, in one step.

    The report is kept under the date of its data as well, without names; those of other dates stay.

    Parameters
    ----------
    bundle, frame
        What the report speaks of.
    folder
        Where the files go; replaced as a whole.
    made_on
        The day that the report shows.

    Returns
    -------
    mapping
        File name -> path.

    Raises
    ------
    ReleaseRefusedError
        If groups were told of before in a way that would give small ones away together with this report.
    InputError
        If the file with quotes is not as it has to be, or a quote leads to a person.
    """
    with whole_folder(folder) as draft:
        inputs = gather(bundle, frame, made_on=made_on, beside=beside)
        beside.releases.publish(list_released(inputs))
        report = build_report(inputs)
        write_report(report, draft)
        carry_waves(folder, draft)
        keep_wave(report, draft)
        names = _add_card(bundle, draft, made_on, beside.baseline)
    return {name: folder / name for name in names}


def write_card_alone(
    bundle: Bundle, folder: Path, *, made_on: date, baseline: Baseline | None = None
) -> Mapping[str, Path]:
    """Write the model card where the report may not go out; what went out before, on other dates, stays.

    Parameters as of :func:`write`.
    """
    with whole_folder(folder) as draft:
        carry_waves(folder, draft)
        names = _add_card(bundle, draft, made_on, baseline)
    return {name: folder / name for name in names}


def _add_card(bundle: Bundle, draft: Path, made_on: date, baseline: Baseline | None) -> list[str]:
    """Write the model card into a folder; return the names of all files of report and card."""
    reference = None if baseline is None else baseline.reference
    write_card(build_card(bundle, made_on=made_on, baseline=reference), draft)
    return sorted(file.name for file in draft.iterdir() if file.is_file())


def gather(bundle: Bundle, frame: Frame, *, made_on: date, beside: Beside = _NOTHING) -> ReportInputs:
    """Score the newest rows and collect what the report speaks of; parameters as of :func:`write`."""
    usecase = bundle.usecase
    scorer = Scorer(bundle)
    target = usecase.target
    columns = feature_columns(frame.latest, bundle.catalogue)
    matrix = bundle.encoder.encode(columns).matrix
    scored = score_cohort(scorer, frame, columns, matrix, beside.objections)
    scored = replace(scored, cuts=show_cuts(frame.latest, usecase, beside.releases))
    evaluation = primary_evaluation(bundle)
    levers = levers_from_json(bundle.evaluation.get("levers", []))
    plans = plan_levers(
        bundle,
        levers,
        matrix,
        scored.revenue if not usecase.privacy.is_about_employees else None,
        numbers(frame.latest, "weight"),
    )
    return ReportInputs(
        usecase=usecase,
        scored=scored,
        drivers=rows_from_json(bundle.drivers),
        evaluation=evaluation,
        model=_model_facts(bundle, frame, beside),
        made_on=made_on,
        snapshot_date=max(frame.facts.snapshot_dates, default=None),
        horizon_days=None if target is None else target.primary.length.days,
        experience=list_series(frame.waves, usecase, releases=beside.releases, baseline=beside.baseline),
        risk_waves=list_risk_waves(scorer, frame, scored.probabilities, evaluation),
        levers=levers,
        priorities=plans.priorities,
        outlooks=plans.outlooks,
        expectations=plans.expectations,
        tables={name: bundle.evaluation[name] for name in _TABLES if name in bundle.evaluation},
        baseline=beside.baseline,
        themes=list_themes(frame, usecase, releases=beside.releases),
        quotes=list_quotes(frame, usecase, beside.quotes),
        actions=beside.actions,
    )


def score_cohort(
    scorer: Scorer,
    frame: Frame,
    columns: Mapping[str, Column],
    matrix: Floats,
    objections: Objections,
) -> ScoredCohort:
    """Score the newest rows; those to be called first get their reasons in words.

    The report speaks of the cohort as a whole, also where single scores are not given.

    Parameters
    ----------
    columns, matrix
        The features of the newest rows, plain and encoded.
    objections
        Those who are not to be listed.
    """
    bundle, latest = scorer.bundle, frame.latest
    entity_ids = tuple(texts(latest, "entity_id"))
    if isinstance(bundle.model, RatingModel):
        answers = add_everyone(
            forecast_answers(bundle.model, matrix, frame, bundle.usecase), bundle.evaluation
        )
        return ScoredCohort(entity_ids, np.zeros(len(matrix)), answers=answers)
    probabilities = bundle.expected(matrix)
    objected = frozenset(objections.since)
    revenue = numbers(latest, "value_revenue")
    cohort = ScoredCohort(entity_ids, probabilities, revenue=revenue, objected=objected)
    if bundle.usecase.target is None or not scorer.is_individual or scorer.doubts:
        return cohort
    called = [int(row) for row in first_to_call(cohort)]
    rows = [row_at(columns, row) for row in called]
    in_words = {language: scorer.score(rows, reasons=_N_REASONS, language=language) for language in LANGUAGES}
    reasons: dict[str, tuple[Label, ...]] = {}
    for place, row in enumerate(called):
        scores = [in_words[language][place].reasons for language in LANGUAGES]
        reasons[entity_ids[row]] = tuple(
            {language: reason.words for language, reason in zip(LANGUAGES, pair, strict=True)}
            for pair in zip(*scores, strict=True)
        )
    described = {entity_ids[row]: _describe(bundle, columns, row) for row in called}
    return replace(cohort, reasons=reasons, described=described)


def list_released(inputs: ReportInputs) -> dict[str, Released]:
    """Return what the report tells of groups, by question."""
    found = {series.question: series.released for series in inputs.experience}
    cuts = inputs.scored.cuts
    found |= {FORECASTS: None if cuts is None else cuts.released}
    for one in inputs.themes:
        found |= one.released
    return {question: released for question, released in found.items() if released is not None}


def primary_evaluation(bundle: Bundle) -> AnyEvaluation:
    """Return the figures of the horizon that reports lead with; the first judged one if it has none."""
    found = HorizonEvaluations.from_json(bundle.evaluation["all_rows"]).lead(bundle.primary_horizon)
    if found is None:
        message = f"{bundle.model_version} holds no figures of any horizon"
        raise ValueError(message)
    return found


def _model_facts(bundle: Bundle, frame: Frame, beside: Beside) -> ModelFacts:
    """Return what is said of the model; who ever answered is not known where all answers are anonymous."""
    facts = bundle.facts
    newest = set(frame.latest.column("entity_id").to_pylist())
    named = set(frame.answers.column("entity_id").to_pylist()) - {None}
    return ModelFacts(
        name=bundle.usecase.name,
        version=bundle.model_version,
        trained_on=beside.trained_on,
        data_from=read_day(facts["data_from"]),
        data_to=read_day(facts["as_of"]),
        answered=len(newest & named) if named else None,
        asked=len(newest) if named else None,
        missing_events=missing_events(facts),
        run_id=beside.run_id,
        drift=beside.drift,
    )


def missing_events(facts: Mapping[str, Any]) -> int | None:
    """Return how many events are missing for more than a simple model; None where there are enough."""
    fit = facts.get("fit")
    if fit is None or not fit["is_pooled"]:
        return None
    return max(1, DEFAULT_RECIPE.pooled_below_events - int(fit["n_events"]))


def _describe(bundle: Bundle, columns: Mapping[str, Any], row: int) -> Label:
    """Return a few words on a customer: the first categories that are context."""
    context: list[Feature] = [
        feature for feature in bundle.catalogue if feature.role == "context" and feature.kind == "category"
    ]
    words = [columns[feature.name][row] for feature in context[:_N_DESCRIBED]]
    text = ", ".join(word for word in words if word)
    return dict.fromkeys(LANGUAGES, text)
