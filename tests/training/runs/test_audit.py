"""The verb ``audit`` through the command line, with the real process that reads the log."""

import json
from datetime import UTC, datetime

import pytest

from serving.audit.lines import Entry
from serving.audit.trail import Trail
from training.__main__ import main

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a log of three lines where the command line looks for it."""
    path = tmp_path / "out" / "audit"
    entries = [Entry(action="start"), Entry(action="score", key="0123456789ab", role="app", count=3)]
    Trail(path).append([*entries, Entry(action="drivers", decision="denied", code="scope_missing")], NOON)
    return path


@pytest.fixture
def ask(capsys, monkeypatch, tmp_path):
    """Return a function that asks on the command line, and returns exit code, output and errors."""
    monkeypatch.delenv("XM_AUDIT", raising=False)

    def run(*words):
        code = main(["audit", *map(str, words), "--out", str(tmp_path / "out")])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


def test_a_sound_log_is_said_to_be_sound_and_its_head_is_told(ask, folder):
    code, out, err = ask("verify")
    assert (code, err) == (0, "")
    first, head = out.splitlines()
    assert first == "3 lines in 1 files are one unbroken chain"
    assert ask("verify", "--head", head.split()[1])[0] == 0


def test_what_was_changed_is_named_with_file_and_line_and_exit_code_one(ask, folder):
    (path,) = folder.glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"count":3', b'"count":1'))
    code, out, err = ask("verify")
    assert (code, out) == (1, "")
    assert f"{folder}: {path.name}, line 2: was changed" in err
    assert err.count("\n") == 1


def test_lines_cut_off_at_the_end_are_found_by_the_head(ask, folder):
    head = json.loads(ask("verify", "--json")[1])["head"]
    (path,) = folder.glob("*.jsonl")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    assert ask("verify")[0] == 0
    code, _, err = ask("verify", "--head", head)
    assert code == 1
    assert "lines were cut off" in err


def test_the_last_lines_are_shown(ask, folder):
    code, out, _ = ask("show", "--last", "2")
    assert code == 0
    assert [line.split()[2:4] for line in out.splitlines()] == [["score", "allowed"], ["drivers", "denied"]]
    shown = json.loads(ask("show", "--last", "1", "--json")[1])["lines"]
    assert [(line["sequence"], line["code"]) for line in shown] == [(3, "scope_missing")]


def test_another_folder_can_be_named_by_word_or_by_setting(ask, folder, tmp_path, monkeypatch):
    moved = folder.rename(tmp_path / "moved")
    assert ask("verify")[0] == 2
    assert ask("verify", "--folder", moved)[0] == 0
    monkeypatch.setenv("XM_AUDIT", str(moved))
    assert ask("verify")[0] == 0


def test_no_log_is_one_line_and_exit_code_two(ask, tmp_path):
    code, out, err = ask("verify")
    assert (code, out) == (2, "")
    assert "holds no audit log; name its folder with --folder" in err


@pytest.mark.parametrize(
    ("words", "action"),
    [(("create", "--role", "app"), "key-create"), (("rotate",), "key-rotate"), (("revoke",), "key-revoke")],
    ids=["create", "rotate", "revoke"],
)
def test_changes_of_keys_are_written_down(ask, capsys, monkeypatch, tmp_path, words, action):
    monkeypatch.delenv("XM_KEYS", raising=False)
    out = ("--out", str(tmp_path / "out"))
    main(["keys", "create", "--role", "app", *out])
    key_id = capsys.readouterr().out.split("_")[1]
    if words[0] != "create":
        words = (*words, "--key", key_id)
    assert main(["keys", *words, *out]) == 0
    capsys.readouterr()
    lines = json.loads(ask("show", "--json")[1])["lines"]
    assert [line["action"] for line in lines] == ["key-create", action]
    assert all(line["role"] == "app" and len(line["key"]) == 12 for line in lines)
    assert ask("verify")[0] == 0


def test_a_key_that_cannot_be_written_down_is_shown_to_nobody(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("XM_AUDIT", str(tmp_path / "file" / "audit"))
    (tmp_path / "file").touch()
    assert main(["keys", "create", "--role", "app", "--out", str(tmp_path / "out")]) == 1
    written = capsys.readouterr()
    assert written.out == ""
    assert "cannot be written" in written.err


def test_a_key_for_single_people_at_work_needs_an_agreement(capsys, monkeypatch, tmp_path):
    agreed = tmp_path / "governance.yaml"
    agreed.write_text(
        "version: 1\nagreement: BV 2026-07\npurposes: [retention_talk]\nlegal_basis: GDPR 6(1)(f)\n"
        "valid_until: 2999-12-31\nusecases: [attrition]\n"
    )
    words = ["keys", "create", "--role", "analyst", "--scopes", "score:employee:individual"]
    words += ["--usecases", "attrition", "--out", str(tmp_path / "out")]
    monkeypatch.delenv("XM_GOVERNANCE", raising=False)
    assert main(words) == 2
    assert "needs a written agreement" in capsys.readouterr().err
    monkeypatch.setenv("XM_GOVERNANCE", str(agreed))
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("xmp_")
