"""Who comes in, without HTTP: hosts, headers, the clock."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from serving.access.guard import Guard, read_cookie
from serving.access.issuing import create_key, revoke_key, rotate_key
from serving.access.ring import KeyRing
from serving.access.sessions import Sessions
from serving.problems import ProblemError
from tests.serving.clock import Clock

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    return Clock(NOON.timestamp())


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


@pytest.fixture
def signed(issued, guard, tmp_path, clock):
    """Return a guard with sessions, and the cookie of one."""
    sessions = Sessions(tmp_path / "sessions", clock)
    guard.begin(guard.ring, ["scores.example.org"], sessions)
    return guard, f"xm_session={sessions.open(issued.record.key_id)}".encode()


def look_at(guard, *cookies: bytes, path: str = "/reports", method: str = "GET", **further: str):
    """Ask for a page; further headers are given by their names, with underscores."""
    headers = [(b"host", b"localhost"), *((b"cookie", cookie) for cookie in cookies)]
    headers += [(name.replace("_", "-").encode(), text.encode()) for name, text in further.items()]
    return guard.admit({"path": path, "method": method, "headers": headers, "state": {}})


def page_refusal(guard, *cookies: bytes, **request: str) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        look_at(guard, *cookies, **request)
    return caught.value


class TestSessions:
    """Pages are opened by a session, and by nothing else."""

    def test_a_session_tells_who_is_asking(self, signed, issued):
        guard, cookie = signed
        assert look_at(guard, cookie) == issued.record.to_actor()

    def test_the_session_is_left_for_the_forms_of_the_page(self, signed):
        guard, cookie = signed
        scope = {"path": "/reports", "method": "GET", "headers": [(b"cookie", cookie)]}
        guard.admit(scope)
        assert scope["state"]["session"].proof

    def test_a_key_opens_no_page_and_a_session_no_interface(self, signed, issued):
        guard, cookie = signed
        key = f"Bearer {issued.token.text}"
        assert page_refusal(guard, authorization=key).code == "signed_out"
        for path in ("/v1/model", "/openapi.json", "/nowhere"):
            assert page_refusal(guard, cookie, path=path).code == "unauthenticated"

    def test_it_is_over_with_its_time_and_with_its_key(self, signed, issued, clock, tmp_path):
        guard, cookie = signed
        clock.seconds += 8 * 3600 - 1
        assert look_at(guard, cookie) is not None
        clock.seconds += 1
        assert page_refusal(guard, cookie).code == "signed_out"

    def test_a_revoked_key_ends_it_at_the_next_look(self, signed, issued, tmp_path):
        guard, cookie = signed
        revoke_key(tmp_path / "keys.json", issued.record.key_id, now=NOON)
        guard.ring.look()
        assert page_refusal(guard, cookie).code == "signed_out"

    def test_a_key_that_was_replaced_at_once_ends_it_too(self, signed, issued, tmp_path):
        guard, cookie = signed
        rotate_key(tmp_path / "keys.json", issued.record.key_id, now=NOON, overlap_hours=0)
        guard.ring.look()
        assert page_refusal(guard, cookie).code == "signed_out"

    def test_a_key_that_ends_earlier_ends_it_earlier(self, signed, tmp_path, clock):
        guard, _ = signed
        short = create_key(tmp_path / "keys.json", "analyst", now=NOON, days=0.1).record
        guard.ring.look()
        cookie = f"xm_session={guard.sessions.open(short.key_id)}".encode()
        clock.seconds += 0.1 * 86_400 - 1
        assert look_at(guard, cookie) is not None
        clock.seconds += 1
        assert page_refusal(guard, cookie).code == "signed_out"

    def test_damaged_keys_close_the_pages_as_they_close_the_interface(self, signed, tmp_path):
        guard, cookie = signed
        (tmp_path / "keys.json").write_text("{")
        guard.ring.look()
        assert page_refusal(guard, cookie).code == "keys_unreadable"
        with pytest.raises(ProblemError) as caught:
            guard.find_key("xmp_")
        assert caught.value.code == "keys_unreadable"

    def test_pages_that_are_not_there_are_told_to_nobody_but_who_signed_in(self, signed):
        guard, cookie = signed
        assert page_refusal(guard, path="/reports/nowhere").code == "signed_out"
        assert page_refusal(guard, cookie, path="/reports/nowhere").code == "route_unknown"
        assert page_refusal(guard, cookie, path="/reports", method="DELETE").code == "method"

    def test_what_may_be_seen_is_what_the_key_may_now(self, signed, tmp_path):
        guard, _ = signed
        app = create_key(tmp_path / "keys.json", "app", now=NOON).record
        guard.ring.look()
        cookie = f"xm_session={guard.sessions.open(app.key_id)}".encode()
        assert page_refusal(guard, cookie).code == "scope_missing"


class TestCookie:
    def read(self, *cookies: bytes) -> str | None:
        return read_cookie({"headers": [(b"cookie", cookie) for cookie in cookies]})

    @pytest.mark.parametrize(
        "others",
        [
            b"a=1; ",
            b'state={"a":1,"b":[2]}; ',
            b"odd; ",
            b"a=\xff\xfe; ",
            b"=; ",
            b" ;;; ",
            b"a b=c; ",
            b'"; ',
        ],
    )
    def test_cookies_of_others_may_hold_what_they_like(self, others):
        assert self.read(others + b"xm_session=abc") == "abc"
        assert self.read(b"xm_session=abc; " + others) == "abc"
        assert self.read(others, b"xm_session=abc") == "abc"

    @pytest.mark.parametrize(
        "cookies",
        [
            (),
            (b"",),
            (b"xm_session",),
            (b"XM_SESSION=abc",),
            (b"xm_sessions=abc",),
            (b"a=xm_session=abc",),
        ],
    )
    def test_without_ours_there_is_none(self, cookies):
        assert not self.read(*cookies)

    @pytest.mark.parametrize(
        "cookies", [(b"xm_session=abc; xm_session=def",), (b"xm_session=abc", b"xm_session=abc")]
    )
    def test_of_two_neither_counts(self, cookies):
        assert self.read(*cookies) is None

    @pytest.mark.parametrize("content", [b"x" * 10_000, b"\xff" * 43, b'"abc"', b"%00", b"../../keys.json"])
    def test_odd_ones_let_nobody_in(self, signed, content):
        assert page_refusal(signed[0], b"xm_session=" + content).code == "signed_out"

    def test_two_sessions_at_once_let_nobody_in(self, signed, issued):
        guard, cookie = signed
        other = f"xm_session={guard.sessions.open(issued.record.key_id)}".encode()
        assert page_refusal(guard, cookie, other).code == "signed_out"
        assert page_refusal(guard, cookie + b"; " + other).code == "signed_out"


class TestOrigin:
    """A page of others makes a browser send something."""

    OURS: tuple[dict[str, str], ...] = (
        {},
        {"origin": "http://localhost"},
        {"origin": "https://localhost"},
        {"origin": "https://scores.example.org"},
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none", "origin": "http://localhost"},
    )
    OTHERS = (
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://evil.example"},
        {"origin": "http://localhost.evil.example"},
        {"origin": "http://localhost:8080"},
        {"origin": "http://localhost@evil.example"},
        {"origin": "ftp://localhost"},
        {"origin": "localhost"},
        {"origin": "http://scores.example.org"},
        {"origin": "https://scores.example.org:8443"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "SAME-ORIGIN "},
        {"origin": "http://localhost", "sec_fetch_site": "cross-site"},
        {"origin": "http://evil.example", "sec_fetch_site": "same-origin"},
    )

    @pytest.mark.parametrize("headers", OURS)
    def test_our_own_pages_may_send(self, signed, headers):
        guard, cookie = signed
        assert look_at(guard, cookie, path="/reports/sign-out", method="POST", **headers) is not None
        assert look_at(guard, path="/reports/sign-in", method="POST", **headers) is None

    @pytest.mark.parametrize("headers", OTHERS)
    @pytest.mark.parametrize("path", ["/reports/sign-out", "/reports/sign-in", "/reports/nowhere"])
    def test_pages_of_others_may_not_not_even_sign_somebody_in(self, signed, path, headers):
        guard, cookie = signed
        for cookies in ((), (cookie,)):
            problem = page_refusal(guard, *cookies, path=path, method="POST", **headers)
            assert (problem.status, problem.code) == (403, "origin")

    def test_a_link_from_elsewhere_may_be_followed(self, signed):
        guard, cookie = signed
        for method in ("GET", "HEAD"):
            assert look_at(guard, cookie, method=method, sec_fetch_site="cross-site") is not None

    def test_programs_are_not_asked_from_where_they_come(self, guard, issued):
        headers = [(b"host", b"localhost"), (b"origin", b"http://evil.example")]
        headers.append((b"authorization", f"Bearer {issued.token.text}".encode()))
        assert guard.admit({"path": "/v1/score", "method": "POST", "headers": headers}) is not None


class TestTypedKey:
    @pytest.mark.parametrize("shape", ["{}", "  {}\n", "\t{}\r\n", "\u00a0{}\u2003"])
    def test_blanks_around_a_key_are_no_part_of_it(self, guard, issued, shape):
        assert guard.find_key(shape.format(issued.token.text)) == issued.record.to_actor()

    def test_nor_are_those_inside_where_a_mail_was_wrapped(self, guard, issued):
        text = issued.token.text
        assert guard.find_key(f"{text[:30]}\n {text[30:]}") == issued.record.to_actor()

    @pytest.mark.parametrize(
        "text", ["", " ", "xmp_", "Bearer {}", "{}x", "{}, {}", "X{}", "\x00{}", "ü", "x" * 1_000_000]
    )
    def test_anything_else_lets_nobody_in(self, guard, issued, text):
        assert guard.find_key(text.replace("{}", issued.token.text)) is None

    def test_an_expired_one_does_not(self, guard, issued, clock):
        clock.seconds += 86_400
        assert guard.find_key(issued.token.text) is None
