"""Hundreds of corrupt bundles: offered to a service that runs, and tried in processes of their own."""

from pathlib import Path

import httpx
import pytest

from features.errors import BundleError
from serving.cache import POINTER, install
from serving.candidate import try_out
from serving.settings import Settings
from tests.end_to_end.processes import free_port
from tests.serving.company import ROW, accept, make_bundle, wait_until
from tests.serving.keys import bearer, make_key
from tests.serving.mutants import damage, produce_badly
from tests.serving.started import started
from training.bundle import verify

pytestmark = pytest.mark.long

N_DAMAGED = 300
N_SEALED = 50


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundles") / "churn")


def test_damaged_bundles_are_refused_and_the_process_that_answers_stays(bundle, tmp_path, record_property):
    cache = tmp_path / "cache"
    version = install(bundle, cache, try_out=accept).model_version
    keys = tmp_path / "keys.json"
    key = bearer(make_key(keys))
    settings = Settings(port=free_port(), cache=cache, latest=(tmp_path,), keys=keys, poll_seconds=0.05)
    body = {"usecase": "churn", "rows": [{"features": ROW}]}
    with (
        started(settings, tmp_path) as service,
        httpx.Client(base_url=service.url, headers=key, timeout=60) as client,
    ):
        wait_until(lambda: client.get("/readyz").status_code == 200)
        workers, n_refused = service.workers, 0
        for number in range(N_DAMAGED):
            name = f"churn-mutant{number}"
            damage(bundle, cache / "churn" / name, number)
            draft = cache / "churn" / "draft"
            draft.write_text(f'{{"model_version": "{name}"}}')
            draft.replace(cache / "churn" / POINTER)
            wait_until(
                lambda name=name: name in (client.get("/v1/model").json()["models"][0]["refused"] or "")
            )
            n_refused += 1
            assert client.post("/v1/score", json=body).json()["model_version"] == version
        assert service.workers == workers
    record_property("figures", f"{n_refused} of {N_DAMAGED} refused, same process")


def test_sealed_bundles_of_a_bad_producer_fail_their_trial(bundle, tmp_path, record_property):
    ends: dict[str, int] = {}
    for number in range(N_SEALED):
        folder = tmp_path / str(number)
        produce_badly(bundle, folder, number)
        verify(folder)
        with pytest.raises(BundleError) as caught:
            try_out(folder, seconds=60)
        end = "killed" if "killed the process" in str(caught.value) else "refused"
        ends[end] = ends.get(end, 0) + 1
    record_property("figures", f"{N_SEALED} sealed: {ends}")
    assert sum(ends.values()) == N_SEALED
