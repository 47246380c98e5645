"""The service where nothing but the light install is: the bento, then the wheel, in a fresh environment."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from serving.cache import install
from serving.candidate import try_out
from tests.long.installing import Installation, build_release, make_installation
from tests.serving.company import ROOT, ROW, answers, make_bundle, wait_until
from tests.serving.keys import bearer, make_key
from tests.tethered import start
from training.bundle import load
from training.scoring import Scorer

pytestmark = pytest.mark.long

HEAVY = ("mlflow", "shap", "pandas", "sklearn", "matplotlib", "duckdb", "numba", "statsmodels")
MEGABYTE = 2**20


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def bento(tmp_path_factory) -> Path:
    """Return the folder of a bento, moved out of the store that it was built in."""
    home = tmp_path_factory.mktemp("bentoml")
    subprocess.run(
        [sys.executable, "-m", "bentoml", "build", "--output", "tag", "--version", "1"],
        cwd=ROOT,
        env={**os.environ, "BENTOML_HOME": str(home), "BENTOML_DO_NOT_TRACK": "True", "DO_NOT_TRACK": "true"},
        check=True,
        capture_output=True,
    )
    return Path(
        shutil.copytree(home / "bentos" / "xm-predict" / "1", tmp_path_factory.mktemp("moved") / "bento")
    )


@pytest.fixture(scope="module")
def light(bento, tmp_path_factory) -> Installation:
    environment = make_installation(tmp_path_factory.mktemp("light"))
    environment.install("--requirement", str(bento / "env" / "python" / "requirements.txt"))
    return environment


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    install(make_bundle(tmp_path_factory.mktemp("bundle") / "churn"), folder, try_out=try_out)
    return folder


def make_environment(light: Installation, cache: Path, scratch: Path) -> dict[str, str]:
    """Return the variables of a machine that knows nothing of this repository."""
    return {
        "PATH": f"{light.folder / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "HOME": str(scratch),
        "BENTOML_HOME": str(scratch / "bentoml"),
        "BENTOML_DO_NOT_TRACK": "True",
        "OMP_NUM_THREADS": "1",
        "XM_KEYS": str(scratch / "keys.json"),
        "XM_SESSIONS": str(scratch / "sessions"),
        "XM_AUDIT": str(scratch / "audit"),
        "XM_JOURNAL": str(scratch / "journal"),
        "XM_PSEUDONYM_KEY_FILE": str(scratch / "secret" / "pseudonyms.key"),
        "XM_WISHES": str(scratch / "wishes"),
        "XM_CALLS": str(scratch / "calls"),
        "XM_CACHE": str(cache),
        "XM_LATEST": str(scratch / "frames"),
    }


@contextmanager
def running(
    command: list[str], environment: dict[str, str], empty: Path, port: int
) -> Iterator[tuple[str, Path]]:
    """Run a server in an empty folder; yield its address and its log."""
    log, url = empty.parent / "log.txt", f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = start(command, cwd=empty, env=environment, stdout=output, stderr=output)
    try:
        wait_until(lambda: process.poll() is not None or answers(url))
        assert process.poll() is None, log.read_text()
        yield url, log
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
    assert not answers(url)


def assert_score_is_that_of(url: str, cache: Path, keys: Path) -> None:
    """Compare a score over HTTP with the same score in this process."""
    headers = bearer(make_key(keys, "app"))
    wait_until(lambda: httpx.get(f"{url}/readyz").status_code == 200)
    body = {"usecase": "churn", "rows": [{"entity_id": "c-1", "features": ROW}], "reasons": 2}
    wait_until(lambda: httpx.post(f"{url}/v1/score", json=body, headers=headers).status_code != 401)
    answer = httpx.post(f"{url}/v1/score", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    bundle = next((cache / "churn").glob("churn-*"))
    rows: list[dict[str, Any]] = [ROW]
    expected = Scorer(load(bundle)).score(rows, reasons=2)[0]
    row = answer.json()["rows"][0]
    assert row["probability"] == pytest.approx(expected.probabilities, abs=1e-9)
    assert len(row["reasons"]) == 2


def assert_pages_are_there(url: str, keys: Path) -> None:
    """Sign in as people do, in German, and ask for what pages are made of."""
    key = make_key(keys, "analyst")
    with httpx.Client(base_url=url) as browser:
        page = browser.get("/reports/sign-in?lang=de")
        assert "Anmelden" in page.text
        named = re.findall(r'(?:href|src)="(/reports/(?:style\.css|htmx\.js)\?v=[0-9a-f]+)"', page.text)
        assert len(named) == 2
        assert [browser.get(address).status_code for address in named] == [200, 200]
        wait_until(lambda: browser.post("/reports/sign-in", data={"key": key}).status_code == 303)
        assert browser.get("/reports").status_code == 200


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def empty(tmp_path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_the_bento_is_small_and_holds_no_workshop(bento):
    assert size_of(bento) < 3 * MEGABYTE
    assert {path.name for path in (bento / "src").iterdir()} >= {"features", "serving", "training"}
    assert not {"tests", "docs", "mlproject"} & {path.name for path in (bento / "src").iterdir()}
    assert not (bento / "src" / "training" / "runs").exists()


def test_the_environment_is_light(light):
    names = light.names()
    assert {"bentoml", "lightgbm", "msgspec"} <= names
    assert {
        "mlflow",
        "mlflow-skinny",
        "shap",
        "pandas",
        "scikit-learn",
        "matplotlib",
        "xm-predict",
    } & names == set()
    for package in HEAVY:
        code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({package!r}) is not None)"
        assert subprocess.run([light.python, "-c", code], check=False).returncode == 0, package


def test_the_bento_answers_from_an_empty_folder(bento, light, cache, empty, port):
    command = [
        str(light.python),
        "-m",
        "bentoml",
        "serve",
        str(bento),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with running(command, make_environment(light, cache, empty.parent), empty, port) as (url, log):
        assert_score_is_that_of(url, cache, empty.parent / "keys.json")
        assert_pages_are_there(url, empty.parent / "keys.json")
    assert "Traceback" not in log.read_text()
    assert list(empty.iterdir()) == []


def test_a_bundle_without_a_trial_is_tried_by_the_bento_itself(bento, light, cache, empty, port):
    untried = Path(shutil.copytree(cache, empty.parent / "untried"))
    pointer = untried / "churn" / "champion.json"
    pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "tried_sha256": ""}))
    command = [
        str(light.python),
        "-m",
        "bentoml",
        "serve",
        str(bento),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with running(command, make_environment(light, untried, empty.parent), empty, port) as (url, _):
        assert_score_is_that_of(url, untried, empty.parent / "keys.json")


@pytest.fixture
def installed(light, tmp_path_factory) -> Installation:
    """Return the same environment with the wheel of this repository, and see that it brought nothing else."""
    before = light.names()
    folder = tmp_path_factory.mktemp("wheel")
    light.install(f"{build_release(folder).wheel}[serve]")
    assert light.names() - before <= {"xm-predict"}
    return light


def test_the_wheel_serves_the_cache_and_says_that_it_reads_no_registry(installed, cache, empty, port):
    status = cache / "refresh.json"
    status.write_text('{"looked_at": 1, "problem": "left by another"}')
    command = [str(installed.folder / "bin" / "xm-predict"), "serve", "--port", str(port)]
    environment = make_environment(installed, cache, empty.parent)
    with running(command, environment, empty, port) as (url, log):
        assert_score_is_that_of(url, cache, empty.parent / "keys.json")
        assert_pages_are_there(url, empty.parent / "keys.json")
        assert httpx.get(f"{url}/readyz").json()["stale"] is True
        wait_until(lambda: "serving on http" in log.read_text())
    lines = log.read_text().splitlines()
    told = [line for line in lines if line.startswith("registry: ")]
    assert told == [
        f"registry: a light install cannot read it (mlflow is not here); serving the champions in {cache}"
    ]
    assert lines[-1] == "stopped"
    assert "Traceback" not in log.read_text()
    assert "left by another" in status.read_text()
    assert list(empty.iterdir()) == []


def test_the_refresher_of_a_light_install_says_what_it_lacks(installed, cache, empty):
    done = subprocess.run(
        [str(installed.python), "-m", "serving.refresh", "--once"],
        cwd=empty,
        env=make_environment(installed, cache, empty.parent),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "refresher: the registry cannot be read without 'mlflow'; install xm-predict[registry]"
    )


def test_the_extra_registry_is_all_that_the_refresher_needs(installed, port, empty, tmp_path):
    """Nobody listens on the port: the client of MLflow says so, hence no library is missing."""
    installed.install(f"{ROOT}[serve,registry]")
    assert not {"mlflow", "scikit-learn", "shap"} & installed.names()
    environment = make_environment(installed, tmp_path / "cache", empty.parent)
    environment |= {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
    done = subprocess.run(
        [str(installed.python), "-W", "ignore", "-m", "serving.refresh", "--once"],
        cwd=empty,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    problem = json.loads((tmp_path / "cache" / "refresh.json").read_text())["problem"]
    assert problem.startswith(f"MLflow at http://127.0.0.1:{port}: ")
