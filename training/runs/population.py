"""The value of everybody, corrected for silence, on its way into the report and into MLflow."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from training.evaluation import CohortValue
from training.reports import AnswerForecast


def add_everyone(answers: AnswerForecast, evaluation: Mapping[str, Any]) -> AnswerForecast:
    """Put the corrected value, and the one as answered from the same rows, to what a report speaks of.

    Parameters
    ----------
    answers
        What is expected of the newest rows.
    evaluation
        That of the bundle; older bundles hold nothing about silence.
    """
    content = evaluation.get("population")
    if content is None:
        return answers
    found = CohortValue.from_json(content).values.get(answers.measure)
    return answers if found is None else replace(answers, given=found.answered, everyone=found)


def population_metrics(population: CohortValue | None) -> dict[str, float]:
    """Return the figures of MLflow by name."""
    if population is None:
        return {}
    metrics = {
        "population.response_rate": population.response_rate.value,
        "population.silent": float(population.silent),
        "population.effective_answers": population.effective_answers,
        "population.odds_ratio": population.odds_ratio,
    }
    for name, value in population.values.items():
        for kind in ("answered", "corrected"):
            found = getattr(value, kind)
            metrics |= {
                f"population.{name}.{kind}": found.value,
                f"population.{name}.{kind}.low": found.low,
                f"population.{name}.{kind}.high": found.high,
            }
        metrics[f"population.{name}.bound.low"] = value.low.value
        metrics[f"population.{name}.bound.high"] = value.high.value
    return metrics
