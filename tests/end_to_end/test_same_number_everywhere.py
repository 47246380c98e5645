"""One customer, one number: in this process, from a batch, over HTTP and from MLflow's own server."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.end_to_end.conftest import Service, Trained
from tests.end_to_end.forked import start
from tests.end_to_end.processes import (
    ROOT,
    SCRIPTS,
    environment_of,
    free_port,
    is_ok,
    running,
    wait_until,
)
from tests.spark_session import QUICK_JAVA, skip_without_spark
from training.batch import read_rows, score_table
from training.bundle import load
from training.scoring import Row, Scorer

TOLERANCE = 1e-9
N_LATEST = 12
# Nothing here runs long enough to repay code that Spark would compile first.
SPARK = {
    "spark.ui.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "2",
}
CONFIGURED = " ".join(f"--conf {name}={setting}" for name, setting in SPARK.items())
SUBMIT = f"--master local[2] {CONFIGURED} --driver-java-options {QUICK_JAVA} pyspark-shell"
Numbers = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def scorer(trained: Trained) -> Scorer:
    return Scorer(load(trained.bundle))


@pytest.fixture(scope="module")
def latest(trained: Trained) -> pa.Table:
    """Return the newest rows of the company."""
    return pq.read_table(trained.out / "frames" / "churn" / "latest.parquet")


@pytest.fixture(scope="module")
def rows(scorer: Scorer, latest: pa.Table) -> list[dict[str, Any]]:
    """Return real rows, and what may come one day: nothing known, half known, never seen, far outside."""
    features = list(scorer.bundle.catalogue)
    found = latest.select([feature.name for feature in features]).slice(0, N_LATEST).to_pylist()
    whole = found[0]
    nothing = dict.fromkeys(whole)
    half = {name: value if place % 2 else None for place, (name, value) in enumerate(whole.items())}
    unseen = {f.name: "never seen, Ünal 🙂" if f.kind == "category" else whole[f.name] for f in features}
    numbers = [feature.name for feature in features if feature.kind == "number"]
    outside = [{**whole, **dict.fromkeys(numbers, bound)} for bound in (-1e9, 0.0, 1e9)]
    precise = {**whole, **dict.fromkeys(numbers, 0.1 + 0.2)}
    return [*found, nothing, half, unseen, *outside, precise]


@pytest.fixture(scope="module")
def expected(scorer: Scorer, rows: Sequence[Row]) -> Numbers:
    """Return the probabilities in this process, one column per horizon."""
    scores = scorer.score(rows)
    return np.array([[score.probabilities[horizon] for horizon in scorer.horizons] for score in scores])


@pytest.fixture(scope="module")
def mlflow_server(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the champion with MLflow's own server, which may not load a pickle."""
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    env = environment_of(
        folder, MLFLOW_TRACKING_URI=trained.tracking_uri, MLFLOW_ALLOW_PICKLE_DESERIALIZATION="false"
    )
    serve = ["models", "serve", "--env-manager", "local", "--workers", "1", "--host", "127.0.0.1"]
    command = [SCRIPTS / "mlflow", *serve, "--port", port, "--model-uri", "models:/churn@champion"]
    log = folder / "log.txt"
    with running(command, cwd=folder, env=env, log=log) as process:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: is_ok(f"{url}/ping"), process, log)
        yield url


def score_over_http(service: Service, path: str, **request: object) -> dict[str, Any]:
    content = {"usecase": "churn", **request}
    response = httpx.post(f"{service.url}{path}", json=content, headers=service.headers, timeout=60)
    assert response.status_code == 200, response.text
    return response.json()


def numbers_of(answer: dict[str, Any], horizons: Sequence[str]) -> Numbers:
    return np.array([[row["probability"][horizon] for horizon in horizons] for row in answer["rows"]])


def assert_same(found: Numbers, expected: Numbers) -> None:
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= TOLERANCE


