"""Rows of erased people lead to nobody, whatever source holds them and whatever key they come under."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from yaml import safe_load

from features.errors import ContractError
from features.sources import open_sources, streaming
from features.tombstones import Tombstones
from features.usecase import parse
from tests.features.event_tables import day

SPEC = """
version: 1
name: churn
entity: customer
snapshots: {every: month, from: 2024-01-31, to: 2024-03-31}
sources:
  customers: {file: customers.csv, valid_from: since, known_at: same}
  mails: {file: mails.csv, links: {mail: customer}, valid_from: since, known_at: same}
  calls: {file: calls.csv, event_time: at, known_at: same, key: mail}
  visits: {file: visits.parquet, event_time: at, known_at: same}
  exits: {file: exits.csv, event_time: at, known_at: same}
features:
  calls: {windows: [30d], count: {}}
  visits: {windows: [30d], count: {}}
cohort: {from: customers.since}
target: {event: exits, horizons: [30d]}
"""


@pytest.fixture
def usecase(tmp_path, monkeypatch):
    monkeypatch.setattr(streaming, "STREAMED_ROWS", 1)
    texts = {
        "customers": "customer,since\nanna,2023-01-01\nben,2023-01-01\ncarl,2023-01-01\n",
        "mails": "mail,customer,since\na@x,anna,2024-01-01\nb@x,ben,2024-01-01\n",
        # Before the mail address of ben was known to be his, a call under it leads to nobody.
        "calls": "mail,at\na@x,2024-02-01\nb@x,2024-02-01\nb@x,2023-02-01\n"
        "zed@x,2024-02-01\nben,2024-02-01\n",
        "exits": "customer,at\nanna,2024-03-01\nben,2024-03-02\nzoe,2024-03-03\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text)
    visits = {"customer": ["anna", "ben", "ben", "zoe"], "at": [day("2024-02-01").date()] * 4}
    pq.write_table(pa.table(visits), tmp_path / "visits.parquet")
    return parse(safe_load(SPEC), "churn.yaml").located(tmp_path)


def names_in(sources, table):
    query = f"SELECT DISTINCT entity_id FROM {sources.table(table)} ORDER BY 1"
    return [row[0] for row in sources.connection.execute(query).fetchall()]


def test_nobody_is_left_out_without_tombstones(usecase):
    with open_sources(usecase) as sources:
        assert names_in(sources, "customers") == ["anna", "ben", "carl"]
        assert names_in(sources, "calls") == ["anna", "ben"]
        assert sources.facts("calls").unmatched_keys == ("b@x", "ben", "zed@x")


def test_no_table_holds_an_erased_person(usecase):
    with open_sources(usecase, tombstones=Tombstones().add(["ben"])) as sources:
        for table in ("customers", "calls", "visits", "exits"):
            assert "ben" not in names_in(sources, table)
            assert "anna" in names_in(sources, table)


def test_no_key_of_an_erased_person_is_shown(usecase):
    with open_sources(usecase, tombstones=Tombstones().add(["ben"])) as sources:
        assert sources.facts("calls").unmatched_keys == ("zed@x",)
        assert sources.facts("exits").unmatched_keys == ("zoe",)
        assert sources.facts("customers").unmatched_keys == ()
        assert sources.files("visits") is not None
        assert sources.facts("visits").unmatched_keys == ("zoe",)


def test_their_rows_count_as_rows_that_lead_to_nobody(usecase):
    with open_sources(usecase, tombstones=Tombstones().add(["ben"])) as sources:
        found = {name: (sources.facts(name).kept, sources.facts(name).unmatched) for name in usecase.sources}
    assert found == {"customers": (2, 1), "mails": (1, 1), "calls": (1, 4), "visits": (1, 3), "exits": (1, 2)}


def test_a_source_of_erased_people_alone_has_no_row_left(usecase):
    with (
        pytest.raises(
            ContractError, match=r"customers\.customer: no row has a key.*erased people do not count"
        ),
        open_sources(usecase, tombstones=Tombstones().add(["anna", "ben", "carl"])),
    ):
        pass


def test_an_erased_id_that_only_a_log_still_knows_is_not_shown(usecase):
    with open_sources(usecase, tombstones=Tombstones().add(["zoe"])) as sources:
        assert sources.facts("visits").unmatched_keys == ()
        assert sources.facts("exits").unmatched_keys == ()
        assert names_in(sources, "customers") == ["anna", "ben", "carl"]
