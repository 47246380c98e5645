import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from features.errors import RegistryError
from serving.cache import find_pointer, install, read_status
from serving.refresh import Refresher, choose_pause, main, refresh
from serving.settings import Settings
from tests.serving.company import ROOT, accept, wait_until
from tests.tethered import start
from tests.training.runs.registering import forgetting
from training.bundle import load


@pytest.fixture
def as_process(monkeypatch) -> Iterator[Callable[..., int]]:
    """Return the refresher's main; what it does to this process is undone: signals, variables, MLflow.

    That it starts as a process is seen below and in the tests of the launcher.
    """
    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = {number: signal.getsignal(number) for number in numbers}
    before = dict(os.environ)

    def run(settings: Settings, **variables: str) -> int:
        with forgetting():
            for name, text in {**settings.to_environment(), **variables}.items():
                monkeypatch.setenv(name, text)
            return main(["--once"])

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)
    for name in set(os.environ) - set(before):
        del os.environ[name]


def test_nothing_new_is_fetched_again_but_a_damaged_copy_is(registry, bundles, tmp_path):
    settings = Settings(registry=registry, cache=tmp_path)
    written = tmp_path / "churn" / "champion.json"
    times = []
    with forgetting():
        for is_damaged in (False, False, True):
            if is_damaged:
                next(written.parent.glob("churn-*/facts.json")).unlink()
            refresh(settings)
            times.append(written.stat().st_mtime_ns)
    assert times[0] == times[1] < times[2]
    pointer = find_pointer(tmp_path / "churn")
    assert pointer is not None
    assert load(tmp_path / "churn" / pointer.model_version).model_version == load(bundles.churn).model_version


def test_a_new_champion_replaces_the_old_one(as_process, registry, bundles, tmp_path):
    settings = Settings(registry=registry, cache=tmp_path, refresh_deadline_seconds=300)
    install(bundles.newer_churn, tmp_path, try_out=accept, registry_version=99)
    assert as_process(settings) == 0
    pointer = find_pointer(tmp_path / "churn")
    assert pointer is not None
    assert (pointer.model_version, pointer.registry_version) == (load(bundles.churn).model_version, 1)
    assert pointer.tried_sha256 == load(tmp_path / "churn" / pointer.model_version).manifest.bundle_hash
    status = read_status(tmp_path)
    assert status is not None
    assert status.problem is None


def test_a_registry_that_refuses_is_told_by_the_exit_code_and_the_cache_stays(
    as_process, bundles, tmp_path, free_port
):
    before = install(bundles.churn, tmp_path, try_out=accept)
    settings = Settings(cache=tmp_path, refresh_deadline_seconds=300)
    assert as_process(settings, MLFLOW_TRACKING_URI=f"http://127.0.0.1:{free_port}") == 1
    status = read_status(tmp_path)
    assert status is not None
    assert status.problem is not None
    assert find_pointer(tmp_path / "churn") == before


def test_what_goes_wrong_is_left_word_of(tmp_path):
    def fail(_: Settings) -> dict[str, str]:
        raise RegistryError("model churn", "has no champion")

    status = Refresher(Settings(cache=tmp_path), fail).look()
    assert status.problem == "model churn: has no champion"
    assert read_status(tmp_path) == status


def test_a_failure_of_any_kind_does_not_end_the_refresher_nor_is_it_quoted(tmp_path):
    def fail(_: Settings) -> dict[str, str]:
        raise RuntimeError("password")

    assert Refresher(Settings(cache=tmp_path), fail).look().problem == "the registry failed (RuntimeError)"


def test_a_registry_that_needs_more_than_is_installed_is_told_with_the_remedy(tmp_path):
    def fail(_: Settings) -> dict[str, str]:
        raise ModuleNotFoundError("No module named 'alembic'", name="alembic")

    assert Refresher(Settings(cache=tmp_path), fail).look().problem == (
        "the registry cannot be read without 'alembic'; "
        "set MLFLOW_TRACKING_URI to a server, or install xm-predict[train]"
    )


def test_success_after_failure_clears_the_note(tmp_path):
    outcomes = [RegistryError("registry", "is away"), None]

    def work(_: Settings) -> dict[str, str]:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        return {}

    refresher = Refresher(Settings(cache=tmp_path), work)
    assert refresher.look().problem == "registry: is away"
    assert refresher.look().problem is None


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, "champions: none yet"),
        ({"churn": "churn-1", "csat": "csat-2"}, "champions: churn churn-1, csat csat-2"),
    ],
)
def test_what_was_found_is_told_in_words(tmp_path, caplog, found, said):
    with caplog.at_level("INFO"):
        Refresher(Settings(cache=tmp_path), lambda _: found).look()
    assert caplog.messages == [said]


