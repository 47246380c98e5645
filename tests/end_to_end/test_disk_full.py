"""A disk that takes no more: training ends with one clear line, the champion stays, the service goes on."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pyarrow.parquet as pq
import pytest

from tests.end_to_end.conftest import USECASE, Trained
from tests.end_to_end.processes import SCRIPTS, answer_of, environment_of, run_cli, served

# Files that a training that failed must leave as they were.
KEPT = ("bundles", "frames", "reports")


@pytest.fixture
def world(trained: Trained, tmp_path: Path) -> Path:
    """Return a copy of the workspace of the demo."""
    return Path(shutil.copytree(trained.out, tmp_path / "out", ignore=shutil.ignore_patterns("*.lock")))


def train_with(limit_kib: int, out: Path, data: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Train where no file may be larger than a limit, as on a disk that is full at that point."""
    words = ["train", "--usecase", USECASE, "--data", data, "--out", out, "--seed", 11]
    command = ["bash", "-c", f'ulimit -f {limit_kib}; exec "$@"', "sh", SCRIPTS / "xm-predict", *words]
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=environment_of(cwd),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def champion_in(out: Path) -> int:
    with closing(sqlite3.connect(out / "mlflow.db")) as database:
        question = "SELECT version FROM registered_model_aliases WHERE alias = 'champion' AND name = 'churn'"
        return int(database.execute(question).fetchone()[0])


def read_kept(out: Path) -> dict[Path, bytes]:
    return {
        path: path.read_bytes()
        for folder in KEPT
        for path in (out / folder / "churn").rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    "limit_kib",
    [
        pytest.param(100, id="database"),
        pytest.param(300, id="partials", marks=pytest.mark.long),
        pytest.param(1_400, id="later", marks=pytest.mark.long),
    ],
)
def test_training_ends_with_one_line_and_changes_nothing(
    world: Path, trained: Trained, tmp_path: Path, limit_kib: int
) -> None:
    before, champion = read_kept(world), champion_in(world)
    finished = train_with(limit_kib, world, trained.data, tmp_path)
    last = finished.stderr.strip().splitlines()[-1]
    assert finished.returncode != 0, finished.stderr
    assert "Traceback" not in finished.stderr
    assert last.startswith("xm-predict: ")
    assert champion_in(world) == champion
    assert read_kept(world) == before
    drafts = [path for folder in KEPT for path in (world / folder).glob(".*") if path.suffix != ".lock"]
    assert drafts == []


@pytest.mark.long
def test_the_service_answers_as_before_while_and_after_a_training_fails(
    world: Path, trained: Trained, tmp_path: Path
) -> None:
    key = answer_of(run_cli("keys", "create", "--json", "--role", "analyst", "--out", world, cwd=tmp_path))
    somebody = pq.read_table(world / "frames" / "churn" / "latest.parquet")["entity_id"][0].as_py()
    body = {"usecase": "churn", "entity_ids": [somebody]}
    headers = {"authorization": f"Bearer {key['key']}"}
    with served(tmp_path, world, environment_of(tmp_path)) as url:

        def ask() -> dict[str, object]:
            answer = httpx.post(f"{url}/v1/score-by-id", json=body, headers=headers, timeout=60)
            answer.raise_for_status()
            return dict(answer.json())

        before = ask()
        assert train_with(300, world, trained.data, tmp_path).returncode != 0
        assert ask() == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a disk of 4 MiB; skipped where nobody may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.long
def test_a_disk_that_is_full_is_told_in_one_line(small_disk: Path, trained: Trained, tmp_path: Path) -> None:
    words = ("build", "--usecase", USECASE, "--data", trained.data, "--out", small_disk / "out")
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (3 * 2**20 + 900 * 2**10))
    finished = run_cli(*words, cwd=tmp_path)
    assert finished.returncode == 1
    last = finished.stderr.strip().splitlines()[-1]
    assert last.startswith("xm-predict: ")
    assert "make room" in last
    assert not (small_disk / "out" / "frames" / "churn").exists()
    filler.unlink()
    assert run_cli(*words, cwd=tmp_path).returncode == 0
