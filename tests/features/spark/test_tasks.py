"""What the workers do, in this process: cells of any partition lead to the values of the whole log."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError
from features.panes import Layout
from features.spark import tasks
from features.spark.tasks import BUCKET, CELLS, ENTITY, ROW, Plan, count_buckets, make_gatherer, make_teller
from tests.features.event_tables import database
from tests.features.spark.large_logs import DAYS, assert_same_values, write_log
from tests.spark_session import light_path


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return write_log(tmp_path_factory.mktemp("logs") / "log", database(), count=3000, n_entities=60)


@pytest.fixture(scope="module")
def plan(log):
    columns = [column.name for column in Layout.of(log.measures).columns]
    names = ("entity_id", "event_time", "known_at", *(f"v{place}" for place in range(len(columns))))
    return Plan(log.measures, np.array(DAYS, np.int32), names, True, 0, buckets=3)


def read_batches(log, path, batch_rows=500):
    wanted = [
        *("who", "at", "known"),
        *(column.name for column in Layout.of(log.measures).columns),
    ]
    return pq.read_table(path, columns=wanted).select(wanted).to_batches(batch_rows)


def gather(log, plan):
    """Return the cells of one task per file."""
    tasks_done = [make_gatherer(plan)(iter(read_batches(log, path))) for path in log.files.paths]
    return pa.Table.from_batches([batch for task in tasks_done for batch in task], CELLS)


def tell(log, plan, gathered):
    """Return the values of all rows, bucket by bucket."""
    rows = log.connection.sql("SELECT * FROM log_rows ORDER BY row_id").to_arrow_table()
    buckets = plan.find_buckets(rows.column(ENTITY).combine_chunks())
    rows = rows.append_column(BUCKET, pa.array(buckets))
    told = [
        make_teller(plan)(
            rows.filter(pa.array(buckets == bucket)),
            gathered.filter(pa.array(gathered.column(BUCKET).to_numpy() == bucket)),
        )
        for bucket in range(plan.buckets)
    ]
    values = pa.concat_tables(told).sort_by(ROW).drop_columns([ROW])
    return values.rename_columns([measure.name for measure in plan.measures]).combine_chunks()


def test_tasks_tell_what_one_process_tells(log, plan):
    assert_same_values(tell(log, plan, gather(log, plan)), log.fold_here(), log.measures)


def test_the_oracle_reads_the_table_of_the_same_events(log):
    assert_same_values(log.fold_here(), log.fold_table(), log.measures)


def test_a_full_task_sends_its_cells_on_and_the_values_are_the_same(log, plan, monkeypatch):
    batches = [batch for path in log.files.paths for batch in read_batches(log, path)]
    whole = pa.Table.from_batches(make_gatherer(plan)(iter(batches)), CELLS)
    monkeypatch.setattr(tasks, "_MEMORY_BYTES", 0)
    monkeypatch.setattr(tasks, "_LINES", 7)
    split = pa.Table.from_batches(make_gatherer(plan)(iter(batches)), CELLS)
    assert len(split.column("cells").drop_null()) > len(whole.column("cells").drop_null())
    assert_same_values(tell(log, plan, split), log.fold_here(), log.measures)


def test_the_order_of_what_is_gathered_says_nothing(log, plan):
    gathered = gather(log, plan)
    order = np.random.default_rng(1).permutation(gathered.num_rows)
    assert_same_values(tell(log, plan, gathered.take(order)), log.fold_here(), log.measures)


def test_an_entity_has_one_bucket_whichever_task_meets_it(log, plan):
    lines = gather(log, plan)
    pairs = {
        pair for pair in zip(lines[ENTITY].to_pylist(), lines[BUCKET].to_pylist(), strict=True) if pair[0]
    }
    assert len(pairs) == len({entity for entity, _ in pairs})
    assert {bucket for _, bucket in pairs} == {0, 1, 2}


def test_every_text_is_sent_once_per_task_and_bucket_at_most(log, plan):
    texts = gather(log, plan).filter(pa.compute.field("text").is_valid())
    pairs = list(zip(texts[BUCKET].to_pylist(), texts["text"].to_pylist(), strict=True))
    assert pairs.count((0, "phone")) <= len(log.files.paths)
    assert texts.column(ENTITY).null_count == texts.num_rows
    assert "" not in {text for _, text in pairs}


def test_rows_without_any_events_are_told_of_nothing(log, plan):
    values = tell(log, plan, CELLS.empty_table())
    for measure in log.measures:
        column = values.column(measure.name)
        if measure.function in {"count", "distinct"}:
            assert set(column.to_pylist()) == {0.0}
        elif measure.function != "count_slope":
            assert column.null_count == len(column)


def test_a_bucket_whose_entities_nobody_asks_for_tells_nothing(log, plan):
    rows = log.connection.sql("SELECT *, 0 AS bucket FROM log_rows LIMIT 0").to_arrow_table()
    told = make_teller(plan)(rows, gather(log, plan))
    assert (told.num_rows, told.schema) == (0, plan.told)


def test_events_without_a_key_are_nobodys(log, plan):
    batch = read_batches(log, log.files.paths[0])[0]
    nobodys = batch.set_column(0, "who", pa.nulls(batch.num_rows, pa.string()))
    gathered = pa.Table.from_batches(make_gatherer(plan)(iter([nobodys])), CELLS)
    assert gathered.column("cells").null_count == gathered.num_rows


def test_without_texts_no_text_is_sent(log, plan):
    counted = replace(plan, measures=log.measures[:1], columns=plan.columns[:3])
    batches = [batch.select(["who", "at", "known"]) for batch in read_batches(log, log.files.paths[0])]
    gathered = pa.Table.from_batches(make_gatherer(counted)(iter(batches)), CELLS)
    assert gathered.column("text").null_count == gathered.num_rows > 0


def test_buckets_grow_with_events_and_with_rows(log):
    layout = Layout.of(log.measures)
    assert count_buckets(log.measures, layout, event_count=1000, row_count=1000) == 1
    many = 10_000_000
    by_events = count_buckets(log.measures, layout, event_count=many, row_count=1)
    by_rows = count_buckets(log.measures, layout, event_count=1, row_count=many)
    assert by_events == 1 + many * layout.width * 8 // tasks._BUCKET_BYTES
    assert by_rows == 1 + many * len(log.measures) * 8 // tasks._BUCKET_BYTES


def test_texts_with_one_hash_are_refused_in_a_task(log, plan, monkeypatch):
    monkeypatch.setattr("features.panes.texts._hash_array", lambda texts: np.ones(len(texts), np.int64))
    with pytest.raises(ContractError, match="have the same 64-bit hash"):
        gather(log, plan)


def test_tasks_need_neither_database_nor_pandas_nor_spark(tmp_path):
    code = "import sys, features.spark.tasks; print({'pyspark', 'duckdb', 'pandas'} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    environment = {"PYTHONPATH": light_path(tmp_path / "light"), "PATH": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("set()\n", "")
