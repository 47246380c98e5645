import numpy as np
import pytest

from training.statistics.block_moments import block_covariance
from training.statistics.rank_intervals import rank_intervals


def survey(n_rows: int = 2000, seed: int = 1):
    """Return correlated columns on different scales, and a target with unequal noise."""
    chance = np.random.default_rng(seed)
    shared = chance.normal(size=(n_rows, 1))
    design = (0.6 * shared + chance.normal(size=(n_rows, 3))) * [1.0, 10.0, 0.1] + [0.0, 500.0, -3.0]
    noise = (0.5 + np.abs(shared[:, 0])) * chance.normal(size=n_rows)
    return design, design @ [0.5, 0.02, 1.0] + noise


def importance_by_rows(design, target):
    columns = np.column_stack([np.ones(len(target)), design])
    slopes = np.linalg.lstsq(columns, target, rcond=None)[0][1:]
    return slopes * design.std(axis=0)


def test_importance_is_slope_times_standard_deviation():
    design, target = survey()
    importance, _ = block_covariance(design, target, n_draws=10)
    assert importance == pytest.approx(importance_by_rows(design, target), rel=1e-9)


def test_the_sign_is_kept():
    design, target = survey()
    importance, _ = block_covariance(design * [-1.0, 1.0, 1.0], target, n_draws=10)
    assert importance[0] < 0 < importance[1]


def test_errors_are_those_of_resampled_rows():
    design, target = survey(400)
    _, covariance = block_covariance(design, target, n_draws=2000)
    chance = np.random.default_rng(8)
    draws = []
    for _ in range(1000):
        rows = chance.integers(0, 400, 400)
        draws.append(importance_by_rows(design[rows], target[rows]))
    assert covariance.shape == (3, 3)
    assert np.sqrt(np.diag(covariance)) == pytest.approx(np.std(draws, axis=0), rel=0.1)
    assert np.corrcoef(np.array(draws).T) == pytest.approx(
        covariance / np.sqrt(np.outer(np.diag(covariance), np.diag(covariance))), abs=0.12
    )


def test_blocks_of_many_rows_tell_of_the_same_errors_as_rows():
    design, target = survey(6000)
    by_row = block_covariance(design, target, n_blocks=6000, n_draws=2000)[1]
    by_block = block_covariance(design, target, n_blocks=300, n_draws=2000)[1]
    assert np.sqrt(np.diag(by_block)) == pytest.approx(np.sqrt(np.diag(by_row)), rel=0.15)


def test_copies_of_rows_do_not_count_as_more_people():
    design, target = survey(500)
    copies = np.tile(np.arange(500), 4)
    once = block_covariance(design, target, n_draws=3000)[1]
    many = block_covariance(design[copies], target[copies], copies, n_draws=3000)[1]
    naive = block_covariance(design[copies], target[copies], n_draws=3000)[1]
    assert np.sqrt(np.diag(many)) == pytest.approx(np.sqrt(np.diag(once)), rel=0.1)
    assert (np.diag(naive) < 0.35 * np.diag(once)).all()


def test_entities_may_have_any_names_and_orders():
    design, target = survey(600)
    names = np.array([f"customer {place // 2}" for place in range(600)])
    order = np.random.default_rng(0).permutation(600)
    first = block_covariance(design, target, names)
    again = block_covariance(design[order], target[order], names[order])
    assert again[0] == pytest.approx(first[0])
    assert again[1] == pytest.approx(first[1], abs=1e-12)


def test_the_same_seed_gives_the_same_covariance_and_another_seed_another():
    design, target = survey(300)
    first, again = (block_covariance(design, target, seed=3)[1] for _ in range(2))
    assert (first == again).all()
    assert not (block_covariance(design, target, seed=4)[1] == first).all()


def test_draws_in_several_steps_are_all_there(monkeypatch):
    design, target = survey(300)
    whole = block_covariance(design, target, n_draws=50)
    monkeypatch.setattr("training.statistics.resampling._CELLS_PER_BLOCK", 25 * 7)
    parts = block_covariance(design, target, n_draws=50)
    assert parts[1] == pytest.approx(whole[1], rel=1e-9)


def test_one_column_has_a_covariance_of_one_by_one():
    design, target = survey(300)
    importance, covariance = block_covariance(design[:, :1], target)
    assert (importance.shape, covariance.shape) == ((1,), (1, 1))


def test_what_is_clear_is_ranked_clearly():
    design, target = survey(5000)
    found = rank_intervals(*block_covariance(design, target))
    assert found.low[0] == found.high[0] == 1
    assert found.order.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("design", "target", "entity", "words"),
    [
        (
            np.zeros((4, 2)),
            np.zeros(5),
            None,
            r"design has the shape \(4, 2\); finite values of \(5, columns\)",
        ),
        (np.full((5, 2), np.nan), np.zeros(5), None, "finite values"),
        (np.eye(5)[:, :2], np.full(5, np.inf), None, "target is inf in row 0"),
        (np.column_stack([np.arange(9.0), np.ones(9)]), np.zeros(9), None, "column 1 is constant"),
        (np.arange(9.0)[:, None] * [1, 2], np.zeros(9), None, "is a combination of others"),
        (np.arange(9.0)[:, None], np.zeros(9), np.zeros(8), r"entity has the shape \(8,\) where \(9,\)"),
        (np.arange(9.0)[:, None], np.zeros(9), np.arange(9) // 3, "3 entities are too few to resample 1 col"),
    ],
)
def test_what_cannot_be_resampled_is_said(design, target, entity, words):
    with pytest.raises(ValueError, match=words):
        block_covariance(design, target, entity)
