"""The service as people run it: BentoML in a process of its own, on a free port."""

import json
import os
import socket
import subprocess
import sys

import httpx
import pytest

from serving.cache import install
from serving.settings import Settings
from tests.serving.company import ROOT, ROW, accept, answers, wait_until
from training.bundle import load
from training.scoring import Scorer

BODY = {"usecase": "churn", "rows": [{"entity_id": "c-1", "features": ROW}], "reasons": 2}


def test_scores_equal_those_in_process(server, bundles):
    url, _ = server
    answer = httpx.post(f"{url}/v1/score", json=BODY)
    assert answer.status_code == 200
    expected = Scorer(load(bundles.churn)).score([ROW], reasons=2)[0]
    row = answer.json()["rows"][0]
    assert row["probability"] == pytest.approx(expected.probabilities, abs=1e-9)
    assert [reason["label"] for reason in row["reasons"]] == [reason.words for reason in expected.reasons]


def test_health_drivers_model_and_latest_rows_are_there(server):
    url, _ = server
    assert httpx.get(f"{url}/livez").json() == {"alive": True}
    assert httpx.get(f"{url}/readyz").json()["ready"] is True
    assert httpx.get(f"{url}/v1/drivers", params={"usecase": "churn"}).json()["drivers"]
    assert httpx.get(f"{url}/v1/model").json()["models"][1]["usecase"] == "churn"
    by_id = httpx.post(f"{url}/v1/score-by-id", json={"usecase": "churn", "entity_ids": ["c-3", "x"]}).json()
    assert (len(by_id["rows"]), by_id["unknown"]) == (1, ["x"])


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/docs.json",
        "/schema.json",
        "/metrics",
        "/healthz",
        "/static_content/index.css",
        "/xm_predict",
        "/assets/",
    ],
)
def test_no_page_of_bentoml_can_be_reached(server, path):
    answer = httpx.get(server[0] + path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "bento" not in answer.text.lower()


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"content-type": "application/vnd.bentoml+pickle"}, b"cos\nsystem\n(S'touch /tmp/x'\ntR.", 415),
        ({"content-type": "application/json"}, b"x" * (1024 * 1024 + 1), 413),
        ({"content-type": "application/json"}, b"{", 400),
        ({"content-type": "application/json"}, b"{}", 422),
        ({"content-type": "application/json", "host": "example.org"}, json.dumps(BODY).encode(), 421),
    ],
    ids=["type", "size", "malformed", "value", "host"],
)
def test_refusals_are_problem_documents(server, headers, body, status):
    answer = httpx.post(f"{server[0]}/v1/score", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


def test_a_body_without_end_is_cut_off_and_its_connection_closed(server):
    url = httpx.URL(server[0])
    with socket.create_connection((url.host, url.port), timeout=60) as connection:
        head = f"POST /v1/score HTTP/1.1\r\nhost: {url.host}\r\ncontent-type: application/json\r\n"
        connection.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            for _ in range(1000):
                connection.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")
    assert answers(server[0])


def test_the_log_is_json_without_what_was_sent(server):
    url, log = server
    secret = "jane.doe@example.org"
    request_id = httpx.post(f"{url}/v1/score", json={**BODY, "usecase": secret, "language": "de"}).json()[
        "request_id"
    ]
    httpx.post(
        f"{url}/v1/score", json={**BODY, "rows": [{"entity_id": secret, "features": {**ROW, secret: secret}}]}
    )
    wait_until(lambda: request_id in log.read_text())
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith('{"time"')]
    mine = next(line for line in lines if line["request_id"] == request_id)
    assert (mine["route"], mine["status"]) == ("/v1/score", 404)
    assert secret not in log.read_text()


def test_importing_the_service_brings_in_nothing_of_the_training_side():
    heavy = (
        "mlflow",
        "shap",
        "matplotlib",
        "duckdb",
        "numba",
        "pandas",
        "sklearn",
        "scipy",
        "lightgbm",
        "training.registry",
        "training.runs",
        "training.reports",
    )
    code = f"import sys, serving.service; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_of_bentoml_stands_between_the_server_and_the_routes():
    """``service_class`` is public but not documented: this fails where BentoML drops it."""
    from serving.service import Doorway, XmPredict

    assert isinstance(XmPredict.to_asgi(), Doorway)


def test_no_module_of_the_service_loads_code_or_pickles():
    forbidden = ("pickle", "joblib", "pyfunc", "import pandas", "import sklearn", "eval(", "exec(")
    for module in (ROOT / "serving").rglob("*.py"):
        text = module.read_text()
        assert [word for word in forbidden if word in text] == [], module.name


def test_the_service_starts_without_a_champion_and_takes_the_first_one_up(tmp_path, free_port, bundles):
    settings = Settings(port=free_port, cache=tmp_path / "cache", latest=(tmp_path,))
    command = [sys.executable, "-m", "bentoml", "serve", "serving.service:XmPredict", "--host", "127.0.0.1"]
    environment = {**os.environ, **settings.to_environment(), "BENTOML_DO_NOT_TRACK": "True"}
    url = f"http://127.0.0.1:{free_port}"
    with (tmp_path / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(free_port)], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: answers(url))
        assert httpx.get(f"{url}/readyz").status_code == 503
        install(bundles.churn, settings.cache, try_out=accept)
        wait_until(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        assert httpx.post(f"{url}/v1/score", json=BODY).status_code == 200
    finally:
        process.terminate()
        assert process.wait(30) == 0
    assert not answers(url)
    assert "Traceback" not in (tmp_path / "log.txt").read_text()
