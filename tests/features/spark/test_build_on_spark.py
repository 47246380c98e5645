"""A build on Spark makes the frame of a build on this machine; what is no log in Parquet stays here."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest

from features.frame import build
from features.spark import fold_on_spark
from features.usecase import UseCase
from tests.features.frame.company import SPEC, load_company
from training.__main__ import main
from training.commands import VERBS

IN_PARQUET = ("tickets", "surveys")


@pytest.fixture(scope="module")
def usecase(tmp_path_factory) -> UseCase:
    """Return the small company, with two logs in typed Parquet files."""
    folder = tmp_path_factory.mktemp("company")
    sources = {name: {**SPEC["sources"][name], "file": name} for name in IN_PARQUET}
    usecase = load_company(folder, sources=SPEC["sources"] | sources)
    for name in IN_PARQUET:
        write_parts(pcsv.read_csv(folder / f"{name}.csv"), folder / name)
    return usecase


def write_parts(table: pa.Table, folder: Path) -> None:
    """Write a table as two typed Parquet files."""
    folder.mkdir()
    middle = table.num_rows // 2
    for number, part in enumerate([table.slice(0, middle), table.slice(middle)]):
        pq.write_table(part, folder / f"part-{number}.parquet", coerce_timestamps="us")


def assert_near(found: pa.Table, expected: pa.Table) -> None:
    """Demand equal tables: texts, days and whole numbers alike, floats to 1e-9."""
    assert found.schema.equals(expected.schema)
    for name, one, other in zip(found.column_names, found.columns, expected.columns, strict=True):
        assert one.is_null().equals(other.is_null()), name
        if pa.types.is_floating(one.type):
            np.testing.assert_allclose(one.to_numpy(), other.to_numpy(), rtol=1e-9, atol=1e-9, err_msg=name)
        else:
            assert one.equals(other), name


def test_the_frame_is_that_of_this_machine(spark, usecase):
    lines: list[str] = []
    found = build(usecase, fold_log=partial(fold_on_spark, spark), report=lines.append)
    expected = build(usecase)
    assert sum(line.startswith("folding 2 files on Spark in ") for line in lines) == len(IN_PARQUET)
    assert found.facts.to_json() == expected.facts.to_json()
    assert_near(found.table, expected.table)
    assert_near(found.latest, expected.latest)
    assert found.answers.equals(expected.answers)
    assert found.protected.equals(expected.protected)


def test_the_verb_writes_the_frame_and_says_where_it_was_made(spark, usecase, tmp_path, capsys):
    words = ["build", "--usecase", str(usecase.folder / "churn.yaml"), "--json"]
    assert main([*words, "--engine", "spark", "--out", str(tmp_path / "spark")]) == 0
    on_spark = capsys.readouterr()
    assert main([*words, "--out", str(tmp_path / "local")]) == 0
    here = capsys.readouterr()
    one, other = json.loads(on_spark.out), json.loads(here.out)
    assert "folding logs on Spark at local[2]" in on_spark.err
    assert "Spark" not in here.err
    found, expected = (pq.read_table(Path(answer["folder"]) / "frame.parquet") for answer in (one, other))
    assert_near(found, expected)
    assert {**one, "folder": ""} == {**other, "folder": ""}
    assert spark.range(3).count() == 3


def test_without_a_log_in_parquet_a_line_says_that_all_is_done_here(tmp_path):
    lines: list[str] = []

    def refuse(*_: object, **__: object) -> pa.Table:
        raise AssertionError

    found = build(load_company(tmp_path), fold_log=refuse, report=lines.append)
    assert "no log is in typed Parquet files that need no repair: everything is done here" in lines
    assert found.facts.to_json() == build(load_company(tmp_path)).facts.to_json()


def test_partial_results_belong_to_folding_here(usecase, tmp_path):
    lines: list[str] = []
    folded = []

    def fold(connection, *, files, rows, measures, report):
        from features.fold import fold_files

        folded.append(files.paths[0].parent.name)
        return fold_files(connection, files=files, rows=rows, measures=measures, report=report)

    build(usecase, partials=tmp_path / "kept", fold_log=fold, report=lines.append)
    assert "no partial results are kept: they belong to folding here" in lines
    assert folded == ["tickets", "surveys"]
    assert not (tmp_path / "kept").exists()


def test_the_verb_offers_two_engines():
    (verb,) = [verb for verb in VERBS if verb.name == "build"]
    (engine,) = [parameter for parameter in verb.parameters if parameter.name == "engine"]
    assert (engine.default, engine.choices) == ("local", ("local", "spark"))