def test_a_look_that_hangs_is_left_alone_and_no_second_one_is_started(tmp_path):
    started: list[int] = []
    release = threading.Event()

    def hang(_: Settings) -> dict[str, str]:
        started.append(1)
        release.wait()
        return {}

    refresher = Refresher(Settings(cache=tmp_path, refresh_deadline_seconds=0.05), hang)
    for _ in range(3):
        assert refresher.look().problem == "the registry did not answer within 0.05 seconds"
    assert len(started) == 1
    release.set()


def test_a_look_without_end_is_noticed_but_a_long_trial_is_none(tmp_path):
    release, now = threading.Event(), [0.0]

    def hang(_: Settings) -> dict[str, str]:
        release.wait()
        return {}

    settings = Settings(cache=tmp_path, refresh_deadline_seconds=0.05)
    refresher = Refresher(settings, hang, lambda: now[0])
    assert not refresher.is_stuck
    refresher.look()
    now[0] = 119.0
    refresher.look()
    assert not refresher.is_stuck
    now[0] = 121.0
    assert refresher.is_stuck
    release.set()
    refresher.look()
    assert not refresher.is_stuck


def test_looks_that_fail_are_counted(tmp_path):
    outcomes = [RegistryError("registry", "is away"), None, RegistryError("registry", "is away")]

    def work(_: Settings) -> dict[str, str]:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        return {}

    refresher = Refresher(Settings(cache=tmp_path), work)
    assert [refresher.look().failures for _ in range(3)] == [1, 1, 2]
    status = read_status(tmp_path)
    assert status is not None
    assert status.failures == 2


def test_pauses_are_spread():
    pauses = [choose_pause(30) for _ in range(300)]
    assert 24 <= min(pauses) < 26
    assert 34 < max(pauses) <= 36


@pytest.mark.parametrize(("name", "text"), [("XM_PORT", "none"), ("XM_HOST", "0.0.0.0")])
def test_bad_settings_end_it_with_the_code_for_bad_input(as_process, name, text):
    assert as_process(Settings(), **{name: text}) == 2


def test_the_cache_is_not_touched_when_nothing_has_a_champion(tmp_path):
    status = Refresher(Settings(cache=tmp_path), lambda _: {}).look()
    assert status.problem is None
    assert [path.name for path in Path(tmp_path).iterdir()] == ["refresh.json"]


def test_without_mlflow_it_says_in_one_line_what_to_install_and_leaves_no_word(tmp_path):
    code = """
import sys
sys.modules["mlflow"] = None
from serving.refresh import main
sys.exit(main(["--once"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **Settings(cache=tmp_path).to_environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "refresher: the registry cannot be read without 'mlflow'; install xm-predict[registry]\n"
    )
    assert read_status(tmp_path) is None


def run_beside(settings: Settings, uri: str, *words: str) -> subprocess.Popen[bytes]:
    """Start the refresher as the launcher does."""
    environment = {**os.environ, **settings.to_environment(), "MLFLOW_TRACKING_URI": uri}
    command = [sys.executable, "-m", "serving.refresh", *words]
    return start(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)


def test_it_looks_at_once_tells_of_a_dead_registry_in_time_and_ends_on_sigterm(bundles, tmp_path):
    before = install(bundles.churn, tmp_path, try_out=accept)
    settings = Settings(
        cache=tmp_path, wishes=tmp_path / "wishes", refresh_seconds=86_400, refresh_deadline_seconds=1
    )
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        process = run_beside(settings, f"http://127.0.0.1:{silent.getsockname()[1]}")
        try:
            wait_until(lambda: process.poll() is not None or read_status(tmp_path) is not None)
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=60)
            assert process.returncode == 0
            assert b"Traceback" not in told
        finally:
            process.kill()
    status = read_status(tmp_path)
    assert status is not None
    assert status.problem == "the registry did not answer within 1 seconds"
    assert find_pointer(tmp_path / "churn") == before


def test_after_somebody_has_looked_it_begins_with_a_pause_without_the_libraries_of_the_registry(tmp_path):
    code = """
import signal, sys
from serving.refresh import main
def look(*_):
    print("mlflow" in sys.modules)
    sys.exit(0)
signal.signal(signal.SIGALRM, look)
signal.setitimer(signal.ITIMER_REAL, 0.5)
main(["--later"])
"""
    settings = Settings(cache=tmp_path, wishes=tmp_path / "wishes", refresh_seconds=500)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **settings.to_environment()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
    assert read_status(tmp_path) is None
