import numpy as np
import pytest

from training.models.change import attribute_change

N_PAIRS = 300


def pairs_of(matrix):
    return matrix[:N_PAIRS], matrix[N_PAIRS : 2 * N_PAIRS]


def demand_exact(found, before, after):
    """Demand the scores at both ends and parts that add up to the way between them."""
    np.testing.assert_allclose(found.base, before, atol=1e-12)
    np.testing.assert_allclose(found.log_odds, after, atol=1e-12)
    np.testing.assert_allclose(
        found.base + found.contributions.sum(axis=1), found.log_odds, atol=1e-9, rtol=0
    )


def test_a_binary_change_adds_up_in_log_odds(binary_fit, flat_world):
    model, (before, after) = binary_fit.model, pairs_of(flat_world.encoded.matrix)
    found = attribute_change(model, before, after)
    demand_exact(found, model.log_odds(before)[:, 0], model.log_odds(after)[:, 0])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_hazard_change_adds_up_at_every_horizon(hazard_fit, hazard_world, place):
    model, (before, after) = hazard_fit.model, pairs_of(hazard_world.encoded.matrix)
    found = attribute_change(model, before, after, place)
    demand_exact(found, model.log_odds(before)[:, place], model.log_odds(after)[:, place])
    assert found.contributions.shape == before.shape


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_change_beside_a_competing_cause_adds_up_at_every_horizon(incidence_fit, competing_world, place):
    model, (before, after) = incidence_fit.model, pairs_of(competing_world.encoded.matrix)
    found = attribute_change(model, before, after, place)
    demand_exact(found, model.log_odds(before)[:, place], model.log_odds(after)[:, place])
    back = attribute_change(model, after, before, place)
    np.testing.assert_allclose(found.contributions, -back.contributions, atol=1e-9)


def test_a_change_of_an_answer_adds_up_in_its_own_unit(rating_fit, rating_world):
    model, (before, after) = rating_fit.model, pairs_of(rating_world.encoded.matrix)
    found = attribute_change(model, before, after)
    demand_exact(found, model.expected(before), model.expected(after))


def test_the_truth_is_blamed(rating_fit, rating_world):
    before, after = pairs_of(rating_world.encoded.matrix)
    size = np.abs(attribute_change(rating_fit.model, before, after).contributions).mean(axis=0)
    assert size[:3].min() > 2 * size[3:].max()


@pytest.mark.parametrize("kind", ["binary", "hazard", "rating"])
def test_one_changed_value_takes_all_of_the_change(request, kind):
    world = request.getfixturevalue("flat_world" if kind == "binary" else f"{kind}_world")
    model = request.getfixturevalue(f"{kind}_fit").model
    before, _ = pairs_of(world.encoded.matrix)
    after = before.copy()
    after[:, 1] = np.roll(before[:, 1], 1)
    found = attribute_change(model, before, after)
    np.testing.assert_allclose(found.contributions[:, 1], found.log_odds - found.base, atol=1e-9)
    assert np.all(np.delete(found.contributions, 1, axis=1) == 0)


@pytest.mark.parametrize("kind", ["binary", "hazard", "rating"])
def test_the_way_back_turns_the_signs_and_no_way_is_nothing(request, kind):
    world = request.getfixturevalue("flat_world" if kind == "binary" else f"{kind}_world")
    model = request.getfixturevalue(f"{kind}_fit").model
    before, after = pairs_of(world.encoded.matrix)
    there, back = attribute_change(model, before, after), attribute_change(model, after, before)
    np.testing.assert_allclose(there.contributions, -back.contributions, atol=1e-9)
    assert np.all(attribute_change(model, before, before).contributions == 0)
