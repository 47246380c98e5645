from dataclasses import replace

from training.card.fairness import describe_fairness


def test_figures_and_alarms_are_those_of_the_bundle(staff):
    found = describe_fairness(staff.bundle)
    judged = staff.bundle.evaluation["fairness"]["attributes"]
    assert [one.attribute for one in found.attributes] == ["gender", "birth_year"]
    gender = found.attributes[0]
    assert gender.reference == judged["gender"]["reference"]
    assert {group.group for group in gender.groups} == {"f", "m"}
    for group in gender.groups:
        for name, figure in group.figures.items():
            assert (
                figure is None
                or figure.value == judged["gender"]["groups"][group.group]["figures"][name]["value"]
            )
    assert len(gender.alarms) == len(judged["gender"]["alarms"]) > 0
    assert any(one.alarms for one in found.attributes)


def test_the_proxy_is_named_in_words(staff):
    proxies = describe_fairness(staff.bundle).attributes[0].proxies
    assert proxies.is_clear
    assert [carrier.label["en"] for carrier in proxies.carriers] == ["Part time"]
    assert {order.group for order in proxies.orders} == {"f", "m"}


def test_what_was_never_looked_at_says_so(staff):
    evaluation = {
        name: part for name, part in staff.bundle.evaluation.items() if name not in ("fairness", "proxies")
    }
    found = describe_fairness(replace(staff.bundle, evaluation=evaluation))
    assert {one.state for one in found.attributes} == {"not_checked"}
    assert not any(one.alarms for one in found.attributes)
    assert found.minimum_group == 5


def test_figures_of_too_few_people_stay_empty(staff):
    judged = staff.bundle.evaluation["fairness"]
    gender = judged["attributes"]["gender"]
    groups = {
        name: {**group, "figures": {**group["figures"], "auc": None}}
        for name, group in gender["groups"].items()
    }
    attributes = {**judged["attributes"], "gender": {**gender, "groups": groups}}
    evaluation = {**staff.bundle.evaluation, "fairness": {**judged, "attributes": attributes}}
    found = describe_fairness(replace(staff.bundle, evaluation=evaluation))
    assert {group.figures["auc"] for group in found.attributes[0].groups} == {None}


def test_nothing_protected_is_nothing_compared(members):
    assert describe_fairness(members.bundle).attributes == ()
