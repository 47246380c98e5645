"""The service as people run it: BentoML in a process of its own, on a free port."""

import contextlib
import json
import os
import socket
import subprocess
import sys

import httpx
import pytest

from serving.access.issuing import revoke_key
from serving.access.records import now_utc
from serving.cache import install
from serving.settings import Settings
from tests.serving.company import ROOT, ROW, accept, answers, wait_until
from tests.serving.keys import bearer, make_key
from tests.serving.records import keep_in
from tests.tethered import start
from training.bundle import load
from training.scoring import Scorer

BODY = {"usecase": "churn", "rows": [{"entity_id": "c-1", "features": ROW}], "reasons": 2}


def test_scores_equal_those_in_process(ask, bundles):
    answer = ask.post("/v1/score", json=BODY)
    assert answer.status_code == 200
    expected = Scorer(load(bundles.churn)).score([ROW], reasons=2)[0]
    row = answer.json()["rows"][0]
    assert row["probability"] == pytest.approx(expected.probabilities, abs=1e-9)
    assert [reason["label"] for reason in row["reasons"]] == [reason.words for reason in expected.reasons]


def test_health_drivers_model_and_latest_rows_are_there(ask):
    assert ask.get("/livez").json() == {"alive": True}
    assert ask.get("/readyz").json()["ready"] is True
    assert ask.get("/v1/drivers", params={"usecase": "churn"}).json()["drivers"]
    assert ask.get("/v1/model").json()["models"][1]["usecase"] == "churn"
    by_id = ask.post("/v1/score-by-id", json={"usecase": "churn", "entity_ids": ["c-3", "x"]}).json()
    assert (len(by_id["rows"]), by_id["unknown"]) == (1, ["x"])


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/docs.json",
        "/schema.json",
        "/healthz",
        "/static_content/index.css",
        "/xm_predict",
        "/assets/",
    ],
)
def test_no_page_of_bentoml_can_be_reached(ask, path):
    answer = ask.get(path)
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
def test_refusals_are_problem_documents(ask, headers, body, status):
    answer = ask.post("/v1/score", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


def test_a_body_without_end_is_cut_off_and_its_connection_closed(server, ask):
    url = httpx.URL(server[0])
    with socket.create_connection((url.host, url.port), timeout=60) as connection:
        head = f"POST /v1/score HTTP/1.1\r\nhost: {url.host}\r\ncontent-type: application/json\r\n"
        head += f"authorization: {ask.headers['authorization']}\r\n"
        connection.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            for _ in range(1000):
                connection.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")
    assert answers(server[0])


def test_the_log_is_json_without_what_was_sent(server, ask):
    log = server[1]
    secret = "jane.doe@example.org"
    request_id = ask.post("/v1/score", json={**BODY, "usecase": secret, "language": "de"}).json()[
        "request_id"
    ]
    ask.post("/v1/score", json={**BODY, "rows": [{"entity_id": secret, "features": {**ROW, secret: secret}}]})
    wait_until(lambda: request_id in log.read_text())
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith('{"time"')]
    mine = next(line for line in lines if line["request_id"] == request_id)
    assert (mine["route"], mine["status"]) == ("/v1/score", 404)
    assert secret not in log.read_text()


