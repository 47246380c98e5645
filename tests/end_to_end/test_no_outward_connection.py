"""The demo and the service speak to nobody but this machine, child processes included."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.watching import make_guard

# Addresses that are reserved for documentation: nobody is there even if a packet got out.
STRANGER, STRANGE_NAME = "192.0.2.1", "stranger.example"


def test_demo_trains_registers_and_scores_over_http(demo):
    churn = demo.answer["churn"]
    assert churn["is_champion"]
    (row,) = churn["answer"]["rows"]
    assert len(row["probability"]) == 4
    assert len(row["reasons"]) == 3
    again = churn["later"]["trained_again"]
    champion = again if again["is_champion"] else churn
    assert churn["answer"]["model_version"] == champion["model_version"]
    pages = [Path(file) for name, file in churn["report"].items() if name.endswith(".html")]
    assert len(pages) == 4  # report and model card in two languages
    assert all((demo.out.parent / page).is_file() for page in pages)


def test_demo_goes_on_with_an_action_a_look_and_another_training(demo):
    later = demo.answer["churn"]["later"]
    assert later["call"]["is_due"]
    assert later["trained_again"]["version"] == demo.answer["churn"]["version"] + 1
    read_out = later["action"]["read_outs"][-1]
    assert read_out["treated"] > 100
    assert read_out["held_back"] > 100
    # How many of so few people leave is for the draw of the arms to say; below ten nothing is told of them.
    assert read_out["verdict"] in {"better", "no effect seen", "too few"}
    assert (read_out["comparison"] is None) is (read_out["verdict"] == "too few")
    assert (demo.out / "monitoring" / "churn" / "latest.json").is_file()
    assert len(list((demo.out / "scores" / "churn").glob("*/batch.json"))) == 2
    assert len(list((demo.out / "baselines" / "churn").glob("*.json"))) == 1


def test_demo_says_which_model_the_company_is_too_small_for(demo):
    assert set(demo.answer) == {"churn", "satisfaction"}


def test_demo_leaves_no_key_behind(demo):
    """Its service knew a key of its own, so the first start by hand is the first one."""
    assert "keys" not in demo.left
    assert "xmp_" not in (demo.out / "serving.log").read_text()


def test_demo_opens_no_outward_connection(demo):
    assert demo.guard.lines("outward") == []


@pytest.mark.parametrize("part", ["xm-predict demo", "-m serving", "-m serving.refresh", "-m bentoml serve"])
def test_every_process_of_the_demo_was_watched(demo, part):
    assert [line for line in demo.guard.lines("started") if part in line]


def test_demo_works_with_nothing_but_loopback(demo):
    if demo.why_open:
        pytest.skip(demo.why_open)
    assert demo.answer["churn"]["answer"]["rows"]


def test_service_opens_no_outward_connection(service):
    """Ask everything that it answers; the tests of equal scores put their questions to the same service."""
    guard = service.guard
    with httpx.Client(base_url=service.url, headers=service.headers, timeout=60) as client:
        answer = client.get("/v1/model").json()
        assert {model["usecase"] for model in answer["models"]} == {"churn", "satisfaction"}
        schema = client.get("/v1/model/schema", params={"usecase": "churn"}).json()
        assert client.post("/v1/score", json=schema["example"]).status_code == 200
        for path in ("/openapi.json", "/v1/drivers?usecase=churn", "/", "/docs", "/metrics"):
            client.get(path)
        client.get("/v1/model", headers={"authorization": "Bearer nobody"})
    assert guard.lines("outward") == []
    assert len({line.split("\t")[1] for line in guard.lines("started")}) >= 4


ATTEMPTS = {
    "connect": f"import socket; socket.create_connection(('{STRANGER}', 80), timeout=1)",
    "connect, IPv6": "import socket; socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
    "name": f"import socket; socket.getaddrinfo('{STRANGE_NAME}', 443)",
    "old name": f"import socket; socket.gethostbyname('{STRANGE_NAME}')",
    "datagram": f"import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('{STRANGER}', 53))",
    "URL": f"import urllib.request; urllib.request.urlopen('https://{STRANGE_NAME}/', timeout=1)",
    "client": f"import httpx; httpx.get('http://{STRANGER}/', timeout=1)",
    "child": (
        "import subprocess, sys; "
        f"subprocess.run([sys.executable, '-c', 'import socket; socket.gethostbyname(\"{STRANGE_NAME}\")'], "
        "check=True)"
    ),
    "swallowed": (
        f"import socket, contextlib\nwith contextlib.suppress(Exception): "
        f"socket.create_connection(('{STRANGER}', 80))\nraise SystemExit(1)"
    ),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=list(ATTEMPTS))
def test_guard_notes_and_refuses_a_planted_attempt(attempt, tmp_path):
    guard = make_guard(tmp_path)
    finished = subprocess.run(
        [sys.executable, "-c", attempt], env=guard.env, capture_output=True, check=False, timeout=60
    )
    assert finished.returncode != 0
    (line,) = guard.lines("outward")
    assert STRANGER in line or STRANGE_NAME in line or "2001:db8::1" in line


def test_guard_lets_loopback_pass(tmp_path):
    guard = make_guard(tmp_path)
    code = """
import socket
listening = socket.create_server(("127.0.0.1", 0))
socket.create_connection(listening.getsockname()).close()
socket.create_connection(("localhost", listening.getsockname()[1])).close()
one, other = socket.socketpair()
"""
    finished = subprocess.run([sys.executable, "-c", code], env=guard.env, capture_output=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert guard.lines("outward") == []
    assert len(guard.lines("started")) == 1
