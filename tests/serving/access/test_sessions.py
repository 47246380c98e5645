"""Sessions as files: what opens one, what ends one, and what a damaged or hostile folder does."""

import hashlib
import re
import stat

import msgspec
import pytest

from serving.access.sessions import HOURS, MOST_OF_KEY, Session, Sessions
from tests.serving.clock import Clock

KEY = "0123456789ab"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "xm-data" / "sessions"


@pytest.fixture
def sessions(folder, clock):
    return Sessions(folder, clock)


def files(folder):
    return sorted(folder.glob("*"))


def test_a_session_is_found_by_its_token_and_says_whose_it_is(sessions, clock):
    token = sessions.open(KEY)
    session = sessions.find(token)
    assert session == Session(KEY, session.proof, clock.seconds + HOURS * 3600)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", session.proof)
    assert session.proof != token


def test_every_session_has_a_token_and_a_proof_of_its_own(sessions):
    tokens = [sessions.open(KEY) for _ in range(5)]
    assert len({*tokens, *(sessions.find(token).proof for token in tokens)}) == 10


def test_who_reads_the_folder_cannot_go_on_in_a_session(sessions, folder):
    token = sessions.open(KEY)
    (path,) = files(folder)
    assert path.name == f"{hashlib.sha256(token.encode()).hexdigest()}.json"
    assert token not in path.read_text()
    assert sessions.find(path.stem[:43]) is None


def test_folder_and_files_are_for_their_owner_alone(sessions, folder):
    sessions.open(KEY)
    (path,) = files(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_all_workers_know_a_session_and_all_forget_it(folder, clock):
    one, other = Sessions(folder, clock), Sessions(folder, clock)
    token = one.open(KEY)
    assert other.find(token) == one.find(token)
    other.close(token)
    assert one.find(token) is None
    assert files(folder) == []
    one.close(token)


def test_closing_one_leaves_the_others(sessions):
    first, second = sessions.open(KEY), sessions.open(KEY)
    sessions.close(first)
    assert sessions.find(first) is None
    assert sessions.find(second) is not None


def test_the_clock_ends_a_session_to_the_second(sessions, clock):
    token = sessions.open(KEY)
    clock.seconds += HOURS * 3600 - 1
    assert sessions.find(token) is not None
    clock.seconds += 1
    assert sessions.find(token) is None


def test_what_is_over_or_damaged_goes_with_the_next_sign_in(sessions, folder, clock):
    sessions.open(KEY)
    (folder / f"{'0' * 64}.json").write_bytes(b"{half")
    (folder / "note.txt").write_text("of somebody else")
    clock.seconds += HOURS * 3600
    token = sessions.open("ba9876543210")
    assert sessions.find(token) is not None
    assert sorted(path.suffix for path in files(folder)) == [".json", ".txt"]


def test_a_key_has_so_many_sessions_and_the_oldest_goes_first(sessions, folder, clock):
    other = sessions.open("ba9876543210")
    tokens = []
    for _ in range(MOST_OF_KEY + 3):
        clock.seconds += 1
        tokens.append(sessions.open(KEY))
    assert [sessions.find(token) is not None for token in tokens] == [False] * 3 + [True] * MOST_OF_KEY
    assert sessions.find(other) is not None
    assert len(files(folder)) == MOST_OF_KEY + 1


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "A" * 42,
        "A" * 44,
        "A" * 10_000,
        "../" * 14 + "x",
        "A" * 42 + "\n",
        "A" * 42 + "\x00",
        "A" * 42 + "ü",
        "A" * 42 + "%",
    ],
)
def test_what_is_no_token_opens_nothing(sessions, folder, token):
    sessions.open(KEY)
    # Even where there is a file of that name.
    path = folder / f"{hashlib.sha256(token.encode()).hexdigest()}.json"
    path.write_bytes(files(folder)[0].read_bytes())
    assert sessions.find(token) is None


def test_before_the_first_sign_in_there_is_no_folder_and_nobody_is_found(sessions, folder):
    assert sessions.find("A" * 43) is None
    sessions.close("A" * 43)
    assert not folder.exists()


WHOLE = {"key_id": KEY, "proof": "p" * 43, "until": 1e12}
DAMAGED = {
    "empty": b"",
    "half": b'{"key_id":"0123',
    "no JSON": b"\xff\xfe\x00",
    "a list": b"[]",
    "null": b"null",
    "without a key": msgspec.json.encode({**WHOLE, "key_id": None}),
    "without a proof": msgspec.json.encode({"key_id": KEY, "until": 1e12}),
    # With an empty proof, a form without one would be accepted.
    "an empty proof": msgspec.json.encode({**WHOLE, "proof": ""}),
    "a time in words": msgspec.json.encode({**WHOLE, "until": "tomorrow"}),
    "never": b'{"key_id":"0123456789ab","proof":"' + b"p" * 43 + b'","until":Infinity}',
    "more than a session": msgspec.json.encode({**WHOLE, "role": "admin"}),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_lets_nobody_in(sessions, folder, content):
    token = sessions.open(KEY)
    (path,) = files(folder)
    path.write_bytes(content)
    assert sessions.find(token) is None
    path.write_bytes(msgspec.json.encode(WHOLE))
    assert sessions.find(token) is not None


def test_a_folder_in_the_place_of_a_file_lets_nobody_in_and_stops_nobody(sessions, folder):
    token = sessions.open(KEY)
    (path,) = files(folder)
    path.unlink()
    path.mkdir()
    assert sessions.find(token) is None
    assert sessions.find(sessions.open(KEY)) is not None


def test_where_the_folder_is_none_nobody_is_found_and_opening_says_so(folder, sessions):
    folder.parent.mkdir(parents=True)
    folder.write_text("")
    assert sessions.find("A" * 43) is None
    with pytest.raises(OSError):
        sessions.open(KEY)
