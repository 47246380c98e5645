"""Sources of every form are looked at: linked keys, text files, queries, targets without an exit."""

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
import yaml

from features.errors import LeakError
from features.frame import build
from features.usecase import load
from tests.features.leaks import event_leaks as leaks
from tests.features.leaks.event_world import EventWorld


def findings(usecase, *accepted):
    usecase = usecase.model_copy(update={"accept_leak": dict.fromkeys(accepted, "for this test")})
    return [(one["column"], one["kind"], one["severity"]) for one in build(usecase).facts.findings]


@pytest.fixture(scope="module")
def closed_later(tmp_path_factory):
    """Return a folder with a world whose tickets are said to be known when they are opened."""
    world = EventWorld(2)
    leaks.ticket_closed_later(world)
    folder = tmp_path_factory.mktemp("closed_later")
    world.write(folder)
    return world, folder


def load_changed(world, folder, target, **tickets):
    """Load the use case of a world from another folder, with some keys of the tickets replaced."""
    for path in folder.iterdir():
        if path.suffix == ".parquet":
            (target / path.name).write_bytes(path.read_bytes())
    spec = {**world.spec, "sources": {**world.spec["sources"]}}
    spec["sources"]["tickets"] = {**spec["sources"]["tickets"], **tickets}
    spec["sources"]["tickets"] = {key: value for key, value in spec["sources"]["tickets"].items() if value}
    path = target / "leaving.yaml"
    path.write_text(yaml.safe_dump(spec, sort_keys=False), encoding="utf-8")
    return load(path)


HOURS = ("tickets.hours", "settled_late", "error")


def test_a_text_file_whose_times_have_no_zone(closed_later, tmp_path):
    world, folder = closed_later
    table = pq.read_table(folder / "tickets.parquet")
    for name in ("opened", "closed", "due"):
        plain = table[name].cast(pa.timestamp("s", "UTC")).cast(pa.timestamp("s"))
        table = table.set_column(table.column_names.index(name), name, plain.cast(pa.string()))
    opened = pa.array([f"{text}Z" for text in table["opened"].to_pylist()])
    table = table.set_column(table.column_names.index("opened"), "opened", opened)
    pacsv.write_csv(table, tmp_path / "tickets.csv")
    usecase = load_changed(world, folder, tmp_path, file="tickets.csv")
    assert findings(usecase, "tickets.hours") == [HOURS]


def test_a_query(closed_later, tmp_path):
    world, folder = closed_later
    with duckdb.connect(str(tmp_path / "desk.duckdb")) as desk:
        desk.execute(f"CREATE TABLE tickets AS FROM '{folder}/tickets.parquet'")
    query = {"query": "SELECT * FROM tickets", "url": "duckdb:///desk.duckdb", "file": None}
    usecase = load_changed(world, folder, tmp_path, **query)
    assert findings(usecase, "tickets.hours") == [HOURS]


def test_protected_times_are_left_alone(closed_later, tmp_path):
    world, folder = closed_later
    usecase = load_changed(world, folder, tmp_path)
    with pytest.raises(LeakError, match=r"'tickets.hours' knows the outcome"):
        build(usecase)
    hidden = usecase.privacy.model_copy(update={"protected": ["tickets.closed"]})
    assert findings(usecase.model_copy(update={"privacy": hidden})) == []


def test_keys_that_links_resolve(tmp_path):
    world = EventWorld(3)
    leaks.backfilled_by_clock(world)
    world.write(tmp_path)
    rows = pq.read_table(tmp_path / "complaints.parquet")
    accounts = pa.array([f"account of {name}" for name in rows["customer"].to_pylist()])
    at = rows.column_names.index("customer")
    pq.write_table(rows.set_column(at, "account", accounts), tmp_path / "complaints.parquet")
    names = world.customer.tolist()
    links = pa.table({"account": [f"account of {name}" for name in names], "customer": names})
    pq.write_table(links, tmp_path / "accounts.parquet")
    source = {"links": {"account": "customer"}, "valid_from": "always", "known_at": "same"}
    world.spec["sources"]["accounts"] = {"file": "accounts.parquet", **source}
    world.spec["sources"]["complaints"]["key"] = "account"
    (tmp_path / "leaving.yaml").write_text(yaml.safe_dump(world.spec, sort_keys=False), encoding="utf-8")
    found = findings(load(tmp_path / "leaving.yaml"), "complaints")
    assert found == [("complaints", "known_late", "error")]


def test_where_nobody_leaves_clocks_are_looked_at_all_the_same(tmp_path):
    world = EventWorld(2)
    leaks.ticket_closed_later(world)
    span = {"next": "surveys.grade", "within": "90d", "kind": "numeric", "observed_until": "2024-06-24"}
    world.spec["target"] = span
    assert HOURS in findings(world.write(tmp_path), "tickets.hours")
