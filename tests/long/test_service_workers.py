"""Two workers: one of them is killed under load, and the service is told to end under load."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.cache import install
from serving.limit_settings import LimitSettings
from serving.settings import Settings
from tests.end_to_end.processes import free_port
from tests.serving.company import ROW, accept, make_bundle, wait_until
from tests.serving.keys import bearer, make_key
from tests.serving.load import LOST, Answer, Connection, count, keep_asking, write_request
from tests.serving.started import Started, started

pytestmark = [pytest.mark.long, pytest.mark.alone]

BODY = {"usecase": "churn", "rows": [{"features": ROW}]}
CLIENTS = 8


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    return path, bearer(make_key(path))


@pytest.fixture
def service(tmp_path: Path, key: tuple[Path, dict[str, str]]) -> Iterator[Started]:
    """Run the service as people start it, with two workers."""
    install(make_bundle(tmp_path / "bundle"), tmp_path / "cache", try_out=accept)
    settings = Settings(
        port=free_port(),
        workers=2,
        cache=tmp_path / "cache",
        latest=(tmp_path,),
        registry=tmp_path / "registry",
        keys=key[0],
        limits=LimitSettings(drain_seconds=3),
    )
    with started(settings, tmp_path, "serving") as service:
        wait_until(lambda: len(service.workers) == 2)
        time.sleep(5)  # until the second one listens as well
        yield service


def test_a_killed_worker_costs_what_it_had_in_hand_and_comes_back(service, key, record_property):
    request = write_request(service.port, "/v1/score", BODY, key[1])
    killed = service.workers[0]

    async def run() -> tuple[list[Answer], float]:
        is_over = asyncio.Event()
        task = asyncio.create_task(keep_asking(service.port, [request], CLIENTS, is_over))
        await asyncio.sleep(2)
        killed.kill()
        started_at = time.perf_counter()
        await asyncio.to_thread(
            wait_until, lambda: len(service.workers) == 2 and killed not in service.workers
        )
        back_after = time.perf_counter() - started_at
        await asyncio.sleep(5)
        is_over.set()
        return await task, back_after

    answers, back_after = asyncio.run(run())
    found = count(answers)
    record_property("figures", f"{CLIENTS} clients: {found}; another process after {back_after:.1f} s")
    assert set(found) <= {200, LOST}
    assert found.get(LOST, 0) <= CLIENTS
    assert found[200] > 50


def test_the_end_is_announced_and_nobody_loses_an_answer(service, key, record_property):
    request = write_request(service.port, "/v1/score", BODY, key[1])
    ready = write_request(service.port, "/readyz")

    async def run() -> tuple[list[Answer], list[int]]:
        is_over = asyncio.Event()
        task = asyncio.create_task(keep_asking(service.port, [request], CLIENTS, is_over, is_polite=True))
        seen: list[int] = []
        await asyncio.sleep(1)
        service.process.send_signal(signal.SIGTERM)
        while not seen or seen[-1] != LOST:
            connection = Connection(service.port)
            seen.append((await connection.ask(ready)).status)
            await connection.close()
            await asyncio.sleep(0.1)
        is_over.set()
        return await task, seen

    answers, seen = asyncio.run(run())
    began = time.perf_counter()
    code = service.process.wait(60)
    ended_after = time.perf_counter() - began
    record_property("figures", f"{count(answers)}; /readyz {seen}; exit {code}, {ended_after:.1f} s later")
    assert set(count(answers)) == {200}
    assert answers[-1].headers["connection"] == "close"
    assert 503 in seen
    assert seen == sorted(seen, key=[200, 503, LOST].index)
    assert code == 0
