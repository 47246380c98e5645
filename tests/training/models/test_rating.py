from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.errors import BundleError
from training.models import RatingModel, model_from_files
from training.models.levels import Levels
from training.models.rating import conformity, spread, to_shares

shares = arrays(np.float64, (4, 5), elements=st.floats(0.001, 1.0)).map(
    lambda table: table / table.sum(axis=1, keepdims=True)
)
FIVE = Levels.fit(np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], 20), "ordinal")
BINS = Levels.fit(np.arange(150.0), "numeric")


class TestDistribution:
    def test_the_true_distribution_is_recovered(self, rating_fit, rating_world):
        found = rating_fit.model.probabilities(rating_world.encoded.matrix)
        assert found.sum(axis=1) == pytest.approx(np.ones(len(found)))
        off = np.abs(found - rating_world.truth).mean()
        flat = np.abs(rating_world.truth.mean(axis=0) - rating_world.truth).mean()
        assert off < 0.35 * flat
        assert found.mean(axis=0) == pytest.approx(rating_world.truth.mean(axis=0), abs=0.03)

    def test_no_probability_is_negative_however_odd_the_row(self, rating_fit):
        chance = np.random.default_rng(2)
        matrix = 5 * chance.standard_t(2, size=(3000, 5))
        matrix[chance.random(matrix.shape) < 0.3] = np.nan
        assert rating_fit.model.probabilities(matrix).min() >= 0
        assert (np.diff(rating_fit.model.hazard.probabilities(matrix), axis=1) >= 0).all()

    def test_the_expected_answer_is_the_mean_of_the_distribution(self, rating_fit, rating_world):
        model, matrix = rating_fit.model, rating_world.encoded.matrix
        mean = model.probabilities(matrix) @ model.levels.values
        np.testing.assert_allclose(model.expected(matrix), mean, atol=1e-12)

    def test_the_good_share_is_what_lies_on_good_levels(self, rating_fit, rating_world):
        model, matrix = rating_fit.model, rating_world.encoded.matrix
        np.testing.assert_allclose(
            model.good_share(matrix), model.probabilities(matrix)[:, 3:].sum(axis=1), atol=1e-12
        )
        without = replace(model, levels=replace(model.levels, n_bad=None))
        assert without.good_share(matrix) is None

    def test_no_rows_give_no_scores(self, rating_fit):
        none = np.empty((0, 5))
        assert rating_fit.model.probabilities(none).shape == (0, 5)
        assert rating_fit.model.attributions(none).contributions.shape == (0, 5)


class TestReasons:
    def test_reasons_add_up_to_the_expected_answer(self, rating_fit, rating_world):
        model, matrix = rating_fit.model, rating_world.encoded.matrix
        found = model.attributions(matrix)
        np.testing.assert_allclose(
            found.base + found.contributions.sum(axis=1), model.expected(matrix), atol=1e-9
        )
        np.testing.assert_allclose(found.log_odds, model.expected(matrix), atol=1e-9)

    def test_reasons_have_the_sign_and_size_of_the_truth(self, rating_fit, rating_world):
        matrix = rating_world.encoded.matrix
        contributions = rating_fit.model.attributions(matrix).contributions
        size = np.abs(contributions).mean(axis=0)
        assert size[:3].min() > 2 * size[3:].max()
        known = np.isfinite(matrix).all(axis=1)
        assert np.corrcoef(matrix[known, 0], contributions[known, 0])[0, 1] > 0.9
        assert np.corrcoef(matrix[known, 1], contributions[known, 1])[0, 1] < -0.9

    def test_a_row_scores_as_in_a_batch(self, rating_fit, rating_world):
        model, matrix = rating_fit.model, rating_world.encoded.matrix[:200]
        together = model.attributions(matrix).contributions
        for row in range(0, 200, 23):
            alone = matrix[row : row + 1]
            assert model.expected(alone)[0] == model.expected(matrix)[row]
            np.testing.assert_allclose(model.attributions(alone).contributions[0], together[row], atol=1e-9)

    def test_there_is_one_forecast(self, rating_fit, rating_world):
        assert rating_fit.model.horizon_names == ("outcome",)
        with pytest.raises(IndexError, match="horizon 1"):
            rating_fit.model.attributions(rating_world.encoded.matrix, 1)


