"""Tables as they come: constant, empty, enormous, sparse; a fit either works or says what is wrong."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from features.catalogue import Catalogue, Feature
from features.errors import TooFewEventsError
from tests.training.models.known_truth import QUICK
from training.encoding import Encoder
from training.models import model_from_files
from training.models.fit_binary import fit_binary
from training.models.fit_hazard import fit_hazard

N_ROWS = 600
POOLED = replace(QUICK, pooled_below_events=10_000)


def make_columns():
    """Return one column per oddity, and a target that leans on the first."""
    chance = np.random.default_rng(11)
    signal = chance.normal(size=N_ROWS)
    columns = {
        "signal": signal,
        "constant": np.full(N_ROWS, 7.0),
        "never_known": [None] * N_ROWS,
        "seldom_known": [float(k) if k % 50 == 0 else None for k in range(N_ROWS)],
        "enormous": signal * 1e15,
        "tiny": signal * 1e-15,
        "heavy_tail": np.exp(6 * chance.normal(size=N_ROWS)),
        "whole": chance.integers(-3, 4, N_ROWS),
        "flag": (chance.random(N_ROWS) < 0.02).tolist(),
        "mostly_zero": np.where(chance.random(N_ROWS) < 0.9, 0.0, chance.exponential(size=N_ROWS)),
        "one_level": ["same"] * N_ROWS,
        "many_levels": [f"level {chance.integers(0, 150)}" for _ in range(N_ROWS)],
        "own_level": [f"row {k}" for k in range(N_ROWS)],
        "no_level": [None] * N_ROWS,
    }
    target = (chance.random(N_ROWS) < 1 / (1 + np.exp(-signal))).astype(float)
    return columns, target


CATEGORIES = {"one_level", "many_levels", "own_level", "no_level"}


def encode(columns):
    features = (Feature(name, "category" if name in CATEGORIES else "number", "table") for name in columns)
    encoder = Encoder.fit(columns, Catalogue(tuple(features)))
    return encoder, encoder.encode(columns)


@pytest.fixture(scope="module")
def odd_fit():
    columns, target = make_columns()
    encoder, encoded = encode(columns)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return encoder, encoded, fit_binary(encoded, target, recipe=QUICK)


def test_all_oddities_at_once_are_fitted_without_a_warning(odd_fit):
    _, encoded, fit = odd_fit
    probabilities = fit.model.probabilities(encoded.matrix)
    assert np.isfinite(probabilities).all()
    assert np.ptp(probabilities) > 0.3
    assert fit.facts.log_loss < fit.facts.prior_log_loss - 0.03


def test_all_oddities_at_once_are_explained(odd_fit):
    _, encoded, fit = odd_fit
    found = fit.model.attributions(encoded.matrix)
    np.testing.assert_allclose(found.base + found.contributions.sum(axis=1), found.log_odds, atol=1e-9)
    assert np.abs(found.contributions[:, encoded.names.index("constant")]).max() < 1e-9


def test_all_oddities_at_once_come_back_from_files(odd_fit):
    _, encoded, fit = odd_fit
    again = model_from_files(fit.model.to_files())
    assert again.probabilities(encoded.matrix).tolist() == fit.model.probabilities(encoded.matrix).tolist()


@pytest.mark.parametrize("value", [1e300, -1e300, 0.0, None], ids=str)
def test_values_that_training_never_saw_are_scored(odd_fit, value):
    encoder, _, fit = odd_fit
    row = {name: [None if name in CATEGORIES else value] for name in encoder.names}
    matrix = encoder.encode(row).matrix
    found = fit.model.attributions(matrix)
    assert 0 < fit.model.probabilities(matrix)[0, 0] < 1
    assert found.base[0] + found.contributions.sum() == pytest.approx(found.log_odds[0], abs=1e-9)


def test_a_level_per_row_does_not_leak_the_target(odd_fit):
    _, encoded, fit = odd_fit
    own = encoded.names.index("own_level")
    assert encoded.n_codes[own] == 1
    assert np.ptp(fit.model.attributions(encoded.matrix).contributions[:, own]) < 0.2


@pytest.mark.parametrize("name", ["constant", "never_known", "one_level", "no_level"])
def test_a_table_with_nothing_in_it_gives_the_prior(name):
    columns, target = make_columns()
    _, encoded = encode({name: columns[name]})
    fit = fit_binary(encoded, target, recipe=QUICK)
    np.testing.assert_allclose(fit.model.probabilities(encoded.matrix)[:, 0], target.mean(), atol=0.02)


def test_the_order_of_columns_does_not_matter_to_the_linear_member():
    columns, target = make_columns()
    names = ["signal", "whole", "many_levels"]
    scores = []
    for order in (names, names[::-1]):
        _, encoded = encode({name: columns[name] for name in order})
        linear = fit_binary(encoded, target, recipe=POOLED).model.blend.members[0].model
        scores.append(linear.log_odds(encoded.matrix))
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-8)


def test_the_unit_of_a_number_does_not_matter_to_the_linear_member():
    columns, target = make_columns()
    scores = []
    for factor in (1.0, 1024.0):
        _, encoded = encode({"signal": columns["signal"] * factor})
        linear = fit_binary(encoded, target, recipe=POOLED).model.blend.members[0].model
        scores.append(linear.log_odds(encoded.matrix))
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-9)


def test_a_period_without_any_event_adds_no_risk():
    chance = np.random.default_rng(0)
    columns, _ = make_columns()
    _, encoded = encode({"signal": columns["signal"], "whole": columns["whole"]})
    happened = chance.random(N_ROWS) < 0.3
    days = np.where(happened, chance.uniform(0, 30, N_ROWS), 180.0)
    fit = fit_hazard(encoded, days, happened.astype(float), (30, 90, 180), recipe=QUICK)
    risk = fit.model.probabilities(encoded.matrix)
    assert (np.diff(risk, axis=1) >= 0).all()
    assert risk[:, 0].mean() == pytest.approx(happened.mean(), abs=0.03)
    assert (risk[:, 2] - risk[:, 0]).mean() < 0.03
    found = fit.model.attributions(encoded.matrix, 2)
    np.testing.assert_allclose(found.base + found.contributions.sum(axis=1), found.log_odds, atol=1e-9)


def test_a_horizon_that_nobody_was_watched_to_is_refused():
    chance = np.random.default_rng(0)
    columns, _ = make_columns()
    _, encoded = encode({"signal": columns["signal"], "whole": columns["whole"]})
    happened = chance.random(N_ROWS) < 0.3
    days = np.where(np.arange(N_ROWS) < 29, 100.0, chance.uniform(0, 60, N_ROWS))
    with pytest.raises(
        TooFewEventsError, match="180d: only 29 of 600 rows are watched beyond the horizon before"
    ):
        fit_hazard(encoded, days, happened.astype(float), (30, 90, 180), recipe=QUICK)
    assert fit_hazard(encoded, days, happened.astype(float), (30, 90), recipe=QUICK).model.horizons == (
        30,
        90,
    )
