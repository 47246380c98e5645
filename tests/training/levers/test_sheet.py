from dataclasses import replace

from training.drivers import Goal, word_refusal
from training.levers import (
    LEVER_COLUMNS,
    Lever,
    LeverEffect,
    lever_sheet,
    levers_from_json,
    levers_to_json,
)
from training.levers.record import Label
from training.statistics import Estimate

LABEL: Label = {"en": "Waiting", "de": "Warten"}
EFFECT = LeverEffect(
    slope=Estimate(0.02, 0.01, 0.03, n=900),
    short_slope=Estimate(0.02, 0.01, 0.03, n=900),
    contrast=Estimate(-0.1, -0.15, -0.05, n=900),
    p_value=0.001,
    variation=0.7,
    robustness=0.2,
    controls=("size", "plan"),
    n_entities=450,
    n_columns=6,
)
OFFERED = Lever("waiting", LABEL, "wait", Goal("wait", "<=", 24.0, "hours"), "B", "offered", (), EFFECT)
REFUSED = Lever(
    "waiting",
    LABEL,
    "wait",
    None,
    "C",
    "refused",
    tuple(word_refusal(code, LABEL) for code in ("goal missing", "window missing")),
)


def test_every_record_has_the_same_columns_and_plain_values():
    sheet = lever_sheet([OFFERED, REFUSED])
    assert [tuple(record) for record in sheet] == [LEVER_COLUMNS] * 2
    assert {type(cell) for record in sheet for cell in record.values()} <= {str, int, float, type(None)}


def test_an_effect_stands_with_its_ends():
    (record,) = lever_sheet([OFFERED])
    assert (record["slope"], record["slope_low"], record["slope_high"]) == (0.02, 0.01, 0.03)
    assert (record["contrast"], record["contrast_low"], record["contrast_high"]) == (-0.1, -0.15, -0.05)
    assert (record["p_value"], record["robustness"], record["variation"]) == (0.001, 0.2, 0.7)
    assert (record["controls"], record["n"], record["n_entities"]) == ("size, plan", 900, 450)
    assert (record["grade"], record["status"], record["reasons"], record["goal"]) == (
        "B",
        "offered",
        "",
        "<= 24 hours",
    )


def test_all_reasons_and_remedies_are_told_in_words():
    (record,) = lever_sheet([REFUSED])
    for refusal in REFUSED.refusals:
        assert refusal.reason["en"] in record["reasons"]
        assert refusal.remedy["en"] in record["reasons"]


def test_what_was_not_compared_has_no_figures():
    (record,) = lever_sheet([REFUSED])
    for name in ("slope", "slope_low", "contrast", "p_value", "robustness", "variation", "n", "n_entities"):
        assert record[name] is None
    assert record["controls"] == ""


def test_an_effect_without_shortfall_has_a_slope_alone():
    (record,) = lever_sheet([replace(OFFERED, effect=replace(EFFECT, contrast=None))])
    assert record["contrast"] is record["contrast_low"] is record["contrast_high"] is None
    assert record["slope"] == 0.02


def test_stored_levers_give_the_same_sheet():
    levers = (OFFERED, REFUSED)
    assert lever_sheet(levers_from_json(levers_to_json(levers))) == lever_sheet(levers)