class TestIntervals:
    @given(shares)
    def test_an_interval_holds_exactly_the_answers_that_conform(self, probabilities):
        low, high = spread(FIVE, probabilities, 0.8)
        for answer in (1.0, 2.0, 3.0, 4.0, 5.0):
            answers = np.full(4, answer)
            conforms = conformity(FIVE, probabilities, answers) <= 0.8
            np.testing.assert_array_equal(conforms, (low <= answers) & (answers <= high))

    @given(shares)
    def test_an_interval_of_amounts_has_its_ends_where_conformity_says(self, probabilities):
        low, high = spread(BINS, probabilities, 0.7)
        for ends in (low, high):
            inside = np.clip(ends, 0.0, 148.999)
            assert conformity(BINS, probabilities, inside) == pytest.approx(np.full(4, 0.7), abs=1e-6)

    def test_wider_promises_give_wider_intervals(self, rating_fit, rating_world):
        matrix = rating_world.encoded.matrix
        narrow, wide = (rating_fit.model.interval(matrix, coverage) for coverage in (0.5, 0.95))
        assert (wide[0] <= narrow[0]).all()
        assert (wide[1] >= narrow[1]).all()
        assert (wide[1] - wide[0]).mean() > (narrow[1] - narrow[0]).mean()

    def test_an_interval_is_never_empty(self):
        probabilities = np.array([[0.5, 0.5, 0, 0, 0], [0, 0, 1, 0, 0], [0.2] * 5])
        low, high = spread(FIVE, probabilities, 0.0)
        assert (low <= high).all()
        assert low[1] == high[1] == 3

    def test_a_coverage_that_was_not_fitted_is_refused(self, rating_fit, rating_world):
        with pytest.raises(ValueError, match=r"coverage 0\.42 was not fitted"):
            rating_fit.model.interval(rating_world.encoded.matrix, 0.42)


class TestFiles:
    def test_what_is_written_reads_back_and_scores_alike(self, rating_fit, rating_world):
        read = model_from_files(rating_fit.model.to_files())
        assert isinstance(read, RatingModel)
        assert read.levels == rating_fit.model.levels
        assert read.corrections == rating_fit.model.corrections
        matrix = rating_world.encoded.matrix[:50]
        np.testing.assert_array_equal(read.probabilities(matrix), rating_fit.model.probabilities(matrix))

    @pytest.mark.parametrize(
        ("old", "new", "named"),
        [
            (b'"kind": "rating"', b'"kind": "rated"', "kind"),
            (b'"n_bad": 3', b'"n_bad": -3', "n_bad"),
            (b'"rating": "ordinal"', b'"rating": "stars"', "rating"),
            (b'"corrections": [', b'"corrections": [7.0,', "corrections"),
            (b'"intercepts": [', b'"intercepts": [0.0,', "intercepts"),
        ],
        ids=["kind", "n_bad", "rating", "corrections", "intercepts"],
    )
    def test_altered_files_are_refused(self, rating_fit, old, new, named):
        files = rating_fit.model.to_files()
        assert old in files["model.json"]
        files["model.json"] = files["model.json"].replace(old, new)
        with pytest.raises(BundleError, match=named):
            model_from_files(files)

    def test_another_kind_is_refused(self, binary_fit):
        with pytest.raises(BundleError, match="is not 'rating'"):
            RatingModel.from_files(binary_fit.model.to_files())


def test_shares_are_what_lies_between_cumulated_ones():
    assert to_shares(np.array([[0.1, 0.4], [0.0, 1.0]])) == pytest.approx(
        np.array([[0.1, 0.3, 0.6], [0.0, 1.0, 0.0]])
    )
