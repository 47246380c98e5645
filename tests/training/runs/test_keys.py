"""The verb ``keys`` through the command line, with the real process that keeps the keys."""

import json
import stat
import sys

import pytest

from features.errors import XmError
from training.__main__ import main
from training.runs.key_office import ask_keys


@pytest.fixture
def ask(capsys, monkeypatch, tmp_path):
    """Return a function that asks on the command line, and returns exit code, output and errors."""
    monkeypatch.delenv("XM_KEYS", raising=False)

    def run(*words):
        code = main(["keys", *map(str, words), "--out", str(tmp_path / "out")])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


def test_a_key_is_made_listed_replaced_and_ended(ask, tmp_path):
    code, out, err = ask("create", "--role", "app", "--label", "desk")
    key = out.strip()
    key_id, secret = key.split("_", 2)[1:]
    assert (code, out.count("\n")) == (0, 1)
    assert f"key {key_id} for the role app" in err
    assert secret not in err
    path = tmp_path / "out" / "keys" / "keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ask("list")[1].split() == [key_id, "valid", "app", *ask("list")[1].split()[3:5], "desk"]
    _, out, err = ask("rotate", "--key", key_id, "--overlap-hours", "0")
    new_id = out.split("_")[1]
    assert f"the old key {key_id} goes on for 0 hours" in err
    assert ask("revoke", "--key", new_id)[0] == 0
    assert [line.split()[1] for line in ask("list")[1].splitlines()] == ["expired", "revoked"]
    assert secret not in path.read_text()


def test_with_json_there_is_one_object_on_stdout(ask):
    code, out, _ = ask("create", "--role", "manager", "--units", "site=Bonn,site=Ulm", "--json")
    made = json.loads(out)
    assert (code, made["units"]) == (0, ["site=Bonn", "site=Ulm"])
    assert made["key"].startswith(f"xmp_{made['key_id']}_")
    listed = json.loads(ask("list", "--json")[1])["keys"]
    assert [one["key_id"] for one in listed] == [made["key_id"]]
    assert "key" not in listed[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("create",), "xm-predict: --role: '' is not a role; the roles are: app, manager"),
        (("create", "--role", "boss"), "xm-predict: --role: 'boss' is not a role"),
        (("create", "--role", "manager"), "xm-predict: --units: "),
        (("revoke", "--key", "0123456789ab"), "xm-predict: --key: there is no key '0123456789ab'"),
        (("rotate",), "xm-predict: --key: is not the id of a key"),
    ],
    ids=range(5),
)
def test_what_cannot_be_done_is_one_line_and_exit_code_two(ask, words, message):
    code, out, err = ask(*words)
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_the_keys_of_the_service_are_meant_where_its_setting_names_them(ask, monkeypatch, tmp_path):
    monkeypatch.setenv("XM_KEYS", str(tmp_path / "elsewhere" / "keys.json"))
    ask("create", "--role", "app")
    assert (tmp_path / "elsewhere" / "keys.json").is_file()
    assert not (tmp_path / "out" / "keys").exists()


def test_where_the_service_is_not_installed_that_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(XmError, match=r"keys: could not be asked for .*; install xm-predict\[serve\]"):
        ask_keys(tmp_path / "keys.json", "list")
