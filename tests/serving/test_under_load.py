"""Floods, slow clients and big bodies against the real server; longer and wider in tests/long."""

import asyncio
import json
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from serving.limit_settings import LimitSettings
from serving.settings import Settings
from tests.serving.attacks import besiege, overload, peak_of, stream_body
from tests.serving.company import ROW
from tests.serving.keys import bearer, make_key
from tests.serving.load import Answer, Connection, count, keep_asking, quantile, write_request
from tests.serving.started import Started, started
from tests.serving.swaps import BATCH, find_wrong, spoil_canary, swap_under_load
from training.bundle import load
from training.scoring import Scorer

ONE = {"usecase": "churn", "rows": [{"entity_id": "c-1", "features": ROW}]}
MANY = {"usecase": "churn", "rows": [{"features": ROW}] * 60, "reasons": 3}
LIMITS = LimitSettings(
    max_concurrent=1, max_queue=1, max_header_seconds=1.5, max_idle_seconds=5, drain_seconds=3
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("load")


@pytest.fixture(scope="module")
def key(folder: Path) -> dict[str, str]:
    return bearer(make_key(folder / "keys.json"))


@pytest.fixture(scope="module")
def service(filled_cache: Path, folder: Path, key: dict[str, str]) -> Iterator[Started]:
    """Run a server that takes on little, so that little is too much for it."""
    settings = Settings(
        port=find_port(),
        cache=Path(shutil.copytree(filled_cache, folder / "cache")),
        latest=(folder,),
        keys=folder / "keys.json",
        poll_seconds=0.05,
        max_body_seconds=2.0,
        limits=LIMITS,
    )
    with started(settings, folder) as service:
        yield service


def test_a_flood_is_refused_politely_and_what_is_accepted_is_answered(service, key, record_property):
    request = write_request(service.port, "/v1/score", MANY, key)
    found = asyncio.run(overload(service.port, request, seconds=3, n_full=2))
    record_property("figures", found.spell())
    assert set(count(found.flooded)) == {200, 503}
    for answer in found.refused:
        assert 1 <= int(answer.headers["retry-after"]) <= 30
        assert answer.json()["code"] == "busy"
    assert quantile(found.accepted, 0.99) <= 10 * quantile(found.full, 0.99)
    assert set(count(found.health)) == {200}
    assert set(count(found.after)) == {200}


def test_slow_clients_are_let_go_and_a_normal_one_notices_nothing(service, key, record_property):
    request = write_request(service.port, "/v1/score", ONE, key)
    found = asyncio.run(besiege(service.port, key, request, n_of_each=40))
    record_property(
        "figures", f"80 slow clients let go after {max(found.closed_after):.1f} s; {count(found.normal)}"
    )
    assert set(count(found.normal)) == {200}
    assert max(found.closed_after) < 30
    assert httpx.post(f"{service.url}/v1/score", json=ONE, headers=key).status_code == 200


def test_an_endless_body_is_cut_off_and_costs_no_memory(service, key, record_property):
    before = service.memory_mb()
    with peak_of(service.memory_mb) as peak:
        found = [stream_body(service.port, key, 2**26) for _ in range(3)]
        grown = peak() - before
    record_property("figures", f"64 MiB three times: {found}, grown by {grown:.1f} MB")
    assert {status for status, _ in found} == {413}
    assert max(sent for _, sent in found) < 2**24
    assert grown < 50


def test_champions_change_under_load_without_a_failure_or_a_mixed_answer(
    service, key, folder, bundles, record_property
):
    both = (bundles.newer_churn, bundles.churn)
    spoiled = spoil_canary(bundles.newer_churn, folder / "spoiled")
    found = asyncio.run(
        swap_under_load(service.port, key, folder / "cache", both, n_swaps=6, clients=1, spoiled=spoiled)
    )
    named = {answer.json()["model_version"] for answer in found.answers if answer.status == 200}
    record_property("figures", f"{found.n_swaps} swaps, {len(found.answers)} answers")
    assert find_wrong(found.answers, both) == []
    assert named == set(found.versions)


def test_the_check_of_swaps_finds_what_it_looks_for(bundles):
    """A score under the name of the other version would be found."""
    old, new = load(bundles.churn), load(bundles.newer_churn)
    rows = [{"probability": score.probabilities} for score in Scorer(old).score(BATCH)]
    for version, is_wrong in ((old.model_version, False), (new.model_version, True), ("churn-x", True)):
        body = json.dumps({"model_version": version, "rows": rows}).encode()
        found = find_wrong([Answer(200, 0.0, {}, body)], (bundles.churn, bundles.newer_churn))
        assert bool(found) is is_wrong
    assert find_wrong([Answer(503, 0.0)], (bundles.churn,) * 2) == ["status 503"]


def test_the_end_is_announced_before_it_comes(service, key):
    """Keep this one last: it ends the service."""
    request = write_request(service.port, "/v1/score", ONE, key)

    async def run() -> tuple[list[Answer], Answer]:
        task = asyncio.create_task(keep_asking(service.port, [request], 1, asyncio.Event(), is_polite=True))
        await asyncio.sleep(0.5)
        service.process.send_signal(signal.SIGTERM)
        found = await task
        return found, await Connection(service.port).ask(write_request(service.port, "/readyz"))

    found, ready = asyncio.run(run())
    assert set(count(found)) == {200}
    assert found[-1].headers["connection"] == "close"
    assert ready.status == 503
    assert ready.json()["code"] == "draining"
    assert service.process.wait(60) == 0


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
