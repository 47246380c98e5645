"""A log folded on Spark tells what it tells here, to the last bit where nothing is added up."""

import os
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError, SourceError
from features.spark import fold_on_spark, tasks
from tests.features.event_tables import database
from tests.features.spark.large_logs import assert_same_values, write_log


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    # A name full of signs that are patterns to Spark.
    return write_log(tmp_path_factory.mktemp("logs") / "log [1] {a,b} *%20 b", database())


def fold(session, log, files=None, **options):
    return fold_on_spark(
        session,
        log.connection,
        files=files or log.files,
        rows="log_rows",
        measures=log.measures,
        **options,
    )


def test_spark_tells_what_this_process_and_the_database_tell(spark, log, monkeypatch):
    monkeypatch.setattr(tasks, "_BUCKET_BYTES", 200_000)
    lines = []
    found = fold(spark, log, report=lines.append)
    assert_same_values(found, log.fold_here(), log.measures)
    assert_same_values(found, log.fold_table(), log.measures)
    assert lines[0].startswith("folding 4 files on Spark in ")
    assert int(lines[0].split()[-2]) > 3


def test_the_settings_of_the_session_stay_and_its_zone_changes_nothing(spark, log):
    name = "spark.sql.execution.arrow.maxRecordsPerBatch"
    before = spark.conf.get(name)
    spark.conf.set("spark.sql.session.timeZone", "America/St_Johns")
    try:
        found = fold(spark, log)
    finally:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
    assert_same_values(found, log.fold_here(), log.measures)
    assert spark.conf.get(name) == before


def test_a_known_time_may_follow_the_event_by_days(spark, tmp_path):
    log = write_log(tmp_path / "log", database(), count=800, n_entities=40, n_files=1, delay_days=3)
    assert_same_values(fold(spark, log), log.fold_here(), log.measures)
    assert_same_values(fold(spark, log), log.fold_table(), log.measures)


def test_without_rows_nothing_is_read(spark, log):
    log.connection.execute("CREATE OR REPLACE TEMP TABLE no_rows AS SELECT * FROM log_rows LIMIT 0")
    found = fold_on_spark(spark, log.connection, files=log.files, rows="no_rows", measures=log.measures)
    assert found.num_rows == 0
    assert found.column_names == [measure.name for measure in log.measures]


def test_files_that_spark_does_not_see_are_refused(spark, log, tmp_path):
    hidden = tmp_path / "_part.parquet"
    os.link(log.files.paths[0], hidden)
    with pytest.raises(SourceError, match=r"has files that Spark takes for hidden.*; rename them"):
        fold(spark, log, replace(log.files, paths=(*log.files.paths, hidden)))


def test_a_file_that_spark_cannot_read_is_one_line(spark, log, tmp_path):
    moments = pq.read_table(log.files.paths[0])
    place = moments.column_names.index("at")
    pq.write_table(
        moments.set_column(place, "at", moments.column("at").cast(pa.timestamp("ns", "UTC"))),
        tmp_path / "fine.parquet",
    )
    with pytest.raises(SourceError, match=r"fine\.parquet: Spark cannot fold it \(.+\); see Spark's") as told:
        fold(spark, log, replace(log.files, paths=(tmp_path / "fine.parquet",)))
    assert "\n" not in str(told.value)


def test_an_error_of_ours_in_a_worker_is_told_as_it_is(spark, log, monkeypatch):
    def fail(_):
        def gather(batches):
            raise ContractError("sources", "'a' and 'b' have the same 64-bit hash", "rename one of the two")
            yield from batches

        return gather

    monkeypatch.setattr("features.spark.make_gatherer", fail)
    with pytest.raises(ContractError) as told:
        fold(spark, log)
    assert str(told.value) == "sources: 'a' and 'b' have the same 64-bit hash; rename one of the two"


@pytest.mark.long
def test_a_million_events_tell_the_same(spark, tmp_path):
    log = write_log(tmp_path / "log", database(), count=1_000_000, n_entities=20_000, n_files=7)
    assert_same_values(fold(spark, log), log.fold_here(), log.measures)
