"""Five million rows of text become a feature table within two GiB, measured on a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from features.sql import open_database, quoted_text
from tests.contracts.repository import ROOT

ROWS = 5_000_000
LARGEST_BYTES = 2 << 30
PEOPLE = 20_000
BUILD = """
import sys
from pathlib import Path
from features.frame import build
from features.usecase import load
from tests.bench.timed import own_peak
frame = build(load(Path(sys.argv[1])).located(Path(sys.argv[1]).parent))
print(frame.facts.matches["tickets"]["kept"], own_peak())
"""
USECASE = """
version: 1
name: churn
entity: customer_id
snapshots: {every: month, from: 2024-05-01, to: 2024-07-01}
sources:
  customers: {file: customers.csv, valid_from: always, known_at: same}
  tickets:
    file: FILE
    event_time: opened_at
    known_at: ingested_at
    id: ticket_id
    scales: {csat: 1..5}
    verbatim: remark
  exits: {file: exits.csv, event_time: day, known_at: same}
features:
  tickets: {windows: [30d, 90d], count: {}, mean: [hours, cost, csat], last: [kind, site]}
cohort: {from: customers.since}
target: {event: exits, horizons: [30d]}
"""


def copy(query: str, path: Path) -> None:
    packing = ", COMPRESSION gzip" if path.suffix == ".gz" else ""
    with open_database() as connection:
        connection.execute(f"COPY ({query}) TO {quoted_text(path)} (FORMAT csv, HEADER{packing})")


def write_company(folder: Path, file: str, rows: int, n_people: int = PEOPLE) -> None:
    who = f"printf('C-%06d', CAST(hash(range) % {n_people} AS INTEGER)) AS customer_id"
    at = "TIMESTAMP '2023-01-01' + INTERVAL (CAST(hash(range + 1) % 60000000 AS BIGINT)) SECOND"
    written = "'%Y-%m-%dT%H:%M:%SZ'"
    copy(
        f"SELECT printf('T-%08d', CAST(range AS INTEGER)) AS ticket_id, {who}, "
        f"strftime({at}, {written}) AS opened_at, "
        f"strftime({at} + INTERVAL (range % 5) DAY, {written}) AS ingested_at, "
        "round(exp(2 + sin(range)), 4) AS hours, round(exp(4 + cos(range)), 2) AS cost, "
        "range % 5 + 1 AS csat, "
        "'kind ' || range % 6 AS kind, 'site number ' || range % 40 AS site, "
        "'a remark of medium length ' || hash(range) AS remark "
        f"FROM range({rows})",
        folder / file,
    )
    people = "SELECT printf('C-%06d', CAST(range AS INTEGER)) AS customer_id, DATE '2023-01-01'"
    copy(f"{people} AS since FROM range({n_people})", folder / "customers.csv")
    exits = f"{people} + CAST(520 + range % 100 AS INTEGER) AS day FROM range(0, {n_people}, 9)"
    copy(exits, folder / "exits.csv")
    (folder / "churn.yaml").write_text(USECASE.replace("FILE", file))


def build_apart(folder: Path) -> tuple[int, int]:
    """Build in a process of its own and return the tickets that were kept and the most memory it held."""
    command = [sys.executable, "-c", BUILD, str(folder / "churn.yaml")]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    kept, peak = map(int, found.split())
    return kept, peak


@pytest.mark.long
@pytest.mark.parametrize("file", ["tickets.csv", "tickets.csv.gz"])
def test_five_million_rows_stay_within_two_gib(tmp_path, file):
    write_company(tmp_path, file, ROWS)
    kept, peak = build_apart(tmp_path)
    assert kept == ROWS
    assert peak <= LARGEST_BYTES, f"{peak / (1 << 20):.0f} MiB"


def test_the_same_company_with_few_rows_is_built(tmp_path):
    write_company(tmp_path, "tickets.csv.gz", 20_000, 400)
    kept, peak = build_apart(tmp_path)
    assert kept == 20_000
    assert peak > 50 << 20
