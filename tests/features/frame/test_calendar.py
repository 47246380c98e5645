"""Days on which clocks jump, the leap day, the end of a year: windows are half-open in UTC everywhere."""

import filecmp
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.features.frame.company import SPEC, load_company, make_tables

ZONES = ("UTC", "Pacific/Kiritimati")
OTHER_ZONES = ("Europe/Berlin", "Etc/GMT+12")
# Month ends among them: the leap day, the day on which clocks of Berlin jump forward, the last of a year. In
# October clocks jump back four days before the month ends.
SNAPSHOTS = {"every": "month", "from": "2023-12-31", "to": "2024-12-31"}
DAYS = (date(2024, 2, 29), date(2024, 3, 31), date(2024, 10, 31), date(2024, 12, 31))
JUMPS = (datetime(2024, 3, 31, 1, tzinfo=UTC), datetime(2024, 10, 27, 1, tzinfo=UTC))
WINDOW = timedelta(days=30)
PERSON = "edge"
FILES = ("frame.parquet", "latest.parquet", "answers.parquet", "waves.parquet")
BUILD = """
import sys
from pathlib import Path
from features.frame import build
from features.usecase import load
build(load(Path(sys.argv[1])), Path(sys.argv[2]))
"""


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def list_moments() -> list[datetime]:
    """Return a second before, at and after each edge of a window, and each jump of a clock."""
    edges = [edge for day in DAYS for edge in (midnight(day) - WINDOW, midnight(day))]
    return sorted({edge + timedelta(seconds=one) for edge in (*edges, *JUMPS) for one in (-1, 0, 1)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the tables of a company and its use case."""
    folder = tmp_path_factory.mktemp("zones")
    tables = make_tables(n_customers=30)
    start = midnight(date(2023, 10, 1)).replace(tzinfo=None)
    tables["customers"].append(
        {
            "customer": PERSON,
            "start": start,
            "end": None,
            "since": start,
            "loaded_at": start,
            "plan": "pro",
            "seats": 3,
            "revenue": 900,
        }
    )
    tables["tickets"] += [
        {
            "customer": PERSON,
            "opened_at": one.replace(tzinfo=None),
            "loaded_at": one.replace(tzinfo=None),
            "hours": 1,
        }
        for one in list_moments()
    ]
    target = {**SPEC["target"], "observed_until": "2025-03-01"}
    load_company(folder, tables, snapshots=SNAPSHOTS, target=target)
    return folder


def build_in(zones, folder):
    """Build in processes of these zones; return the folder of each."""
    for zone in zones:
        command = [
            sys.executable,
            "-c",
            BUILD,
            str(folder / "churn.yaml"),
            str(folder / zone.replace("/", "-")),
        ]
        subprocess.run(command, check=True, env={**os.environ, "TZ": zone}, capture_output=True)
    return [folder / zone.replace("/", "-") for zone in zones]


@pytest.fixture(scope="module")
def frames(folder):
    """Return the frames of the company as two zones that are far apart build them."""
    return build_in(ZONES, folder)


@pytest.mark.parametrize("name", FILES)
def test_zones_give_the_same_bytes(frames, name):
    assert len({(frame / name).read_bytes() for frame in frames}) == 1


@pytest.mark.long
def test_further_zones_give_the_same_bytes(frames, folder):
    for frame in build_in(OTHER_ZONES, folder):
        same, _, _ = filecmp.cmpfiles(frame, frames[0], FILES, shallow=False)
        assert same == list(FILES)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_an_event_at_midnight_belongs_to_the_day_that_begins(frames, day):
    rows = pq.read_table(frames[0] / "frame.parquet")
    latest = pq.read_table(frames[0] / "latest.parquet")
    found = [
        row["o_tickets.count_30d"]
        for table in (rows, latest)
        for row in table.filter(pc.equal(table.column("entity_id"), PERSON)).to_pylist()
        if row["snapshot_date"] == day
    ]
    expected = sum(midnight(day) - WINDOW <= one < midnight(day) for one in list_moments())
    assert set(found) == {expected}
    assert expected >= 3
