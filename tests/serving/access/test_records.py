"""The file of keys: what is kept, who may read it, two writers at once, damage."""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from features.errors import InputError
from serving.access.issuing import create_key
from serving.access.records import KeyRecord, changing_records, decode_records, read_records
from serving.access.roles import ROLES
from tests.serving.company import ROOT
from tests.serving.keys import make_key

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
GOOD = {
    "key_id": "0123456789ab",
    "sha256": "0" * 64,
    "role": "app",
    "created_at": "2026-03-29T12:00:00Z",
}


def content_of(*records: object, version: object = 1) -> bytes:
    return json.dumps({"format_version": version, "keys": records}).encode()


def mode_of(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_secret_is_nowhere_in_the_file(tmp_path):
    path = tmp_path / "keys" / "keys.json"
    key = make_key(path)
    secret = key.split("_", 2)[2]
    assert all(secret.encode() not in file.read_bytes() for file in path.parent.iterdir())


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_nobody_else_can_read_the_file_or_enter_the_folder(tmp_path, mask):
    path = tmp_path / "a" / "keys" / "keys.json"
    before = os.umask(mask)
    try:
        make_key(path)
        make_key(path)
    finally:
        os.umask(before)
    assert mode_of(path.parent) == 0o700
    assert {file.name: mode_of(file) for file in path.parent.iterdir()} == {
        "keys.json": 0o600,
        ".keys.json.lock": 0o600,
    }


def test_a_folder_that_was_there_keeps_its_mode(tmp_path):
    (tmp_path / "etc").mkdir(mode=0o755)
    make_key(tmp_path / "etc" / "keys.json")
    assert mode_of(tmp_path / "etc") == 0o755
    assert mode_of(tmp_path / "etc" / "keys.json") == 0o600


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "keys.json"
    issued = create_key(
        path, "manager", now=NOON, label="Ünal 🙂", units="site=Bonn", usecases=["attrition"], days=1
    )
    (record,) = read_records(path)
    assert record == issued.record
    assert record.expires_at == NOON + timedelta(days=1)
    assert record.to_actor().units == {"site=Bonn"}
    assert record.to_actor().scopes == ROLES["manager"]


def test_there_are_no_keys_where_there_is_no_file(tmp_path):
    assert read_records(tmp_path / "none" / "keys.json") == ()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("end", "is_revoked", "state"),
    [
        (None, False, "valid"),
        (timedelta(0), False, "expired"),
        (timedelta(seconds=1), False, "valid"),
        (timedelta(seconds=-1), False, "expired"),
        (None, True, "revoked"),
        (timedelta(seconds=-1), True, "revoked"),
    ],
)
def test_a_key_is_expired_from_its_last_second_on(end, is_revoked, state):
    record = KeyRecord(
        key_id="0123456789ab",
        sha256="0" * 64,
        role="app",
        created_at=NOON,
        expires_at=None if end is None else NOON + end,
        revoked_at=NOON if is_revoked else None,
    )
    assert record.state_at(NOON) == state


def test_a_part_of_the_scopes_of_a_role_can_be_kept_but_never_more():
    narrow = decode_records(content_of({**GOOD, "scopes": ["docs:read"]}), ROOT)
    assert narrow[0].to_actor().scopes == {"docs:read"}
    assert decode_records(content_of({**GOOD, "scopes": []}), ROOT)[0].to_actor().scopes == frozenset()


DAMAGED = {
    "empty": b"",
    "half": content_of(GOOD)[:-20],
    "not JSON": b"keys: none",
    "a list": b"[]",
    "another version": content_of(GOOD, version=2),
    "no version": json.dumps({"keys": [GOOD]}).encode(),
    "a stranger beside the keys": json.dumps({"format_version": 1, "keys": [], "x": 1}).encode(),
    "a stranger in a key": content_of({**GOOD, "admin": True}),
    "an unknown role": content_of({**GOOD, "role": "root"}),
    "a scope of another role": content_of({**GOOD, "scopes": ["admin"]}),
    "single people at work for a manager": content_of(
        {**GOOD, "role": "manager", "scopes": ["score:employee:individual"]}
    ),
    "a short hash": content_of({**GOOD, "sha256": "00"}),
    "a hash in capitals": content_of({**GOOD, "sha256": "A" * 64}),
    "an odd id": content_of({**GOOD, "key_id": "../../../../"}),
    "a time without a zone": content_of({**GOOD, "created_at": "2026-03-29T12:00:00"}),
    "an end that is no time": content_of({**GOOD, "expires_at": "never"}),
    "units that are a text": content_of({**GOOD, "units": "site=Bonn"}),
    "an id that stands there twice": content_of(GOOD, GOOD),
    "deep nesting": b"[" * 100_000,
    "Latin-1": content_of(GOOD).replace(b"app", b"\xe4pp"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_as_a_whole(tmp_path, name):
    path = tmp_path / "keys.json"
    path.write_bytes(DAMAGED[name])
    with pytest.raises(InputError, match=r"keys\.json: "):
        read_records(path)


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_not_written_over(tmp_path, name):
    path = tmp_path / "keys.json"
    path.write_bytes(DAMAGED[name])
    with pytest.raises(InputError):
        make_key(path)
    assert path.read_bytes() == DAMAGED[name]


def test_the_good_record_of_these_tests_is_read():
    assert decode_records(content_of(GOOD), ROOT)[0].role == "app"


def test_a_folder_in_place_of_the_file_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_records(tmp_path)


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        make_key(tmp_path / "file" / "keys" / "keys.json")


def test_nothing_is_written_when_the_change_fails(tmp_path):
    path = tmp_path / "keys.json"
    make_key(path)
    before = path.read_bytes()
    with pytest.raises(ZeroDivisionError), changing_records(path) as records:
        records.clear()
        raise ZeroDivisionError
    assert path.read_bytes() == before


def test_writers_at_once_lose_nothing(tmp_path):
    """Four processes make ten keys each; a reader meanwhile never sees a half."""
    path = tmp_path / "keys" / "keys.json"
    code = """
import sys
from pathlib import Path
from serving.access.issuing import create_key
from serving.access.records import now_utc
for _ in range(10):
    print(create_key(Path(sys.argv[1]), "app", now=now_utc()).record.key_id)
"""
    writers = [
        subprocess.Popen([sys.executable, "-c", code, path], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    while any(writer.poll() is None for writer in writers):
        read_records(path)
    made = [key_id for writer in writers for key_id in writer.communicate()[0].split()]
    assert len(made) == 40
    assert {record.key_id for record in read_records(path)} == set(made)
    assert sorted(file.name for file in path.parent.iterdir()) == [".keys.json.lock", "keys.json"]


def test_a_record_is_not_changed_by_writing_and_reading(tmp_path):
    path = tmp_path / "keys.json"
    make_key(path)
    with changing_records(path) as records:
        records.append(msgspec.structs.replace(records[0], key_id="ffffffffffff", revoked_at=NOON))
    first, second = read_records(path)
    assert second == msgspec.structs.replace(first, key_id="ffffffffffff", revoked_at=NOON)
