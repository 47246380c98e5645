"""Monitoring by repetition: faults found in one batch, hardly a false alarm, and faults of real exports.

Worlds of these seeds were never looked at while thresholds were chosen; those were 100 to 105.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from scipy import stats

from features.frame import build
from features.usecase import load
from tests.training.examples import ROOT
from tests.training.monitoring.faults import FAULTS
from tests.training.monitoring.past_frames import (
    N_TRAINED,
    Company,
    as_of,
    look,
    make_company,
)

pytestmark = pytest.mark.long
CLEAN_SEEDS = range(200, 220)
FAULT_SEEDS = range(300, 304)
# The company of the example gains its last customer three weeks before its end: the last batch has a fault.
CLEAN_BATCHES = range(N_TRAINED, N_TRAINED + 5)
UNTIL = datetime(2026, 1, 1, tzinfo=UTC)


def list_alerts(checks):
    return [(check.kind, check.about) for check in checks if check.state == "alert"]


def test_hardly_a_clean_batch_raises_an_alarm(tmp_path, record_property):
    alarms = Counter()
    n_batches = 0
    for seed in CLEAN_SEEDS:
        company = make_company(tmp_path / str(seed), seed, n_customers=800)
        for index in CLEAN_BATCHES:
            n_batches += 1
            found = list_alerts(look(company, as_of(company.frame, index)))
            alarms.update([(seed, index, *found)] if found else [])
        shutil.rmtree(tmp_path / str(seed))
    record_property("alarms", alarms.total())
    assert n_batches == 100
    assert alarms.total() <= 5, alarms


def test_every_fault_is_found_and_named_in_at_least_nineteen_of_twenty_looks(tmp_path, record_property):
    """A world is now and then so uneven that a fault is within what was usual there."""
    missed, looks = [], 0
    for seed in FAULT_SEEDS:
        company = make_company(tmp_path / str(seed), seed, n_customers=800)
        for index in (N_TRAINED, N_TRAINED + 2, N_TRAINED + 4):
            batch = as_of(company.frame, index)
            looks += 1
            for fault in FAULTS:
                alerts = list_alerts(look(company, fault.plant(batch, np.random.default_rng(seed))))
                if not any(kind == fault.kind and fault.about in about for kind, about in alerts):
                    missed.append((fault.name, seed, index, alerts))
    record_property("missed", len(missed))
    most = max(Counter(name for name, *_ in missed).values(), default=0)
    for n_missed, n in ((most, looks), (len(missed), looks * len(FAULTS))):
        assert stats.binomtest(n_missed, n, 0.05, alternative="greater").pvalue > 0.025, missed


def _since(table: pa.Table, clock: str, days: int) -> pa.Scalar:
    """Return the moment so many days before the end, as a column of moments has it."""
    return pa.scalar(UNTIL - timedelta(days), table.schema.field(clock).type)


def _cut(table: pa.Table, clock: str, days: int) -> pa.Table:
    """Return rows that were there so many days before the end."""
    return table.filter(pc.less(table.column(clock), _since(table, clock, days)))


def _times(table: pa.Table, clock: str, column: str, factor: float, days: int) -> pa.Table:
    """Return rows in which a column is in another unit since so many days before the end."""
    is_new = pc.greater_equal(table.column(clock), _since(table, clock, days))
    values = pc.cast(table.column(column), pa.float64())
    changed = pc.if_else(is_new, pc.multiply(values, factor), values)
    return table.set_column(table.column_names.index(column), column, changed)


def _twice(table: pa.Table, clock: str, key: str, days: int) -> pa.Table:
    """Return rows of which those of the last days are there a second time under new ids."""
    newest = table.filter(pc.greater_equal(table.column(clock), _since(table, clock, days)))
    ids = pc.binary_join_element_wise(newest.column(key), pa.scalar("again"), "-")
    return pa.concat_tables([table, newest.set_column(table.column_names.index(key), key, ids)])


def _rename_plan(customers: pa.Table) -> pa.Table:
    """Return rows in which a plan has another name."""
    plan = customers.column("plan")
    values = pc.if_else(pc.equal(plan, "Standard"), "Std", plan)
    return customers.set_column(customers.column_names.index("plan"), "plan", values)


def _empty(table: pa.Table, column: str, clock: str, days: int) -> pa.Table:
    """Return rows without a value in the last days."""
    is_new = pc.greater_equal(table.column(clock), _since(table, clock, days))
    gone = pc.if_else(is_new, pa.scalar(None, table.schema.field(column).type), table.column(column))
    return table.set_column(table.column_names.index(column), column, gone)


EXPORTS: tuple[tuple[str, str, Callable[[pa.Table], pa.Table], str, str], ...] = (
    ("a stopped feed", "deliveries", lambda t: _cut(t, "ingested_at", 25), "feed", "deliveries"),
    (
        "minutes since a day",
        "tickets",
        lambda t: _times(t, "opened_at", "hours_to_resolve", 60, 60),
        "unit",
        "tickets.hours_to_resolve",
    ),
    (
        "delivered twice under new ids",
        "deliveries",
        lambda t: _twice(t, "ingested_at", "delivery_id", 31),
        "feed",
        "deliveries",
    ),
    (
        "a renamed plan",
        "customers",
        _rename_plan,
        "unseen",
        "o_customers.plan",
    ),
    (
        "an empty column",
        "newsletters",
        lambda t: _empty(t, "opened", "sent_at", 400),
        "missing",
        "o_newsletters.opened.mean_180d",
    ),
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Return a company with its exports; the model knows two thirds of the time."""
    folder = tmp_path_factory.mktemp("exports")
    company = make_company(folder, seed=310, n_customers=800)
    return company, folder / "company"


@pytest.mark.parametrize("fault", EXPORTS, ids=[fault[0] for fault in EXPORTS])
def test_faults_of_exports_are_found_after_a_build(exported, tmp_path, fault):
    _, name, plant, kind, about = fault
    company, exports = exported
    broken = _break(exports, tmp_path, name, plant)
    frame = build(load(ROOT / "mlproject" / "usecases" / "churn.yaml", broken))
    known = Company(company.usecase, frame, company.bundle)
    alerts = list_alerts(look(known, frame))
    assert (kind, about) in alerts, alerts


def _break(exports: Path, folder: Path, name: str, plant: Callable[[pa.Table], pa.Table]) -> Path:
    """Return a copy of the exports in which one table has a fault."""
    broken = Path(shutil.copytree(exports, folder / "company"))
    file = broken / f"{name}.parquet"
    pq.write_table(plant(pq.read_table(file)), file)
    return broken
