from training.change import Change, DriverEffect, FeatureEffect, GroupChange, describe_group_change
from training.change.words import describe_single_change

DAYS, MODELS = ["2025-09-01", "2025-12-01"], ["version 1, churn-a", "version 1, churn-a"]


def driver(effect, *effects, label="Tickets"):
    features = tuple(
        FeatureEffect(f"f{place}", one, None, f"{label} (window {place}: 1 → 2)")
        for place, one in enumerate(effects)
    )
    return DriverEffect(label.lower(), label, "lever", effect, None, features)


def risk(*drivers, model=0.0, after=0.34):
    return Change("90d", 0.21, after, -1.3, -0.7, drivers, model, model)


def group_change(**given):
    usual = {
        "group": "Sales",
        "horizon": "180d",
        "is_rating": False,
        "n_before": 40,
        "n_after": 44,
        "n_stayed": 30,
        "before": 0.2,
        "after": 0.25,
        "drivers": (driver(0.03, 0.03),),
        "features_effect": 0.03,
        "model_effect": 0.0,
        "joined_effect": 0.025,
        "left_effect": -0.005,
        "moved_effect": 0.02,
    }
    return GroupChange(**(usual | given))


def test_a_driver_of_one_feature_takes_one_line_and_of_several_one_each():
    lines = describe_single_change(
        risk(driver(0.12, 0.12), driver(-0.03, -0.05, 0.02, label="Seats"), model=0.04), "k7", DAYS, MODELS
    )
    assert lines == [
        "k7, 90d: 21.0% on 2025-09-01 → 34.0% on 2025-12-01 (+13.0 points)",
        "   +12.0 points  Tickets (window 0: 1 → 2)",
        "    −3.0 points  Seats",
        "          −5.0 points  Seats (window 0: 1 → 2)",
        "          +2.0 points  Seats (window 1: 1 → 2)",
        "    +4.0 points  the model is the same (version 1, churn-a)",
    ]


def test_small_reasons_share_a_line_so_that_the_lines_add_up():
    drivers = [driver(0.02, 0.02, label=f"D{place}") for place in range(8)]
    small = [driver(0.01, 0.01, label=f"E{place}") for place in range(3)]
    lines = describe_single_change(risk(*drivers, *small), "k7", DAYS, MODELS)
    assert "    +3.0 points  3 smaller reasons" in lines
    assert len(lines) == 11


def test_nothing_changed_is_said():
    lines = describe_single_change(risk(after=0.21), "k7", DAYS, MODELS)
    assert lines[0].endswith("(±0.0 points)")
    assert lines[1] == "    ±0.0 points  no feature changed the score"


def test_answers_have_their_own_unit():
    change = Change("60d", 3.4, 2.9, None, None, (driver(-0.5, -0.5),), 0.0, None)
    lines = describe_single_change(change, "k7", DAYS, MODELS)
    assert lines[0] == "k7, 60d: 3.40 on 2025-09-01 → 2.90 on 2025-12-01 (−0.50)"
    assert lines[1] == "   −0.50  Tickets (window 0: 1 → 2)"


def test_a_group_tells_those_who_stayed_from_those_who_moved():
    lines = describe_group_change(group_change(), DAYS, ["version 1", "version 2"])
    assert lines == [
        "Sales, 180d: 20.0% on 2025-09-01 → 25.0% on 2025-12-01 (+5.0 points)",
        "40 people, then 44; 30 of them on both days",
        "what changed in the 30 who stayed:",
        "    +3.0 points  Tickets",
        "    ±0.0 points  another model (version 1 → version 2)",
        "who came and went:",
        "    +2.5 points  14 joined",
        "    −0.5 points  10 left",
    ]


def test_few_who_moved_and_few_who_stayed_are_told_together():
    change = group_change(joined_effect=None, left_effect=None, drivers=None)
    lines = describe_group_change(change, DAYS, MODELS)
    assert lines[3] == "    +3.0 points  their features (too few to name drivers)"
    assert lines[-1] == "    +2.0 points  those who joined or left"
