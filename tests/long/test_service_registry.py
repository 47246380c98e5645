"""The service and its registry: what is taken back there, and what happens while the registry fails."""

import asyncio
import http.server
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from serving.cache import install, read_status
from serving.settings import Settings
from tests.end_to_end.processes import free_port
from tests.serving.company import ROOT, ROW, accept, make_bundle, wait_until
from tests.serving.fault_proxy import faulty
from tests.serving.keys import bearer, make_key
from tests.serving.load import Answer, count, keep_asking_for, quantile, write_request
from tests.serving.started import Started, started
from tests.training.runs.registering import register_bundles
from training.bundle import load

pytestmark = [pytest.mark.long, pytest.mark.alone]

BODY = {"usecase": "churn", "rows": [{"features": ROW}]}
# A dripping answer comes last: it keeps the refresher busy for two minutes before that one begins anew.
FAULTS = ("error 500", "reset", "truncate", "black hole", "drip")
PROMOTE_AND_TAKE_BACK = """
import json
from serving.cache import CHALLENGER_POINTER, find_pointer
from serving.champions import Champions
from serving.refresh import refresh
from serving.settings import Settings
from training import registry
from training.console import Console
from training.runs import rollback
settings = Settings.from_environment()
champions = Champions(settings.cache)
found = []

def look():
    refresh(settings)
    champions.look()
    challenger = find_pointer(settings.cache / "churn", CHALLENGER_POINTER)
    version = champions.get("churn").bundle.model_version
    found.append([version, challenger and challenger.model_version])

registry.connect(settings.registry)
registry.set_alias("churn", registry.CHALLENGER, 2)
look()
registry.move_champion(registry.read_standing("churn"), 2, kind="promoted", reason="better")
look()
rollback.run(Console(), "churn", "complaints", -1, str(settings.registry))
look()
print(json.dumps(found))
"""


class World:
    """Hold a folder with a bundle and a key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bundle = make_bundle(folder / "bundle")
        self.key = bearer(make_key(folder / "keys.json"))

    def settings(self, cache: Path, registry: Path) -> Settings:
        return Settings(
            port=free_port(),
            cache=cache,
            latest=(self.folder,),
            registry=registry,
            keys=self.folder / "keys.json",
            refresh_seconds=1,
            refresh_deadline_seconds=2,
        )

    def ask_for(self, service: Started, seconds: float) -> list[Answer]:
        """Let four clients ask."""
        request = write_request(service.port, "/v1/score", BODY, self.key)
        return asyncio.run(keep_asking_for(service.port, [request], 4, seconds))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"))


class Talkative(http.server.BaseHTTPRequestHandler):
    """Answer anything with an object: what the proxy spoils has to come from somewhere."""

    def do_GET(self) -> None:
        body = json.dumps({"registered_models": [], "padding": "x" * 5000}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def registry_server() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Talkative)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def failures(cache: Path) -> int:
    status = read_status(cache)
    return 0 if status is None else status.failures


def test_no_request_notices_a_registry_that_fails_in_any_way(
    world, tmp_path, registry_server, record_property
):
    cache = tmp_path / "cache"
    version = install(world.bundle, cache, try_out=accept).model_version
    figures = []
    with faulty(registry_server, "reset") as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        settings = world.settings(cache, tmp_path / "none")
        with started(settings, tmp_path, "serving", MLFLOW_TRACKING_URI=address) as service:
            ready = httpx.get(f"{service.url}/readyz")
            assert (ready.status_code, ready.json()["stale"]) == (200, True)
            workers = service.workers
            proxy.fault = "none"
            world.ask_for(service, 1)
            usual = quantile(world.ask_for(service, 4), 0.99)
            for fault in FAULTS:
                proxy.fault, before = fault, failures(cache)
                answers = world.ask_for(service, 6)
                wait_until(lambda before=before: failures(cache) > before)
                wait_until(lambda fault=fault: fault in proxy.n_connections)
                assert set(count(answers)) == {200}
                assert {answer.json()["model_version"] for answer in answers} == {version}
                ratio = quantile(answers, 0.99) / usual
                figures.append(f"{fault}: {len(answers)} answers, none failed, p99 x {ratio:.1f}")
            assert service.workers == workers
    record_property("figures", "; ".join(figures))


def test_no_request_notices_a_locked_registry_and_it_is_followed_again_afterwards(
    world, tmp_path, record_property
):
    registry, cache = tmp_path / "registry", tmp_path / "cache"
    register_bundles(registry, world.bundle)
    install(world.bundle, cache, try_out=accept, registry_version=1)
    (database,) = registry.rglob("*.db")
    with started(world.settings(cache, registry), tmp_path, "serving") as service:
        wait_until(lambda: (status := read_status(cache)) is not None and status.problem is None)
        lock = sqlite3.connect(database, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        before = failures(cache)
        answers = world.ask_for(service, 10)
        wait_until(lambda: failures(cache) > before)
        lock.execute("ROLLBACK")
        lock.close()
        wait_until(lambda: (status := read_status(cache)) is not None and status.problem is None)
    record_property("figures", f"locked for 10 s: {count(answers)}")
    assert set(count(answers)) == {200}


def test_without_cache_and_registry_it_lives_and_is_not_ready(world, tmp_path):
    with faulty(1, "black hole") as proxy:
        settings = world.settings(tmp_path / "cache", tmp_path / "none")
        address = f"http://127.0.0.1:{proxy.port}"
        with started(settings, tmp_path, "serving", MLFLOW_TRACKING_URI=address) as service:
            workers = service.workers
            before = failures(settings.cache)
            wait_until(lambda: failures(settings.cache) >= before + 2)
            assert httpx.get(f"{service.url}/livez").status_code == 200
            assert httpx.get(f"{service.url}/readyz").status_code == 503
            assert service.workers == workers, "no worker ends and begins again"


def test_a_champion_that_is_taken_back_is_back_after_one_look_and_its_challenger_stands_beside_it(
    world, tmp_path
):
    """What ``xm-predict rollback`` moves in the registry, the service follows; no restart, no second step."""
    newer = make_bundle(tmp_path / "newer", seed=2)
    workspace = tmp_path / "workspace"
    register_bundles(workspace, world.bundle, newer)
    settings = Settings(
        registry=workspace, cache=tmp_path / "cache", is_shadowing=True, refresh_deadline_seconds=300
    )
    old, new = (load(folder).model_version for folder in (world.bundle, newer))
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("MLFLOW_")}
    done = subprocess.run(
        [sys.executable, "-c", PROMOTE_AND_TAKE_BACK],
        cwd=ROOT,
        env={**inherited, **settings.to_environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [[old, new], [new, None], [old, new]]
