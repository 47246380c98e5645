"""The keys of a running worker: what it takes from the file, and what it does when the file is damaged."""

import logging
import os
import re
from datetime import UTC, datetime

import pytest

from serving.access.issuing import create_key, revoke_key, rotate_key
from serving.access.records import now_utc
from serving.access.ring import KeyRing
from serving.access.tokens import Token, parse_bearer
from tests.serving.keys import bearer, make_key

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def token_of(key: str) -> Token:
    token = parse_bearer(bearer(key)["authorization"].encode())
    assert token is not None
    return token


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "keys.json"


@pytest.fixture
def ring(path):
    return KeyRing(path)


@pytest.fixture
def log(caplog):
    logging.getLogger("xm_predict").propagate = True
    with caplog.at_level(logging.INFO, logger="xm_predict.keys"):
        yield caplog


def now() -> float:
    return now_utc().timestamp()


def test_before_the_first_look_nobody_is_known(ring, path):
    key = make_key(path)
    assert ring.problem is not None
    assert ring.find(token_of(key), now()) is None


def test_a_key_is_taken_up_and_shut_out_at_the_next_look(ring, path):
    assert ring.look()
    key = token_of(make_key(path, "app", label="desk"))
    assert ring.find(key, now()) is None
    assert ring.look()
    actor = ring.find(key, now())
    assert actor is not None
    assert (actor.key_id, actor.role, actor.units) == (key.key_id, "app", None)
    revoke_key(path, key.key_id, now=now_utc())
    assert ring.find(key, now()) is not None
    assert ring.look()
    assert ring.find(key, now()) is None


def test_nothing_is_new_in_an_unchanged_file(ring, path):
    make_key(path)
    assert [ring.look(), ring.look(), ring.look()] == [True, False, False]


def test_a_change_is_seen_though_time_and_size_of_the_file_are_the_old_ones(ring, path):
    """Exchange the role for another of as many letters, and give the file its old time."""
    key = token_of(make_key(path, "analyst"))
    ring.look()
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b'"analyst"', b'"manager"'))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ring.look()
    actor = ring.find(key, now())
    assert actor is not None
    assert actor.role == "manager"


def test_a_wrong_secret_and_an_unknown_id_are_refused(ring, path):
    key = token_of(make_key(path))
    ring.look()
    assert ring.find(key, now()) is not None
    assert ring.find(Token(key.key_id, token_of(make_key(path)).secret), now()) is None
    assert ring.find(Token("f" * 12, key.secret), now()) is None
    assert ring.find(Token(key.key_id, b""), now()) is None


@pytest.mark.parametrize(
    ("seconds", "is_let_in"), [(-86_400, True), (-1, True), (-0.001, True), (0, False), (1, False)]
)
def test_a_key_ends_with_its_last_second(ring, path, seconds, is_let_in):
    issued = create_key(path, "app", now=NOON, days=1)
    ring.look()
    assert issued.record.expires_at is not None
    end = issued.record.expires_at.timestamp()
    assert (ring.find(issued.token, end + seconds) is not None) is is_let_in


def test_a_key_without_an_end_has_none(ring, path):
    issued = create_key(path, "app", now=NOON, days=0)
    ring.look()
    assert ring.find(issued.token, NOON.timestamp() + 1e9) is not None


def test_old_and_new_key_overlap_after_a_rotation(ring, path):
    old = create_key(path, "app", now=NOON, days=100)
    new = rotate_key(path, old.record.key_id, now=NOON, overlap_hours=2)
    ring.look()
    seconds = NOON.timestamp()
    inside, behind = seconds + 2 * 3600 - 1, seconds + 2 * 3600
    assert [ring.find(token, inside) is not None for token in (old.token, new.token)] == [True, True]
    assert [ring.find(token, behind) is not None for token in (old.token, new.token)] == [False, True]


@pytest.mark.parametrize("damage", [b"", b"{", b"null"], ids=["empty", "half", "null"])
def test_a_damaged_file_lets_nobody_in_is_told_once_and_opens_again_when_it_is_mended(
    ring, path, log, damage
):
    key = token_of(make_key(path))
    ring.look()
    good = path.read_bytes()
    path.write_bytes(damage)
    assert [ring.look(), ring.look(), ring.look()] == [True, False, False]
    assert ring.find(key, now()) is None
    told = [record.getMessage() for record in log.records if record.levelno == logging.ERROR]
    assert len(told) == 1
    assert told[0].startswith(f"nobody gets in until the keys can be read: {path}: is not a file of keys")
    path.write_bytes(good)
    assert ring.look()
    assert ring.find(key, now()) is not None
    assert ring.problem is None


def test_a_file_that_is_gone_holds_no_keys(ring, path):
    key = token_of(make_key(path))
    ring.look()
    path.unlink()
    assert ring.look()
    assert ring.find(key, now()) is None
    assert ring.problem is None


def test_the_log_counts_keys_and_names_no_secret(ring, path, log):
    key = make_key(path, label="desk")
    ring.look()
    assert [record.getMessage() for record in log.records] == ["keys in use: 1"]
    assert key.split("_", 2)[2] not in log.text


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_times_at_the_ends_of_the_calendar_end_no_worker(ring, path, time):
    """Such a time can be written, but not every clock can count to it."""
    key = token_of(make_key(path))
    text = re.sub(r'"expires_at": "[^"]*"', f'"expires_at": "{time}"', path.read_text())
    path.write_text(text)
    assert ring.look()
    is_let_in = ring.find(key, now()) is not None
    assert is_let_in is (time.startswith("9999") and ring.problem is None)


def test_a_failure_of_any_kind_lets_nobody_in_and_ends_no_worker(tmp_path):
    ring = KeyRing(tmp_path / "a\0b")
    assert ring.look()
    assert ring.problem is not None
    assert ring.problem.endswith("ValueError")


def test_who_showed_a_key_before_is_found_by_its_id_for_as_long_as_it_lets_somebody_in(ring, path):
    key = token_of(make_key(path, "manager", units="site=Bonn"))
    assert ring.find_by_id(key.key_id, now()) is None
    ring.look()
    actor = ring.find_by_id(key.key_id, now())
    assert actor == ring.find(key, now())
    assert (actor.role, actor.units) == ("manager", {"site=Bonn"})
    assert ring.find_by_id("0123456789ab", now()) is None
    revoke_key(path, key.key_id, now=now_utc())
    ring.look()
    assert ring.find_by_id(key.key_id, now()) is None


def test_by_its_id_too_a_key_ends_to_the_second(ring, path):
    record = create_key(path, "analyst", now=NOON, days=1).record
    ring.look()
    end = NOON.timestamp() + 86_400
    assert ring.find_by_id(record.key_id, end - 1) is not None
    assert ring.find_by_id(record.key_id, end) is None


def test_a_key_that_was_replaced_is_found_by_its_id_until_its_overlap_ends(ring, path):
    old = create_key(path, "analyst", now=NOON).record
    new = rotate_key(path, old.key_id, now=NOON, overlap_hours=1).record
    ring.look()
    in_an_hour = NOON.timestamp() + 3600
    assert ring.find_by_id(old.key_id, in_an_hour - 1) is not None
    assert ring.find_by_id(old.key_id, in_an_hour) is None
    assert ring.find_by_id(new.key_id, in_an_hour) is not None


def test_with_a_damaged_file_nobody_is_found_by_an_id(ring, path):
    key = token_of(make_key(path))
    ring.look()
    path.write_text("{")
    ring.look()
    assert ring.find_by_id(key.key_id, now()) is None
