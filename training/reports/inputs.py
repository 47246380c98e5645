"""What a report is built from: typed values in, nothing read from files, clocks or trackers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from features.usecase import UseCase
from training.actions import Actions
from training.disclosure import ShownCuts
from training.drivers import DriverRow, Outlook, Priorities, WhatIfGrid
from training.evaluation import AnyEvaluation, Measure, PopulationValue, RatingEvaluation
from training.frozen import Baseline
from training.levers import Lever
from training.pages import Kind, Label, Subject, kind_of, subject_of
from training.reports.waves import WavePoint, WaveSeries
from training.statistics import Estimate, Floats
from training.themes import MeasuredThemes, Quote

Drift = Literal["not checked", "no alert", "alerts"]


@dataclass(frozen=True)
class AnswerForecast:
    """Hold what everybody is expected to answer, and what those who answered did say.

    Attributes
    ----------
    measure
        ``satisfied`` (share of good answers), ``nps`` or ``mean``: what the report leads with.
    values, variances
        Shape (entities,): mean and variance of what each is expected to count for in the measure.
    given
        The measure over those who answered; ``n`` = answers. None where nobody did of late.
    silent
        How many of the cohort never answered; None where that is not known.
    everyone
        The measure over everybody who was asked, corrected for silence; None where that was not judged.
    """

    measure: Measure
    values: Floats
    variances: Floats
    given: Estimate | None = None
    silent: int | None = None
    everyone: PopulationValue | None = None


@dataclass(frozen=True)
class ScoredCohort:
    """Hold the newest row of each entity with its score.

    Attributes
    ----------
    probabilities
        Shape (entities,): calibrated probability at the primary horizon; zeros where answers are forecast.
    revenue
        Shape (entities,): yearly revenue in EUR, NaN where unknown; None when the use case gives no value.
    reasons
        Per entity the main reasons in words, strongest first, per language; needed for the entities of
        :func:`~training.reports.first_to_call` only.
    described
        Per entity a few words beside its name (segment, region), per language.
    answers
        What everybody is expected to answer, where that is forecast.
    cuts
        The declared cuts of these entities, and which of their groups may be shown; None where none is
        declared.
    objected
        Those who objected to being scored: counted with all others, never listed.
    """

    entity_ids: tuple[str, ...]
    probabilities: Floats
    revenue: Floats | None = None
    reasons: Mapping[str, tuple[Label, ...]] = field(default_factory=dict)
    described: Mapping[str, Label] = field(default_factory=dict)
    answers: AnswerForecast | None = None
    cuts: ShownCuts | None = None
    objected: Collection[str] = frozenset()


@dataclass(frozen=True)
class ModelFacts:
    """Hold what is said of the model and its data.

    Attributes
    ----------
    data_from, data_to
        First and last snapshot that the model was trained and tested on; None for a flat table.
    trained_on
        The day of the training; None where no run tells it.
    answered, asked
        People of the cohort with at least one survey answer, and people in the cohort; None where no answer
        has a name.
    missing_events
        How many events are missing for more than a simple model; None where there are enough.
    run_id
        The run that trained the model, by which its figures are found; None outside of a run.
    drift
        Whether the data of the report still look like those that the model learned from: what monitoring
        found of this model on this day, if it looked.
    """

    name: str
    version: str
    trained_on: date | None
    data_from: date | None = None
    data_to: date | None = None
    answered: int | None = None
    asked: int | None = None
    missing_events: int | None = None
    run_id: str | None = None
    drift: Drift = "not checked"


@dataclass(frozen=True)
class ReportInputs:
    """Hold everything a report needs.

    Attributes
    ----------
    evaluation
        What test rows say of the model at the primary horizon; it decides whether a forecast is shown.
    horizon_days
        The primary horizon; None for a flat table without one.
    made_on
        The day the report is made; passed in, so that equal inputs give equal bytes.
    experience
        Series of NPS, CES, ... from :func:`~training.reports.build_series`; the first two are shown beside
        the forecast, and of each it is said what its change is made of.
    risk_waves
        Mean forecast of the cohort at earlier snapshots up to the newest, oldest first, each named by its day
        (ISO); may be empty.
    levers
        What is known of each declared lever.
    priorities
        The offered ones in order of what meeting their goals is expected to bring; None where none is
        declared.
    outlooks
        By offered lever what smaller plans are expected to bring.
    expectations
        By lever what the model expects if its goal were met.
    tables
        ``quadrants``, ``views``, ``driver_segments`` and ``beliefs`` of the bundle, as plain values.
    baseline
        The frozen baseline that the report refers to, if there is one.
    themes
        What people wrote about, by source.
    quotes
        What people reworded and approved.
    actions
        What was tried, and what it changed; None where nothing was.
    """

    usecase: UseCase
    scored: ScoredCohort
    drivers: tuple[DriverRow, ...]
    evaluation: AnyEvaluation
    model: ModelFacts
    made_on: date
    snapshot_date: date | None = None
    horizon_days: int | None = None
    experience: tuple[WaveSeries, ...] = ()
    risk_waves: tuple[WavePoint, ...] = ()
    levers: tuple[Lever, ...] = ()
    priorities: Priorities | None = None
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)
    expectations: Mapping[str, WhatIfGrid] = field(default_factory=dict)
    tables: Mapping[str, Any] = field(default_factory=dict)
    baseline: Baseline | None = None
    themes: tuple[MeasuredThemes, ...] = ()
    quotes: tuple[Quote, ...] = ()
    actions: Actions | None = None

    @property
    def subject(self) -> Subject:
        """Return whose rows these are; just cases where a flat table does not say."""
        return subject_of(self.usecase)

    @property
    def kind(self) -> Kind:
        """Return what the report is about: it decides on its words."""
        return kind_of(self.usecase, is_answer=isinstance(self.evaluation, RatingEvaluation))

    @property
    def is_good(self) -> bool:
        """Say whether more of what is forecast is better: of an answer, and of an event that is wanted."""
        return self.kind in {"satisfaction", "good"}
