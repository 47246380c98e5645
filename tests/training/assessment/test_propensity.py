import numpy as np
import pytest

from features.errors import TooFewEventsError
from tests.training.silent_world import NAMES, make_world
from training.assessment.propensity import fit_propensity
from training.encoding import Encoded


def test_the_strongest_driver_of_answers_is_found_and_sized():
    world = make_world(0, 3000)
    found = fit_propensity(world.encoded, world.is_answered, np.arange(3000), NAMES)
    assert found.strongest == "wait"
    assert found.odds_ratio == pytest.approx(np.exp(1.645), rel=0.15)


def test_features_of_one_driver_count_together():
    world = make_world(0, 1500)
    found = fit_propensity(world.encoded, world.is_answered, np.arange(1500), ("own", "x", "own", "x"))
    assert found.strongest == "own"
    assert (
        found.odds_ratio > fit_propensity(world.encoded, world.is_answered, np.arange(1500), NAMES).odds_ratio
    )


def test_the_habit_of_answering_sets_no_bound():
    world = make_world(0, 1500)
    known = dict.fromkeys(NAMES) | {NAMES[-1]: NAMES[-1]}
    habit = [known[name] for name in NAMES]
    found = fit_propensity(world.encoded, world.is_answered, np.arange(1500), habit)
    free = fit_propensity(world.encoded, world.is_answered, np.arange(1500), NAMES)
    assert found.strongest == NAMES[-1]
    assert found.odds_ratio < free.odds_ratio
    assert found.chance.tolist() == free.chance.tolist()
    nothing = fit_propensity(world.encoded, world.is_answered, np.arange(1500), [None] * len(NAMES))
    assert (nothing.strongest, nothing.odds_ratio) == ("", 1.0)


@pytest.mark.parametrize("is_survey", [True, False])
def test_a_survey_without_an_answer_so_far_is_such_a_habit(is_survey):
    chance = np.random.default_rng(0)
    mood = chance.normal(size=2000)
    mood[chance.random(2000) < 0.4] = np.nan
    answered = chance.random(2000) < 1 / (1 + np.exp(2.0 * np.isnan(mood) - 0.5))
    encoded = Encoded(mood[:, None], ("mood",), (0,), {})
    found = fit_propensity(encoded, answered, np.arange(2000), ("mood",), is_survey=(is_survey,))
    assert (found.odds_ratio < 1.3) == is_survey


def test_chances_are_calibrated_on_rows_that_no_fit_saw():
    world = make_world(1, 3000)
    found = fit_propensity(world.encoded, world.is_answered, np.arange(3000), NAMES)
    top = found.chance > np.quantile(found.chance, 0.8)
    for part in (top, ~top):
        assert found.chance[part].mean() == pytest.approx(world.is_answered[part].mean(), abs=0.04)


def test_random_silence_has_no_driver():
    world = make_world(0, 2000, observed=0.0)
    found = fit_propensity(world.encoded, world.is_answered, np.arange(2000), NAMES)
    assert found.odds_ratio < 1.15
    assert found.chance.std() < 0.03


def test_categories_and_missing_numbers_tell_who_answers():
    chance = np.random.default_rng(0)
    plan, use = chance.integers(0, 3, 2000).astype(float), chance.normal(size=2000)
    use[chance.random(2000) < 0.3] = np.nan
    truth = 1 / (1 + np.exp(1.2 * np.isnan(use) - 1.4 * (plan == 1)))
    matrix = np.column_stack([plan, use, np.full(2000, np.nan)])
    encoded = Encoded(matrix, ("plan", "use", "empty"), (3, 0, 0), {})
    found = fit_propensity(encoded, chance.random(2000) < truth, np.arange(2000), encoded.names)
    assert found.chance == pytest.approx(truth, abs=0.08)
    assert np.abs(found.chance - truth).mean() < 0.03


def test_features_that_never_vary_leave_the_rate():
    encoded = Encoded(np.ones((100, 1)), ("same",), (0,), {})
    found = fit_propensity(encoded, np.arange(100) % 2 == 0, np.arange(100), ("same",))
    assert found.chance == pytest.approx(np.full(100, 0.5), abs=0.05)
    assert found.odds_ratio == pytest.approx(1.0)


def test_too_few_of_one_kind_are_refused():
    world = make_world(0, 200)
    with pytest.raises(TooFewEventsError):
        fit_propensity(world.encoded, np.arange(200) < 2, np.arange(200), NAMES)
