"""Places are ranges that hold the truth, and a verdict needs ranges that are apart."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.beliefs.belief_world import ranked
from training.beliefs import Place, judge_place, place_measured, place_shares
from training.statistics import Estimate, share


def test_a_place_is_inside_the_ranking():
    for low, high, of in ((0, 1, 3), (2, 1, 3), (1, 4, 3)):
        with pytest.raises(ValueError, match=f"place {low} to {high} of {of} is none"):
            Place(low, high, of)


def test_shares_whose_ranges_overlap_are_a_tie():
    found = place_shares({"pay": share(178, 200), "boss": share(12, 200), "stress": share(10, 200)})
    assert found == {"pay": Place(1, 1, 3), "boss": Place(2, 3, 3), "stress": Place(2, 3, 3)}


def test_ties_need_not_be_the_same_for_all_of_them():
    ranges = {"a": (0.5, 0.7), "b": (0.35, 0.55), "c": (0.2, 0.4)}
    found = place_shares(
        {name: Estimate((low + high) / 2, low, high, 90) for name, (low, high) in ranges.items()}
    )
    assert found == {"a": Place(1, 2, 3), "b": Place(1, 3, 3), "c": Place(2, 3, 3)}


def test_places_of_shares_hold_the_true_places_of_all_in_95_of_100_surveys():
    random = np.random.default_rng(5)
    truth = np.array([0.30, 0.20, 0.14, 0.10, 0.08, 0.06, 0.05, 0.04, 0.02, 0.01])
    n_held = 0
    for counts in random.multinomial(300, truth, size=400):
        found = place_shares({str(place): share(int(count), 300) for place, count in enumerate(counts)})
        n_held += all(one.low <= int(place) + 1 <= one.high for place, one in found.items())
    assert n_held >= 0.95 * 400


def test_measured_places_count_only_what_is_told():
    found = place_measured(ranked(("workload",), ("pay", "training"), ("night_shifts",)), ("pay",))
    assert found["workload"] == Place(1, 1, 4)
    assert found["pay"] == found["training"] == Place(2, 3, 4)
    assert found["night_shifts"] == Place(4, 4, 4)


def test_context_takes_a_place_only_where_somebody_believes_in_it():
    rows = ranked(("site",), ("pay",), ("workload",))
    assert place_measured(rows, ("pay",)) == {"pay": Place(1, 1, 2), "workload": Place(2, 2, 2)}
    assert place_measured(rows, ("pay", "site"))["pay"] == Place(2, 2, 3)


def test_features_without_a_driver_take_no_place():
    rows = ranked(("workload",), ("pay",))
    loose = replace(rows[0], name="o_x", role=None)
    assert place_measured((loose, *rows), ("pay",))["pay"] == Place(2, 2, 2)


def test_what_all_may_swap_with_stands_anywhere():
    found = place_measured(ranked(("pay", "workload", "training", "support")), ("pay",))
    assert set(found.values()) == {Place(1, 4, 4)}


def test_models_that_tested_no_ranks_have_no_places():
    rows = tuple(replace(row, rank_low=None) for row in ranked(("pay",), ("workload",)))
    assert place_measured(rows, ("pay",)) == {}
    assert place_measured((), ("pay",)) == {}


@pytest.mark.parametrize(
    ("assumed", "measured", "verdict"),
    [
        (Place(1, 1, 5), Place(2, 6, 10), "lower"),
        (Place(1, 1, 5), Place(1, 6, 10), "open"),
        (Place(1, 1, 1), Place(2, 6, 10), "lower"),
        (Place(2, 3, 5), Place(4, 6, 10), "lower"),
        (Place(2, 3, 5), Place(3, 6, 10), "open"),
        (Place(2, 3, 5), Place(1, 1, 10), "higher"),
        (Place(2, 5, 5), Place(8, 10, 10), "open"),
        (Place(5, 5, 5), Place(9, 10, 10), "open"),
        (Place(5, 5, 5), Place(1, 4, 10), "higher"),
        (Place(1, 1, 5), Place(1, 1, 10), "open"),
    ],
)
def test_a_verdict_needs_ranges_that_are_apart(assumed, measured, verdict):
    assert judge_place(assumed, measured) == verdict
