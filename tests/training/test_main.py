"""The command line in this process: what stands on which stream, and how it ends."""

import contextlib
import json
import os
import signal
import time

import pytest

import training.runs.schema  # noqa: F401 - its function is replaced below
from features.frame import Frame
from tests.features.frame.company import load_company
from training.__main__ import main
from training.console import Console


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    """Return the use-case file of a small company."""
    folder = tmp_path_factory.mktemp("exports")
    load_company(folder)
    return folder / "churn.yaml"


def run(capsys, *words):
    """Return exit code and both streams."""
    code = main([str(word) for word in words])
    written = capsys.readouterr()
    return code, written.out, written.err


@pytest.mark.parametrize("verb", ["check", "build"])
def test_json_is_one_object_on_stdout_and_progress_on_stderr(capsys, spec, tmp_path, verb):
    out = ["--out", tmp_path / "out"] if verb == "build" else []
    code, stdout, stderr = run(capsys, verb, "--usecase", spec, *out, "--json")
    assert code == 0
    assert stdout.count("\n") == 1
    answer = json.loads(stdout, parse_constant=pytest.fail)
    assert (answer["usecase"], answer["shape"]) == ("churn", "snapshots")
    assert stderr.count("\n") > 3
    assert all(line.startswith("[") for line in stderr.splitlines())


def test_people_get_lines(capsys, spec):
    code, stdout, _ = run(capsys, "check", "--usecase", spec)
    assert code == 0
    assert stdout.splitlines()[0] == f"{spec}: fit to build"
    assert "{" not in stdout


def test_check_writes_nothing_and_build_writes_what_it_says(capsys, spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = {path.name for path in spec.parent.iterdir()}
    assert run(capsys, "check", "--usecase", spec)[0] == 0
    assert list(tmp_path.iterdir()) == []
    code, stdout, _ = run(capsys, "build", "--usecase", spec, "--json")
    answer = json.loads(stdout)
    assert code == 0
    assert {path.name for path in spec.parent.iterdir()} == before
    facts = Frame.read(tmp_path / answer["folder"]).facts
    assert answer["row_count"] == facts.row_count > 100
    assert [path.name for path in tmp_path.iterdir()] == ["xm-data"]


def test_data_may_lie_elsewhere(capsys, spec, tmp_path):
    moved = tmp_path / "moved.yaml"
    moved.write_text(spec.read_text())
    assert run(capsys, "check", "--usecase", moved)[0] == 2
    assert run(capsys, "check", "--usecase", moved, "--data", spec.parent)[0] == 0


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["people", "programs"])
@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("gap: 7d", "gap: 7", "churn.yaml: target.gap: '7'"),
        ("file: tickets.csv", "file: absent.csv", "absent.csv"),
        ("event: cancellations", "event: exits", "exits"),
        ("name: churn", "name: [", "churn.yaml: line"),
        ("- hours", "- hour", "hour"),
    ],
)
def test_bad_input_ends_in_one_line_and_exit_code_2(capsys, spec, old, new, named, flags):
    spoilt = spec.with_name("spoilt.yaml")
    text = spec.read_text()
    assert old in text
    spoilt.write_text(text.replace(old, new))
    code, stdout, stderr = run(capsys, "check", "--usecase", spoilt, *flags)
    spoilt.unlink()
    errors = [line for line in stderr.splitlines() if not line.startswith("[")]
    assert (code, stdout, len(errors)) == (2, "", 1)
    assert errors[0].startswith("xm-predict: ")
    assert named.replace("churn.yaml", "spoilt.yaml") in errors[0]


def test_a_missing_use_case_is_named(capsys, tmp_path):
    code, stdout, stderr = run(capsys, "check", "--usecase", tmp_path / "none.yaml")
    assert (code, stdout) == (2, "")
    assert stderr == (
        f"xm-predict: {tmp_path / 'none.yaml'}: cannot be read (No such file or directory); "
        "name an existing file\n"
    )


def test_a_file_in_the_way_of_the_results_is_named(capsys, spec, tmp_path):
    (tmp_path / "out").write_text("")
    code, stdout, stderr = run(capsys, "build", "--usecase", spec, "--out", tmp_path / "out")
    assert (code, stdout) == (2, "")
    assert stderr.count("\n") == 1
    assert "is not a folder" in stderr


def test_the_schema_is_json_either_way(capsys):
    plain, compact = (run(capsys, "schema", *flags)[1] for flags in ([], ["--json"]))
    assert json.loads(plain) == json.loads(compact)
    assert compact.count("\n") == 1


def test_ctrl_c_that_a_library_turns_into_another_error_is_still_an_interruption(capsys, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(10)
        except KeyboardInterrupt as error:
            message = "half imported"
            raise AttributeError(message) from error

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr("training.runs.schema.run", interrupted)
    assert main(["schema"]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_that_a_library_swallows_ends_the_work_at_its_next_step(capsys, monkeypatch):
    def swallowed(console: Console, **_: object) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(10)
        console.report("next step")
        console.result("done", {})

    monkeypatch.setattr("training.runs.schema.run", swallowed)
    assert main(["schema"]) == 130
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "next step" not in shown.err
    assert "interrupted" in shown.err


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    def broken(*_: object, **__: object) -> None:
        message = "a fault"
        raise AttributeError(message)

    monkeypatch.setattr("training.runs.schema.run", broken)
    with pytest.raises(AttributeError, match="a fault"):
        main(["schema"])
