"""Same data, seed and versions give the same bundle, byte for byte, whatever process and machine do."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.end_to_end.processes import PATIENCE_SECONDS, ROOT, environment_of
from training.bundle import verify

KINDS = ("event", "binary", "rating")


def train(folder, *, hash_seed, n_cores, n_threads):
    """Train in a process with its own order of sets, cores and threads of numerical libraries."""
    command = [sys.executable, "-m", "tests.end_to_end.same_bundle", folder]
    if shutil.which("taskset"):
        cores = sorted(os.sched_getaffinity(0))[:n_cores]
        command = ["taskset", "--cpu-list", ",".join(map(str, cores)), *command]
    threads = {"OMP_NUM_THREADS": n_threads, "OPENBLAS_NUM_THREADS": n_threads}
    env = environment_of(
        folder, PYTHONHASHSEED=hash_seed, TZ="UTC" if n_cores == 1 else "Asia/Tokyo", **threads
    )
    finished = subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folders = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    one = train(folders[0], hash_seed="1", n_cores=1, n_threads="1")
    two = train(folders[1], hash_seed="2", n_cores=64, n_threads="2")
    return (one, two), folders


@pytest.mark.parametrize("kind", KINDS)
def test_two_processes_make_the_same_bundle(pair, kind):
    hashes, folders = pair
    one, two = (verify(folder / "bundles" / kind).files for folder in folders)
    assert [name for name in one if one[name] != two.get(name)] == []
    assert hashes[0][kind] == hashes[1][kind]


def test_the_kinds_are_three(pair):
    assert len(set(pair[0][0].values())) == len(KINDS)
