"""Lots: the share holds, the strata are alike, nobody draws twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.actions.made import SECRET, make_people
from training.actions import People, digest_of, draw_lots, draw_secret, to_table


@given(st.integers(1, 800), st.sampled_from((0.1, 0.2, 0.35, 0.5)), st.integers(0, 99))
def test_the_share_holds_to_one_person(n_people, hold_out, seed):
    is_treated = draw_lots(make_people(n_people, seed), SECRET, hold_out)
    assert abs((~is_treated).sum() - hold_out * n_people) <= 1


def test_arms_are_alike_in_what_was_forecast():
    people = make_people(1000)
    is_treated = draw_lots(people, SECRET, 0.5)
    arms = [people.forecast[arm] for arm in (is_treated, ~is_treated)]
    assert arms[0].mean() == pytest.approx(arms[1].mean(), abs=0.002)


def test_each_group_is_cut_at_the_share_where_nobody_is_scored():
    groups = ["North"] * 300 + ["South"] * 100
    people = People(tuple(map(str, range(400))), stratum=groups)
    is_treated = draw_lots(people, SECRET, 0.25)
    held = [(~is_treated[np.array(groups) == name]).sum() for name in ("North", "South")]
    assert held == [75, 25]


def test_equal_secrets_draw_equal_lots_and_others_do_not():
    people = make_people(500)
    assert np.array_equal(draw_lots(people, SECRET, 0.5), draw_lots(people, SECRET, 0.5))
    assert not np.array_equal(draw_lots(people, SECRET, 0.5), draw_lots(people, draw_secret(), 0.5))
    assert draw_secret() != draw_secret()


def test_nobody_is_held_back_where_nobody_shall_be():
    assert draw_lots(make_people(50), SECRET, 0.0).all()
    assert draw_lots(People(()), SECRET, 0.5).size == 0


def test_lots_know_nothing_of_the_outcome():
    """Over many secrets everybody is held back equally often, whatever was forecast of them."""
    people = make_people(200)
    secrets = (bytes([number % 256, number // 256]) * 16 for number in range(600))
    held = np.mean([~draw_lots(people, secret, 0.3) for secret in secrets], axis=0)
    assert abs(held - 0.3).max() < 0.09  # 4.8 standard errors
    assert abs(np.corrcoef(held, people.forecast)[0, 1]) < 0.25


def test_the_list_says_arm_forecast_and_revenue():
    people = make_people(10)
    rows = to_table(people, draw_lots(people, SECRET, 0.5))
    assert rows.column_names == ["entity_id", "arm", "forecast", "revenue"]
    assert set(rows.column("arm").to_pylist()) == {"treated", "held_back"}
    unscored = People(people.entity_ids)
    assert to_table(unscored, np.ones(10, bool)).column("forecast").null_count == 10


def test_the_digest_follows_arms_and_not_the_order():
    rows = to_table(make_people(20), np.arange(20) < 10)
    assert digest_of(rows) == digest_of(rows.take(list(range(19, -1, -1))))
    assert digest_of(rows) != digest_of(to_table(make_people(20), np.arange(20) < 11))


def test_what_the_treated_lack_is_told_where_it_is_known():
    people = People(("a", "b", "c"), shortfall=np.array([10.0, np.nan, 30.0]))
    assert people.mean_shortfall(np.array([True, True, False])) == 10.0
    assert people.mean_shortfall(np.array([False, True, False])) is None
    assert People(("a",)).mean_shortfall(np.array([True])) is None
    assert people.where(np.array([False, True, True])).entity_ids == ("b", "c")
