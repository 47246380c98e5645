"""Verb ``train``: build, fit, evaluate, explain, report, register."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from features.failpoints import reach
from features.frame import Frame
from features.progress import Report, silent
from features.usecase import UseCase
from training.assessment import RatingForecasts, primary_outcomes, tell_competing
from training.breakdown import tell_breakdown
from training.bundle import Bundle, load, save
from training.console import Console
from training.disclosure import ReleaseRefusedError
from training.evaluation import AnyEvaluation, RatingEvaluation
from training.frozen import find_baseline
from training.learning import Learned, learn
from training.promotion import Candidate, KeptBack
from training.promotion.kept_back import FILE_NAME
from training.registry import (
    CHALLENGER,
    DatasetNote,
    RegisteredBundle,
    RunLog,
    Standing,
    connect,
    record,
    record_below,
    register,
    set_alias,
    settle_alias,
    tracked_run,
)
from training.runs.build import build_in
from training.runs.description import describe_findings, describe_meaning, describe_pages, tell_next
from training.runs.driver_artifacts import draw_dependence, write_driver_tables
from training.runs.drivers import describe_levers
from training.runs.figures import (
    draw_answers,
    draw_beeswarm,
    draw_calibration,
    draw_discrimination,
    draw_learning_curve,
    draw_lift,
)
from training.runs.money import describe_worth, money_figures, money_metrics
from training.runs.population import population_metrics
from training.runs.promoting import FOLDER, Decision, check_against, decide, hold_contest
from training.runs.releases import Releases
from training.runs.report import Beside, missing_events, primary_evaluation, write_card_alone, write_in
from training.runs.retraining import Call, ask_rules
from training.runs.themes import list_quotes
from training.runs.workspace import Workspace, load_usecase
from training.scoring import check_canary
from training.statistics import Estimate
from training.tuning import Budget, SearchPlan, Trial

AUTO = "auto"
DUE = "due"
_EVENT_METRICS = ("log_loss", "brier", "auc", "pr_auc", "ece")
_RATING_METRICS = ("rps", "mae", "rmse", "bias", "rank_correlation", "coverage", "width")


@dataclass(frozen=True)
class Trained:
    """Hold the outcome of a training: what was learned, and the files that hold it."""

    frame: Frame
    learned: Learned
    bundle: Bundle
    frame_folder: Path
    bundle_folder: Path
    report_files: Mapping[str, Path]

    @cached_property
    def kept_back(self) -> KeptBack:
        """Return the forecasts of rows kept back; the run and the contest hold the same."""
        learned = self.learned
        return KeptBack.of(learned.rows, learned.assessment.forecasts, self.bundle.usecase)

    @property
    def evaluation(self) -> AnyEvaluation:
        """Return the figures of the horizon that reports lead with."""
        return primary_evaluation(self.bundle)

    @property
    def horizon(self) -> str:
        """Return the horizon that reports lead with."""
        return self.bundle.primary_horizon


def run(
    console: Console, usecase: str, data: str, out: str, seed: int, tune: str, promote: str, when: str
) -> None:
    """Train, log to MLflow, register and, if it earns it, promote; or say why nothing asks for it."""
    budget = Budget.parse(tune)
    plan = None if budget is None else SearchPlan(budget, _record_trial)
    spec = load_usecase(usecase, data)
    workspace = Workspace(Path(out))
    connect(workspace.folder)
    standing = settle_alias(spec.name)
    today = datetime.now(UTC).date()
    frame, call = None, None
    if when == DUE:
        frame = build_in(workspace, spec, report=console.report)
        call = ask_rules(workspace, spec, standing, frame, today)
        if not call.is_due:
            lines = [f"not trained: {spec.name} is not due", *(f"  {reason}" for reason in call.reasons)]
            console.result("\n".join(lines), {"usecase": spec.name, "trained": False, **call.to_json()})
            return
        console.report(f"training is due: {'; '.join(call.reasons)}")
    with tracked_run(f"train {spec.name}") as run_id:
        trained = train(
            spec,
            workspace,
            seed=seed,
            made_on=today,
            run_id=run_id,
            plan=plan,
            frame=frame,
            report=console.report,
        )
        console.report("logging to MLflow")
        registered = log(trained, seed, run_id)
    console.report("comparing with the champion")
    decision = settle(trained, registered, standing, promote)
    lines = [*describe(trained, registered, decision), *_tell_call(call)]
    content = to_json(trained, registered, decision) | {"trained": True}
    console.result("\n".join(lines), content if call is None else content | call.to_json())


def train(
    usecase: UseCase,
    workspace: Workspace,
    *,
    seed: int,
    made_on: date,
    run_id: str | None = None,
    plan: SearchPlan | None = None,
    frame: Frame | None = None,
    report: Report = silent,
) -> Trained:
    """Build, learn, save the bundle and write the report; needs no tracking server.

    Parameters
    ----------
    made_on
        The day that the report shows.
    run_id
        The run that the report names.
    plan
        The search for a better recipe, if there is to be one.
    frame
        The feature table, where it has just been built; it is built when absent.

    Raises
    ------
    InputError
        If spec or data have to be mended.
    """
    # Read first: a baseline that somebody changed is told before hours of work, not after.
    frozen = find_baseline(workspace.baselines(usecase.name))
    # So are smaller groups than were promised: no model is trained with them, and none answers with them.
    releases = Releases.of(usecase, workspace.releases(usecase.name))
    if frame is None:
        frame = build_in(workspace, usecase, report=report)
    list_quotes(frame, usecase, workspace.quotes(usecase.name))  # a fault in them is told before hours go by
    reach("frame.built")
    learned = learn(frame, usecase, seed=seed, plan=plan, report=report)
    reach("model.learned")
    folder = workspace.bundle(usecase.name)
    bundle = save_privately(learned)
    save(learned.parts, folder)
    reach("bundle.saved")
    report("writing the report")
    beside = Beside(trained_on=made_on, run_id=run_id, baseline=frozen, releases=releases)
    files = _write_report(workspace, bundle, frame, made_on, beside, report)
    reach("report.written")
    return Trained(frame, learned, bundle, workspace.frame(usecase.name), folder, files)


def _write_report(
    workspace: Workspace, bundle: Bundle, frame: Frame, made_on: date, beside: Beside, report: Report
) -> Mapping[str, Path]:
    """Write the report, or only the card where people at work were told of in another way before."""
    try:
        return write_in(workspace, bundle, frame, made_on=made_on, beside=beside)
    except ReleaseRefusedError as refusal:
        report(f"the report is withheld, the model is not: {refusal}")
        folder = workspace.reports(bundle.usecase.name)
        return write_card_alone(bundle, folder, made_on=made_on, baseline=beside.baseline)


def _tell_call(call: Call | None) -> list[str]:
    """Return why it was trained, a line each."""
    return [] if call is None else [f"  trained since: {reason}" for reason in call.reasons]


def _record_trial(trial: Trial) -> None:
    """Write a trial of the search as a run below the open one."""
    figures = {"log_loss": trial.loss, "seconds": trial.seconds}
    record_below(f"trial {trial.number}", trial.parameters, figures)


def save_privately(learned: Learned) -> Bundle:
    """Return the bundle as saved and loaded; in a place that no other training writes to meanwhile."""
    with tempfile.TemporaryDirectory() as scratch:
        save(learned.parts, Path(scratch) / "bundle")
        bundle = load(Path(scratch) / "bundle")
    check_canary(bundle)
    return bundle


def log(trained: Trained, seed: int, run_id: str) -> RegisteredBundle:
    """Write parameters, metrics, data set, figures, report and bundle to the open run, and register it."""
    learned, usecase = trained.learned, trained.bundle.usecase
    with tempfile.TemporaryDirectory() as scratch:
        folder, kept_back = Path(scratch) / usecase.name, Path(scratch) / FILE_NAME
        save(learned.parts, folder)
        trained.kept_back.write(kept_back)
        tables = write_driver_tables(trained.bundle, Path(scratch))
        record(_describe_run(trained, seed, folder, kept_back, tables))
        reach("run.recorded")
        return register(folder, run_id)


def _describe_run(
    trained: Trained, seed: int, folder: Path, kept_back: Path, driver_tables: list[Path]
) -> RunLog:
    """Return what the run leaves in MLflow beside the model."""
    facts = trained.frame.facts
    plain = [folder / f"{name}.json" for name in ("evaluation", "drivers", "facts")]
    return RunLog(
        # "usecase" is taken: mlflow run logs the parameters of the entry point, there it is the file.
        parameters={
            "usecase_name": facts.usecase,
            "spec_hash": facts.spec_hash,
            "seed": seed,
            "rows": facts.row_count,
            "entities": facts.entity_count,
            "events": facts.event_count,
            "features": len(facts.catalogue.names),
            "members": ", ".join(f"{m.name} {m.weight:.2f}" for m in trained.learned.fitted.facts.members),
        },
        metrics=_metrics(trained),
        tags={"usecase": facts.usecase, "model_version": trained.bundle.model_version},
        dataset=DatasetNote(facts.usecase, facts.digest, trained.frame_folder, facts.catalogue),
        files={
            "report": list(trained.report_files.values()),
            FOLDER: [*plain, kept_back],
            "drivers": driver_tables,
        },
        figures=_figures(trained),
    )


def _metrics(trained: Trained) -> dict[str, float]:
    """Return the figures of all horizons, each with the ends of its interval."""
    metrics: dict[str, float] = {}
    for horizon, evaluation in trained.learned.assessment.all_rows.by_horizon.items():
        names = _RATING_METRICS if isinstance(evaluation, RatingEvaluation) else _EVENT_METRICS
        for name in names:
            estimate = getattr(evaluation, name)
            metrics[f"{name}.{horizon}"] = estimate.value
            metrics[f"{name}.{horizon}.low"] = estimate.low
            metrics[f"{name}.{horizon}.high"] = estimate.high
    metrics |= population_metrics(trained.learned.assessment.population)
    return metrics | money_metrics(trained.bundle.evaluation)


def _figures(trained: Trained) -> dict[str, Figure]:
    """Draw calibration at the primary horizon, lift of events, attributions, and the learning curve."""
    learned, evaluation = trained.learned, trained.evaluation
    forecasts = learned.assessment.forecasts
    contributions, values = learned.explanation.contributions, learned.explanation.values
    title = f"Calibration, {trained.horizon}"
    figures = {
        "figures/shap_beeswarm.png": draw_beeswarm(contributions, values, trained.bundle.catalogue.names),
        "figures/shap_dependence.png": draw_dependence(contributions, values, trained.bundle),
    }
    curve = trained.bundle.evaluation["learning_curve"]
    if curve["state"] == "judged":
        figures["figures/learning_curve.png"] = draw_learning_curve(curve)
    spread = f"Discrimination, {trained.horizon}"
    if isinstance(evaluation, RatingEvaluation) or isinstance(forecasts, RatingForecasts):
        if isinstance(forecasts, RatingForecasts):
            drawn = draw_discrimination(forecasts.target, forecasts.answers.value, spread)
            figures["figures/discrimination.png"] = drawn
        return {"figures/calibration.png": draw_answers(evaluation.bins, title), **figures}
    labels, probability = primary_outcomes(learned.rows, forecasts)
    lift = draw_lift(evaluation, labels, probability, title=f"Lift, {trained.horizon}")
    return {
        "figures/calibration.png": draw_calibration(evaluation, title),
        "figures/lift.png": lift,
        "figures/discrimination.png": draw_discrimination(labels, probability, spread),
        **money_figures(trained.bundle.evaluation),
        **figures,
    }


def settle(trained: Trained, registered: RegisteredBundle, standing: Standing, promote: str) -> Decision:
    """Compare the new version with the champion, and let it take that place if it may and should.

    Every new version becomes challenger. It becomes champion if asked to, if the gate lets it pass, and if
    the champion is still the one of ``standing``, which was read before the training began.
    """
    set_alias(registered.usecase, CHALLENGER, registered.version)
    reach("challenger.named")
    learned, bundle = trained.learned, trained.bundle
    contest = hold_contest(standing, Candidate(registered.version, bundle, trained.kept_back), learned.rows)
    checks = check_against(standing, bundle, contest)
    if promote != AUTO:
        return Decision(is_champion=False, checks=checks, contest=contest, why_not=("it was not asked for",))
    return decide(standing, registered, checks, contest)


def describe(trained: Trained, registered: RegisteredBundle, decision: Decision) -> list[str]:
    """Return what a person wants to know of a training, a line each."""
    evaluation = trained.evaluation
    state = "champion" if decision.is_champion else "challenger"
    lines = [
        f"{state} of {registered.usecase}: version {registered.version} ({registered.model_version})",
        *decision.lines,
        f"{trained.horizon}: {evaluation.summary}",
    ]
    lines += [
        f"  against {name}: {comparison.loss_name} differs by {comparison.loss}, {_judge(comparison.loss)}"
        for name, comparison in evaluation.baselines.items()
    ]
    competing = tell_competing(trained.bundle)
    lines += [] if competing is None else [competing]
    lines += describe_worth(trained.bundle)
    lines += tell_breakdown(trained.bundle.evaluation)
    lines += describe_levers(trained.bundle)
    tuning = trained.learned.tuning
    lines += [] if tuning is None else [tuning.summary]
    missing = missing_events(trained.bundle.facts)
    if missing is not None:
        few = f"few cases: the model is the linear one alone; {missing} more with the outcome bring in trees"
        lines.append(few)
    population = trained.learned.assessment.population
    lines += [] if population is None else [f"  {line}" for line in population.summary]
    lines += describe_meaning(trained.bundle.usecase)
    lines += describe_findings(trained.frame.facts.findings)
    lines += describe_pages(trained.report_files)
    return [*lines, *tell_next(registered.usecase, is_champion=decision.is_champion)]


def _judge(difference: Estimate) -> str:
    """Say what a difference of losses means."""
    return "better" if difference.high < 0 else "worse" if difference.low > 0 else "not clearly better"


def to_json(trained: Trained, registered: RegisteredBundle, decision: Decision) -> dict[str, Any]:
    """Return the same as plain values."""
    return {
        "usecase": registered.usecase,
        "version": registered.version,
        "model_version": registered.model_version,
        "run_id": registered.run_id,
        **decision.to_json(),
        "horizon": trained.horizon,
        "evaluation": trained.evaluation.to_json(),
        "money": trained.bundle.evaluation.get("money"),
        "bundle": str(trained.bundle_folder),
        "report": {name: str(file) for name, file in trained.report_files.items()},
    }
