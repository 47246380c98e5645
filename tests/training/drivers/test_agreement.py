import json
import math

import numpy as np
import pytest
from scipy import stats

from training.drivers import agree

NAMES = ("wait", "tone", "price", "tenure", "calls")
SHARES = dict(zip(NAMES, (0.35, 0.25, 0.2, 0.15, 0.05), strict=True))


def test_views_with_one_order_agree_fully() -> None:
    found = agree({"share": SHARES, "weight": {name: share**2 for name, share in SHARES.items()}})
    assert (found.correlation, found.verdict) == (1.0, "agree")
    assert (found.n_drivers, found.n_pairs, found.largest) == (5, 1, None)


def test_a_turned_order_disagrees_and_the_driver_furthest_apart_is_named() -> None:
    found = agree({"share": SHARES, "weight": {name: -1.0 / share for name, share in SHARES.items()}})
    assert (found.correlation, found.verdict) == (-1.0, "disagree")
    assert found.largest is not None
    assert (found.largest.driver, found.largest.first_rank, found.largest.second_rank) == ("wait", 1.0, 5.0)
    assert (found.largest.first_view, found.largest.second_view) == ("share", "weight")


def test_the_figure_is_the_mean_of_all_pairs() -> None:
    random = np.random.default_rng(4)
    columns = random.uniform(size=(3, 5))
    views = {str(view): dict(zip(NAMES, sizes, strict=True)) for view, sizes in enumerate(columns)}
    expected = np.mean([stats.spearmanr(columns[a], columns[b])[0] for a, b in ((0, 1), (0, 2), (1, 2))])
    found = agree(views)
    assert found.correlation == pytest.approx(expected)
    assert found.n_pairs == 3


def test_a_pair_is_compared_over_the_drivers_that_both_hold() -> None:
    effects = {"wait": 4.0, "tone": -3.0, "price": 2.0, "calls": 1.0, "unknown": 9.0}
    found = agree({"share": SHARES, "effect": effects})
    assert (found.correlation, found.n_drivers) == (1.0, 4)


def test_drivers_of_pairs_not_compared_do_not_count() -> None:
    few = {"wait": 1.0, "tone": 2.0, "elsewhere": 3.0}
    found = agree({"share": SHARES, "weight": SHARES, "effect": few})
    assert (found.n_drivers, found.n_pairs) == (5, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"wait": 1.0, "tone": 2.0, "price": 3.0},
        {"wait": 1.0, "tone": 2.0, "price": 3.0, "tenure": math.nan},
        dict.fromkeys(NAMES, 0.0),
        {},
    ],
    ids=["three", "three-that-tell", "all-equal", "empty"],
)
def test_too_few_drivers_or_no_order_give_no_figure(other) -> None:
    found = agree({"share": SHARES, "effect": other})
    assert (found.correlation, found.verdict, found.largest) == (None, None, None)
    assert (found.n_drivers, found.n_pairs) == (0, 0)


def test_the_sign_is_ignored() -> None:
    turned = {name: share * (-1) ** place for place, (name, share) in enumerate(SHARES.items())}
    assert agree({"share": SHARES, "effect": turned}).correlation == 1.0


@pytest.mark.parametrize(
    ("first", "second", "correlation", "verdict"),
    [
        ("tenure", "calls", 0.9, "agree"),
        ("wait", "price", 0.6, "partly"),
        ("wait", "tenure", 0.1, "disagree"),
    ],
)
def test_the_word_follows_the_figure(first, second, correlation, verdict) -> None:
    """Two of five that swap ranks d apart leave a correlation of 1 - d * d / 10."""
    other = {**SHARES, first: SHARES[second], second: SHARES[first]}
    found = agree({"share": SHARES, "weight": other})
    assert found.correlation == pytest.approx(correlation)
    assert found.verdict == verdict


def test_json_holds_all() -> None:
    stored = json.loads(json.dumps(agree({"share": SHARES, "effect": {**SHARES, "wait": 0.1}}).to_json()))
    assert stored["verdict"] == "partly"
    assert stored["largest"]["driver"] == "wait"
    assert set(stored) == {"correlation", "n_drivers", "n_pairs", "largest", "verdict"}
