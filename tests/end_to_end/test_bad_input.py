"""Whatever is wrong with the input: one line that says where, what and how to mend it; no file."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from features.worlds import build_company
from tests.empty_registry import lay_registry
from tests.end_to_end.conftest import USECASE
from tests.end_to_end.faults import FLAT_FAULTS, SNAPSHOT_FAULTS, Fault, write_flat, write_snapshots
from tests.end_to_end.forked import start
from tests.end_to_end.processes import PATIENCE_SECONDS, SCRIPTS, environment_of, stop
from tests.training.examples import write_members
from training.__main__ import main

# The empty file that keeps two processes from making the database at once stays beside it.
REGISTRY = {"mlflow.db", ".mlflow.lock"}


def files_in(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def error_line(written: str) -> str:
    """Return the line that ends the command; what stands before it is progress."""
    *progress, line = written.splitlines()
    assert all(entry.startswith("[") for entry in progress), written
    assert line.startswith("xm-predict"), written
    return line


def assert_refused(verb: str, spec: Path, fault: Fault, capsys: pytest.CaptureFixture[str]) -> None:
    """Run a verb in this process, which is much quicker than a new one, and look at how it ends."""
    before, out = files_in(spec.parent), spec.parent / "out"
    words = [verb, "--usecase", str(spec), *(["--out", str(out)] if verb == "build" else [])]
    code = main(words)
    shown = capsys.readouterr()
    line = error_line(shown.err)
    assert code == 2, line
    assert shown.out == ""
    assert [word for word in fault.named if word not in line] == [], line
    assert fault.remedy in line
    assert files_in(spec.parent) == before


def both_verbs(faults: Sequence[Fault]) -> list[Any]:
    """Return each fault with ``check``, and with ``build``, which reads as that does: most are long."""
    checked = [pytest.param(fault, "check", id=f"{fault.name}-check") for fault in faults]
    built = [
        pytest.param(fault, "build", id=f"{fault.name}-build", marks=[pytest.mark.long] if place else [])
        for place, fault in enumerate(faults)
    ]
    return [*checked, *built]


@pytest.mark.parametrize(("fault", "verb"), both_verbs(FLAT_FAULTS))
def test_fault_of_a_flat_table(fault, verb, tmp_path, capsys):
    spec = write_flat(tmp_path / "raw")
    fault.spoil(spec.parent)
    assert_refused(verb, spec, fault, capsys)


@pytest.mark.parametrize(("fault", "verb"), both_verbs(SNAPSHOT_FAULTS))
def test_fault_of_a_source(fault, verb, tmp_path, capsys):
    spec = write_snapshots(tmp_path / "raw")
    fault.spoil(spec.parent)
    assert_refused(verb, spec, fault, capsys)


@pytest.mark.parametrize("write", [write_flat, write_snapshots], ids=["flat", "snapshots"])
def test_the_same_input_without_a_fault_is_taken(write, tmp_path, capsys):
    spec = write(tmp_path / "raw")
    assert main(["build", "--usecase", str(spec), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "frames").is_dir()
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["biuld"], ("biuld", "build")),
        ([], ("VERB",)),
        (["build"], ("build", "--usecase")),
        (["build", "--usecase", "x.yaml", "--uot", "x"], ("--uot",)),
        (["train", "--usecase", "x.yaml", "--seed", "seven"], ("--seed", "'seven'")),
        (["train", "--usecase", "x.yaml", "--promote", "maybe"], ("--promote", "'maybe'", "never")),
        (["promote", "--name", "churn", "--version", "two"], ("--version", "'two'")),
    ],
    ids=["verb", "no verb", "absent option", "unknown option", "number", "choice", "version"],
)
def test_wrong_words(words, named, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    shown = capsys.readouterr()
    line = error_line(shown.err)
    assert ended.value.code == 2
    assert shown.out == ""
    assert [word for word in (*named, "--help") if word not in line] == []


@pytest.mark.parametrize("below", ["", "below", "far/below"])
def test_out_is_no_folder(below, tmp_path, capsys):
    spec = write_flat(tmp_path / "raw")
    occupied = tmp_path / "notes.txt"
    occupied.write_text("mine")
    before = files_in(tmp_path)
    assert main(["build", "--usecase", str(spec), "--out", str(occupied / below)]) == 2
    line = error_line(capsys.readouterr().err)
    assert f"--out: '{occupied}' is not a folder; name a folder" in line
    assert files_in(tmp_path) == before
    assert occupied.read_text() == "mine"


def test_out_cannot_be_made(tmp_path, capsys):
    if not Path("/proc/self").exists():
        pytest.skip("there is no /proc, in which nobody can make a folder")
    spec = write_flat(tmp_path / "raw")
    assert main(["build", "--usecase", str(spec), "--out", "/proc/no-such-folder"]) in {1, 2}
    assert "/proc" in error_line(capsys.readouterr().err)


def test_training_refuses_the_same_input(tmp_path, tmp_path_factory):
    """Run the verb in a process of its own: it ends with 2 and one line, and keeps no frame or report."""
    spec, fault = write_snapshots(tmp_path / "raw"), SNAPSHOT_FAULTS[0]
    fault.spoil(spec.parent)
    lay_registry(tmp_path_factory, tmp_path / "out")
    training = start(tmp_path / "logs", "train", "--usecase", spec, "--out", tmp_path / "out")
    assert training.end() == 2
    line = error_line(training.err.read_text())
    assert training.out.read_text() == ""
    assert [word for word in fault.named if word not in line] == []
    assert {path.name for path in tmp_path.glob("out/*")} <= REGISTRY


def company_file(folder: Path) -> Path:
    """Return a use case that takes some time to read."""
    build_company(folder, seed=7, n_customers=150, n_employees=60)
    return Path(shutil.copy(USECASE, folder))


def test_ctrl_c_while_reading_leaves_nothing(tmp_path):
    """Send SIGINT in the middle of the work of the real command, as the terminal does."""
    words = ["build", "--json", "--usecase", company_file(tmp_path / "data"), "--out", "out"]
    shown = []
    process = subprocess.Popen(
        [str(word) for word in [SCRIPTS / "xm-predict", *words]],
        cwd=tmp_path,
        env=environment_of(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            shown.append(line)
            if "reading" in line:
                break
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        stop(process)
    assert "interrupted" in error_line("".join(shown) + err)
    assert process.returncode == 130
    assert out == ""
    assert not files_in(tmp_path / "out")


def test_ctrl_c_while_fitting_leaves_nothing_half_written(tmp_path, tmp_path_factory):
    """Interrupt a training, which is read in no time, but takes some to fit."""
    spec, out = write_members(tmp_path / "data").folder / "members.yaml", tmp_path / "out"
    lay_registry(tmp_path_factory, out)
    training = start(tmp_path / "logs", "train", "--usecase", spec, "--out", out)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (training.err.exists() and "fitting" in training.err.read_text()):
            assert training.process.is_alive(), training.err.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(training.process.pid or 0, signal.SIGINT)
        assert training.end() == 130
    finally:
        training.kill()
    assert "interrupted" in error_line(training.err.read_text())
    assert training.out.read_text() == ""
    written = {path.relative_to(out).as_posix() for path in files_in(out)}
    assert [name for name in written - REGISTRY if Path(name).name.startswith(".")] == []
    assert {name.partition("/")[0] for name in written} <= {*REGISTRY, "frames"}
