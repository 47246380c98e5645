"""The service under steady load for some minutes: every answer a success, memory and open files as before."""

import asyncio
import time
from pathlib import Path

import psutil
import pytest

from serving.cache import install
from serving.settings import Settings
from tests.end_to_end.processes import free_port
from tests.serving.company import ROW, accept, make_bundle
from tests.serving.keys import bearer, make_key
from tests.serving.load import count, keep_asking_for, quantile, write_request
from tests.serving.started import Started, started

pytestmark = [pytest.mark.long, pytest.mark.alone]

N_CLIENTS = 32
WARM_UP_SECONDS, SECONDS = 30, 180
BODIES = (
    {"usecase": "churn", "rows": [{"entity_id": "c-1", "features": ROW}]},
    {"usecase": "churn", "rows": [{"entity_id": "c-2", "features": ROW}], "reasons": 3},
    {"usecase": "churn", "rows": [{"features": ROW}] * 20},
)


def open_files(service: Started) -> int:
    """Return how many files and sockets all workers hold."""
    return sum(psutil.Process(worker.pid).num_fds() for worker in service.workers)


def test_steady_load_fails_nothing_and_leaves_nothing_behind(tmp_path: Path, record_property) -> None:
    cache = tmp_path / "cache"
    install(make_bundle(tmp_path / "churn"), cache, try_out=accept)
    key = bearer(make_key(tmp_path / "keys.json"))
    settings = Settings(
        port=free_port(),
        cache=cache,
        latest=(tmp_path,),
        keys=tmp_path / "keys.json",
        audit=tmp_path / "audit",
        journal=tmp_path / "journal",
        pseudonym_key=tmp_path / "pseudonyms.key",
    )
    with started(settings, tmp_path) as service:
        requests = [write_request(service.port, "/v1/score", body, key) for body in BODIES]
        warm = asyncio.run(keep_asking_for(service.port, requests, N_CLIENTS, WARM_UP_SECONDS))
        time.sleep(2)
        before, files_before = service.memory_mb(), open_files(service)
        found = asyncio.run(keep_asking_for(service.port, requests, N_CLIENTS, SECONDS))
        time.sleep(2)
        grown, files = service.memory_mb() / before - 1, open_files(service)
    record_property(
        "figures",
        f"{len(found) / SECONDS:.0f} requests/s from {N_CLIENTS} clients, p99 "
        f"{quantile(found, 0.99) * 1000:.0f} ms; memory {before:.0f} MB, grown by {grown:.1%}; "
        f"open files {files_before} -> {files}",
    )
    assert set(count([*warm, *found])) == {200}
    assert grown < 0.05
    assert files <= files_before + 2
