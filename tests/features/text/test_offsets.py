import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.text.offsets import (
    choose_offsets,
    choose_steepness,
    draw_macro_f1,
    macro_f1,
    macro_f1_interval,
    to_probabilities,
)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_macro_f1_is_that_of_scikit_learn(pairs):
    from sklearn.metrics import f1_score

    target, decided = (np.array(column) for column in zip(*pairs, strict=True))
    expected = f1_score(target, decided, average="macro", labels=[0, 1, 2], zero_division=0)
    assert macro_f1(target, decided, 3) == pytest.approx(expected, abs=1e-12)


def drowned(n_rows=3000, seed=5):
    """Return log-odds that never decide for the rare class, and the classes."""
    random = np.random.default_rng(seed)
    target = (random.random(n_rows) < 0.1).astype(np.int64)
    signal = target + 0.5 * random.standard_normal(n_rows)
    return np.stack([np.zeros(n_rows), signal - 2.0], axis=1), target


def test_a_drowned_class_is_found_again():
    log_odds, target = drowned()
    offsets = choose_offsets(log_odds, target)
    plain = macro_f1(target, log_odds.argmax(axis=1), 2)
    assert macro_f1(target, (log_odds + offsets).argmax(axis=1), 2) > plain + 0.1
    assert offsets[0] == 0
    assert 0.8 < offsets[1] < 1.6


def test_offsets_hold_on_other_verbatims():
    offsets = choose_offsets(*drowned())
    log_odds, target = drowned(seed=6)
    best = max(
        macro_f1(target, (log_odds + np.array([0, at])).argmax(axis=1), 2) for at in np.arange(-2, 2.05, 0.1)
    )
    assert macro_f1(target, (log_odds + offsets).argmax(axis=1), 2) > best - 0.02


def test_where_nothing_can_be_won_nothing_moves_far():
    log_odds = np.array([[3.0, -3.0]] * 50 + [[-3.0, 3.0]] * 50)
    target = np.repeat([0, 1], 50)
    assert abs(choose_offsets(log_odds, target)[1]) <= 0.2


def test_the_steepness_mends_log_odds_that_are_too_sure():
    random = np.random.default_rng(1)
    target = random.integers(0, 2, 4000)
    honest = np.stack([np.zeros(4000), (2 * target - 1) + random.standard_normal(4000)], axis=1)
    honest[:, 1] *= 2.0  # two normal curves a distance of 2 apart: the true log-odds
    assert choose_steepness(4.0 * honest, target) == pytest.approx(0.25, rel=0.15)
    assert choose_steepness(honest, target) == pytest.approx(1.0, rel=0.15)


@given(st.lists(st.tuples(*[st.floats(-700, 700)] * 3), min_size=1, max_size=6))
def test_probabilities_sum_to_one_and_do_not_depend_on_the_batch(rows):
    together = to_probabilities(np.array(rows))
    np.testing.assert_allclose(together.sum(axis=1), 1.0, atol=1e-12)
    alone = np.vstack([to_probabilities(np.array([row])) for row in rows])
    np.testing.assert_array_equal(together, alone)


def test_the_interval_holds_the_figure_and_narrows_with_more_verbatims():
    random = np.random.default_rng(3)
    widths = []
    for size in (200, 3200):
        target = random.integers(0, 3, size)
        decided = np.where(random.random(size) < 0.7, target, 0)
        low, high = macro_f1_interval(target, decided, np.arange(size), 3)
        assert low < macro_f1(target, decided, 3) < high
        widths.append(high - low)
    assert widths[0] > 3 * widths[1]


def test_groups_are_drawn_whole():
    target, decided = np.tile([0, 1], 400), np.tile([0, 0, 1, 1], 200)
    alone = np.std(draw_macro_f1(target, decided, np.arange(800), 2))
    together = np.std(draw_macro_f1(target, decided, np.arange(800) // 40, 2))
    assert together < alone / 10


def test_equal_seeds_draw_the_same_groups():
    codes = np.array([0, 1, 1, 0] * 50)
    again = [draw_macro_f1(codes, np.roll(codes, 1), np.arange(200), 2, seed) for seed in (1, 1, 2)]
    assert (again[0] == again[1]).all()
    assert (again[0] != again[2]).any()
