import json

import pytest

from tests.training.change.worlds import KINDS, draw_columns, make_pair, row_of
from training.change import describe_single_change, explain_change
from training.scoring import IndividualScoreRefusedError, Scorer

COLUMNS = draw_columns(40, 300)
BEFORE, AFTER = row_of(COLUMNS, 3), row_of(COLUMNS, 4)


@pytest.fixture(scope="module", params=KINDS)
def pair(request):
    return make_pair(request.param)


@pytest.fixture(scope="module")
def change(pair):
    return explain_change(pair.old, pair.new, BEFORE, AFTER)


def asked(bundle, row):
    """Return what the scorer says of a row, of features that its model has."""
    (found,) = Scorer(bundle).score([{name: row[name] for name in bundle.catalogue.names}])
    return found.value if found.value is not None else found.probabilities[bundle.primary_horizon]


def test_the_ends_are_the_scores_that_were_shown(pair, change):
    assert change.before == pytest.approx(asked(pair.old, BEFORE), abs=1e-12)
    assert change.after == pytest.approx(asked(pair.new, AFTER), abs=1e-12)


def test_effects_add_up_to_the_change(change):
    effects = sum(driver.effect for driver in change.drivers) + change.model_effect
    assert change.before + effects == pytest.approx(change.after, abs=1e-9)
    for driver in change.drivers:
        assert driver.effect == pytest.approx(sum(one.effect for one in driver.features), abs=1e-12)


def test_log_odds_add_up_too_where_there_are_any(change):
    if change.is_rating:
        assert change.model_log_odds is change.log_odds_after is None
        assert {one.log_odds for driver in change.drivers for one in driver.features} == {None}
        return
    total = sum(driver.log_odds for driver in change.drivers) + change.model_log_odds
    assert change.log_odds_before + total == pytest.approx(change.log_odds_after, abs=1e-9)


def test_features_stand_under_their_driver_with_both_values(change):
    product = next(driver for driver in change.drivers if driver.name == "product")
    assert (product.label, product.role) == ("Product", "lever")
    assert {one.feature for one in product.features} <= {"use", "faults"}
    words = {one.feature: one.words for driver in change.drivers for one in driver.features}
    assert words["faults"] == f"Product: {BEFORE['faults']:.0f} → {AFTER['faults']:.0f}"


def test_drivers_are_sorted_by_size_and_those_without_effect_left_out(pair):
    after = BEFORE | {"faults": 9.0}
    found = explain_change(pair.old, pair.new, BEFORE, after)
    assert [one.feature for driver in found.drivers for one in driver.features] == ["faults"]
    sizes = [abs(driver.effect) for driver in explain_change(pair.old, pair.new, BEFORE, AFTER).drivers]
    assert sizes == sorted(sizes, reverse=True)


def test_missing_values_are_named(pair):
    found = explain_change(pair.old, pair.new, BEFORE, BEFORE | {"faults": None})
    assert found.drivers[0].features[0].words.endswith("→ not known")


@pytest.mark.parametrize("side", ["old", "new"])
def test_single_employees_are_refused_whichever_model_is_about_them(side):
    customers, employees = make_pair("binary"), make_pair("binary", subject="employee")
    old = employees.old if side == "old" else customers.old
    new = employees.new if side == "new" else customers.new
    with pytest.raises(IndividualScoreRefusedError, match="ask for a group"):
        explain_change(old, new, BEFORE, AFTER)


def test_plain_values_say_the_same(change):
    content = json.loads(json.dumps(change.to_json(), allow_nan=False))
    assert content["unit"] == ("answer" if change.is_rating else "probability")
    total = sum(driver["effect"] for driver in content["drivers"]) + content["model"]["effect"]
    assert content["before"] + total == pytest.approx(content["after"], abs=1e-9)
    assert content["drivers"][0]["features"][0]["words"]


def test_words_begin_with_both_scores_and_end_with_the_model(change):
    lines = describe_single_change(change, "k7", ["2025-09-01", "2025-12-01"], ["version 1", "version 2"])
    old, new = (f"{x:.2f}" if change.is_rating else f"{x:.1%}" for x in (change.before, change.after))
    assert lines[0].startswith(f"k7, {change.horizon}: {old} on 2025-09-01 → {new} on 2025-12-01 (")
    assert lines[-1].endswith("another model (version 1 → version 2)")
    assert any("Product" in line for line in lines)
