"""Planted leaks are found in every world, and twenty honest worlds have no finding at all."""

from pathlib import Path

import pytest

from features.frame import build
from features.usecase import load
from features.worlds import build_company
from tests.features.leaks import event_leaks, flat_world
from tests.features.leaks.event_world import EventWorld
from tests.features.leaks.flat_world import FlatWorld
from tests.features.leaks.test_audit import assert_honest, audit_table

pytestmark = pytest.mark.long

SHIPPED = Path(__file__).parents[2] / "mlproject" / "usecases"
SEEDS = range(20, 26)
LEAST = 0.8
# Worlds of other sizes, rates and seeds than those that the audit was written with.
EVENT_WORLDS = [(101, 120), (102, 250), (103, 400), (104, 700), (105, 1_200), (106, 2_000), (107, 400)]
FLAT_WORLDS = [
    (201, 150, 0.3),
    (202, 400, 0.1),
    (203, 1_000, 0.03),
    (204, 2_500, 0.5),
    (205, 5_000, 0.85),
    (206, 20_000, 0.02),
    (207, 800, 0.25),
]
COMPANIES = [(301, 200, "churn"), (302, 500, "churn"), (303, 1_200, "churn"), (304, 400, "satisfaction")]
COMPANIES += [(305, 400, "attrition"), (306, 1_500, "attrition")]


def is_found(world, leak, folder):
    """Tell whether a planted leak is found as what it is; that errors stop the build is tested elsewhere."""
    column, kind, severity = leak(world)
    accepted = {"accept_leak": {column: "for this test"}}
    found = build(world.write(folder).model_copy(update=accepted)).facts.findings
    return any(
        one["column"] == column and one["severity"] == severity and kind in {one["kind"], "any"}
        for one in found
    )


@pytest.mark.parametrize("leak", event_leaks.LEAKS, ids=lambda leak: leak.__name__)
def test_leaks_among_events_are_found(tmp_path, leak):
    hits = [is_found(EventWorld(seed), leak, tmp_path / str(seed)) for seed in SEEDS]
    assert sum(hits) >= LEAST * len(hits)


@pytest.mark.parametrize("leak", flat_world.LEAKS, ids=lambda leak: leak.__name__)
def test_leaks_in_a_table_are_found(tmp_path, leak):
    rates = [0.05, 0.15, 0.3, 0.5]
    hits = [is_found(FlatWorld(seed, 1_500, rates[seed % 4]), leak, tmp_path / str(seed)) for seed in SEEDS]
    assert sum(hits) >= LEAST * len(hits)


def test_there_are_twenty_honest_worlds():
    assert len(EVENT_WORLDS) + len(FLAT_WORLDS) + len(COMPANIES) == 20


@pytest.mark.parametrize(("seed", "customers"), EVENT_WORLDS)
def test_honest_events_have_no_finding(tmp_path, seed, customers):
    assert build(EventWorld(seed, customers).write(tmp_path)).facts.findings == ()


@pytest.mark.parametrize(("seed", "rows", "rate"), FLAT_WORLDS)
def test_honest_tables_have_no_finding(tmp_path, seed, rows, rate):
    assert build(FlatWorld(seed, rows, rate).write(tmp_path)).facts.findings == ()


@pytest.mark.parametrize(("seed", "customers", "name"), COMPANIES)
def test_example_companies_have_no_finding(tmp_path, seed, customers, name):
    build_company(tmp_path / "company", seed=seed, n_customers=customers)
    assert build(load(SHIPPED / f"{name}.yaml", tmp_path / "company")).facts.findings == ()


def test_honest_columns_of_six_public_tables_have_no_error(shared_data, request):
    assert_honest(load(request.path.parents[1] / "usecases" / "telco-churn-11.1.3.yaml", shared_data))


def test_a_large_public_table_has_no_error(shared_data):
    table = {
        "file": "airline-satisfaction/train/airline_passenger_satisfaction.csv.gz",
        "id": "ID",
        "label": "Satisfaction",
        "positive": "Satisfied",
    }
    severe = [finding for finding in audit_table(shared_data, table) if finding.severity == "error"]
    assert severe == []
