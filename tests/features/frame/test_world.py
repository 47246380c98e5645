from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest

from features.frame import build
from features.usecase import load
from features.worlds import build_company

USECASE = Path(__file__).parents[3] / "mlproject" / "usecases" / "churn.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world") / "company"
    build_company(folder, seed=7, n_customers=400)
    return folder


@pytest.fixture(scope="module")
def frame(folder):
    return build(load(USECASE, folder))


def test_the_example_company_gives_an_honest_frame(frame):
    facts = frame.facts
    assert len(facts.snapshot_dates) == 18
    assert facts.observed_until == date(2026, 1, 1)
    assert [finding for finding in facts.findings if finding["severity"] == "error"] == []
    assert facts.dropped_features == {}
    assert facts.horizons[1].events >= 100
    assert all(feature.driver is not None for feature in facts.catalogue)
    assert {name for name, match in facts.matches.items() if match["unmatched"]} <= {"surveys"}


def test_the_tickets_of_the_example_company_are_counted_as_a_plain_query_counts_them(frame, folder):
    query = f"""
        SELECT count(t.opened_at) FROM frame_rows AS r LEFT JOIN '{folder}/tickets.parquet' AS t
            ON t.customer_id = r.entity_id AND t.opened_at < r.snapshot_date::TIMESTAMP
            AND t.opened_at >= r.snapshot_date::TIMESTAMP - INTERVAL 90 DAY
            AND t.ingested_at <= r.snapshot_date::TIMESTAMP
        GROUP BY r.snapshot_date, r.entity_id ORDER BY r.snapshot_date, r.entity_id
    """
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("frame_rows", frame.table.select(["entity_id", "snapshot_date"]))
        expected = [count for (count,) in connection.execute(query).fetchall()]
    assert frame.table.column("o_tickets.count_90d").to_pylist() == expected


def test_nobody_of_the_example_company_is_taught_after_leaving(frame, folder):
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        query = (
            f"SELECT customer_id, min(cancelled_at)::DATE FROM '{folder}/cancellations.parquet' GROUP BY 1"
        )
        cancelled = dict(connection.execute(query).fetchall())
    for row in frame.table.select(["entity_id", "snapshot_date", "target_event", "target_days"]).to_pylist():
        day = cancelled.get(row["entity_id"])
        assert row["target_event"] == (day is not None)
        if day is not None:
            assert (day - row["snapshot_date"]).days - 7 == row["target_days"]


def test_response_rates_of_the_example_company_are_shares(frame):
    rates = frame.table.column("x_surveys.response_rate_180d").drop_null().to_numpy()
    assert rates.min() >= 0
    assert rates.max() <= 1
    assert 0.05 < np.mean(rates) < 0.95
