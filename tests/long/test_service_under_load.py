"""Floods, slow clients, endless bodies and changing champions, long and wide; the figures are properties."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.cache import install
from serving.limit_settings import LimitSettings
from serving.settings import Settings
from tests.end_to_end.processes import free_port
from tests.serving.attacks import besiege, overload, peak_of, stream_body
from tests.serving.company import ROW, accept, make_bundle
from tests.serving.keys import bearer, make_key
from tests.serving.load import count, quantile, write_request
from tests.serving.started import Started, started
from tests.serving.swaps import find_wrong, spoil_canary, swap_under_load

pytestmark = [pytest.mark.long, pytest.mark.alone]

ONE = {"usecase": "churn", "rows": [{"entity_id": "c-1", "features": ROW}]}
MANY = {"usecase": "churn", "rows": [{"features": ROW}] * 60, "reasons": 3}


class World:
    """Hold two bundles, a cache and a key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bundles = (make_bundle(folder / "newer", seed=2), make_bundle(folder / "churn"))
        self.cache = folder / "cache"
        install(self.bundles[1], self.cache, try_out=accept)
        self.key = bearer(make_key(folder / "keys.json"))

    def settings(self, **limits) -> Settings:
        return Settings(
            port=free_port(),
            cache=self.cache,
            latest=(self.folder,),
            keys=self.folder / "keys.json",
            poll_seconds=0.05,
            limits=LimitSettings(**limits),
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def usual(world: World) -> Iterator[Started]:
    """Run a service with the limits that it has by default."""
    with started(world.settings(), world.folder) as service:
        yield service


def test_ten_times_what_it_can_do_for_half_a_minute(world, tmp_path, record_property):
    with started(world.settings(max_concurrent=1, max_queue=1), tmp_path) as service:
        request = write_request(service.port, "/v1/score", MANY, world.key)
        found = asyncio.run(overload(service.port, request, seconds=30, n_full=2))
    record_property("figures", found.spell())
    assert set(count(found.flooded)) == {200, 503}
    assert all(1 <= int(answer.headers["retry-after"]) <= 30 for answer in found.refused)
    assert quantile(found.accepted, 0.99) <= 10 * quantile(found.full, 0.99)
    assert set(count(found.health)) == {200}
    assert set(count(found.after)) == {200}


def test_four_hundred_slow_clients(world, usual, record_property):
    request = write_request(usual.port, "/v1/score", ONE, world.key)
    found = asyncio.run(besiege(usual.port, world.key, request, n_of_each=200))
    slowest = quantile(found.normal, 0.99) * 1000
    record_property(
        "figures",
        f"400 slow clients let go after at most {max(found.closed_after):.1f} s; normal client: "
        f"{count(found.normal)}, p99 {slowest:.0f} ms",
    )
    assert set(count(found.normal)) == {200}
    assert max(found.closed_after) < 60


def test_a_gibibyte_is_cut_off(world, usual, record_property):
    before = usual.memory_mb()
    with peak_of(usual.memory_mb) as peak:
        found = [stream_body(usual.port, world.key, 2**30) for _ in range(5)]
        grown = peak() - before
    sent = max(sent for _, sent in found) / 2**20
    record_property("figures", f"413 after {sent:.0f} MiB had left the client; grown by {grown:.1f} MB")
    assert {status for status, _ in found} == {413}
    assert grown < 50


def test_fifty_swaps_at_full_load(world, usual, tmp_path, record_property):
    spoiled = spoil_canary(world.bundles[0], tmp_path / "spoiled")
    found = asyncio.run(
        swap_under_load(
            usual.port, world.key, world.cache, world.bundles, n_swaps=50, clients=8, spoiled=spoiled
        )
    )
    wrong = find_wrong(found.answers, world.bundles)
    record_property(
        "figures", f"{found.n_swaps} swaps, {len(found.answers)} answers, {len(wrong)} failed or wrong"
    )
    assert wrong == []
    named = {answer.json()["model_version"] for answer in found.answers}
    assert named == set(found.versions)
