"""A registry with two versions, a service, a refresher beside it: what a click needs."""

import os
import shutil
import sys
import time
import warnings

import pytest
from msgspec import structs

from serving.api import build_app
from serving.cache import install
from serving.settings import Settings
from serving.wishes import WishFolder
from tests.empty_registry import lay_registry
from tests.serving.company import ROOT, accept
from tests.serving.histories import WISH
from tests.serving.keys import make_key
from tests.serving.records import keep_in
from tests.tethered import start
from tests.training.runs.registering import forgetting, register_bundles
from training import registry
from training.bundle import load

with warnings.catch_warnings():
    # Starlette's test client asks for a successor of httpx that is not in wide use yet.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture(scope="module")
def two_versions(bundles, tmp_path_factory):
    """Return a registry with a champion, 1, and a challenger, 2; copy it before changing it."""
    folder = lay_registry(tmp_path_factory, tmp_path_factory.mktemp("two") / "registry")
    register_bundles(folder, bundles.churn, bundles.newer_churn)
    with forgetting():
        registry.connect(folder)
        registry.set_alias("churn", registry.CHALLENGER, 2)
    return folder


@pytest.fixture
def settings(two_versions, bundles, tmp_path, monkeypatch):
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings(
        cache=tmp_path / "cache",
        latest=(),
        keys=tmp_path / "keys.json",
        registry=shutil.copytree(two_versions, tmp_path / "registry"),
        refresh_seconds=86_400,
        refresh_deadline_seconds=300,
        poll_seconds=0.05,
        **keep_in(tmp_path),
    )
    install(bundles.churn, settings.cache, try_out=accept, registry_version=1)
    return settings


@pytest.fixture
def beside(settings):
    """Return what starts a refresher beside the service."""
    running = []

    def run():
        environment = {**os.environ, **settings.to_environment()}
        running.append(start([sys.executable, "-m", "serving.refresh"], cwd=ROOT, env=environment))
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.wait(30)


@pytest.fixture
def client(settings):
    with TestClient(build_app(lambda: settings), base_url="http://127.0.0.1") as client:
        client.headers["accept-language"] = "en"
        key = make_key(settings.keys, "data_scientist")
        client.app.state.desk.guard.ring.look()
        client.post("/reports/sign-in", data={"key": key})
        yield client


def is_champion(client, settings, folder):
    """Tell whether a version answers, and the refresher has said so."""
    champion = client.app.state.desk.champions.get("churn")
    return champion.bundle.model_version == load(folder).model_version


def settled(settings):
    return WishFolder(settings.wishes).list_outcomes("churn")


def ledger_of(settings):
    with forgetting():
        registry.connect(settings.registry)
        history = registry.read_standing("churn").history
    return [(one.kind, one.version, one.reason) for one in history if one.number]


@pytest.fixture
def wish(settings, bundles):
    """Return a wish of somebody who may have it, for version 2 and past the gate."""
    key = make_key(settings.keys, "data_scientist")
    name = load(bundles.newer_churn).model_version
    return structs.replace(
        WISH,
        version=2,
        model_version=name,
        expects=0,
        key_id=key.split("_")[1],
        at=time.time(),
        reason="the old one knows no winter",
    )
