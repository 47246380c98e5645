"""The launcher as the command line uses it: first lines, a request that works, a clean end."""

import os
import shlex
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest

from features.errors import InputError
from serving.access.records import read_records
from serving.cache import RefreshStatus, read_status, write_status
from serving.launch import _look_for_champions, serve
from serving.settings import Settings
from tests import tethered
from tests.serving.company import ROOT, answers, wait_until
from tests.serving.keys import make_key
from tests.serving.records import keep_in

CODE = """
import sys
from features.errors import XmError
from serving.launch import serve
from serving.settings import Settings
try:
    serve(Settings.from_environment(), lambda line: print(line, flush=True))
except XmError as error:
    print(f"failed: {error}", flush=True)
    sys.exit(error.exit_code)
"""


def start(settings: Settings, log: Path) -> subprocess.Popen[bytes]:
    """Start the launcher in a process of its own, as a terminal would."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("MLFLOW_")}
    with log.open("wb") as output:
        return tethered.start(
            [sys.executable, "-c", CODE],
            cwd=ROOT,
            env={**inherited, **settings.to_environment()},
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def lines_of(log: Path) -> list[str]:
    return log.read_text().splitlines()


@pytest.fixture
def settings(registry, latest_folder, tmp_path, free_port) -> Settings:
    return Settings(
        port=free_port,
        cache=tmp_path / "cache",
        latest=(latest_folder,),
        registry=registry,
        keys=tmp_path / "keys" / "keys.json",
        refresh_deadline_seconds=300,
        **keep_in(tmp_path),
    )


def test_it_says_where_it_is_with_a_request_that_works_and_ends_on_ctrl_c(settings, tmp_path):
    log = tmp_path / "log.txt"
    process = start(settings, log)
    try:
        wait_until(
            lambda: process.poll() is not None or any(line.startswith("try: ") for line in lines_of(log))
        )
        lines = lines_of(log)
        assert f"serving on http://127.0.0.1:{settings.port} (only this machine); Ctrl-C ends it" in lines
        assert any(
            line.startswith("  churn: churn-") and line.endswith("horizons 30d, 90d") for line in lines
        )
        words = shlex.split(next(line for line in lines if line.startswith("try: ")))
        assert words[1:3] == ["curl", "-s"]
        headers = dict(words[place + 1].split(": ") for place, word in enumerate(words) if word == "-H")
        assert httpx.post(words[3], headers=headers, content=words[-1]).status_code == 200
        (record,) = read_records(settings.keys)
        assert (record.role, record.label) == ("analyst", "first start")
        key = headers["authorization"].removeprefix("Bearer ")
        shown = f"export XM_KEY={key}   # the first key: role analyst, valid 30 days, shown this once"
        assert [line for line in lines if key in line] == [
            shown,
            next(line for line in lines if line[:4] == "try:"),
        ]
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 2
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0, log.read_text()
        assert lines_of(log)[-1] == "stopped"
        assert psutil.wait_procs(children, timeout=60)[1] == []
    finally:
        process.kill()


def test_a_taken_port_is_told_before_anything_starts(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        lines: list[str] = []
        with pytest.raises(InputError, match=f"XM_PORT: port {port} on 127.0.0.1 cannot be used"):
            serve(Settings(port=port, cache=tmp_path, **keep_in(tmp_path)), lines.append)
    assert lines == []


@pytest.mark.parametrize(
    ("content", "changed", "problem"),
    [
        (None, {"is_behind_proxy": True}, "XM_KEYS: there is no valid key in"),
        (b"{", {}, "is not a file of keys"),
    ],
    ids=["none behind a proxy", "damaged"],
)
def test_keys_that_are_missing_or_damaged_are_told_before_anything_starts(
    settings, content, changed, problem
):
    if content is not None:
        settings.keys.parent.mkdir()
        settings.keys.write_bytes(content)
    lines: list[str] = []
    with pytest.raises(InputError, match=problem):
        serve(replace(settings, **changed), lines.append)
    assert lines == []


@pytest.mark.long
def test_without_a_registry_it_serves_the_last_verified_champions_and_ends_when_the_service_dies(
    settings, cache, tmp_path
):
    dead = tmp_path / "no-folder"
    dead.write_text("a file where a folder should be")
    log = tmp_path / "log.txt"
    chosen = replace(settings, cache=cache, registry=dead / "inside", refresh_deadline_seconds=20)
    make_key(chosen.keys, "app")
    process = start(chosen, log)
    url = f"http://127.0.0.1:{settings.port}"
    try:
        wait_until(lambda: process.poll() is not None or answers(url))
        wait_until(lambda: process.poll() is not None or httpx.get(f"{url}/readyz").status_code == 200)
        assert httpx.get(f"{url}/readyz").json()["stale"] is True
        assert any(line.endswith("serving the last verified champions") for line in lines_of(log))
        wait_until(lambda: any(line.startswith("try: ") for line in lines_of(log)))
        assert any(line.startswith("1 key is valid; another: XM_KEYS=") for line in lines_of(log))
        assert "xmp_" not in log.read_text()
        children = psutil.Process(process.pid).children(recursive=True)
        service = next(child for child in children if "bentoml" in child.cmdline())
        service.kill()
        assert process.wait(120) == 1
        assert "failed: serve: the service ended by itself (exit code -9)" in log.read_text()
        assert psutil.wait_procs(children, timeout=60)[1] == []
        assert not answers(url)
    finally:
        process.kill()


def test_it_does_not_start_with_a_broken_agreement_and_says_where_it_is_broken(settings, tmp_path):
    agreement = tmp_path / "governance.yaml"
    agreement.write_text("version: 1\nagreement: BV 2026-07\n")
    with pytest.raises(InputError, match=r"governance.yaml: purposes: is missing; the keys are: version"):
        serve(replace(settings, governance=agreement), lambda _: None)
    assert not settings.audit.exists()


def test_it_does_not_start_with_a_secret_that_others_can_read(settings):
    settings.pseudonym_key.parent.mkdir()
    settings.pseudonym_key.write_text("00" * 32)
    settings.pseudonym_key.chmod(0o644)
    with pytest.raises(InputError, match="can be read by others"):
        serve(settings, lambda _: None)


def test_a_light_install_reads_no_registry_and_leaves_the_word_of_a_refresher_elsewhere(tmp_path):
    write_status(tmp_path, RefreshStatus(looked_at=1.0))
    code = """
import sys
sys.modules["mlflow"] = None
from serving.launch import _look_for_champions
from serving.settings import Settings
can_refresh = _look_for_champions(Settings.from_environment(), {}, print, lambda: False)
print(can_refresh)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **Settings(cache=tmp_path).to_environment()},
        capture_output=True,
        text=True,
        check=True,
    )
    told, can_refresh = done.stdout.splitlines()
    assert told.startswith(
        "registry: a light install cannot read it (mlflow is not here); serving the champions in"
    )
    assert told.endswith(str(tmp_path))
    assert can_refresh == "False"
    assert read_status(tmp_path) == RefreshStatus(looked_at=1.0)


def test_a_signal_ends_the_first_look_at_a_registry_that_does_not_answer(tmp_path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        environment = {**os.environ, "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        settings = Settings(cache=tmp_path, refresh_deadline_seconds=3600)
        told: list[str] = []
        asked: list[None] = []

        def is_stopped() -> bool:
            asked.append(None)
            return len(asked) > 5

        assert _look_for_champions(
            settings, {**environment, **settings.to_environment()}, told.append, is_stopped
        )
    assert told == [
        "looking for champions in the registry ...",
        "registry: the refresher did not finish; serving the last verified champions",
    ]
