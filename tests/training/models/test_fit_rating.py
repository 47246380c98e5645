import numpy as np
import pytest

from features.errors import ContractError, TooFewEventsError
from tests.training.models.known_truth import QUICK, make_ratings
from training.models.fit_rating import climb, fit_rating, fit_reaches
from training.models.levels import Levels


class TestFit:
    def test_intervals_cover_new_answers_as_promised(self, rating_fit):
        new = make_ratings(n_rows=6000, seed=12)
        for coverage in (0.8, 0.9):
            low, high = rating_fit.model.interval(new.encoded.matrix, coverage)
            assert np.mean((low <= new.answers) & (new.answers <= high)) == pytest.approx(coverage, abs=0.03)

    def test_silent_rows_teach_nothing(self, rating_world):
        answers = rating_world.answers.copy()
        answers[::3] = np.nan
        with_silent = fit_rating(rating_world.encoded, answers, "ordinal", recipe=QUICK, seed=1)
        known = np.isfinite(answers)
        alone = fit_rating(rating_world.encoded.take(known), answers[known], "ordinal", recipe=QUICK, seed=1)
        assert with_silent.model.to_files() == alone.model.to_files()
        assert with_silent.is_answered.sum() == len(with_silent.out_of_fold) == known.sum()

    def test_the_same_data_and_seed_give_the_same_bytes(self, rating_world, rating_fit):
        again = fit_rating(
            rating_world.encoded, rating_world.answers, "ordinal", (1, 5), recipe=QUICK, seed=1
        )
        assert again.model.to_files() == rating_fit.model.to_files()

    def test_promises_are_fitted_out_of_fold(self, rating_fit, rating_world):
        off = np.abs(rating_fit.out_of_fold - rating_world.truth).mean()
        inside = np.abs(
            rating_fit.model.probabilities(rating_world.encoded.matrix) - rating_world.truth
        ).mean()
        assert off > inside

    def test_amounts_and_recommendations_are_fitted_too(self, rating_world):
        amounts = np.exp(rating_world.answers + np.random.default_rng(0).random(1200))
        numeric = fit_rating(rating_world.encoded, amounts, "numeric", recipe=QUICK, horizon="90d").model
        assert len(numeric.levels.levels) == 20
        assert numeric.horizon_names == ("90d",)
        assert np.corrcoef(numeric.expected(rating_world.encoded.matrix), amounts)[0, 1] > 0.4
        groups = fit_rating(rating_world.encoded, 2 * rating_world.answers, "nps_group", recipe=QUICK).model
        assert groups.levels.names == ("detractor", "passive", "promoter")
        expected = groups.expected(rating_world.encoded.matrix)
        assert np.mean(expected) == pytest.approx(
            np.mean(groups.levels.worth(2 * rating_world.answers)), abs=5
        )

    def test_thirty_people_have_to_answer(self, rating_world):
        answers = np.full(1200, np.nan)
        answers[:40] = rating_world.answers[:40]
        with pytest.raises(TooFewEventsError, match="20 of 600 entities answered, a model takes 30"):
            fit_rating(rating_world.encoded, answers, "ordinal", groups=np.arange(1200) // 2, recipe=QUICK)

    def test_a_column_of_another_length_is_refused(self, rating_world):
        with pytest.raises(ContractError, match="column target"):
            fit_rating(rating_world.encoded, [1.0, 2.0], "ordinal", recipe=QUICK)


class TestClimb:
    def test_a_row_is_at_risk_up_to_its_level(self, rating_world):
        levels = Levels.fit(np.repeat([1.0, 2.0, 3.0], 20), "ordinal")
        rows = rating_world.encoded.take(np.arange(3))
        table = climb(rows, levels, np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 1.0]))
        assert table.target.tolist() == [[1, 0], [0, 1], [0, 0]]
        assert table.weight.tolist() == [[1, 0], [2, 2], [1, 1]]


class TestReaches:
    def test_the_reach_covers_the_rows_and_one_more(self):
        scores = np.arange(1, 20) / 20
        assert fit_reaches(scores, np.ones(19))[:3] == (0.5, 0.8, 0.9)
        assert fit_reaches(scores[:9], np.ones(9))[3] == 1.0

    def test_weights_count(self):
        scores = np.array([0.1, 0.2, 0.9])
        assert fit_reaches(scores, np.array([1.0, 1.0, 50.0]))[0] == 0.9
        assert fit_reaches(scores, np.array([50.0, 50.0, 1.0]))[0] == 0.2
