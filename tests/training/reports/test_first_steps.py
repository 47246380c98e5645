import re
from dataclasses import replace

import pytest

from tests.training.reports import lever_samples, samples
from training.reports import build_report, render_html
from training.reports.first_steps import build_first_steps


def page(inputs, language="en"):
    """Return the words of a page, tags left out."""
    html = render_html(build_report(inputs), language)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_offered_levers_stand_in_the_order_of_their_value():
    inputs = lever_samples.inputs()
    first = build_first_steps(inputs)
    assert [step.label["en"] for step in first.steps] == [
        lever_samples.LABELS[priority.name]["en"] for priority in inputs.priorities.levers
    ]
    assert first.basis == "net"
    assert first.scale == max(step.gain.high for step in first.steps)
    assert all(step.gain == step.priority.kept for step in first.steps)


def test_a_step_names_what_was_held_equal_and_what_the_model_expects():
    first = build_first_steps(lever_samples.inputs())
    step = next(step for step in first.steps if step.goal is lever_samples.WAIT)
    assert [label["en"] for label in step.held_equal] == ["Age of contract", "Region"]
    assert step.expects.goal == lever_samples.WAIT
    assert step.goal_met.value == 0.41
    assert step.robustness == 0.13


def test_levers_that_are_not_offered_say_why():
    first = build_first_steps(lever_samples.inputs())
    assert {one.label["en"]: one.status for one in first.no_steps} == {
        "Billing disputes": "unclear",
        "Onboarding call held": "refused",
    }
    words = page(lever_samples.inputs())
    assert "“Billing disputes”: no effect beyond chance can be seen." in words
    assert "“Onboarding call held” is what people do themselves" in words
    assert "To learn what it does, try it on some, drawn by lot." in words
    german = page(lever_samples.inputs(), "de")
    assert "„Onboarding-Gespräch geführt“ ist das eigene Verhalten der Menschen" in german


def test_numbers_on_the_page_are_those_of_the_record():
    inputs = lever_samples.inputs()
    best = build_first_steps(inputs).steps[0].priority
    words = page(inputs)
    assert f"{best.kept.value:.0f} fewer are expected to leave" in words
    assert "Do nothing" in words
    assert "not used above" in words
    assert f"First lever: {lever_samples.LABELS[best.name]['en']}." in words


def test_doing_nothing_says_what_is_lost():
    inputs = lever_samples.inputs()
    nothing = build_first_steps(inputs).nothing
    assert nothing.expected_events == pytest.approx(inputs.scored.probabilities.sum())
    assert f"{nothing.expected_events:.0f} customers are then expected to leave" in page(inputs)


def test_a_lever_whose_range_reaches_below_nothing_is_said_to():
    words = page(lever_samples.inputs())
    assert "Its range reaches below nothing: try it on a part first." in words


def test_where_no_lever_is_named_it_is_said_and_not_that_none_stands_out():
    found = samples.inputs()
    drivers = tuple(replace(one, role=None) if one.role == "lever" else one for one in found.drivers)
    nameless = replace(found, drivers=drivers)
    for language, said, other in (
        ("en", "No driver is named as a lever yet; the drivers below are places to look.", "stands out"),
        ("de", "Noch ist kein Treiber als Hebel benannt; die Treiber unten zeigen", "ragt heraus"),
    ):
        assert said in page(nameless, language)
        assert other not in page(nameless, language)
        assert other in page(found, language)


def test_no_offer_means_that_no_lever_stands_out():
    inputs = lever_samples.without_offer()
    assert build_first_steps(inputs).steps == ()
    for language, said in (("en", "No single lever stands out"), ("de", "Kein einzelner Hebel ragt heraus")):
        assert said in page(inputs, language)
    assert "First lever" not in page(inputs)


def test_without_declared_levers_there_is_no_such_section():
    assert build_first_steps(samples.inputs()) is None
    assert "What to work on first" not in page(samples.inputs())


def test_a_model_that_is_not_usable_names_no_lever():
    inputs = replace(lever_samples.inputs(), evaluation=samples.unusable().evaluation)
    report = build_report(inputs)
    assert (report.first_steps, report.places, report.views, report.segments) == (None, None, None, ())


def test_people_at_work_have_no_price():
    first = build_first_steps(lever_samples.employees())
    assert first.basis == "kept"
    for step in first.steps:
        assert (step.priority.revenue_kept_eur, step.priority.net_eur) == (None, None)
    assert "€" not in page(lever_samples.employees())


def test_answers_are_told_as_a_change_of_the_mean():
    words = page(lever_samples.satisfaction())
    assert "The mean answer is expected to differ by" in words
    assert "fewer are expected to leave" not in words


def test_an_offer_without_an_effect_is_a_fault_of_ours():
    broken = replace(lever_samples.RESOLUTION, effect=None)
    inputs = lever_samples.inputs(levers=(broken, *lever_samples.LEVERS[1:]))
    with pytest.raises(ValueError, match="lever 'resolution' is offered without a goal or an effect"):
        build_first_steps(inputs)


def test_the_record_is_plain_json():
    content = build_report(lever_samples.inputs()).to_json()["first_steps"]
    assert content["steps"][0]["priority"]["kept"].keys() >= {"value", "low", "high", "n"}
    assert content["nothing"]["kept"] == 0.0
    assert content["no_steps"][1]["reason"]["de"].startswith("„Onboarding")
