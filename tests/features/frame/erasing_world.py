"""A company with one person whose id and words nobody else has, and a log that is read where it lies."""

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ipc

from features.usecase import UseCase
from tests.features.event_tables import day
from tests.features.frame.company import SPEC, Tables, load_company, make_tables, pick, section

PERSON = "k20-4711"
WORDS = "nobody-else-wrote-this"
PLAN = "plan-of-one"
CUTS = (day("2023-12-25"), day("2024-04-10"), day("2030-01-01"))


def make_people(*, with_person: bool = True) -> Tables:
    """Return the tables of the company; the person does as somebody who stays, in words of his own."""
    tables = make_tables(n_customers=40)
    for place, row in enumerate(tables["tickets"]):
        row["note"] = ("late", "broken", "rude")[place % 3]  # type: ignore[index]
    if with_person:
        gone = {row["customer"] for row in tables["cancellations"]}
        alike = next(
            row["customer"]
            for row in tables["tickets"]
            if row["customer"] not in gone and len(pick(tables["tickets"], row["customer"])) > 9
        )
        words = {"customers": {"plan": PLAN}, "tickets": {"note": WORDS}}
        for name, rows in tables.items():
            rows += [{**row, "customer": PERSON, **words.get(name, {})} for row in pick(rows, alike)]
    return tables


def load_world(folder: Path, *, with_person: bool = True, parts: int = len(CUTS)) -> UseCase:
    """Write the company with the first parts of its tickets as Parquet files, and load the use case."""
    tables = make_people(with_person=with_person)
    tickets = tables.pop("tickets")
    (folder / "tickets").mkdir(parents=True, exist_ok=True)
    for place in range(parts):
        first = CUTS[place - 1] if place else day("2000-01-01")
        rows = [
            {**row, **{clock: row[clock].replace(tzinfo=UTC) for clock in ("opened_at", "loaded_at")}}
            for row in tickets
            if first <= row["opened_at"] < CUTS[place]
        ]
        pq.write_table(pa.Table.from_pylist(rows), folder / "tickets" / f"part{place}.parquet")
    rule = {**SPEC["features"]["tickets"], "last": ["note"], "distinct": ["note"]}
    source = {**SPEC["sources"]["tickets"], "file": "tickets", "verbatim": "note"}
    metrics = {**SPEC["sources"]["surveys"], "scales": {"nps": "0..10"}, "metrics": {"nps": "nps"}}
    sources = section("sources", tickets=source, surveys=metrics)
    return load_company(folder, tables, sources=sources, features=section("features", tickets=rule))


def find_traces(folder: Path, *words: str) -> Iterator[str]:
    """Yield every file below a folder that holds one of the words, as bytes or as a decoded value."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and any(word.encode() in path.read_bytes() for word in words):
            yield f"bytes of {path.name}"
        if path.is_file() and any(word in decode(path) for word in words):
            yield f"values of {path.name}"


def decode(path: Path) -> str:
    """Return all that a file says, uncompressed: values, dictionaries and metadata."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
    elif path.suffix in {".cells", ".told"}:
        table = ipc.open_file(path).read_all()
    else:
        return path.read_text(encoding="utf-8")
    dictionaries = [
        chunk.dictionary.to_pylist()
        for column in table.columns
        for chunk in column.chunks
        if pa.types.is_dictionary(column.type)
    ]
    metadata = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    said = [metadata, dictionaries, *(column.to_pylist() for column in table.columns)]
    return json.dumps(said, default=str)
