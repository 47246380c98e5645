"""Same data, seed and versions give the same bundle, byte for byte, whatever process and machine do."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.end_to_end.processes import PATIENCE_SECONDS, ROOT, environment_of
from training.bundle import verify


def train(folder, kinds, *, hash_seed, n_cores, n_threads):
    """Train in a process with its own order of sets, cores and threads of numerical libraries."""
    command = [sys.executable, "-m", "tests.end_to_end.same_bundle", folder, *kinds]
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


def check(folders, kinds):
    """Train twice, as differently as one machine allows."""
    one = train(folders[0], kinds, hash_seed="1", n_cores=1, n_threads="1")
    two = train(folders[1], kinds, hash_seed="2", n_cores=64, n_threads="2")
    for kind in kinds:
        files, others = (verify(folder / "bundles" / kind).files for folder in folders)
        assert [name for name in files if files[name] != others.get(name)] == []
    assert one == two
    assert len(set(one.values())) == len(kinds)


def test_a_flat_table_gives_the_same_bundle(tmp_path):
    check((tmp_path / "one", tmp_path / "two"), ("binary",))


@pytest.mark.long
def test_ratings_and_snapshots_of_a_company_give_the_same_bundle(tmp_path):
    check((tmp_path / "one", tmp_path / "two"), ("rating", "event"))
