"""The report as data: one frozen dataclass per section; its JSON is the contract, pages are views of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from features.usecase import Language, Metric, Role
from training.actions import Actions
from training.beliefs import BeliefCheck
from training.drivers import Direction, EvidenceGrade, Goal, IntervalMethod
from training.evaluation import CalibrationBin, Measure, Problem, RatingBin
from training.pages import Kind, Label, Subject
from training.pages.charts.axes import Axis
from training.reports.baseline import SinceBaseline
from training.reports.calls import Calls
from training.reports.changes import WaveChange
from training.reports.driver_tables import Places, SegmentTable, Views
from training.reports.first_steps import FirstSteps
from training.reports.heat import HeatMap
from training.reports.inputs import Drift
from training.reports.prospects import Prospects
from training.reports.themes import Themes
from training.reports.waves import Told, WavePoint
from training.statistics import Estimate, plain_values
from training.statistics.composition import Verdict as ChangeVerdict

FORMAT_VERSION = 1

RatingKpi = Literal[
    "expected_satisfied",
    "expected_nps",
    "expected_mean",
    "given_satisfied",
    "given_nps",
    "given_mean",
    "corrected_satisfied",
    "corrected_nps",
    "corrected_mean",
]
KpiKind = Literal["expected_share", "expected_loss"] | RatingKpi | Metric
Unit = Literal["share", "eur", "points", "rating"]
Change = Literal["first wave", "no clear change", "better", "worse", "unconfirmed"]
Verdict = Literal["good", "rough", "unusable"]
Topic = Literal[
    "forecast",
    "answer",
    "silent",
    "corrected",
    "few_events",
    "range",
    "loss",
    "drivers",
    "context",
    "trend",
    "survey",
    "changes",
    "themes",
    "decision",
]


@dataclass(frozen=True)
class Bound:
    """Hold how far a value could be off if silence also depends on what the silent think.

    Attributes
    ----------
    low, high
        The ends if it does as strongly as on what is known to keep people from answering.
    worst, best
        The ends whatever the silent think.
    """

    low: float
    high: float
    worst: float
    best: float


@dataclass(frozen=True)
class Header:
    """Say what the report is about: section 0.

    Attributes
    ----------
    event
        What they do who have the event, after "they"; empty where people leave or answers are forecast.
    model_age_days
        Days from the newest data that the model learned from to the newest data it is asked about; None where
        data have no date.
    is_model_old
        Whether that is so long that people and business may have changed.
    """

    kind: Kind
    subject: Subject
    usecase: str
    label: Label
    event: Label
    languages: tuple[Language, ...]
    snapshot_date: date | None
    made_on: date
    is_simulated: bool
    model_age_days: int | None
    is_model_old: bool


@dataclass(frozen=True)
class ExpectedAnswer:
    """Say what everybody is expected to answer, beside what those who answered said.

    Attributes
    ----------
    expected
        Over the whole cohort; absent when the model is not usable.
    given
        Over answers; ``n`` counts them.
    silent
        How many of the cohort never answered.
    """

    measure: Measure
    unit: Unit
    expected: Estimate | None
    given: Estimate | None
    silent: int | None
    corrected: Estimate | None = None
    bound: Bound | None = None


@dataclass(frozen=True)
class Headline:
    """Say in one sentence how much is at stake, or that no forecast can be given: section 1.

    Attributes
    ----------
    people
        How many are in the cohort: the denominator.
    expected_share, expected_count
        How many of them are expected to have the event; absent when the model is not usable.
    expected_loss
        Their yearly revenue in EUR; absent without values, for employees, or when the model is not usable.
    answer
        What is expected where an answer is forecast.
    auc
        Ranking quality where an event is forecast.
    """

    is_usable: bool
    horizon_days: int | None
    people: int
    expected_share: Estimate | None
    expected_count: Estimate | None
    expected_loss: Estimate | None
    answer: ExpectedAnswer | None
    auc: Estimate | None


@dataclass(frozen=True)
class Kpi:
    """Hold one card of section 2: value, likely range, waves, change since the last wave.

    Attributes
    ----------
    whole
        What the value is a part of, in EUR; for the expected loss only.
    change
        Newest wave minus the one before; shares as 0..1, NPS in points.
    verdict
        ``better`` and ``worse`` only where the range of the change holds no 0. A survey metric is ``better``
        only where minds changed, else ``unconfirmed``.
    bound
        How far silence could move the value; for what is corrected for silence only.
    reason
        Why a rise is not confirmed; None where nobody can say who answered or belonged.
    counts_people
        Whether ``n`` counts people, each once in a wave; else answers.
    survey
        Name of the survey where several ask the same question.
    open_wave
        A wave whose people are still answering, left out.
    told
        ``under`` and ``over`` where the value is only a bound; see
        :class:`~training.reports.waves.WavePoint`.
    """

    kind: KpiKind
    unit: Unit
    value: Estimate
    whole: float | None
    waves: tuple[WavePoint, ...]
    change: Estimate | None
    verdict: Change
    bound: Bound | None = None
    reason: ChangeVerdict | None = None
    counts_people: bool = False
    survey: str | None = None
    open_wave: str | None = None
    told: Told = "exact"


@dataclass(frozen=True)
class DriverLine:
    """Hold one row of section 3.

    Attributes
    ----------
    goal_unit
        The unit of the goal per language; None where it has none.
    people_missing_goal
        How many of those with a value miss the goal today; None with weights, where rows are no count.
    may_swap_with
        Names of rows shown here whose order against this one is open.
    is_unclear
        True when the range reaches down to nothing.
    is_against_goal
        True when what its goal asks for goes with the worse outcome.
    is_opposite_alone
        True when the outcome itself goes the other way, with nothing held equal.
    turns_at
        The value at which the direction turns; None where it holds throughout.
    rank_low, rank_high
        Best and worst place that the data allow among all drivers, all places together; None in bundles made
        before.
    """

    name: str
    label: Label
    role: Role | None
    share: Estimate
    direction: Direction
    goal: Goal | None
    goal_unit: Label | None
    goal_met: Estimate | None
    people_missing_goal: int | None
    may_swap_with: tuple[Label, ...]
    is_unclear: bool
    is_against_goal: bool
    is_opposite_alone: bool
    turns_at: float | None
    rank_low: int | None
    rank_high: int | None
    may_be_top_three: bool | None
    evidence_grade: EvidenceGrade


@dataclass(frozen=True)
class Associations:
    """Show what goes with leaving or with satisfaction: section 3.

    Attributes
    ----------
    signs
        Warning signs: signals and mediators; a symptom is never offered as a lever.
    others
        The largest features that no driver claims.
    context, context_share
        What is taken into account but cannot be changed, and its part of the explanation.
    rest_count, rest_share
        How many further features no driver claims, and their part of the explanation.
    scale
        Largest upper end of all ranges shown: the right edge of every bar.
    """

    levers: tuple[DriverLine, ...]
    signs: tuple[DriverLine, ...]
    others: tuple[DriverLine, ...]
    context: tuple[Label, ...]
    context_share: float
    rest_count: int
    rest_share: float
    scale: float
    interval_method: IntervalMethod


@dataclass(frozen=True)
class Trust:
    """Say how far the forecast can be trusted: section 9.

    Attributes
    ----------
    level_gap
        Size of the difference between mean forecast and observed share on test rows, 0..1.
    level_gap_top_tenth
        The same in the tenth with the highest forecasts.
    agrees
        True when the share of bins whose range misses the forecast is no more than chance would give.
    """

    verdict: Verdict
    problems: tuple[Problem, ...]
    auc: Estimate
    level_gap: Estimate
    level_gap_top_tenth: Estimate
    capture_top_tenth: Estimate
    bins: tuple[CalibrationBin, ...]
    agrees: bool
    tested_rows: int
    tested_events: int
    data_from: date | None
    data_to: date | None
    answered: int | None
    asked: int | None
    answered_share: float | None
    model_name: str
    model_version: str
    trained_on: date | None
    drift: Drift
    run_id: str | None


@dataclass(frozen=True)
class RatingTrust:
    """Say how far forecasts of answers can be trusted: section 9.

    Attributes
    ----------
    pairs
        In how many of 100 pairs forecast and answer put two cases into the same order, as 0..1; worked out
        from the rank correlation as if both were normal.
    coverage, width
        Share of answers inside their 90 % range, and its mean width.
    error
        Mean absolute error of the expected answer.
    agrees
        True when the share of bins whose range misses the forecast is no more than chance would give.
    """

    verdict: Verdict
    problems: tuple[Problem, ...]
    rank_correlation: Estimate
    pairs: Estimate
    coverage: Estimate
    width: Estimate
    error: Estimate
    bins: tuple[RatingBin, ...]
    axis: Axis
    agrees: bool
    tested_rows: int
    silent_rows: int
    data_from: date | None
    data_to: date | None
    answered: int | None
    asked: int | None
    answered_share: float | None
    model_name: str
    model_version: str
    trained_on: date | None
    drift: Drift
    run_id: str | None


@dataclass(frozen=True)
class Method:
    """Name the numbered sentences of section 11, in order.

    Parameters
    ----------
    missing_events
        How many events are missing for more than a simple model; None where there are enough.
    """

    topics: tuple[Topic, ...]
    missing_events: int | None = None


@dataclass(frozen=True)
class Report:
    """Hold the whole report; a section that does not apply is None and appears nowhere."""

    header: Header
    headline: Headline
    kpis: tuple[Kpi, ...]
    baseline: SinceBaseline | None
    first_steps: FirstSteps | None
    associations: Associations | None
    places: Places | None
    views: Views | None
    changes: tuple[WaveChange, ...]
    segments: tuple[SegmentTable, ...]
    heat: HeatMap | None
    prospects: Prospects | None
    beliefs: BeliefCheck | None
    themes: Themes | None
    trust: Trust | RatingTrust
    calls: Calls | None
    method: Method
    actions: Actions | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values: dates as ISO text, NaN as null, tuples as lists."""
        return {"format": "xm-predict report", "format_version": FORMAT_VERSION, **plain_values(self)}
