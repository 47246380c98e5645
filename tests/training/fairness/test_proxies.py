import pytest

from training.fairness.judged import judged_rows
from training.fairness.proxies import find_proxies


def test_the_feature_that_stands_for_the_group_is_named(unfair):
    found = unfair.found["proxies"]["attributes"]["gender"]
    assert found["auc"]["is_clear"]
    assert found["auc"]["low"] > 0.65
    assert [carrier["feature"] for carrier in found["carriers"]] == ["part_time"]
    assert found["carriers"][0]["cost"]["low"] > 0.1


def test_the_score_follows_the_group_among_people_with_the_same_outcome(unfair):
    order = unfair.found["proxies"]["attributes"]["gender"]["order"]
    assert order["f"]["is_clear"]
    assert order["f"]["low"] > 0.6
    assert order["f"]["value"] + order["m"]["value"] == pytest.approx(1)


@pytest.mark.parametrize("attribute", ["gender", "birth_year"])
def test_what_is_told_by_nothing_is_not_clear(fair, attribute):
    found = fair.found["proxies"]["attributes"][attribute]
    assert not found["auc"]["is_clear"]
    assert found["auc"]["value"] == pytest.approx(0.5, abs=0.06)
    assert found["carriers"] == []
    assert not any(one["is_clear"] for one in found["order"].values())


def test_nothing_known_and_one_group_are_told_apart(fair):
    rows = fair.rows
    tested = judged_rows(rows, fair.assessment.forecasts)
    nobody = rows.entity.copy()
    nobody[:] = None
    alike = rows.entity.copy()
    alike[:] = "x"
    found = find_proxies(tested, rows, fair.encoder, {"a": nobody, "b": alike}, 5)
    assert {name: one["state"] for name, one in found.items()} == {"a": "no_data", "b": "one_group"}
    assert found["a"]["auc"] is None


def test_no_person_and_no_hidden_group_stands_in_it(unfair):
    text = str(unfair.found)
    assert "'d'" not in text
    assert "P00" not in text
