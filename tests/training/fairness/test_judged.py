import numpy as np
import pytest

from tests.training.fairness.judged_samples import make_judged
from training.assessment import RatingForecasts, primary_outcomes
from training.assessment.cohort import CohortForecasts
from training.evaluation import AnswerForecasts
from training.fairness.judged import judged_rows

NOBODY_ELSE = CohortForecasts(np.arange(0), {})


def test_rows_are_those_whose_outcome_is_known(company):
    rows, forecasts = company.learned.rows, company.learned.assessment.forecasts
    found = judged_rows(rows, forecasts)
    labels, probability = primary_outcomes(rows, forecasts)
    assert found.outcome.tolist() == labels.tolist()
    assert found.forecast.tolist() == probability.tolist()
    assert (rows.entity[found.positions] == found.entity).all()
    assert found.is_event


def test_a_tenth_is_selected_and_it_is_the_highest(company):
    found = judged_rows(company.learned.rows, company.learned.assessment.forecasts)
    assert found.is_selected.mean() == pytest.approx(0.1, abs=0.02)
    assert found.forecast[found.is_selected].min() > found.forecast[~found.is_selected].max()


def test_of_answers_the_lowest_tenth_is_selected(company):
    rows = company.learned.rows
    value = np.linspace(0, 10, 100)
    answers = AnswerForecasts.of_points(value, value)
    nobody = np.zeros(100, dtype=np.bool_)
    found = judged_rows(rows, RatingForecasts(np.arange(100), nobody, value, answers, {}, NOBODY_ELSE))
    assert not found.is_event
    assert np.flatnonzero(found.is_selected).tolist() == list(range(10))


def test_equal_forecasts_at_the_cut_are_all_in(company):
    value = np.repeat([1.0, 5.0], 50)
    answers = AnswerForecasts.of_points(value, value)
    found = judged_rows(
        company.learned.rows,
        RatingForecasts(np.arange(100), np.zeros(100, dtype=np.bool_), value, answers, {}, NOBODY_ELSE),
    )
    assert found.is_selected.sum() == 50


def test_taking_rows_keeps_who_is_selected():
    tested, group = make_judged()
    part = tested.take(group == "a")
    assert part.is_selected.tolist() == tested.is_selected[group == "a"].tolist()
    assert len(part.entity) == (group == "a").sum()


def test_strata_are_outcomes_or_tenths_of_them():
    events, _ = make_judged()
    assert len(np.unique(events.stratum)) == 2
    answers, _ = make_judged(is_event=False)
    assert len(np.unique(answers.stratum)) == len(np.unique(answers.outcome))
    from dataclasses import replace

    amounts = replace(answers, outcome=np.random.default_rng(0).normal(size=400))
    sizes = np.unique(amounts.stratum, return_counts=True)[1]
    assert len(sizes) == 10
    assert sizes.min() >= 35
