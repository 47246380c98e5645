"""Who comes in, without HTTP: hosts, headers, the clock."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from serving.access.guard import Guard
from serving.access.issuing import create_key
from serving.access.ring import KeyRing
from serving.problems import ProblemError

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = NOON.timestamp()

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def issued(tmp_path):
    return create_key(tmp_path / "keys.json", "analyst", now=NOON, days=1)


@pytest.fixture
def guard(issued, tmp_path, clock):
    ring = KeyRing(tmp_path / "keys.json")
    ring.look()
    guard = Guard(clock)
    guard.begin(ring, ["scores.example.org"])
    return guard


def admit(guard, *headers: bytes, path: str = "/v1/model", method: str = "GET"):
    pairs = [(b"authorization", header) for header in headers]
    return guard.admit({"path": path, "method": method, "headers": [(b"host", b"localhost"), *pairs]})


def refusal_of(guard, *headers: bytes, **request: str) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        admit(guard, *headers, **request)
    return caught.value


def test_a_good_key_tells_who_is_asking(guard, issued):
    actor = admit(guard, f"Bearer {issued.token.text}".encode())
    assert actor == issued.record.to_actor()


def test_the_clock_decides_to_the_second(guard, issued, clock):
    header = f"Bearer {issued.token.text}".encode()
    clock.seconds += 86_400 - 1
    assert admit(guard, header) is not None
    clock.seconds += 1
    assert refusal_of(guard, header).status == 401


def test_every_refused_key_gets_the_same_answer(guard, issued, tmp_path):
    text = issued.token.text
    other = create_key(tmp_path / "keys.json", "analyst", now=NOON).token.text
    headers = {
        "none": (),
        "empty": (b"",),
        "malformed": (b"Bearer x",),
        "unknown": (f"Bearer {other}".encode(),),
        "bad secret": (f"Bearer {text[:17]}{other[17:]}".encode(),),
        "twice": (f"Bearer {text}".encode(), f"Bearer {text}".encode()),
        "two": (f"Bearer {text}".encode(), b"Basic eDp5"),
        "basic": (b"Basic eDp5",),
        "not ASCII": ("Bearer xmp_ü".encode(), b"\xff\xfe"),
        "huge": (b"Bearer " + b"x" * 1_000_000,),
    }
    refusals = {name: refusal_of(guard, *given) for name, given in headers.items()}
    said = {(one.status, one.code, one.detail, tuple(one.headers.items())) for one in refusals.values()}
    assert len(said) == 1
    ((status, code, _, given_headers),) = said
    assert (status, code, given_headers) == (401, "unauthenticated", (("www-authenticate", "Bearer"),))
    assert admit(guard, f"Bearer {text}".encode()) is not None


def test_open_routes_ask_for_no_key_and_look_at_none(guard):
    assert admit(guard, path="/livez") is None
    assert admit(guard, b"Basic nonsense", path="/readyz", method="HEAD") is None


def test_what_is_not_in_the_table_is_told_only_to_those_who_have_a_key(guard, issued):
    header = f"Bearer {issued.token.text}".encode()
    assert refusal_of(guard, path="/nowhere").status == 401
    assert refusal_of(guard, path="/livez", method="DELETE").status == 401
    assert refusal_of(guard, header, path="/nowhere").code == "route_unknown"
    wrong = refusal_of(guard, header, path="/v1/score", method="GET")
    assert (wrong.status, wrong.headers["allow"]) == (405, "POST")


def test_a_scope_that_is_missing_is_named(guard, issued):
    problem = refusal_of(guard, f"Bearer {issued.token.text}".encode(), path="/metrics")
    assert (problem.status, problem.code) == (403, "scope_missing")
    assert "metrics:read" in problem.detail


def test_before_the_keys_were_read_nobody_gets_in():
    guard = Guard()
    problem = refusal_of(guard)
    assert (problem.status, problem.code) == (503, "keys_unreadable")
    assert 1 <= int(problem.headers["retry-after"]) <= 30
    assert admit(guard, path="/livez") is None


def test_with_damaged_keys_nobody_gets_in_and_no_route_is_told(guard, issued, tmp_path):
    (tmp_path / "keys.json").write_text("{")
    guard.begin(_look(tmp_path / "keys.json"))
    header = f"Bearer {issued.token.text}".encode()
    assert {refusal_of(guard, header, path=path).status for path in ("/v1/model", "/nowhere")} == {503}


def _look(path: Path) -> KeyRing:
    ring = KeyRing(path)
    ring.look()
    return ring


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:80", "127.0.0.1:3000", "127.8.8.8", "[::1]:3000", "Scores.Example.org:443"],
)
def test_names_of_this_machine_and_those_of_the_settings_are_ours(guard, host):
    guard.check_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "example.org",
        "localhost.example.org",
        "scores.example.org.evil.example",
        "xscores.example.org",
        "10.0.0.7",
        "0.0.0.0",
        "a:b:c",
        "scores.example.org:443:443",
        "scores.example.org:999999",
        "scores.example.org\n",
    ],
)
def test_other_names_are_not(guard, host):
    with pytest.raises(ProblemError) as caught:
        guard.check_host(host)
    assert (caught.value.status, caught.value.code) == (421, "host")
