"""Folders of Parquet in and out, and each failure as one line that says what to do."""

import datetime as dt
import os
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError, InputError, SourceError
from tests.spark_session import light_path
from tests.training.sample_bundles import make_bundle, plain_rows
from training import batch
from training.bundle import load
from training.scoring import Scorer
from training.spark import open_session, score_folder

DAYS = [dt.date(2025, 5, 1), dt.date(2025, 6, 1)]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle") / "binary"
    make_bundle(folder, "binary")
    return folder


@pytest.fixture
def table():
    rows = plain_rows("binary", 40)
    return pa.Table.from_pylist(
        [
            {"entity_id": f"e{place}", "snapshot_date": DAYS[place % 2], **row}
            for place, row in enumerate(rows)
        ]
    )


def run(session, bundle, table, folder, **asked):
    pq.write_table(table, folder / "rows.parquet")
    return score_folder(session, bundle, str(folder / "rows.parquet"), str(folder / "scores"), **asked)


class TestFolders:
    def test_what_is_written_equals_the_local_batch(self, spark, bundle, table, tmp_path):
        scored = run(spark, bundle, table, tmp_path, reasons=1)
        scorer = Scorer(load(bundle))
        expected = batch.score_table(scorer, table, as_of="2025-06-01", reasons=1)
        found = pq.read_table(tmp_path / "scores")
        assert found.to_pylist() == expected.to_pylist()
        assert (scored.n_rows, scored.as_of) == (40, "2025-06-01")
        assert scored.model_version == scorer.bundle.model_version

    def test_a_table_without_days_has_no_day(self, spark, bundle, table, tmp_path):
        scored = run(spark, bundle, table.drop_columns(["snapshot_date"]), tmp_path)
        assert scored.as_of is None
        assert pq.read_table(tmp_path / "scores").column("as_of").null_count == 40


class TestFailures:
    def test_a_missing_feature_is_one_clear_line_and_leaves_nothing(self, spark, bundle, table, tmp_path):
        with pytest.raises(ContractError) as caught:
            run(spark, bundle, table.drop_columns(["plan"]), tmp_path)
        assert str(caught.value) == (
            "table: has no column 'plan'; score rows of the same use case: xm-predict build writes them to"
            " latest.parquet"
        )
        assert [path.name for path in tmp_path.iterdir()] == ["rows.parquet"]

    def test_a_cell_that_a_worker_finds_is_told_as_by_a_local_batch(self, spark, bundle, table, tmp_path):
        place = table.column_names.index("spend")
        spend = pa.array([*table.column("spend").to_pylist()[:-1], float("inf")])
        spoilt = table.set_column(place, "spend", spend)
        with pytest.raises(ContractError) as caught:
            run(spark, bundle, spoilt, tmp_path)
        assert str(caught.value) == "column spend: is infinite in row 39; send a finite number or null"
        assert [path.name for path in tmp_path.iterdir()] == ["rows.parquet"]

    def test_an_empty_table_is_refused(self, spark, bundle, table, tmp_path):
        with pytest.raises(SourceError, match=r"rows\.parquet: has no rows; "):
            run(spark, bundle, table.slice(0, 0), tmp_path)

    def test_a_table_that_is_not_there_is_named(self, spark, bundle, tmp_path):
        with pytest.raises(SourceError, match=r"absent\.parquet: is not there; name a Parquet file"):
            score_folder(spark, bundle, str(tmp_path / "absent.parquet"), str(tmp_path / "scores"))

    def test_a_folder_that_is_there_is_kept(self, spark, bundle, table, tmp_path):
        (tmp_path / "scores").mkdir()
        (tmp_path / "scores" / "old").write_text("kept")
        with pytest.raises(SourceError, match="scores: is there already; name a new folder"):
            run(spark, bundle, table, tmp_path)
        assert [path.name for path in (tmp_path / "scores").iterdir()] == ["old"]

    def test_a_file_that_is_no_table_is_one_line(self, spark, bundle, tmp_path):
        (tmp_path / "rows.parquet").write_text("no table")
        with pytest.raises(SourceError, match=r"rows\.parquet: Spark cannot score it \(.+\)") as caught:
            score_folder(spark, bundle, str(tmp_path / "rows.parquet"), str(tmp_path / "scores"))
        assert "\n" not in str(caught.value)


class TestSession:
    def test_a_running_session_is_used_and_goes_on(self, spark):
        with open_session() as session:
            assert session.sparkContext is spark.sparkContext
        assert spark.range(3).count() == 3

    def test_where_pyspark_is_not_installed_a_line_says_how_to_get_it(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "pyspark.errors", None)
        with pytest.raises(InputError, match=r"^--engine spark: needs pyspark.*; pip install 'xm-predict"):
            open_session().__enter__()

    def test_where_java_is_missing_a_line_says_so(self, tmp_path):
        """In a process of its own, since a started Java stays."""
        pytest.importorskip("pyspark", reason="pyspark is not installed (make install-spark)")
        code = (
            "from training.spark import open_session\n"
            "from features.errors import InputError\n"
            "try:\n    open_session().__enter__()\nexcept InputError as error:\n    print(error)\n"
        )
        settings = {
            name: text for name, text in os.environ.items() if not name.startswith(("SPARK", "PYSPARK"))
        }
        environment = {**settings, "JAVA_HOME": str(tmp_path), "PYTHONPATH": light_path(tmp_path / "light")}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.startswith("--engine spark: Spark does not start (")
        assert done.stdout.endswith("Java 17 or newer has to be on the path or in JAVA_HOME\n")
