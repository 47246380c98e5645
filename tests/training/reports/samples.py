"""Sample inputs of reports: fixed, small, in the shape of real ones."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np

from features.usecase import UseCase, parse
from tests.training.reports.wave_samples import Answers, make_rows, people
from training.drivers import DriverRow, Goal
from training.evaluation import (
    AnswerForecasts,
    Evaluation,
    Measure,
    PopulationValue,
    RatingEvaluation,
    evaluate,
    evaluate_ratings,
)
from training.pages import Label
from training.reports import (
    AnswerForecast,
    ModelFacts,
    ReportInputs,
    ScoredCohort,
    WavePoint,
    WaveRows,
    WaveSeries,
    build_series,
)
from training.statistics import Estimate

SNAPSHOTS = tuple(f"2026-{month:02}-01" for month in range(6, 12))
CHURN: Label = {"en": "Customer churn", "de": "Kundenabwanderung"}
ATTRITION: Label = {"en": "Employees leaving", "de": "Weggang von Beschäftigten"}


def usecase(subject: str = "customer") -> UseCase:
    return parse(
        {
            "version": 1,
            "name": "churn",
            "label": ATTRITION if subject == "employee" else CHURN,
            "simulated": True,
            "table": {"file": "customers.csv", "label": "left", "positive": "Yes"},
            "privacy": {"subject": subject},
        },
        "churn.yaml",
    )


def driver(
    name: str, role: str | None, english: str, german: str, share: tuple[float, float, float], **more
) -> DriverRow:
    return DriverRow(
        **{
            "name": name,
            "role": role,
            "label": {"en": english, "de": german},
            "share": Estimate(*share, n=5000),
            "interval_method": "half-sample refits and entity bootstrap",
            "direction": "higher",
            "main_feature": f"o_{name}.mean_90d",
            "features": (f"o_{name}.mean_90d",),
            **more,
        }
    )


def goal(comparison: str, bound: float, unit: str | None) -> Goal:
    return Goal("o_any.mean_90d", comparison, bound, unit)


DRIVERS = (
    driver(
        "resolution",
        "lever",
        "Time to resolve tickets",
        "Bearbeitungszeit von Tickets",
        (0.27, 0.22, 0.32),
        goal=goal("<=", 24, "hours"),
        goal_met=Estimate(0.41, 0.39, 0.43, n=2882),
    ),
    driver("tenure", "context", "Age of contract", "Vertragsdauer", (0.14, 0.11, 0.17), direction="lower"),
    driver(
        "ease",
        "mediator",
        "Ease of getting help",
        "Leichtigkeit, Hilfe zu bekommen",
        (0.12, 0.09, 0.15),
        direction="lower",
        goal=goal(">=", 5, None),
        goal_met=Estimate(0.62, 0.60, 0.64, n=1771),
        may_swap_with=("usage",),
    ),
    driver(
        "deliveries",
        "lever",
        "Late deliveries",
        "Verspätete Lieferungen",
        (0.11, 0.08, 0.14),
        goal=goal("<=", 0.1, "share"),
        goal_met=Estimate(0.5, 0.48, 0.52, n=2882),
        may_swap_with=("disputes",),
    ),
    driver(
        "usage",
        "signal",
        "Usage trend",
        "Nutzungstrend",
        (0.10, 0.07, 0.13),
        direction="lower",
        may_swap_with=("ease",),
    ),
    driver(
        "disputes",
        "lever",
        "Billing disputes",
        "Rechnungsstreitfälle",
        (0.07, 0.04, 0.10),
        goal=goal("=", 0, None),
        goal_met=Estimate(0.73, 0.71, 0.75, n=2882),
        may_swap_with=("deliveries",),
    ),
    driver(
        "o_customers.seats", None, "Customers seats", "Customers seats", (0.06, 0.03, 0.09), direction="mixed"
    ),
    driver("region", "context", "Region", "Region", (0.05, 0.02, 0.08), direction="groups"),
    driver("tone", "signal", "Tone of comments", "Ton der Kommentare", (0.04, 0.01, 0.07), direction="lower"),
    driver(
        "onboarding",
        "lever",
        "Onboarding call held",
        "Onboarding-Gespräch geführt",
        (0.02, 0.0, 0.05),
        direction="lower",
        goal=goal(">=", 1, "days"),
        goal_met=Estimate(0.53, 0.51, 0.55, n=2882),
    ),
    driver(
        "o_customers.plan", None, "Customers plan", "Customers plan", (0.01, 0.0, 0.03), direction="groups"
    ),
    driver("o_invoices.count", None, "Invoices count", "Invoices count", (0.01, 0.0, 0.02)),
)


def cohort(size: int = 2882) -> ScoredCohort:
    random = np.random.default_rng(7)
    identifiers = tuple(f"K-{12000 + number}" for number in range(size))
    segment: Label = {"en": "Enterprise, South", "de": "Großkunden, Süd"}
    words: tuple[Label, ...] = (
        {
            "en": "Time to resolve tickets (average of 90 days: 59 hours)",
            "de": "Bearbeitungszeit von Tickets (Mittel aus 90 Tagen: 59 Stunden)",
        },
        {
            "en": "Late deliveries (share of 90 days: 34%)",
            "de": "Verspätete Lieferungen (Anteil aus 90 Tagen: 34\u00a0%)",
        },
        {"en": "Usage trend (−21%)", "de": "Nutzungstrend (−21\u00a0%)"},
    )
    return ScoredCohort(
        entity_ids=identifiers,
        probabilities=random.beta(0.8, 8.0, size=size),
        revenue=np.round(random.lognormal(9.6, 0.8, size=size), -2),
        reasons={identifier: words for identifier in identifiers},  # noqa: C420  # values are mappings
        described={identifier: segment for identifier in identifiers},  # noqa: C420  # as above
    )


@cache
def _judged() -> Evaluation:
    random = np.random.default_rng(3)
    forecasts = random.beta(0.8, 8.0, size=4000)
    outcomes = (random.random(4000) < forecasts).astype(float)
    return evaluate(outcomes, forecasts, n_draws=50)


def evaluation(**more) -> Evaluation:
    figures = {
        "auc": Estimate(0.79, 0.76, 0.82, n=4000),
        "level_error": Estimate(0.011, 0.002, 0.02, n=4000),
        "level_error_top_tenth": Estimate(-0.01, -0.04, 0.02, n=400),
        "capture": {"10%": Estimate(0.4, 0.35, 0.45, n=4000)},
    }
    return replace(_judged(), **{**figures, **more})


@cache
def experience_rows() -> tuple[WaveRows, ...]:
    """Return six quarters in which a part of 2,000 customers answers; some leave, some join."""
    random = np.random.default_rng(11)
    names = people("k", 2000)
    starts, ends = random.integers(-8, 6, 2000), random.integers(1, 14, 2000)
    mind = random.normal(0, 1.4, size=2000)
    likely: list[Answers] = []
    easy: list[Answers] = []
    cohorts = []
    for wave in range(6):
        is_member = (starts <= wave) & (ends > wave)
        answers = is_member & (random.random(2000) < 0.6)
        rating = 6.6 + 0.15 * wave + mind + random.normal(0, 1.9, 2000)
        ease = 4.9 + 0.05 * wave + 0.5 * mind + random.normal(0, 1.2, 2000)
        worth = np.select([np.round(rating) >= 9, np.round(rating) <= 6], [100.0, -100.0], 0.0)
        likely.append({names[row]: worth[row] for row in np.flatnonzero(answers)})
        easy.append({names[row]: float(np.round(ease[row]) >= 5) for row in np.flatnonzero(answers)})
        cohorts.append([names[row] for row in np.flatnonzero(is_member)])
    return (
        make_rows(likely, members=cohorts),
        make_rows(easy, members=cohorts, metric="ces"),
    )


@cache
def _experience() -> tuple[WaveSeries, ...]:
    return tuple(series for rows in experience_rows() if (series := build_series(rows)) is not None)


def inputs(**more) -> ReportInputs:
    levels = (0.105, 0.101, 0.099, 0.098, 0.097, 0.091)
    return ReportInputs(
        **{
            "usecase": usecase(),
            "scored": cohort(),
            "drivers": DRIVERS,
            "evaluation": evaluation(),
            "model": ModelFacts(
                "churn-90d",
                "v12",
                date(2026, 11, 20),
                date(2025, 7, 1),
                date(2026, 10, 1),
                answered=1771,
                asked=2882,
            ),
            "made_on": date(2026, 11, 23),
            "snapshot_date": date(2026, 11, 1),
            "horizon_days": 90,
            "experience": _experience(),
            "risk_waves": tuple(
                WavePoint(day, Estimate(level, level - 0.01, level + 0.01, n=2800))
                for day, level in zip(SNAPSHOTS, levels, strict=True)
            ),
            **more,
        }
    )


def unusable() -> ReportInputs:
    weak = evaluation(auc=Estimate(0.57, 0.52, 0.62, n=400), level_error=Estimate(0.08, 0.06, 0.1, n=400))
    return inputs(evaluation=weak)


def without_value() -> ReportInputs:
    return inputs(scored=replace(cohort(), revenue=None))


def first_wave() -> ReportInputs:
    newest = tuple(
        replace(series, points=series.points[-1:], change=None, split=None) for series in inputs().experience
    )
    return inputs(experience=newest, risk_waves=())


def without_survey() -> ReportInputs:
    facts = replace(inputs().model, answered=None, asked=None)
    return inputs(experience=(), model=facts)


def flat_table() -> ReportInputs:
    facts = ModelFacts("telco", "v1", date(2026, 11, 20))
    return inputs(horizon_days=None, snapshot_date=None, risk_waves=(), experience=(), model=facts)


def employees() -> ReportInputs:
    """Return a report on people at work, of whom no earlier forecasts are shown."""
    return inputs(usecase=usecase("employee"), risk_waves=())


@cache
def _judged_answers() -> RatingEvaluation:
    random = np.random.default_rng(5)
    forecast = 3.6 + 0.6 * random.standard_normal(1500)
    answers = np.clip(np.round(forecast + 0.9 * random.standard_normal(1500)), 1, 5)
    error = np.where(random.random(1500) < 0.5, 0.3, -0.32)
    forecasts = AnswerForecasts(
        forecast, np.floor(forecast - 1.2), np.ceil(forecast + 1.2), np.full(1500, 0.5), error
    )
    return evaluate_ratings(answers, forecasts, n_silent=2400, n_draws=50)


def rating_evaluation(**more) -> RatingEvaluation:
    figures = {
        "rank_correlation": Estimate(0.52, 0.47, 0.56, n=1500),
        "coverage": Estimate(0.91, 0.89, 0.93, n=1500),
        "good_bias": Estimate(-0.004, -0.02, 0.012, n=1500),
    }
    return replace(_judged_answers(), **{**figures, **more})


def satisfaction(measure: Measure = "satisfied", **more) -> ReportInputs:
    """Return a report on answers; ``measure`` is ``satisfied``, ``nps`` or ``mean``."""
    random = np.random.default_rng(9)
    values, spread, given = {
        "satisfied": (random.beta(5, 3, 2882), 0.2, Estimate(0.71, 0.68, 0.74, n=812)),
        "nps": (random.normal(8, 40, 2882), 5000.0, Estimate(19.0, 13.5, 24.5, n=812)),
        "mean": (random.normal(3.5, 0.5, 2882), 0.9, Estimate(3.82, 3.74, 3.90, n=812)),
    }[measure]
    answers = AnswerForecast(measure, values, np.full(2882, spread), given, silent=1111)
    scored = ScoredCohort(tuple(f"K-{12000 + n}" for n in range(2882)), np.zeros(2882), answers=answers)
    return inputs(**{"scored": scored, "evaluation": rating_evaluation(), "risk_waves": (), **more})


def everyone(measure: Measure = "satisfied") -> PopulationValue:
    """Return the value of everybody who was asked: lower than that of those who answered."""
    answers = satisfaction(measure).scored.answers
    assert answers is not None
    given = answers.given
    assert given is not None
    step = (given.high - given.low) / 2
    middle = given.value - 2 * step

    def around(value):
        return Estimate(value, value - step, value + step, n=2400)

    return PopulationValue(
        given,
        around(middle),
        around(middle - step),
        around(middle + step),
        0.3 * middle,
        1.3 * middle,
        2.5,
        {},
    )


def corrected_satisfaction(measure: Measure = "satisfied", **more) -> ReportInputs:
    """Return a report on answers whose value is corrected for who stays silent."""
    plain = satisfaction(measure, **more)
    assert plain.scored.answers is not None
    answers = replace(plain.scored.answers, everyone=everyone(measure))
    return replace(plain, scored=replace(plain.scored, answers=answers))


def unusable_satisfaction() -> ReportInputs:
    weak = rating_evaluation(
        rank_correlation=Estimate(0.1, 0.02, 0.18, n=300), coverage=Estimate(0.8, 0.75, 0.85, n=300)
    )
    return satisfaction(evaluation=weak)
