import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.bench import asked, checksums, eventlog, features, race, timed
from tests.bench.eventlog import Draw

SNAPSHOTS = asked.SNAPSHOTS[:2]
WINDOWS = (30, 90)


def _read(log):
    return pq.read_table(log).to_pydict()


def _to_us(table, name):
    return np.asarray(table.column(name).cast(pa.int64()))


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Return a log of 20,000 events of 300 entities."""
    return eventlog.write_log(tmp_path_factory.mktemp("log"), Draw(20_000, 300))


@pytest.fixture(scope="module")
def table(log, tmp_path_factory):
    """Return the feature table of the log by plain SQL, as one Arrow table."""
    to = tmp_path_factory.mktemp("plain") / "table"
    from tests.bench.plain import loop_in_sql

    loop_in_sql(log, to, SNAPSHOTS, WINDOWS)
    return pa.concat_tables(pq.read_table(file) for file in asked.list_files(to))


def _sum_up(table, folder):
    pq.write_table(table, folder / "features.parquet")
    return checksums.sum_up(folder / "features.parquet", WINDOWS)


@pytest.fixture(scope="module")
def expected(table, tmp_path_factory):
    """Return the checksums of the feature table."""
    return _sum_up(table, tmp_path_factory.mktemp("expected"))


def _change(table, name, row, value):
    values = table.column(name).to_pylist()
    values[row] = value(values[row])
    return table.set_column(
        table.column_names.index(name), name, pa.array(values, table.schema.field(name).type)
    )


# --- the whole way


def assert_told(figures):
    """Demand what one line of figures has to hold."""
    assert list(figures) == [
        *("ratio_5m", "ratio_50m", "growth_5m_50m", "peak_gb_50m", "equal", "sizes", "quick")
    ]
    assert (figures["equal"], figures["quick"]) == (True, True)
    assert all(figures[name] > 0 for name in ("ratio_5m", "ratio_50m", "growth_5m_50m", "peak_gb_50m"))
    small, large = figures["sizes"]["5m"], figures["sizes"]["50m"]
    assert list(small)[:4] == ["limit", "ours", "duckdb_loop", "pandas_loop"]
    assert list(large)[:2] == ["limit", "ours"]
    assert small["differences"] == {"duckdb_loop": {}, "pandas_loop": {}}
    assert large["differences"] == {"duckdb_loop": {}}
    assert small["ours"].keys() == {"cpu_seconds", "peak_gb", "runs"}


@pytest.mark.long
def test_all_contenders_build_the_same_features_in_processes_of_their_own():
    command = [sys.executable, "-m", "tests.bench.features", "--quick"]
    done = subprocess.run(command, cwd=race.REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert_told(told)


def test_a_contender_has_a_process_of_its_own_and_hands_over_what_it_took(log, tmp_path):
    to = tmp_path / "features"
    days = tuple(day.isoformat() for day in SNAPSHOTS)
    cost = race.run_apart(timed.Job("duckdb_loop", str(log), str(log), str(to), days, WINDOWS))
    assert min(cost.cpu_seconds, cost.wall_seconds, cost.peak_gb) > 0
    assert {file.stem for file in asked.list_files(to)} == set(days)


def test_a_feature_that_differs_is_named(log, table, tmp_path, monkeypatch):
    def build(job):
        wrong = _change(table, "max_90d", 5, lambda value: value + 0.01)
        pq.write_table(wrong if job.contender == "ours" else table, job.to)
        return timed.Cost(1.0, 1.0, 0.1)

    monkeypatch.setattr(race, "run_apart", build)
    monkeypatch.setattr(race, "WINDOWS", WINDOWS)
    size = race.Size(Draw(1), ("limit", "ours"), 2, SNAPSHOTS, {"duckdb_loop": SNAPSHOTS})
    told = []
    outcome = race.Race(size, log, log, told.append).run()
    assert outcome.differences["duckdb_loop"].keys() == {"max_90d"}
    assert [line for line in told if line.startswith("ours is not duckdb_loop in max_90d: total ")]
    figures = race.to_figures({"5m": outcome})
    assert (figures["equal"], figures["ratio_5m"], figures["ratio_50m"]) == (False, 1.0, None)
    assert not any((log.parent / name).exists() for name in ("ours", "limit", "duckdb_loop"))


def test_medians_of_costs_and_the_greatest_peak_are_shown():
    outcomes = {
        size: race.Outcome(
            {
                "limit": [timed.Cost(scale * cpu, 9, 0.1) for cpu in (1, 5, 2)],
                "ours": [timed.Cost(scale * cpu, 9, peak) for cpu, peak in ((3, 0.2), (4, 0.3), (50, 0.2))],
            }
        )
        for size, scale in (("5m", 1), ("50m", 8))
    }
    figures = race.to_figures(outcomes)
    assert (figures["ratio_5m"], figures["growth_5m_50m"], figures["peak_gb_50m"]) == (2.0, 8.0, 0.3)
    assert figures["sizes"]["50m"]["limit"]["cpu_seconds"] == 16


def test_an_unknown_size_is_refused(capsys):
    with pytest.raises(SystemExit):
        features.main(["--events", "5m,7m"])
    assert "--events: '7m' is not a size; write 5m or 50m" in capsys.readouterr().err


def test_the_sizes_are_those_of_the_requirements():
    small, large = features.SIZES["5m"], features.SIZES["50m"]
    assert (small.draw.events, large.draw.events) == (5_000_000, 50_000_000)
    assert {small.draw.entities, large.draw.entities} == {100_000}
    assert (len(asked.SNAPSHOTS), asked.WINDOWS) == (12, (30, 90, 180, 365))
    assert (len(asked.list_features()), len(set(asked.list_features()))) == (31, 31)
    assert features.QUICK.keys() == features.SIZES.keys()


# --- the cost of one process


def test_the_clock_of_the_cpu_runs_while_work_is_done():
    cost = timed.measure(lambda: sum(range(3_000_000)))
    assert cost.cpu_seconds > 0
    assert 0 < cost.peak_gb < 100


def test_child_processes_are_counted():
    code = "held = bytearray(300_000_000); held[::4096] = b'x' * len(held[::4096]); sum(range(3_000_000))"
    alone = timed.measure(lambda: None)
    cost = timed.measure(lambda: subprocess.run([sys.executable, "-c", code], check=True))
    assert cost.cpu_seconds > alone.cpu_seconds
    assert cost.peak_gb > alone.peak_gb + 0.25


def test_a_contender_that_fails_says_why(tmp_path):
    absent = str(tmp_path / "absent.parquet")
    job = timed.Job("limit", absent, absent, str(tmp_path / "to"), ("2025-01-01",), WINDOWS)
    with pytest.raises(RuntimeError, match=r"(?s)limit ended with code 1: .*absent\.parquet"):
        race.run_apart(job)


# --- checksums


def test_equal_tables_have_equal_checksums_in_any_order(table, expected, tmp_path):
    order = np.random.default_rng(1).permutation(table.num_rows)
    found = _sum_up(table.take(pa.array(order)), tmp_path)
    assert expected.keys() == {"rows", *asked.list_features(WINDOWS)}
    assert all(sums.values > 0 and sums.size > 0 for sums in expected.values())
    assert checksums.find_differences(found, expected) == {}


@pytest.mark.parametrize("name", asked.list_features(WINDOWS))
def test_one_value_that_is_another_shows(table, expected, tmp_path, name):
    row = next(place for place, value in enumerate(table.column(name).to_pylist()) if value)
    wrong = _sum_up(_change(table, name, row, lambda value: value * 1.001), tmp_path)
    assert checksums.find_differences(wrong, expected).keys() == {name}


def test_values_that_changed_rows_show(table, expected, tmp_path):
    turned = table.column("mean_90d").to_pylist()
    turned = pa.array([*turned[1:], turned[0]])
    wrong = _sum_up(table.set_column(table.column_names.index("mean_90d"), "mean_90d", turned), tmp_path)
    found = checksums.find_differences(wrong, expected)
    assert found.keys() == {"mean_90d"}
    assert found["mean_90d"].startswith("weighted ")


def test_a_value_too_few_and_a_row_too_few_show(table, expected, tmp_path):
    row = next(place for place, value in enumerate(table.column("slope_30d").to_pylist()) if value)
    found = checksums.find_differences(
        _sum_up(_change(table, "slope_30d", row, lambda _: None), tmp_path), expected
    )
    values = expected["slope_30d"].values
    assert found == {"slope_30d": f"{values - 1} values, not {values}"}
    assert "rows" in checksums.find_differences(_sum_up(table.slice(1), tmp_path), expected)


def test_roundings_are_no_difference_and_not_a_number_is_missing(table, expected, tmp_path):
    near = table.column("sum_90d").to_pylist()
    near = pa.array([value and value * (1 + 1e-14) for value in near], pa.float64())
    near = table.set_column(table.column_names.index("sum_90d"), "sum_90d", near)
    missing = pc.fill_null(near.column("mean_30d"), float("nan"))
    assert missing.null_count < near.column("mean_30d").null_count
    near = near.set_column(near.column_names.index("mean_30d"), "mean_30d", missing)
    assert checksums.find_differences(_sum_up(near, tmp_path), expected) == {}


def test_an_infinite_value_is_a_difference(table, expected, tmp_path):
    row = next(place for place, value in enumerate(table.column("mean_30d").to_pylist()) if value)
    wrong = _sum_up(_change(table, "mean_30d", row, lambda _: float("inf")), tmp_path)
    assert checksums.find_differences(wrong, expected).keys() == {"mean_30d"}


def test_rows_without_a_known_event_may_be_there_if_they_are_empty(table, expected, tmp_path):
    empty = {name: 0.0 if name.startswith("count") else None for name in asked.list_features(WINDOWS)}
    row = pa.Table.from_pylist([{"entity_id": "x", "snapshot": SNAPSHOTS[0], **empty}], table.schema)
    assert checksums.find_differences(_sum_up(pa.concat_tables([table, row]), tmp_path), expected) == {}
    filled = _change(row, "sum_30d", 0, lambda _: 1.0)
    with pytest.raises(ValueError, match="1 rows hold values without any known event"):
        _sum_up(pa.concat_tables([table, filled]), tmp_path)


def test_a_row_twice_is_refused(table, tmp_path):
    with pytest.raises(ValueError, match="1 rows are there twice"):
        _sum_up(pa.concat_tables([table, table.slice(0, 1)]), tmp_path)


# --- the log


def test_the_same_draw_gives_the_same_log(log, tmp_path):
    again = eventlog.write_log(tmp_path, Draw(20_000, 300))
    other = eventlog.write_log(tmp_path / "other", Draw(20_000, 300, seed=2))
    assert again.read_bytes() == log.read_bytes()
    assert pq.read_table(other) != pq.read_table(log)


def test_a_log_that_is_there_is_kept_and_one_of_another_draw_replaced(tmp_path):
    path = eventlog.write_log(tmp_path, Draw(1_000, 10))
    first = path.stat().st_mtime_ns
    assert eventlog.write_log(tmp_path, Draw(1_000, 10)).stat().st_mtime_ns == first
    assert pq.read_metadata(eventlog.write_log(tmp_path, Draw(2_000, 10))).num_rows == 2_000


def test_the_log_is_what_a_company_has(log):
    table = pq.read_table(log)
    event_time, known_at = (_to_us(table, name) for name in ("event_time", "known_at"))
    assert (np.diff(known_at) >= 0).all()
    delay = known_at - event_time
    day = 86_400_000_000
    assert (delay >= 0).all()
    assert 0.09 < (delay >= day).mean() < 0.11
    assert (delay[delay >= day] > 30 * day).mean() > 0.2
    assert np.quantile(delay, 0.85) < day / 16
    counts = np.sort(np.unique(np.asarray(table.column("entity_id")), return_counts=True)[1])
    assert (counts.size, counts.sum()) == (300, 20_000)
    assert counts[-30:].sum() > 0.3 * 20_000
    assert 0.01 < table.column("amount").null_count / 20_000 < 0.03
    assert str(table.schema.field("event_time").type) == "timestamp[us, tz=UTC]"
    assert table.column("entity_id")[0].as_py()[0] == "c"
    assert pq.ParquetFile(log).metadata.row_group(0).column(0).compression == "ZSTD"


def test_the_log_holds_what_is_hard(log):
    """Edges of days on both clocks, and events whose order is told by their values alone."""
    table = pq.read_table(log)
    event_time, known_at = (_to_us(table, name) for name in ("event_time", "known_at"))
    assert (event_time % 86_400_000_000 == 0).sum() > 100
    assert (known_at % 86_400_000_000 == 0).sum() > 500
    keys = [*zip(table.column("entity_id").to_pylist(), event_time, known_at, strict=True)]
    assert len(keys) - len(set(keys)) > 100


def test_a_log_is_written_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(eventlog, "_CHUNK_ROWS", 3_000)
    path = eventlog.write_log(tmp_path, Draw(20_000, 300))
    pieces = pq.read_metadata(path)
    assert (pieces.num_row_groups, pieces.num_rows) == (7, 20_000)
    table = pq.read_table(path)
    assert table.column("event_id").to_pylist() == list(range(20_000))
    assert (np.diff(_to_us(table, "known_at")) >= 0).all()


def test_more_events_become_known_after_all_others(tmp_path):
    first = eventlog.write_log(tmp_path, Draw(20_000, 300))
    second, third = eventlog.write_more(tmp_path, 0.01), eventlog.write_more(tmp_path, 0.01)
    tables = [pq.read_table(path) for path in (first, second, third)]
    assert [table.num_rows for table in tables] == [20_000, 200, 200]
    assert asked.list_files(tmp_path) == [first, second, third]
    known = [_to_us(table, "known_at") for table in tables]
    assert known[0][-1] < known[1][0] < known[1][-1] < known[2][0]
    assert known[1][-1] - known[1][0] < 8.1 * 86_400_000_000
    events = _to_us(tables[1], "event_time")
    assert 0.04 < (known[1] - events >= 86_400_000_000).mean() < 0.17
    assert events.min() < known[0][-1] - 10 * 86_400_000_000
    assert set(tables[1].column("entity_id").to_pylist()) <= set(tables[0].column("entity_id").to_pylist())
    assert tables[2].column("event_id").to_pylist() == list(range(20_200, 20_400))


def test_a_job_survives_the_way_to_its_process():
    job = timed.Job("ours", "log", "tiny", "to", ("2025-01-01",), (30,))
    told = json.loads(json.dumps(asdict(job)))
    assert asdict(timed.Job(**told)) | {"snapshots": ["2025-01-01"], "windows": [30]} == told
