"""A run of tests that is killed takes the real service with it: supervisor, workers and all."""

import os
import signal
import subprocess
import sys

import httpx
import psutil
import pytest

from tests.end_to_end.processes import free_port
from tests.serving.company import ROOT, answers, wait_until

pytestmark = pytest.mark.long
PARENT = """
import sys, time
from pathlib import Path
from serving.settings import Settings
from tests.serving.records import keep_in
from tests.serving.started import started
folder, port = Path(sys.argv[1]), int(sys.argv[2])
chosen = {"cache": folder / "cache", "latest": (folder,), "keys": folder / "keys.json", **keep_in(folder)}
with started(Settings(port=port, **chosen), folder):
    print("started", flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_of_the_service_outlives_who_started_it(tmp_path, number):
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        family = psutil.Process(parent.pid).children(recursive=True)
        assert len(family) >= 2
        assert httpx.get(f"http://127.0.0.1:{port}/livez").status_code == 200
        parent.send_signal(number)
        parent.wait(60)
    wait_until(lambda: not any(map(_is_alive, family)))
    assert not answers(f"http://127.0.0.1:{port}")


def _is_alive(process: psutil.Process) -> bool:
    """Tell whether a process still runs; one that nobody has buried does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
