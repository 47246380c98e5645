"""A log that is read where it lies says the same as one that was refined: rows, facts, features, errors."""

import math
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import strategies as st

from features.errors import XmError
from features.frame import build
from features.frame.families import list_families
from features.sources import open_sources, streaming
from features.usecase import parse
from tests.features.closeness import SUMMED
from tests.properties import law

TODAY = date(2025, 1, 1)
SNAPSHOTS = (date(2024, 2, 1), date(2024, 3, 1), date(2024, 6, 1))
CUSTOMERS = ("A", "B", "17", "ä")
SCHEMA = pa.schema(
    {
        "who": pa.string(),
        "happened": pa.timestamp("us", "UTC"),
        "stored": pa.timestamp("us", "UTC"),
        "amount": pa.float64(),
        "whole": pa.int64(),
        "price": pa.decimal128(9, 3),
        "flag": pa.bool_(),
        "due": pa.date32(),
        "note": pa.string(),
    }
)
RULE = {
    "windows": ["7d", "30d"],
    "count": {},
    "sum": ["price"],
    "mean": ["amount", "flag"],
    "max": ["whole"],
    "distinct": ["whole"],
    "first": ["price", "due"],
    "last": ["amount", "flag", "due"],
    "share": {"price": {"dear": ">= 9.991"}},
    "slope": ["amount"],
    "delta": ["count", "amount"],
}


def spec(folder: Path, **changes: Any) -> Any:
    """Return a use case over customers and a log; ``changes`` go to the source of the log, or to its rule."""
    rule = changes.pop("rule", RULE)
    log = {"file": "log", "key": "customer_id", "event_time": "happened", "known_at": "stored"} | changes
    log = {name: value for name, value in log.items() if value is not None}
    content = {
        "version": 1,
        "name": "churn",
        "entity": "customer_id",
        "snapshots": {"every": "month", "from": "2024-02-01", "to": "2024-06-01"},
        "sources": {
            "customers": {"file": "customers.csv", "valid_from": "always", "known_at": "same"},
            "log": log,
            "cancellations": {"file": "cancellations.csv", "event_time": "day", "known_at": "same"},
        },
        "features": {"log": rule},
        "cohort": {"from": "customers.since"},
        "target": {"event": "cancellations", "horizons": ["30d"]},
    }
    usecase = parse(content, "churn.yaml")
    usecase._folder = folder
    return usecase


def write_company(folder: Path, *tables: pa.Table, name: str = "log") -> None:
    """Write customers, their cancellations, and a log of one or more files."""
    lines = "".join(f"{customer},2024-01-15\n" for customer in CUSTOMERS)
    (folder / "customers.csv").write_text(f"customer_id,since\n{lines}")
    (folder / "cancellations.csv").write_text("customer_id,day\nA,2024-06-05\n")
    for place, table in enumerate(tables):
        path = folder / name / f"part-{place}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        names = ["customer_id" if name == "who" else name for name in table.column_names]
        pq.write_table(table.rename_columns(names), path, row_group_size=3)


