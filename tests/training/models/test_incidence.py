import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.errors import BundleError
from training.models import IncidenceModel, model_from_files
from training.models.hazard import cumulative_log_odds
from training.models.incidence import log_shares
from training.models.odds import to_probability

periods = arrays(float, (5, 4), elements=st.floats(-700, 700))
moderate = arrays(float, (5, 4), elements=st.floats(-8, 8))


@pytest.fixture(scope="module")
def model(incidence_fit):
    assert isinstance(incidence_fit.model, IncidenceModel)
    return incidence_fit.model


@pytest.fixture(scope="module")
def odd_rows():
    chance = np.random.default_rng(0)
    matrix = chance.standard_t(2, size=(5000, 4)) * 3
    matrix[chance.random(matrix.shape) < 0.2] = np.nan
    return matrix


class TestShares:
    @given(moderate, moderate)
    def test_they_are_the_sums_of_the_definition(self, event, competing):
        first, among_the_rest = to_probability(event), to_probability(competing)
        second = (1 - first) * among_the_rest
        survival = np.cumprod(1 - first - second, axis=1)
        before = np.column_stack([np.ones(5), survival[:, :-1]])
        risk, rest, gone = (np.exp(found) for found in log_shares(event, competing))
        np.testing.assert_allclose(risk, np.cumsum(before * first, axis=1), rtol=1e-7, atol=1e-12)
        np.testing.assert_allclose(gone, np.cumsum(before * second, axis=1), rtol=1e-7, atol=1e-12)
        np.testing.assert_allclose(risk + rest, 1.0, atol=1e-12)
        np.testing.assert_allclose(rest - gone, survival, atol=1e-9)

    @given(periods, periods)
    def test_nothing_falls_and_all_is_finite_however_far_out_a_row_lies(self, event, competing):
        risk, rest, gone = log_shares(event, competing)
        assert (np.diff(risk, axis=1) >= 0).all()
        assert (np.diff(gone, axis=1) >= 0).all()
        assert np.isfinite(risk - rest).all()

    @given(moderate)
    def test_without_a_competing_cause_it_is_the_plain_risk(self, event):
        risk, rest, _ = log_shares(event, np.full(event.shape, -np.inf))
        np.testing.assert_allclose(risk - rest, cumulative_log_odds(event), atol=1e-9)

    @given(moderate, moderate)
    def test_a_competing_cause_lowers_the_risk(self, event, competing):
        risk, rest, _ = log_shares(event, competing)
        plain = cumulative_log_odds(event)
        assert (risk - rest <= plain + 1e-9).all()
        np.testing.assert_allclose((risk - rest)[:, 0], plain[:, 0], atol=1e-9)


class TestModel:
    def test_risk_never_falls_and_both_causes_never_exceed_one(self, model, odd_rows):
        risk, gone = model.probabilities(odd_rows), model.competing_probabilities(odd_rows)
        for shares in (risk, gone):
            assert (np.diff(shares, axis=1) >= 0).all()
            assert ((shares > 0) & (shares <= 1)).all()
        assert (risk + gone <= 1 + 1e-12).all()

    @pytest.mark.parametrize("horizon", [0, 1, 3])
    def test_attributions_add_up_to_the_logit_of_the_risk(self, model, odd_rows, horizon):
        found = model.attributions(odd_rows, horizon)
        np.testing.assert_allclose(found.base + found.contributions.sum(axis=1), found.log_odds, atol=1e-9)
        np.testing.assert_allclose(model.log_odds(odd_rows)[:, horizon], found.log_odds, atol=1e-9)
        np.testing.assert_allclose(
            to_probability(found.log_odds), model.probabilities(odd_rows)[:, horizon], atol=1e-12
        )
        assert found.contributions.shape == odd_rows.shape

    def test_attributions_equal_a_fine_sum_along_the_path(self, model, competing_world):
        rows = competing_world.encoded.matrix[:3]
        first, shares = model.event.period_attributions(rows, 4)
        second, others = model.competing.period_attributions(rows, 4)
        middles, step = (np.arange(600) + 0.5) / 600, 1e-6

        def log_odds_at(places, feature, sign):
            event = first + places * shares.sum(axis=2) + sign * step * shares[:, :, feature]
            competing = second + places * others.sum(axis=2) + sign * step * others[:, :, feature]
            risk, rest, _ = log_shares(event.T, competing.T)
            return (risk - rest)[:, -1]

        for feature in (0, 2):
            slopes = [
                (log_odds_at(place, feature, 1) - log_odds_at(place, feature, -1)) / (2 * step)
                for place in middles
            ]
            found = model.attributions(rows, 3).contributions[:, feature]
            np.testing.assert_allclose(found, np.mean(slopes, axis=0), atol=1e-6)

    def test_what_takes_people_away_first_lowers_the_risk(self, model):
        later, first = np.zeros((1, 4)), np.zeros((1, 4))
        first[0, 2] = -1.5  # raises the competing hazard alone
        near, far = (model.attributions(first, horizon).contributions[0, 2] for horizon in (0, 3))
        assert far < -0.1
        assert abs(near) < abs(far)
        assert (model.competing_probabilities(first) > model.competing_probabilities(later)).all()

    def test_a_row_scores_as_in_a_batch(self, model, odd_rows):
        probabilities, found = model.probabilities(odd_rows[:200]), model.attributions(odd_rows[:200], 3)
        for row in range(0, 200, 23):
            alone = model.attributions(odd_rows[row : row + 1], 3)
            assert model.probabilities(odd_rows[row : row + 1])[0].tolist() == probabilities[row].tolist()
            np.testing.assert_allclose(alone.contributions[0], found.contributions[row], atol=1e-9)

    def test_horizons_have_names_and_bounds(self, model, odd_rows):
        assert model.horizon_names == model.output_names == ("30d", "90d", "180d", "365d")
        for horizon in (-1, 4):
            with pytest.raises(IndexError, match=f"horizon {horizon}"):
                model.attributions(odd_rows, horizon)

    def test_no_rows_give_no_scores(self, model):
        assert model.probabilities(np.empty((0, 4))).shape == (0, 4)
        assert model.attributions(np.empty((0, 4)), 2).contributions.shape == (0, 4)


class TestFiles:
    def test_a_model_comes_back_with_the_same_scores_and_bytes(self, model, odd_rows):
        files = model.to_files()
        again = model_from_files(files)
        assert isinstance(again, IncidenceModel)
        assert again.to_files() == files
        assert again.probabilities(odd_rows).tolist() == model.probabilities(odd_rows).tolist()
        assert again.competing_probabilities(odd_rows).tolist() == (
            model.competing_probabilities(odd_rows).tolist()
        )

    @pytest.mark.parametrize("name", ["event/model.json", "competing/blend.json", "competing/model.json"])
    def test_a_missing_part_is_refused(self, model, name):
        files = model.to_files()
        del files[name]
        with pytest.raises(BundleError, match="is missing"):
            IncidenceModel.from_files(files)

    def test_hazards_of_different_horizons_are_refused(self, model):
        record = json.loads(model.to_files()["competing/model.json"]) | {"horizons": [30, 90, 180, 400]}
        with pytest.raises(
            BundleError, match=r"competing/model.json: horizons: .* is not \[30, 90, 180, 365\]"
        ):
            IncidenceModel.from_files(
                model.to_files() | {"competing/model.json": json.dumps(record).encode()}
            )

    def test_a_model_of_another_kind_is_refused(self, model):
        with pytest.raises(BundleError, match="'binary' is not 'incidence'"):
            IncidenceModel.from_files(model.to_files() | {"model.json": b'{"kind": "binary"}'})
