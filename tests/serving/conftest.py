"""Bundles fitted once for all tests of the service, caches filled with them, the application, the server."""

import os
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from serving.api import build_app
from serving.cache import install
from serving.candidate import try_out
from serving.settings import Settings
from tests.serving.company import ROOT, answers, make_bundle, register_champion, wait_until, write_latest
from tests.serving.keys import bearer, make_key
from tests.serving.papers import write_papers
from tests.serving.records import keep_in
from tests.tethered import start

with warnings.catch_warnings():
    # Starlette's test client asks for a successor of httpx that is not in wide use yet.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@dataclass(frozen=True)
class Bundles:
    """Hold the folders of the bundles that the tests share; nobody changes them."""

    churn: Path
    newer_churn: Path
    attrition: Path


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    folder = tmp_path_factory.mktemp("bundles")
    return Bundles(
        churn=make_bundle(folder / "churn"),
        newer_churn=make_bundle(folder / "newer", seed=2),
        attrition=make_bundle(folder / "attrition", name="attrition", subject="employee"),
    )


@pytest.fixture(scope="session")
def filled_cache(bundles: Bundles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache with champions of churn and attrition; copy it before changing it."""
    cache = tmp_path_factory.mktemp("cache")
    install(bundles.churn, cache, try_out=try_out)
    install(bundles.attrition, cache, try_out=try_out)
    return cache


@pytest.fixture(scope="session")
def registry(bundles: Bundles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a local registry in which churn has a champion; copy it before changing it."""
    from tests.empty_registry import lay_registry  # it brings MLflow in

    folder = lay_registry(tmp_path_factory, tmp_path_factory.mktemp("registry"))
    register_champion(folder, bundles.churn)
    return folder


@pytest.fixture(scope="session")
def latest_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames")
    write_latest(folder, cut_region=["South", "South", "North"])
    write_latest(folder, "attrition")
    return folder


@pytest.fixture(scope="session")
def papers(bundles: Bundles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with reports and model cards of churn and attrition; copy it before changing it."""
    folder = tmp_path_factory.mktemp("reports")
    write_papers(folder, bundles.churn)
    write_papers(folder, bundles.attrition)
    return folder


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file with the keys of the application and the server that the tests share."""
    return tmp_path_factory.mktemp("keys") / "keys.json"


@pytest.fixture
def cache(filled_cache: Path, tmp_path: Path) -> Path:
    """Return a cache of one's own."""
    return Path(shutil.copytree(filled_cache, tmp_path / "cache"))


@pytest.fixture(scope="session")
def client(filled_cache: Path, latest_folder: Path, papers: Path, keys: Path) -> Iterator[TestClient]:
    """Return a client of the application, in this process, with default limits and the key of an analyst."""
    settings = Settings(
        cache=filled_cache, latest=(latest_folder,), reports=papers, keys=keys, **keep_in(keys.parent)
    )
    app = build_app(lambda: settings)
    with TestClient(app, base_url="http://127.0.0.1", headers=bearer(make_key(keys))) as client:
        yield client


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(
    filled_cache: Path,
    latest_folder: Path,
    papers: Path,
    keys: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Path]]:
    """Run the real BentoML server; return its address and the file with everything that it wrote."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log.txt"
    books = keep_in(log.parent)
    settings = Settings(
        port=port, cache=filled_cache, latest=(latest_folder,), reports=papers, keys=keys, **books
    )
    environment = {**os.environ, **settings.to_environment(), "BENTOML_DO_NOT_TRACK": "True"}
    command = [sys.executable, "-m", "bentoml", "serve", "serving.service:XmPredict"]
    with log.open("wb") as output:
        process = start(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or answers(url))
        assert process.poll() is None, log.read_text()
        yield url, log
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def ask(server: tuple[str, Path], keys: Path) -> Iterator[httpx.Client]:
    """Return a client of the real server with the key of an analyst."""
    with httpx.Client(base_url=server[0], headers=bearer(make_key(keys)), timeout=60) as client:
        wait_until(lambda: client.get("/v1/model").status_code == 200)
        yield client
