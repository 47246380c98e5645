"""A run of tests that is killed leaves no server behind."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.serving.company import wait_until
from tests.tethered import start

ROOT = Path(__file__).parents[2]
PARENT = """
import sys, time
from tests.tethered import start
child = start([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_child_ends_with_its_parent_in_whatever_way_that_one_ends(number):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        wait_until(lambda: "tethered.py" not in " ".join(child.cmdline()))
        parent.send_signal(number)
        parent.wait(60)
    wait_until(lambda: not is_alive(child))


def test_a_child_whose_parent_is_gone_before_it_asks_does_not_begin():
    command = [sys.executable, "tests/tethered.py", "0", sys.executable, "-c", "print('begun')"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if sys.platform == "linux":
        assert (done.returncode, done.stdout) == (1, "")
        assert "the parent 0 has ended" in done.stderr


def test_a_child_is_the_command_itself_with_its_words_environment_and_exit_code(tmp_path):
    code = "import os, sys; print(os.getpid(), os.environ['XM_WORD'], os.getcwd(), sys.argv[1:]); sys.exit(3)"
    child = start(
        [sys.executable, "-c", code, 7, "two words"],
        cwd=tmp_path,
        env={**os.environ, "XM_WORD": "said"},
        stdout=subprocess.PIPE,
    )
    said = child.communicate(timeout=60)[0].decode()
    assert said == f"{child.pid} said {tmp_path} ['7', 'two words']\n"
    assert child.returncode == 3


def test_every_server_of_tests_is_tethered():
    """A module that starts a server by itself would leave it behind when the run is killed."""
    starts = re.compile(r"subprocess\.Popen\(")
    names = re.compile(r"\"(bentoml|serving|serving\.refresh|server)\"|serving\.launch")
    modules = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    found = [path for path in modules if starts.search(text := path.read_text()) and names.search(text)]
    assert [str(path.relative_to(ROOT)) for path in found] == []


def is_alive(process: psutil.Process) -> bool:
    """Tell whether a process still runs; one that nobody has buried does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
