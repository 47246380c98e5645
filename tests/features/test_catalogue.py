import json
import subprocess
import sys
from dataclasses import asdict

import pytest

from features.catalogue import Catalogue, Feature
from features.errors import BundleError, ContractError
from features.usecase import Driver

HOURS = Feature("o_tickets.hours.mean_90d", "number", "tickets", unit="hours")
COUNT = Feature("o_tickets.count_90d", "number", "tickets")
NPS = Feature("x_surveys.nps.last", "number", "surveys", data="X")
PLAN = Feature("o_customers.plan", "category", "customers")
ALL = Catalogue((HOURS, COUNT, NPS, PLAN))


def driver(*patterns, role="lever"):
    return Driver(features=list(patterns), role=role, actor="company")


def test_look_ups_keep_the_order_of_columns():
    assert ALL.names == tuple(feature.name for feature in ALL)
    assert ALL.numbers == (HOURS.name, COUNT.name, NPS.name)
    assert ALL.categories == (PLAN.name,)
    assert ALL.by_name[NPS.name] is NPS
    assert len(ALL) == 4


def test_same_name_twice_is_refused():
    with pytest.raises(ContractError, match=r"o_tickets\.count_90d: is there twice"):
        Catalogue((COUNT, COUNT))


def test_bare_name_loses_the_prefix_of_its_own_source_only():
    assert NPS.bare_name == "surveys.nps.last"
    assert PLAN.bare_name == "customers.plan"
    assert Feature("o_rings", "number", "table").bare_name == "o_rings"
    assert Feature("x_surveys.nps", "number", "surveys", data="O").bare_name == "x_surveys.nps"


def test_drivers_take_what_their_patterns_mean():
    found = ALL.with_drivers(
        {
            "speed": driver("tickets.hours*"),
            "mood": driver("surveys.nps.last", "surveys.*", role="signal"),
        }
    )
    assert [(feature.driver, feature.role) for feature in found] == [
        ("speed", "lever"),
        (None, None),
        ("mood", "signal"),
        (None, None),
    ]
    assert found.drivers == {"speed": (HOURS.name,), "mood": (NPS.name,)}


def test_drivers_are_assigned_anew():
    once = ALL.with_drivers({"all": driver("*")})
    again = once.with_drivers({"speed": driver("tickets.*")})
    assert again.by_name[PLAN.name].driver is None
    assert again.by_name[PLAN.name].role is None


def test_brackets_in_names_stand_for_themselves():
    catalogue = Catalogue((Feature("Pay [EUR]", "number", "table"), Feature("Pay E", "number", "table")))
    assert catalogue.with_drivers({"pay": driver("Pay [EUR]")}).drivers == {"pay": ("Pay [EUR]",)}


def test_pattern_without_a_feature_names_driver_pattern_and_neighbours():
    with pytest.raises(ContractError) as found:
        ALL.with_drivers({"speed": driver("tickets.houres*")})
    line = str(found.value)
    assert line.startswith("drivers.speed.features: 'tickets.houres*' matches no feature; the nearest ")
    assert "tickets.hours.mean_90d" in line
    assert found.value.exit_code == 2


def test_pattern_is_case_sensitive():
    with pytest.raises(ContractError, match="matches no feature"):
        ALL.with_drivers({"speed": driver("Tickets.hours*")})


def test_feature_in_two_drivers_names_both():
    with pytest.raises(ContractError) as found:
        ALL.with_drivers({"speed": driver("tickets.hours*"), "tickets": driver("tickets.*")})
    assert str(found.value) == (
        "drivers.tickets.features: 'tickets.*' takes o_tickets.hours.mean_90d, "
        "which driver 'speed' already has; leave each feature to one driver"
    )


def test_json_round_trip():
    catalogue = ALL.with_drivers({"mood": driver("surveys.*", role="signal")})
    assert Catalogue.from_json(json.loads(json.dumps(catalogue.to_json()))) == catalogue


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "text"}, r"features\[0\]\.kind: 'text' is not allowed"),
        ({"data": "Z"}, r"features\[0\]\.data: 'Z'"),
        ({"role": "boss"}, r"features\[0\]\.role: 'boss'"),
        ({"sensitivity": None}, r"features\[0\]\.sensitivity: 'None'"),
        ({"extra": 1}, r"features\[0\]: \[.*'extra'.*\] does not describe a feature"),
    ],
    ids=["kind", "data", "role", "sensitivity", "extra"],
)
def test_altered_json_is_refused(change, told):
    with pytest.raises(BundleError, match=told):
        Catalogue.from_json({"features": [asdict(COUNT) | change]})


@pytest.mark.parametrize(
    "content", [{}, {"features": None}, {"features": [["a"]]}], ids=["none", "null", "list"]
)
def test_json_of_another_shape_is_refused(content):
    with pytest.raises(BundleError):
        Catalogue.from_json(content)


def test_fingerprint_follows_what_a_model_sees():
    base = ALL.fingerprint
    assert ALL.with_drivers({"all": driver("*")}).fingerprint == base
    assert Catalogue((COUNT, HOURS, NPS, PLAN)).fingerprint != base
    assert Catalogue((HOURS, COUNT, NPS)).fingerprint != base
    renamed = Feature("o_customers.plan", "number", "customers")
    assert Catalogue((HOURS, COUNT, NPS, renamed)).fingerprint != base
    in_days = Feature(HOURS.name, "number", "tickets", unit="days")
    assert Catalogue((in_days, COUNT, NPS, PLAN)).fingerprint != base
    assert len(base) == 64


def test_catalogue_is_light_enough_for_serving():
    heavy = "{'pandas', 'pydantic', 'duckdb', 'numpy', 'pyarrow'}"
    program = f"import sys, features.catalogue; print(sorted({heavy} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_directions_stand_in_the_order_of_columns():
    declared = {"tickets.*": "rising", "surveys.nps.last": "falling"}
    assert ALL.directions(declared) == (1, 1, -1, 0)
    assert ALL.directions({"tickets.*": "rising", "tickets.count_90d": "rising"}) == (1, 1, 0, 0)
    assert ALL.directions({}) == ()


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"tickets.size": "rising"}, r"monotone: 'tickets\.size' matches no feature.*nearest"),
        ({"customers.plan": "rising"}, r"monotone: 'customers\.plan' takes o_customers\.plan, a category"),
        (
            {"tickets.*": "rising", "tickets.count_90d": "falling"},
            r"monotone: 'tickets\.count_90d' lets o_tickets\.count_90d be falling, another pattern rising",
        ),
    ],
    ids=["unknown", "category", "both"],
)
def test_directions_that_cannot_be_kept_are_refused(declared, message):
    with pytest.raises(ContractError, match=message):
        ALL.directions(declared)