class TestKeys:
    """What can only be seen over a socket, or in a worker that runs."""

    @pytest.mark.parametrize(
        "announced", ["content-length: 1000", "transfer-encoding: chunked"], ids=["declared", "chunks"]
    )
    def test_a_client_without_a_key_is_answered_though_it_never_sends_its_body(self, server, announced):
        answer = talk(server[0], f"content-type: application/json\r\n{announced}")
        assert answer.startswith("HTTP/1.1 401 ")
        assert "www-authenticate: Bearer" in answer
        assert "connection: close" in answer
        assert answer.endswith("}")

    def test_a_key_is_taken_up_and_shut_out_without_a_restart(self, server, keys):
        key = make_key(keys, "app")
        with httpx.Client(base_url=server[0], headers=bearer(key)) as client:
            wait_until(lambda: client.post("/v1/score", json=BODY).status_code == 200)
            revoke_key(keys, key, now=now_utc())
            wait_until(lambda: client.post("/v1/score", json=BODY).status_code == 401)

    @pytest.mark.parametrize(
        "header",
        [
            b"authorization: Bearer " + b"x" * 30_000,
            b"authorization: Bearer " + b"x" * 300_000,
            b"authorization: Bearer xmp_\xff\xfe\x80",
            b"authorization: \xc3\xbc",
            b"authorization:",
            b"authorization: Bearer a\r\nauthorization: Bearer b",
            b"authorization: Basic eDp5",
            b"Authorization : Bearer x",
            b"authorization: Bearer a\r\n b",
            b"authorization: Bearer a\x00b",
        ],
        ids=range(10),
    )
    def test_hostile_headers_are_refused_and_the_service_goes_on(self, server, ask, header):
        answer = talk(server[0], header)
        assert answer == "" or answer.startswith(("HTTP/1.1 401 ", "HTTP/1.1 400 ", "HTTP/1.1 431 "))
        assert ask.post("/v1/score", json=BODY).status_code == 200

    def test_no_secret_reaches_the_log(self, server, ask, keys):
        shown = [make_key(keys), ask.headers["authorization"].removeprefix("Bearer ")]
        for key in shown:
            for text in (f"Bearer {key}", f"Basic {key}", f"Bearer {key}x", key):
                for path in ("/v1/score", f"/{key}", f"/v1/model?key={key}", "/v1/model"):
                    answer = httpx.get(f"{server[0]}{path}", headers={"authorization": text})
                    assert key not in answer.text
        httpx.post(f"{server[0]}/v1/score", headers=bearer(shown[1]), content=shown[0].encode())
        seen = ask.get("/v1/model").headers["x-request-id"]
        wait_until(lambda: seen in server[1].read_text())
        assert [key for key in shown if key.split("_", 2)[2] in server[1].read_text()] == []


def talk(url: str, headers: str | bytes) -> str:
    """Send the head of a request and no body; return all that comes back until the connection ends."""
    address = httpx.URL(url)
    sent = headers.encode() if isinstance(headers, str) else headers
    received = b""
    with socket.create_connection((address.host, address.port), timeout=60) as connection:
        head = f"POST /v1/score HTTP/1.1\r\nhost: {address.host}\r\n".encode()
        # A server that has had enough of a head may close before the end of it.
        with contextlib.suppress(ConnectionError):
            connection.sendall(head + sent + b"\r\n\r\n")
            while chunk := connection.recv(65_536):
                received += chunk
                if b"connection: close" not in received.lower() and received.endswith(b"}"):
                    break
    return received.decode()


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
    keys = tmp_path / "keys.json"
    settings = Settings(
        port=free_port, cache=tmp_path / "cache", latest=(tmp_path,), keys=keys, **keep_in(tmp_path)
    )
    command = [sys.executable, "-m", "bentoml", "serve", "serving.service:XmPredict", "--host", "127.0.0.1"]
    environment = {**os.environ, **settings.to_environment(), "BENTOML_DO_NOT_TRACK": "True"}
    url = f"http://127.0.0.1:{free_port}"
    ask = httpx.Client(base_url=url, headers=bearer(make_key(keys)))
    with (tmp_path / "log.txt").open("wb") as log:
        process = start(
            [*command, "--port", str(free_port)], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: answers(url))
        assert ask.get("/readyz").status_code == 503
        install(bundles.churn, settings.cache, try_out=accept)
        wait_until(lambda: ask.get("/readyz").status_code == 200)
        assert ask.post("/v1/score", json=BODY).status_code == 200
    finally:
        process.terminate()
        assert process.wait(30) == 0
        ask.close()
    assert not answers(url)
    assert "Traceback" not in (tmp_path / "log.txt").read_text()
