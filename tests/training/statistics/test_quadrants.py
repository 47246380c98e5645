import numpy as np
import pytest

from training.statistics.quadrants import QUADRANTS, draw_truths, quadrant_shares


def test_clear_cases_lie_where_they_belong():
    performance = np.tile([2.0, 5.0, 2.0, 5.0], (50, 1))
    found = quadrant_shares([0.6, -0.5, 0.05, 0.0], 1e-6 * np.eye(4), performance)
    assert found.answers == QUADRANTS
    assert found.probability == pytest.approx(np.eye(4), abs=1e-3)


def test_probabilities_add_up_and_noise_is_called_open():
    random = np.random.default_rng(1)
    found = quadrant_shares([0.2, 0.21, 0.19], 0.01 * np.eye(3), random.normal(3.0, 0.5, (200, 3)))
    assert found.probability.sum(axis=1) == pytest.approx(np.ones(3))
    assert found.answers == (None, None, None)


def test_a_goal_stands_in_for_the_mean_performance():
    performance = np.tile([3.0, 4.0], (10, 1))
    importance = ([0.5, 0.1], 1e-6 * np.eye(2))
    assert quadrant_shares(*importance, performance).answers == ("fix first", "leave")
    assert quadrant_shares(*importance, performance, goal=4.5).answers == ("fix first", "watch")


def drawn(estimate, covariance, n_draws=40_000):
    return draw_truths(estimate, covariance, n_draws, np.random.default_rng(7))


def test_draws_follow_the_closed_form_where_many_estimates_tell_how_much_is_noise():
    random = np.random.default_rng(3)
    size, variance = 400, 1.5
    estimate = random.normal(0.0, 2.0, size) + random.normal(0.0, np.sqrt(variance), size)
    factor = 1 - variance / estimate.var(ddof=1)
    found = draw_truths(estimate, variance * np.eye(size), 4000, random)
    centre = estimate.mean() + factor * (estimate - estimate.mean())
    assert found.mean(axis=0) == pytest.approx(centre, abs=0.1)
    assert found.var(axis=0).mean() == pytest.approx(factor * variance, rel=0.05)


def test_draws_of_ten_agree_with_integration_over_a_fine_grid():
    random = np.random.default_rng(5)
    estimate = random.normal(0.3, 0.1, 10)
    root = 0.03 * random.normal(size=(10, 10))
    covariance = root @ root.T + 0.002 * np.eye(10)
    centring = np.eye(10) - 0.1
    typical = np.trace(centring @ covariance) / 9
    shares = (np.arange(4000) + 0.5) / 4000
    weights, centres = [], []
    for between in typical * (1 - shares) / shares:
        total = covariance + between * np.eye(10)
        inverse = np.linalg.inv(total)
        mass = inverse.sum()
        mean = (inverse @ estimate).sum() / mass
        rest = estimate - mean
        weights.append(-0.5 * (np.linalg.slogdet(total)[1] + np.log(mass) + rest @ inverse @ rest))
        centres.append(mean + between * inverse @ rest)
    chances = np.exp(np.array(weights) - max(weights))
    expected = chances @ np.array(centres) / chances.sum()
    assert drawn(estimate, covariance).mean(axis=0) == pytest.approx(expected, abs=0.002)


def test_what_noise_explains_is_shrunk_to_the_mean():
    found = drawn([0.9, 1.0, 1.1], np.eye(3)).mean(axis=0)
    assert found[2] - found[0] < 0.5 * 0.2
    assert found.mean() == pytest.approx(1.0, abs=0.02)


def test_one_estimate_has_nothing_to_be_shrunk_to():
    found = drawn([2.0], np.array([[0.25]]))
    assert (found.mean(), found.std()) == pytest.approx((2.0, 0.5), abs=0.01)


@pytest.mark.parametrize("covariance", [np.zeros((3, 3)), np.zeros((3, 3)) + 1e-12], ids=["none", "shared"])
def test_estimates_without_noise_are_the_truth(covariance):
    assert drawn([0.0, -1.0, 2.0], covariance, 50) == pytest.approx(
        np.tile([0.0, -1.0, 2.0], (50, 1)), abs=1e-3
    )


def test_the_same_seed_gives_the_same_shares():
    performance = np.random.default_rng(0).normal(size=(100, 2))
    first, again = (quadrant_shares([0.3, 0.2], 0.01 * np.eye(2), performance, seed=4) for _ in range(2))
    assert (first.probability == again.probability).all()


@pytest.mark.parametrize(
    ("covariance", "performance"), [(np.eye(3), np.zeros((5, 2))), (np.eye(2), np.zeros((5, 3)))]
)
def test_shapes_that_do_not_fit_are_named(covariance, performance):
    with pytest.raises(ValueError, match="do not fit 2 things"):
        quadrant_shares([0.1, 0.2], covariance, performance)


def stated_and_right(n_worlds: int) -> tuple[float, float]:
    """Return the mean stated probability of the likeliest field, and how often it is the right one."""
    stated, right = [], []
    for seed in range(n_worlds):
        random = np.random.default_rng(seed)
        truth = 0.3 + 0.06 * random.normal(size=10)
        level = random.normal(3.5, 0.4, 10)
        covariance = 0.06**2 * (0.7 * np.eye(10) + 0.3)
        estimate = random.multivariate_normal(truth, covariance)
        performance = level + 0.08 * random.normal(size=10) + 0.08 * random.normal(size=(300, 10))
        found = quadrant_shares(estimate, covariance, performance, n_draws=500, seed=seed)
        important, strong = np.abs(truth) >= np.abs(truth).mean(), level >= level.mean()
        field = np.where(important, np.where(strong, 1, 0), np.where(strong, 3, 2))
        best = found.probability.argmax(axis=1)
        stated.append(found.probability.max(axis=1))
        right.append(best == field)
    return float(np.mean(stated)), float(np.mean(right))


def test_what_is_stated_is_what_is_right():
    stated, right = stated_and_right(120)
    assert right == pytest.approx(stated, abs=0.04)