def look(usecase: Any, fewest_rows: float) -> dict[str, Any]:
    """Return all that can be seen of the log when logs of so many rows are read where they lie."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streaming, "STREAMED_ROWS", fewest_rows)
        try:
            with open_sources(usecase, today=TODAY) as sources:
                return {"is_streamed": sources.files("log") is not None, **describe(sources, usecase)}
        except XmError as error:
            return {"is_streamed": None, "error": f"{type(error).__name__}: {error}"}


def describe(sources: Any, usecase: Any) -> dict[str, Any]:
    """Return facts, typed table and features of the log."""
    run = sources.connection.execute
    types = run(f"DESCRIBE SELECT * FROM {sources.table('log')}").fetchall()
    lines = run(f"SELECT * FROM {sources.table('log')}").fetchall()
    run("CREATE TABLE asked (row_id BIGINT, entity_id VARCHAR, snapshot_day INTEGER)")
    days = [(day - date(1970, 1, 1)).days for day in SNAPSHOTS]
    pairs = [(customer, day) for customer in CUSTOMERS for day in days]
    asked = [f"({place}, '{customer}', {day})" for place, (customer, day) in enumerate(pairs)]
    run(f"INSERT INTO asked VALUES {', '.join(asked)}")
    (family,) = list_families(sources, usecase)
    return {
        "facts": sources.facts("log"),
        "types": sorted((row[0], row[1]) for row in types),
        "lines": sorted(lines, key=repr),
        "features": (family.measures, family.compute(sources, usecase, "asked")),
    }


def assert_same(usecase: Any, *, is_streamed: bool | None) -> dict[str, Any]:
    """Demand that both ways say the same; return what they say and whether the log was read where it lies."""
    streamed, refined = look(usecase, 0), look(usecase, math.inf)
    if is_streamed is not None and "error" not in refined:
        assert streamed["is_streamed"] == is_streamed
    assert not refined["is_streamed"]
    assert streamed.get("error") == refined.get("error")
    for part in ("facts", "types", "lines"):
        assert streamed.get(part) == refined.get(part)
    if "features" in refined:
        assert_same_features(streamed["features"], refined["features"])
    return {**refined, "is_streamed": streamed["is_streamed"]}


def assert_same_features(one: Any, other: Any) -> None:
    """Demand equal features: sums to 1e-9, all else exactly."""
    assert one[0] == other[0]
    for measure in one[0]:
        pairs = zip(
            one[1].column(measure.name).to_pylist(), other[1].column(measure.name).to_pylist(), strict=True
        )
        for found, expected in pairs:
            if measure.function in SUMMED and expected is not None:
                assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)
            else:
                assert found == expected, measure.name


def at(year: int, month: int, day: int, *clock: int) -> datetime:
    hours, minutes, seconds, microseconds = (*clock, 0, 0, 0, 0)[:4]
    return datetime(year, month, day, hours, minutes, seconds, microseconds, tzinfo=UTC)


MOMENTS = st.one_of(
    st.none(),
    st.sampled_from([at(2024, 2, 1), at(2024, 1, 31, 23, 59, 59, 999_999), at(9999, 12, 31), at(1900, 1, 1)]),
    st.datetimes(datetime(2023, 12, 1), datetime(2025, 3, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
KEYS = st.sampled_from([*CUSTOMERS, *CUSTOMERS, "stranger", "other", "", None])
ROWS = st.fixed_dictionaries(
    {
        "who": KEYS,
        "happened": MOMENTS,
        "stored": MOMENTS,
        "amount": st.sampled_from([None, 0.1, -0.0, math.nan, 1e15, -7.25]),
        "whole": st.sampled_from([None, 0, -1, 2**53 + 1]),
        "price": st.sampled_from([None, Decimal("9.991"), Decimal("9.990"), Decimal("-0.001")]),
        "flag": st.sampled_from([None, True, False]),
        "due": st.sampled_from([None, date(2024, 5, 5), date(9999, 12, 31), date(1969, 7, 20)]),
        "note": st.sampled_from([None, "", "late", "grün"]),
    }
)
ODD = st.sampled_from(
    [
        {"who": " A"},
        {"who": "A\t"},
        {"who": "\u00a0"},
        {"note": " late "},
        {"note": "\n"},
        {"note": "late\u00a0"},
        {"amount": math.inf},
        {"amount": -math.inf},
    ]
)
CHANGES = st.sampled_from([{}, {"known_at": "same"}, {"known_at": {"delay": "40d"}}, {"verbatim": "note"}])


@law(8, rows=st.lists(ROWS, min_size=1, max_size=12), pieces=st.integers(1, 3), changes=CHANGES)
def test_a_clean_log_is_read_where_it_lies_and_says_the_same(rows, pieces, changes):
    with tempfile.TemporaryDirectory() as folder:
        tables = [pa.Table.from_pylist(rows[place::pieces], SCHEMA) for place in range(pieces)]
        write_company(Path(folder), *tables)
        found = assert_same(spec(Path(folder), **changes), is_streamed=True)
    if "error" in found:
        assert "no row" in found["error"] or "lack a time" in found["error"] or "future" in found["error"]


@law(8, rows=st.lists(ROWS, min_size=1, max_size=6), odd=ODD, changes=CHANGES)
def test_a_log_with_one_odd_value_is_refined_or_the_value_is_not_read(rows, odd, changes):
    with tempfile.TemporaryDirectory() as folder:
        ready = {**rows[0], "who": "A", "happened": at(2024, 1, 20), "stored": at(2024, 1, 21)}
        write_company(Path(folder), pa.Table.from_pylist([ready, {**ready, **odd}, *rows], SCHEMA))
        is_read = "note" not in odd or "verbatim" in changes
        found = assert_same(spec(Path(folder), **changes), is_streamed=None)
    assert ("error" in found) == ("amount" in odd)
    assert found["is_streamed"] == (None if "error" in found else not is_read)


def make_log(count: int = 60) -> pa.Table:
    """Return a clean log, the same in every run."""
    rng = np.random.default_rng(3)
    rows = []
    for place in range(count):
        happened = at(2024, 1, 1) + timedelta(seconds=int(rng.integers(150 * 86_400)))
        rows.append(
            {
                "who": [*CUSTOMERS, "stranger"][place % 5],
                "happened": happened,
                "stored": happened + timedelta(days=int(rng.integers(3))),
                "amount": float(rng.normal()),
                "whole": int(rng.integers(9)),
                "price": Decimal(int(rng.integers(20_000))).scaleb(-3),
                "flag": bool(rng.integers(2)),
                "due": date(2024, 7, 1),
                "note": "late",
            }
        )
    return pa.Table.from_pylist(rows, SCHEMA)


LOG = make_log()


def recast(**kinds: pa.DataType) -> pa.Table:
    """Return the clean log with columns of other types."""
    table = LOG
    for name, kind in kinds.items():
        column = table.column(name).combine_chunks().cast(kind, safe=False)
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


@pytest.mark.parametrize(
    "kinds",
    [
        {},
        {"who": pa.large_string()},
        {"who": pa.dictionary(pa.int8(), pa.string())},
        {"happened": pa.timestamp("ns", "Europe/Berlin"), "stored": pa.timestamp("ms", "UTC")},
        {"happened": pa.date32(), "stored": pa.date32()},
        {"due": pa.timestamp("ns", "UTC")},
        {"amount": pa.float32(), "whole": pa.uint8(), "price": pa.decimal128(18, 3)},
        {"whole": pa.bool_(), "flag": pa.float64()},
    ],
    ids=lambda kinds: ", ".join(f"{name} {kind}" for name, kind in kinds.items()) or "plain",
)
def test_typed_columns_need_no_refining(tmp_path, kinds):
    write_company(tmp_path, recast(**kinds))
    found = assert_same(spec(tmp_path), is_streamed=True)
    assert found["facts"].unmatched_keys == ("stranger",)


def test_keys_that_are_whole_numbers_need_no_refining(tmp_path):
    keys = pa.array([17, 99, None] * 20, pa.int32())
    write_company(tmp_path, LOG.set_column(0, "who", keys))
    assert assert_same(spec(tmp_path), is_streamed=True)["facts"].unmatched_keys == ("99",)


@pytest.mark.parametrize(
    "kinds",
    [
        {"happened": pa.timestamp("us")},
        {"stored": pa.timestamp("ns")},
        {"happened": pa.string()},
        {"amount": pa.string()},
        {"price": pa.decimal128(30, 3)},
    ],
    ids=lambda kinds: " ".join(f"{name} {kind}" for name, kind in kinds.items()),
)
def test_columns_that_need_a_repair_are_refined(tmp_path, kinds):
    write_company(tmp_path, recast(**kinds))
    assert not assert_same(spec(tmp_path), is_streamed=None)["is_streamed"]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "whole"},
        {"duplicates": "remove"},
        {"read": {"missing": ["-1"]}},
        {"scales": {"whole": "0..10"}},
        {"rule": {**RULE, "last": ["note"]}},
        {"key": "note"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_looks_at_several_rows_or_repairs_values_is_refined(tmp_path, changes):
    write_company(tmp_path, LOG)
    assert not assert_same(spec(tmp_path, **changes), is_streamed=None)["is_streamed"]


def test_a_column_with_the_name_of_a_clock_is_left_to_the_refinery(tmp_path):
    write_company(tmp_path, LOG.append_column("known_at", LOG.column("amount")))
    found = assert_same(spec(tmp_path, rule={"windows": ["7d"], "mean": ["known_at"]}), is_streamed=None)
    assert "has the name of a clock" in found["error"]


def test_columns_whose_names_differ_in_case_alone_are_left_to_the_refinery(tmp_path):
    write_company(tmp_path, LOG.append_column("Amount", LOG.column("amount")))
    assert_same(spec(tmp_path), is_streamed=False)


def test_files_of_different_types_are_left_to_the_refinery(tmp_path):
    write_company(tmp_path, LOG, recast(whole=pa.float64()))
    assert_same(spec(tmp_path), is_streamed=False)


def test_folders_that_are_columns_are_left_to_the_refinery(tmp_path):
    write_company(tmp_path, LOG, name="log/whole=3")
    found = assert_same(spec(tmp_path), is_streamed=False)
    assert set(found["features"][1].column("o_log.whole.max_30d").to_pylist()) == {3.0, None}


def test_strangers_are_named_from_complete_rows_alone(tmp_path):
    rows = LOG.to_pylist()
    rows += [{**rows[0], "who": "A untimed stranger", "stored": None}, {**rows[0], "who": ""}]
    write_company(tmp_path, pa.Table.from_pylist(rows, SCHEMA))
    facts = assert_same(spec(tmp_path), is_streamed=True)["facts"]
    assert (facts.missing_time, facts.unmatched, facts.unmatched_keys) == (1, 13, ("stranger",))


@pytest.mark.parametrize("hole", [{"who": None}, {"who": "nobody"}, {"happened": None}, {"who": ""}], ids=str)
def test_a_log_of_which_nothing_is_left_is_refused_in_the_same_words(tmp_path, hole):
    rows = [{**row, **hole} for row in LOG.to_pylist()]
    write_company(tmp_path, pa.Table.from_pylist(rows, SCHEMA))
    assert "error" in assert_same(spec(tmp_path), is_streamed=None)


def test_empty_and_damaged_logs_are_refused_in_the_same_words(tmp_path):
    write_company(tmp_path, LOG.slice(0, 0))
    assert "has no rows" in assert_same(spec(tmp_path), is_streamed=None)["error"]
    (tmp_path / "log" / "part-0.parquet").write_bytes(b"PAR1 and nothing else PAR1")
    assert "cannot be read as Parquet" in assert_same(spec(tmp_path), is_streamed=None)["error"]


def test_a_short_log_is_refined_and_one_file_is_enough(tmp_path):
    write_company(tmp_path, LOG)
    usecase = spec(tmp_path, file="log/part-0.parquet")
    assert_same(usecase, is_streamed=True)
    assert look(usecase, LOG.num_rows)["is_streamed"]
    assert not look(usecase, LOG.num_rows + 1)["is_streamed"]


def test_the_frame_is_the_same_with_partial_results_and_without(tmp_path, monkeypatch):
    rng = np.random.default_rng(9)
    names = [f"c{place}" for place in range(300)]
    write_company(tmp_path, make_log(0))
    (tmp_path / "customers.csv").write_text(
        "customer_id,since\n" + "".join(f"{name},2024-01-01\n" for name in names)
    )
    leaving = [f"{name},2024-0{rng.integers(3, 8)}-{rng.integers(10, 28)}\n" for name in names[::2]]
    (tmp_path / "cancellations.csv").write_text("customer_id,day\n" + "".join(leaving))
    rows = make_log(4_000).set_column(0, "who", pa.array(rng.choice(names, 4_000)))

    def write_log(place: int, some: pa.Table) -> None:
        names = ["customer_id", *some.column_names[1:]]
        pq.write_table(some.rename_columns(names), tmp_path / "log" / f"part-{place}.parquet")

    write_log(0, rows.slice(0, 2_500))
    usecase = spec(tmp_path)
    monkeypatch.setattr(streaming, "STREAMED_ROWS", 0)
    build(usecase, partials=tmp_path / "partials")
    write_log(1, rows.slice(2_500))
    told: list[str] = []
    refreshed = build(usecase, partials=tmp_path / "partials", report=told.append)
    assert [line for line in told if ".parquet" in line] == ["reading part-1.parquet"]
    monkeypatch.setattr(streaming, "STREAMED_ROWS", math.inf)
    refined = build(usecase)
    assert refreshed.table.schema == refined.table.schema
    for name in refined.table.column_names:
        found, expected = refreshed.table.column(name), refined.table.column(name)
        if pa.types.is_floating(found.type):
            numbers = [np.array(column.to_pylist(), float) for column in (found, expected)]
            assert np.allclose(*numbers, rtol=1e-9, atol=1e-9, equal_nan=True), name
        else:
            assert found.equals(expected), name
    assert refreshed.facts.fingerprints == refined.facts.fingerprints
