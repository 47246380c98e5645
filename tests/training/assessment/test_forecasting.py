import numpy as np
import pytest

from features.errors import TooFewEventsError
from tests.training.answer_world import make_answers, make_flat_answers, make_silence
from tests.training.models.known_truth import QUICK
from training.assessment import RatingForecasts, assess
from training.assessment.forecasting import Forecasts, forecast_rows
from training.evaluation import Evaluation, HorizonEvaluations, RatingEvaluation
from training.fitting import fit_rows, refit_rows
from training.models import BinaryModel, RatingModel
from training.rows import LabelOutcome


@pytest.fixture(scope="module")
def answers():
    rows = make_answers(300)
    return rows, assess(rows, QUICK, seed=1)


class TestAnswers:
    def test_the_model_is_judged_and_beats_simple_rules(self, answers):
        _, assessment = answers
        found = assessment.all_rows.by_horizon["60d"]
        assert isinstance(found, RatingEvaluation)
        assert found.is_usable
        assert set(found.baselines) == {"prior", "last_score", "linear"}
        assert found.beats_baselines
        assert found.coverage.value == pytest.approx(0.9, abs=0.04)

    def test_silent_rows_are_counted_at_the_judged_snapshots(self, answers):
        rows, assessment = answers
        found = assessment.all_rows.by_horizon["60d"]
        assert found.n_rows + found.n_silent == 3 * 300
        assert found.n_rows == len(assessment.forecasts.positions)
        assert isinstance(rows.outcome, LabelOutcome)
        assert (
            assessment.forecasts.target.tolist()
            == rows.outcome.target[assessment.forecasts.positions].tolist()
        )

    def test_entities_that_were_never_seen_have_figures_of_their_own(self, answers):
        _, assessment = answers
        new = assessment.new_entities.by_horizon["60d"]
        assert 0 < new.n_rows < assessment.all_rows.by_horizon["60d"].n_rows
        assert new.n_rows == assessment.forecasts.is_new_entity.sum()

    def test_the_last_answer_is_carried_forward(self, answers):
        rows, assessment = answers
        forecasts = assessment.forecasts
        assert isinstance(forecasts, RatingForecasts)
        last = np.asarray(rows.columns["x_surveys.csat.last"])[forecasts.positions]
        known = np.isfinite(last)
        assert forecasts.baselines["last_score"].value[known].tolist() == last[known].tolist()
        assert np.unique(forecasts.baselines["last_score"].value[~known]).size == 3

    def test_what_is_written_reads_back(self, answers):
        _, assessment = answers
        content = assessment.to_json()["all_rows"]
        assert HorizonEvaluations.from_json(content).to_json() == content

    def test_a_flat_table_is_judged_in_folds_with_weights(self):
        rows = make_flat_answers(400)
        assessment = assess(rows, QUICK, seed=1)
        found = assessment.all_rows.by_horizon["outcome"]
        assert isinstance(found, RatingEvaluation)
        assert found.rank_correlation.low > 0.4
        assert assessment.new_entities is None
        assert found.n_silent == 58
        assert "last_score" not in found.baselines


class TestSilence:
    def test_silence_is_a_probability_inside_its_window(self):
        rows = make_silence(300)
        assessment = assess(rows, QUICK, seed=1)
        assert isinstance(assessment.forecasts, Forecasts)
        found = assessment.all_rows.by_horizon["60d"]
        assert isinstance(found, Evaluation)
        assert found.auc.low > 0.7
        assert set(found.baselines) == {"prior", "last_score", "logistic"}
        model = fit_rows(rows, QUICK).model
        assert isinstance(model, BinaryModel)
        assert model.horizon_names == ("60d",)


def test_no_signal_is_not_usable():
    rows = make_answers(200, seed=3)
    shuffled = np.random.default_rng(0).permutation(len(rows))
    columns = {name: np.asarray(column)[shuffled] for name, column in rows.columns.items()}
    forecasts = forecast_rows(
        type(rows)(rows.catalogue, columns, rows.entity, rows.group, rows.outcome, None, None), QUICK
    )
    assert isinstance(forecasts, RatingForecasts)
    assert abs(np.corrcoef(forecasts.answers.value, forecasts.target)[0, 1]) < 0.15


def test_a_refit_to_half_of_the_rows_keeps_the_levels():
    rows = make_answers(100)
    fitted = fit_rows(rows, QUICK, seed=1)
    assert isinstance(fitted.model, RatingModel)
    half = refit_rows(fitted, rows.take(np.arange(len(rows)) % 2 == 0), QUICK)
    assert isinstance(half, RatingModel)
    assert half.levels == fitted.model.levels
    matrix = fitted.encoder.encode(rows.columns).matrix
    shared = np.corrcoef(half.expected(matrix), fitted.model.expected(matrix))[0, 1]
    assert 0.9 < shared < 1.0


class TestEarlyOrigins:
    def test_an_origin_with_too_little_to_learn_from_is_left_out(self):
        rows = make_answers(300)
        assert isinstance(rows.outcome, LabelOutcome)
        early = rows.outcome.timing.snapshot_date < np.datetime64("2025-09-01")
        target = np.where(early, np.nan, rows.outcome.target)
        late = type(rows)(
            rows.catalogue,
            rows.columns,
            rows.entity,
            rows.group,
            LabelOutcome(target, "ordinal", (1, 5), "surveys.csat", rows.outcome.timing),
            None,
            None,
        )
        said = []
        forecasts = forecast_rows(late, QUICK, report=said.append)
        days = late.outcome.timing.snapshot_date[forecasts.positions]
        assert set(days.astype(str)) == {"2025-10-01", "2025-11-01"}
        assert len(said) >= 2

    def test_too_little_at_every_origin_is_said(self):
        rows = make_answers(20)
        with pytest.raises(TooFewEventsError, match="entities answered, a model takes 30"):
            forecast_rows(rows, QUICK)


class TestEverybody:
    def test_silent_rows_are_forecast_at_the_judged_snapshots_too(self, answers):
        _, assessment = answers
        forecasts = assessment.forecasts
        assert isinstance(forecasts, RatingForecasts)
        cohort = forecasts.cohort
        assert len(cohort.positions) == len(set(cohort.positions.tolist())) == 3 * 300
        counted, expected = cohort.measures["mean"]
        assert np.isfinite(expected).all()
        assert set(cohort.positions[np.isfinite(counted)]) == set(forecasts.positions)
        place = {position: number for number, position in enumerate(cohort.positions)}
        same = [place[position] for position in forecasts.positions]
        assert expected[same] == pytest.approx(forecasts.answers.value)

    def test_their_value_is_in_the_figures(self, answers):
        _, assessment = answers
        content = assessment.to_json()["population"]
        assert content["snapshot_date"] == "2025-11-01"
        assert content["answered"] + content["silent"] == 300
        assert content["lead"] == "satisfied"
