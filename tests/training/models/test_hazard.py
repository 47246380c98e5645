import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.errors import BundleError
from training.models import HazardModel, model_from_files
from training.models.hazard import cumulative_log_odds, walk_straight

moderate = st.floats(-6, 6)


class TestModel:
    def test_risk_never_falls_from_one_horizon_to_the_next(self, hazard_fit):
        chance = np.random.default_rng(0)
        matrix = np.column_stack([chance.standard_t(2, size=(5000, 4)) * 3, chance.integers(0, 3, 5000)])
        matrix[chance.random(matrix.shape) < 0.2] = np.nan
        probabilities = hazard_fit.model.probabilities(matrix)
        assert (np.diff(probabilities, axis=1) >= 0).all()
        assert ((probabilities > 0) & (probabilities < 1)).all()

    @pytest.mark.parametrize("horizon", [0, 1, 2])
    def test_attributions_add_up_to_the_logit_of_the_risk(self, hazard_fit, hazard_world, horizon):
        model, matrix = hazard_fit.model, hazard_world.encoded.matrix
        found = model.attributions(matrix, horizon)
        risk = model.probabilities(matrix)[:, horizon]
        np.testing.assert_allclose(found.base + found.contributions.sum(axis=1), found.log_odds, atol=1e-9)
        np.testing.assert_allclose(np.log(risk / (1 - risk)), found.log_odds, atol=1e-9)
        np.testing.assert_allclose(model.log_odds(matrix)[:, horizon], found.log_odds, atol=1e-12)
        assert found.contributions.shape == matrix.shape

    def test_a_row_scores_as_in_a_batch(self, hazard_fit, hazard_world):
        model, matrix = hazard_fit.model, hazard_world.encoded.matrix[:600]
        probabilities, found = model.probabilities(matrix), model.attributions(matrix, 2)
        for row in range(0, 600, 53):
            alone = model.attributions(matrix[row : row + 1], 2)
            assert model.probabilities(matrix[row : row + 1])[0].tolist() == probabilities[row].tolist()
            np.testing.assert_allclose(alone.contributions[0], found.contributions[row], atol=1e-12, rtol=0)
            np.testing.assert_allclose(alone.base[0], found.base[row], atol=1e-12, rtol=0)

    def test_what_matters_gets_the_attributions(self, hazard_fit, hazard_world):
        size = np.abs(hazard_fit.model.attributions(hazard_world.encoded.matrix, 2).contributions).mean(
            axis=0
        )
        assert np.argmax(size) == 0
        assert size[[0, 1, 4]].min() > size[[2, 3]].max()

    def test_horizons_have_names_and_bounds(self, hazard_fit, hazard_world):
        assert hazard_fit.model.horizon_names == ("30d", "90d", "180d")
        for horizon in (-1, 3):
            with pytest.raises(IndexError, match=f"horizon {horizon}"):
                hazard_fit.model.attributions(hazard_world.encoded.matrix, horizon)

    def test_no_rows_give_no_scores(self, hazard_fit):
        assert hazard_fit.model.probabilities(np.empty((0, 5))).shape == (0, 3)
        assert hazard_fit.model.attributions(np.empty((0, 5)), 1).contributions.shape == (0, 5)


class TestFiles:
    def test_a_model_comes_back_with_the_same_scores_and_bytes(self, hazard_fit, hazard_world):
        files = hazard_fit.model.to_files()
        again = model_from_files(files)
        assert isinstance(again, HazardModel)
        assert again.to_files() == files
        matrix = hazard_world.encoded.matrix
        assert again.probabilities(matrix).tolist() == hazard_fit.model.probabilities(matrix).tolist()

    @pytest.mark.parametrize("horizons", [[], [90, 30], [0, 30], [30.5], "30d", [30, None]], ids=repr)
    def test_horizons_that_lie_are_refused(self, hazard_fit, horizons):
        record = json.dumps({"kind": "hazard", "horizons": horizons, "intercepts": [0.0] * 3}).encode()
        with pytest.raises(BundleError, match="horizons"):
            HazardModel.from_files(hazard_fit.model.to_files() | {"model.json": record})

    @pytest.mark.parametrize("intercepts", [[], [0.0, 1.0], [0.0, 1.0, None], None], ids=repr)
    def test_intercepts_that_lie_are_refused(self, hazard_fit, intercepts):
        record = json.dumps({"kind": "hazard", "horizons": [30, 90, 180], "intercepts": intercepts}).encode()
        with pytest.raises(BundleError, match="intercepts"):
            HazardModel.from_files(hazard_fit.model.to_files() | {"model.json": record})

    def test_a_model_of_another_kind_is_refused(self, hazard_fit):
        with pytest.raises(BundleError, match="'binary' is not 'hazard'"):
            HazardModel.from_files(hazard_fit.model.to_files() | {"model.json": b'{"kind": "binary"}'})


class TestWalkStraight:
    @given(arrays(float, (3, 4), elements=moderate), arrays(float, (3, 4, 5), elements=moderate))
    def test_adds_up(self, starts, shares):
        found = walk_straight(starts, shares)
        np.testing.assert_allclose(found.base + found.contributions.sum(axis=1), found.log_odds, atol=1e-9)

    @given(arrays(float, (1, 4), elements=moderate), arrays(float, (1, 4, 5), elements=moderate))
    def test_one_period_keeps_the_shares(self, starts, shares):
        found = walk_straight(starts, shares)
        np.testing.assert_allclose(found.contributions, shares[0], atol=1e-9)
        np.testing.assert_allclose(found.base, starts[0], atol=1e-9)

    @given(arrays(float, (3, 2), elements=moderate), arrays(float, (3, 2, 3), elements=moderate))
    def test_a_feature_that_adds_nothing_gets_nothing(self, starts, shares):
        shares[:, :, 1] = 0.0
        found = walk_straight(starts, shares)
        largest = np.argmax(np.abs(found.contributions), axis=1)
        assert all(
            row[1] == 0.0 or place == 1 for row, place in zip(found.contributions, largest, strict=True)
        )

    @given(arrays(float, (3, 2), elements=moderate), arrays(float, (3, 2, 3), elements=moderate))
    def test_equal_features_get_equal_shares(self, starts, shares):
        shares[:, :, 2] = shares[:, :, 0]
        found = walk_straight(starts, shares).contributions
        np.testing.assert_allclose(found[:, 0], found[:, 2], atol=1e-9)

    def test_equals_a_fine_sum_along_the_path(self):
        starts, shares = np.array([-2.0, -3.0]), np.array([[1.5, -0.5], [0.2, 2.0]])
        middles, step = (np.arange(20_000) + 0.5) / 20_000, 1e-6
        on_path = starts + middles[:, None] * shares.sum(axis=1)
        expected = [
            np.mean(
                cumulative_log_odds(on_path + step * shares[:, place])[:, -1]
                - cumulative_log_odds(on_path - step * shares[:, place])[:, -1]
            )
            / (2 * step)
            for place in (0, 1)
        ]
        found = walk_straight(starts[:, None], shares[:, None, :]).contributions[0]
        np.testing.assert_allclose(found, expected, atol=1e-7)


def test_cumulative_log_odds_stay_exact_at_both_ends():
    tiny, large = (
        cumulative_log_odds(np.array([[-40.0, -40.0]])),
        cumulative_log_odds(np.array([[40.0, 40.0]])),
    )
    assert tiny[0].tolist() == pytest.approx([-40.0, -40.0 + np.log(2.0)], abs=1e-12)
    assert large[0].tolist() == pytest.approx([40.0, 80.0], abs=1e-12)