def write_csv(rows: Sequence[Row], path: Path) -> Path:
    """Write rows as a spreadsheet would export them; an empty cell is missing."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_the_rows_are_worth_comparing(scorer, rows, expected):
    assert len(scorer.horizons) == 4
    assert len(np.unique(expected.round(6), axis=0)) > len(rows) // 2
    assert any(None in row.values() for row in rows[:N_LATEST])
    assert [bool(score.warnings) for score in scorer.score(rows)].count(True) == 1
    assert np.all(np.diff(expected, axis=1) >= 0)


def test_batch_of_the_command_line(trained, rows, scorer, expected, tmp_path):
    table = pa.table({name: [row[name] for row in rows] for name in rows[0]})
    table = table.append_column("entity_id", pa.array([f"row {place}" for place in range(len(rows))]))
    pq.write_table(table, tmp_path / "rows.parquet")
    words = ["score", "--name", "churn", "--rows", tmp_path / "rows.parquet", "--out", trained.out]
    answer = start(tmp_path / "logs", *words, "--to", tmp_path / "scores.parquet").answer()
    scores = pq.read_table(tmp_path / "scores.parquet")
    found = np.column_stack([scores[f"probability_{horizon}"].to_numpy() for horizon in scorer.horizons])
    assert_same(found, expected)
    assert scores["entity_id"].to_pylist() == table["entity_id"].to_pylist()
    assert answer["model_version"] == scorer.bundle.model_version == trained.answer["model_version"]


def test_batch_on_spark(trained, rows, scorer, expected, tmp_path):
    skip_without_spark()
    table = pa.table({name: [row[name] for row in rows] for name in rows[0]})
    table = table.append_column("entity_id", pa.array([f"row {place:02d}" for place in range(len(rows))]))
    pq.write_table(table, tmp_path / "rows.parquet")
    words = ["score", "--name", "churn", "--rows", tmp_path / "rows.parquet", "--to", tmp_path / "scores"]
    env = {"PYSPARK_SUBMIT_ARGS": SUBMIT, "SPARK_LOCAL_IP": "127.0.0.1", "PYTHONPATH": str(ROOT)}
    answer = start(tmp_path / "logs", *words, "--engine", "spark", "--out", trained.out, **env).answer()
    scores = pq.read_table(tmp_path / "scores").sort_by("entity_id")
    found = np.column_stack([scores[f"probability_{horizon}"].to_numpy() for horizon in scorer.horizons])
    assert_same(found, expected)
    assert scores["entity_id"].to_pylist() == table["entity_id"].to_pylist()
    assert (answer["rows"], answer["model_version"]) == (len(rows), scorer.bundle.model_version)


def test_batch_from_a_csv_file(rows, scorer, expected, tmp_path):
    table = read_rows(write_csv(rows, tmp_path / "rows.csv"), scorer.bundle.catalogue)
    scores = score_table(scorer, table, as_of=None)
    found = np.column_stack([scores[f"probability_{horizon}"].to_numpy() for horizon in scorer.horizons])
    assert_same(found, expected)


def test_whole_columns_in_this_process(rows, scorer, expected):
    assert_same(scorer.probabilities({name: [row[name] for row in rows] for name in rows[0]}), expected)


def test_http_by_features(service, rows, scorer, expected):
    answer = score_over_http(service, "/v1/score", rows=[{"features": row} for row in rows])
    assert_same(numbers_of(answer, scorer.horizons), expected)
    assert answer["model_version"] == scorer.bundle.model_version


def test_http_where_an_absent_feature_is_a_missing_one(service, rows, scorer, expected):
    """Leave out what is missing instead of sending null; a row has to hold one feature at least."""
    known = [{name: value for name, value in row.items() if value is not None} for row in rows]
    chosen = [place for place, row in enumerate(known) if row]
    assert len(chosen) == len(rows) - 1
    answer = score_over_http(service, "/v1/score", rows=[{"features": known[place]} for place in chosen])
    assert_same(numbers_of(answer, scorer.horizons), expected[chosen])


def test_http_with_reasons(service, rows, scorer, expected):
    """Ask for reasons, which come from another calculation, and add all of them up again."""
    asked = [{"features": row} for row in rows]
    answer = score_over_http(service, "/v1/score", rows=asked, reasons=3, language="de")
    assert_same(numbers_of(answer, scorer.horizons), expected)
    local = scorer.score(rows, reasons=len(scorer.bundle.catalogue.names))
    margin = np.array(
        [(score.base_log_odds or 0) + sum(reason.attribution for reason in score.reasons) for score in local]
    )
    primary = expected[:, scorer.horizons.index(scorer.primary_horizon)]
    assert np.abs(1 / (1 + np.exp(-margin)) - primary).max() <= TOLERANCE
    for row, score in zip(answer["rows"], local, strict=True):
        assert [reason["feature"] for reason in row["reasons"]] == [r.feature for r in score.reasons[:3]]
        for sent, known in zip(row["reasons"], score.reasons[:3], strict=True):
            assert abs(sent["attribution"] - known.attribution) <= TOLERANCE


def test_http_by_id(service, latest, scorer):
    ids = latest["entity_id"].to_pylist()[-20:]
    names = list(scorer.bundle.catalogue.names)
    by_id = dict(zip(latest["entity_id"].to_pylist(), latest.select(names).to_pylist(), strict=True))
    answer = score_over_http(service, "/v1/score-by-id", entity_ids=[*ids, "nobody"])
    local = scorer.score([by_id[entity] for entity in ids])
    expected = np.array([[score.probabilities[h] for h in scorer.horizons] for score in local])
    assert [row["entity_id"] for row in answer["rows"]] == ids
    assert answer["unknown"] == ["nobody"]
    assert_same(numbers_of(answer, scorer.horizons), expected)


def test_server_of_mlflow_without_any_pickle(mlflow_server, rows, scorer, expected):
    names = list(rows[0])
    split = {"columns": names, "data": [[row[name] for name in names] for row in rows]}
    response = httpx.post(f"{mlflow_server}/invocations", json={"dataframe_split": split}, timeout=60)
    assert response.status_code == 200, response.text
    answers = response.json()["predictions"]
    assert_same(np.array([[row[horizon] for horizon in scorer.horizons] for row in answers]), expected)


def test_server_of_mlflow_with_columns_in_another_order_and_some_left_out(mlflow_server, rows, scorer):
    names = list(reversed(list(rows[0])))[: len(rows[0]) // 2]
    chosen = [{name: row[name] for name in names} for row in rows[:N_LATEST]]
    split = {"columns": names, "data": [list(row.values()) for row in chosen]}
    response = httpx.post(f"{mlflow_server}/invocations", json={"dataframe_split": split}, timeout=60)
    assert response.status_code == 200, response.text
    local = scorer.score(chosen)
    expected = np.array([[score.probabilities[h] for h in scorer.horizons] for score in local])
    answers = response.json()["predictions"]
    assert_same(np.array([[row[horizon] for horizon in scorer.horizons] for row in answers]), expected)
