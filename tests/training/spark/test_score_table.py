"""Scores on Spark are those of a local batch, to the last bit, with the warnings and refusals of it."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import BundleError, ContractError
from tests.serving.company import make_bundle as make_hazard
from tests.training.sample_bundles import make_bundle, plain_rows
from training import batch
from training.bundle import load
from training.scoring import IndividualScoreRefusedError, Scorer
from training.spark import Packed, load_packed, make_task, score_table

N_ROWS = 700
DAY = "2025-06-01"


def rows_of_hazard():
    """Return rows with gaps, a category nobody saw, and names with dots in them."""
    random = np.random.default_rng(5)
    return pa.table(
        {
            "entity_id": [f"c-{number}" for number in range(N_ROWS)],
            "o_customers.plan": [
                [None, "basic", "plus", "pro", "gold"][number % 5] for number in range(N_ROWS)
            ],
            "o_tickets.count_90d": pa.array(random.poisson(2, N_ROWS), pa.int32()),
            "o_tickets.hours.mean_90d": [
                None if draw < 5 else float("nan") if draw < 8 else draw
                for draw in random.gamma(2, 20, N_ROWS)
            ],
            "x_surveys.nps.last": pa.array(random.integers(0, 11, N_ROWS), pa.float64()),
        }
    )


def rows_of(kind):
    plain = plain_rows(kind, N_ROWS)
    return pa.Table.from_pylist([{"entity_id": f"e{number}", **row} for number, row in enumerate(plain)])


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """Return folder of a bundle and rows to score, by kind of model."""
    home = tmp_path_factory.mktemp("bundles")
    made = {"hazard": (make_hazard(home / "hazard"), rows_of_hazard())}
    for kind in ("binary", "ordinal"):
        make_bundle(home / kind, kind)
        made[kind] = (home / kind, rows_of(kind))
    return made


@pytest.fixture
def read(spark, tmp_path):
    """Return what brings an Arrow table to Spark, in two files."""

    def bring(table):
        for part in range(2):
            pq.write_table(table.slice(part * 300, 300 if part == 0 else None), tmp_path / f"{part}.parquet")
        return spark.read.parquet(str(tmp_path))

    return bring


def score_here(folder, table, **asked):
    scorer = Scorer(load(folder))
    return batch.score_table(scorer, batch.cast_features(table, scorer.bundle.catalogue, "table"), **asked)


def by_id(scores):
    return scores.sort_by("entity_id").combine_chunks()


class TestOnSpark:
    @pytest.mark.parametrize("kind", ["hazard", "binary", "ordinal"])
    def test_every_cell_equals_the_local_batch(self, samples, read, kind):
        folder, table = samples[kind]
        found = score_table(read(table), folder, as_of=DAY, reasons=2).toArrow()
        expected = score_here(folder, table, as_of=DAY, reasons=2)
        assert found.column_names == expected.column_names
        assert found.num_rows == N_ROWS
        assert by_id(found).equals(by_id(expected.cast(found.schema)))

    def test_the_rows_are_worth_comparing(self, samples):
        scores = score_here(*samples["hazard"], as_of=DAY, reasons=2)
        assert 0 < scores.column("warnings").null_count < N_ROWS
        assert len(set(scores.column("probability_90d").to_pylist())) > N_ROWS / 2

    def test_size_and_place_of_portions_do_not_show(self, samples, read, spark):
        folder, table = samples["hazard"]
        name = "spark.sql.execution.arrow.maxRecordsPerBatch"
        usual = spark.conf.get(name)
        spark.conf.set(name, "7")
        try:
            found = score_table(read(table).repartition(3), folder, reasons=1).toArrow()
        finally:
            spark.conf.set(name, usual)
        expected = score_here(folder, table, as_of=None, reasons=1)
        assert by_id(found).equals(by_id(expected.cast(found.schema)))

    def test_names_that_differ_in_case_alone_and_further_columns_do_no_harm(self, samples, read):
        folder, table = samples["binary"]
        frame = read(table).selectExpr("0 as `x.y`", "*", "'none' as PLAN", "1 as Entity_ID")
        found = score_table(frame, folder).toArrow()
        assert by_id(found).equals(by_id(score_here(folder, table, as_of=None).cast(found.schema)))

    def test_rows_need_no_ids_and_parts_may_be_empty(self, samples, read):
        folder, table = samples["binary"]
        frame = read(table).drop("entity_id").limit(3).repartition(8)
        found = score_table(frame, folder).toArrow()
        assert found.num_rows == 3
        assert found.column_names[0] == "probability_outcome"
        assert score_table(frame.limit(0), folder).toArrow().column_names == found.column_names


class TestRefusals:
    def test_a_missing_feature_is_named_before_anything_runs(self, samples, read):
        folder, table = samples["hazard"]
        with pytest.raises(ContractError, match=r"^table: has no column 'x_surveys.nps.last'; score rows of"):
            score_table(read(table.drop_columns(["x_surveys.nps.last"])), folder)

    def test_a_feature_that_is_there_twice_is_named(self, samples, read):
        folder, table = samples["binary"]
        frame = read(table)
        with pytest.raises(ContractError, match=r"^table: has 2 columns 'spend'"):
            score_table(frame.select("*", "spend"), folder)

    def test_a_type_that_cannot_hold_the_feature_is_named_before_anything_runs(self, samples, read):
        folder, table = samples["binary"]
        frame = read(table).selectExpr("* except (spend)", "current_date() as spend")
        with pytest.raises(ContractError, match=r"^table: spend: does not hold double") as caught:
            score_table(frame, folder)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("kind", ["binary", "ordinal"])
    def test_single_employees_are_not_scored(self, read, tmp_path_factory, kind):
        folder = tmp_path_factory.mktemp("employees") / "bundle"
        make_bundle(folder, kind, "employee")
        with pytest.raises(IndividualScoreRefusedError, match="single employees"):
            score_table(read(rows_of(kind)), folder)

    def test_an_altered_bundle_is_never_sent(self, samples, read, tmp_path_factory):
        folder = tmp_path_factory.mktemp("altered")
        Packed.of(samples["binary"][0]).unpack(folder)
        (folder / "facts.json").write_text("{}")
        with pytest.raises(BundleError, match=r"facts\.json"):
            score_table(read(samples["binary"][1]), folder)


class TestTask:
    """What a worker does, in this process."""

    def test_a_bundle_is_loaded_once_however_many_tasks_arrive(self, samples):
        folder, table = samples["ordinal"]
        load_packed.cache_clear()
        batches = table.to_batches(max_chunksize=100)
        for _ in range(3):
            task = make_task(Packed.of(folder), table.column_names, as_of=DAY, reasons=0)
            scores = pa.Table.from_batches(task(iter(batches)))
            assert scores.num_rows == N_ROWS
        assert load_packed.cache_info().misses == 1
        assert load_packed.cache_info().hits == 2

    def test_empty_batches_leave_nothing(self, samples):
        folder, table = samples["binary"]
        task = make_task(Packed.of(folder), table.column_names, as_of=None, reasons=0)
        empty = table.to_batches()[0].slice(0, 0)
        assert list(task(iter([empty, empty]))) == []

    def test_texts_that_are_numbers_are_taken_and_others_named(self, samples):
        folder, table = samples["binary"]
        texts = table.column("spend").cast(pa.string()).to_pylist()
        task = make_task(Packed.of(folder), table.column_names, as_of=None, reasons=0)
        place = table.column_names.index("spend")
        as_text = table.set_column(place, "spend", pa.array(texts))
        assert pa.Table.from_batches(task(iter(as_text.to_batches()))).equals(
            score_here(folder, table, as_of=None)
        )
        spoilt = table.set_column(place, "spend", pa.array([*texts[:-1], "many"]))
        with pytest.raises(
            ContractError, match=r"^table: spend: does not hold double \(.*\); mend the column$"
        ):
            list(task(iter(spoilt.to_batches())))

    def test_what_arrives_altered_is_refused(self, samples):
        packed = Packed.of(samples["binary"][0])
        files = tuple((name, content.replace(b"0.3", b"0.4")) for name, content in packed.files)
        with pytest.raises(BundleError, match="is not the file that the manifest describes"):
            load_packed(Packed(files))

    def test_packing_keeps_every_file(self, samples, tmp_path):
        folder = samples["hazard"][0]
        Packed.of(folder).unpack(tmp_path)
        assert load(tmp_path).manifest == load(folder).manifest
