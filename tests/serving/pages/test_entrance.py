"""Signing in and out: what a browser keeps, what ends it, and what others try."""

import json
import logging
import re
import shutil
from dataclasses import replace
from http.cookies import SimpleCookie
from urllib.parse import quote, urlsplit

import pytest
from starlette.testclient import TestClient

from serving.access.issuing import revoke_key, rotate_key
from serving.access.records import now_utc
from serving.access.sessions import MOST_OF_KEY
from serving.api import build_app
from serving.audit.checking import show
from serving.pages.entrance import list_messages
from tests.serving.company import wait_until
from tests.serving.keys import bearer, make_key
from tests.serving.pages.signed_in import desk_of, proof_in, sign_in, signed_in, stranger
from training.pages.language import translations

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def key(door, settings):
    """Return the key of an analyst that the running application knows."""
    made = make_key(settings.keys, "analyst")
    desk_of(door).guard.ring.look()
    return made


def look(door):
    """Have the application look at its keys, as it does every second."""
    desk_of(door).guard.ring.look()


def kept_by(answer) -> SimpleCookie:
    """Return the cookies of an answer, with what they say about themselves."""
    return SimpleCookie(answer.headers["set-cookie"])


class TestSignIn:
    def test_the_form_is_a_page_that_works_without_a_script(self, door):
        page = stranger(door).get("/reports/sign-in")
        assert page.status_code == 200
        assert '<form method="post" action="/reports/sign-in"' in page.text
        assert re.search(
            r'<input type="password" name="key" autocomplete="current-password" required', page.text
        )
        assert "Sign out" not in page.text

    def test_with_a_key_one_gets_to_the_overview(self, door, key):
        browser = stranger(door)
        answer = browser.post("/reports/sign-in", data={"key": key})
        assert (answer.status_code, answer.headers["location"], answer.text) == (303, "/reports", "")
        assert browser.get("/reports").status_code == 200

    def test_the_cookie_is_for_pages_alone_and_out_of_reach(self, door, key):
        answer = stranger(door).post("/reports/sign-in", data={"key": key})
        (cookie,) = kept_by(answer).values()
        assert cookie.key == "xm_session"
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", cookie.value)
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/reports", True, "lax")
        assert (cookie["max-age"], cookie["secure"], cookie["domain"]) == ("28800", "", "")
        assert answer.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("how", ["behind a proxy", "with a certificate"])
    def test_where_it_is_encrypted_it_is_never_sent_in_the_clear(self, settings, tmp_path, how):
        safe = (
            {"is_behind_proxy": True, "hosts": ("127.0.0.1",)}
            if how == "behind a proxy"
            else {"tls_cert": tmp_path / "cert.pem", "tls_key": tmp_path / "key.pem"}
        )
        app = build_app(lambda: replace(settings, audit=tmp_path / "audit", **safe))
        with TestClient(app, base_url="https://127.0.0.1") as client:
            browser = signed_in(client)
            assert browser.get("/reports").status_code == 200
            browser.base_url = "http://127.0.0.1"
            assert browser.get("/reports").status_code == 303
            answer = stranger(client).post(
                "/reports/sign-in", data={"key": make_key(settings.keys, "app")}, headers={}
            )
            assert "set-cookie" not in answer.headers

    def test_every_sign_in_has_a_new_session_and_a_token_from_outside_is_never_taken(self, door, key):
        planted = "A" * 43
        browser = stranger(door)
        browser.cookies.set("xm_session", planted, domain="127.0.0.1", path="/reports")
        sign_in(browser, key)
        first = browser.cookies["xm_session"]
        sign_in(browser, key)
        assert len({planted, first, browser.cookies["xm_session"]}) == 3

    def test_a_session_that_was_planted_ends_with_the_sign_in_of_its_victim(self, door, key):
        attacker = signed_in(door, "manager")
        victim = stranger(door)
        victim.cookies.set("xm_session", attacker.cookies["xm_session"], domain="127.0.0.1", path="/reports")
        sign_in(victim, key)
        assert victim.get("/reports").status_code == 200
        assert attacker.get("/reports").status_code == 303

    def test_somebody_else_at_the_same_browser_takes_it_over(self, door, settings):
        browser = signed_in(door, "works_council")
        before, proof = browser.cookies["xm_session"], proof_in(browser.get("/reports").text)
        sign_in(browser, make_key(settings.keys, "analyst"))
        page = browser.get("/reports")
        assert "Expected to leave" in page.text
        assert proof_in(page.text) != proof
        other = stranger(door)
        other.cookies.set("xm_session", before, domain="127.0.0.1", path="/reports")
        assert other.get("/reports").status_code == 303

    def test_a_refused_key_leaves_a_session_as_it_is(self, door):
        browser = signed_in(door)
        assert browser.post("/reports/sign-in", data={"key": "nonsense"}).status_code == 401
        assert browser.get("/reports").status_code == 200

    def test_a_key_has_so_many_sessions_and_no_more(self, door, key, settings):
        browsers = [sign_in(stranger(door), key) for _ in range(MOST_OF_KEY + 1)]
        assert browsers[0].get("/reports").status_code == 303
        assert browsers[-1].get("/reports").status_code == 200
        mine = [path for path in settings.sessions.glob("*.json") if key.split("_")[1] in path.read_text()]
        assert len(mine) == MOST_OF_KEY

    @pytest.mark.parametrize("shape", [" {}", "{}\r\n", "\t{} ", "\u00a0{}"])
    def test_blanks_around_the_key_do_no_harm(self, door, key, shape):
        answer = stranger(door).post("/reports/sign-in", data={"key": shape.format(key)})
        assert answer.status_code == 303

    @pytest.mark.parametrize(
        "text", ["", "xmp_", "x" * 200, "<script>alert(1)</script>", "xmp_0123456789ab_" + "x" * 43, "ключ"]
    )
    def test_every_key_that_lets_nobody_in_gets_one_and_the_same_page(self, door, text):
        answer = stranger(door).post("/reports/sign-in", data={"key": text})
        assert answer.status_code == 401
        assert "This key lets nobody in. It may be mistyped, expired or revoked." in answer.text
        assert 'role="alert"' in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert "set-cookie" not in answer.headers
        assert "www-authenticate" not in answer.headers
        assert text in {"", "xmp_"} or text not in answer.text

    @pytest.mark.parametrize("ended", ["revoked", "expired", "replaced"])
    def test_keys_that_have_ended_do_not_tell_that_they_were_good_ones(self, door, settings, ended):
        made = make_key(settings.keys, "analyst", days=0 if ended != "expired" else 1e-9)
        if ended == "revoked":
            revoke_key(settings.keys, made, now=now_utc())
        if ended == "replaced":
            rotate_key(settings.keys, made.split("_")[1], now=now_utc(), overlap_hours=0)
        look(door)
        answer = stranger(door).post("/reports/sign-in", data={"key": made})
        assert answer.status_code == 401
        assert answer.text == stranger(door).post("/reports/sign-in", data={"key": "x"}).text

    def test_the_page_speaks_german_to_those_who_do(self, door):
        german = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}
        for path in ("/reports/sign-in", "/reports/sign-in?lang=de"):
            answer = stranger(door).post(path, data={"key": "x"}, headers=german)
            assert '<html lang="de">' in answer.text
            assert "Dieser Schlüssel" in answer.text
        answer = stranger(door).post("/reports/sign-in?lang=en", data={"key": "x"}, headers=german)
        assert "This key lets nobody in." in answer.text

    def test_a_session_folder_that_cannot_be_written_is_said_and_logged(self, settings, tmp_path, caplog):
        (tmp_path / "sessions").write_text("a file")
        broken = replace(settings, sessions=tmp_path / "sessions", audit=tmp_path / "audit")
        logging.getLogger("xm_predict").propagate = True
        with TestClient(build_app(lambda: broken), base_url="http://127.0.0.1") as client:
            key = make_key(settings.keys, "analyst")
            look(client)
            answer = stranger(client).post("/reports/sign-in", data={"key": key})
            assert answer.status_code == 503
            assert "Nobody can sign in at the moment." in answer.text
            assert (answer.headers["retry-after"], "set-cookie" in answer.headers) == ("30", False)
            assert str(tmp_path) not in answer.text
            assert f"SESSIONS CANNOT BE WRITTEN: {tmp_path / 'sessions'}" in caplog.text
            assert "sign-in" not in {line["action"] for line in show(broken.audit, 100)}


NOT_OURS = [
    "//evil.example",
    "///evil.example/reports",
    "https://evil.example/reports",
    "https:evil.example",
    "javascript:alert(1)",
    "\\\\evil.example",
    "/\\evil.example",
    "/reports\\@evil.example",
    "/reports@evil.example",
    "/reports/../v1/model",
    "/reports/..",
    "/reports//evil.example",
    "/reports/%2e%2e/v1/model",
    "/reports%0d%0aset-cookie:%20a=b",
    "/reports\r\nset-cookie: a=b",
    "/reports\n",
    "/reports?a=\r\nlocation: //evil.example",
    "/reports#//evil.example",
    "/reports?next=//evil.example",
    "/reportsevil",
    " /reports",
    "reports",
    "",
    "/",
    "/v1/model",
    "/reports/nowhere",
    "/reports/sign-in",
    "/reports/sign-out",
    "/reports/style.css",
    "/reports?a=" + "b" * 3000,
    "/reports?a=ü",
]


class TestNext:
    """Where one gets to after signing in: to the page that one came for, and never anywhere else."""

    @pytest.mark.parametrize("wanted", NOT_OURS)
    def test_what_is_no_page_of_ours_becomes_the_overview(self, door, key, wanted):
        answer = stranger(door).post("/reports/sign-in", data={"key": key, "next": wanted})
        assert (answer.status_code, answer.headers["location"]) == (303, "/reports")
        assert [name for name, _ in answer.headers.multi_items() if name == "set-cookie"] == ["set-cookie"]

    @pytest.mark.parametrize("wanted", NOT_OURS)
    def test_nor_does_it_get_into_the_form(self, door, wanted):
        for answer in (
            stranger(door).get(f"/reports/sign-in?next={quote(wanted, safe='')}"),
            stranger(door).post("/reports/sign-in", data={"key": "x", "next": wanted}),
        ):
            assert '<input type="hidden" name="next" value="/reports">' in answer.text
            assert "evil" not in answer.text

    @pytest.mark.parametrize("wanted", ["/reports", "/reports?lang=de", "/reports?lang=de&of=a%2Fb%20c+d"])
    def test_a_page_of_ours_is_kept_with_its_state(self, door, key, wanted):
        page = stranger(door).get(f"/reports/sign-in?next={quote(wanted, safe='')}").text
        found = re.search(r'name="next" value="([^"]+)"', page)[1].replace("&amp;", "&")
        assert found == wanted
        answer = stranger(door).post("/reports/sign-in", data={"key": key, "next": found})
        assert urlsplit(answer.headers["location"]).path == "/reports"
        assert answer.headers["location"].count("lang=de") == wanted.count("lang=de")

    def test_the_way_in_keeps_what_was_asked_for_and_adds_no_language(self, door, key):
        browser = stranger(door)
        german = {"accept-language": "de"}
        led = browser.get("/reports?lang=en", headers=german).headers["location"]
        assert led == "/reports/sign-in?next=%2Freports%3Flang%3Den&lang=en"
        assert browser.get("/reports", headers=german).headers["location"] == "/reports/sign-in"

    def test_a_language_that_was_chosen_on_the_way_stays(self, door, key):
        browser = stranger(door)
        page = browser.get("/reports/sign-in?next=%2Freports%3Flang%3Den&lang=en").text
        other = re.search(r'<a href="([^"]+)" lang="de"', page)[1].replace("&amp;", "&")
        page = browser.get(other).text
        action = re.search(r'<form method="post" action="([^"]+)"', page)[1]
        back = re.search(r'name="next" value="([^"]+)"', page)[1].replace("&amp;", "&")
        answer = browser.post(action, data={"key": key, "next": back})
        assert answer.headers["location"] == "/reports?lang=de"
        # After a mistake too.
        page = browser.post(action, data={"key": "x", "next": back}).text
        assert 'href="/reports/sign-in?next=%2Freports%3Flang%3Den&amp;lang=en" lang="en"' in page

    def test_a_parameter_that_the_form_does_not_have_is_refused(self, door):
        for path in ("/reports/sign-in?nxet=/reports", "/reports/sign-in?next=/reports&next=/reports"):
            answer = stranger(door).get(path)
            assert answer.status_code == 422
            assert "nxet" not in answer.text


class TestSignOut:
    def leave(self, browser, **further):
        proof = proof_in(browser.get("/reports").text)
        return browser.post("/reports/sign-out", data={"proof": proof, **further})

    def test_it_ends_the_session_in_every_worker_and_takes_the_cookie_away(self, door, settings, tmp_path):
        other_worker = build_app(lambda: replace(settings, audit=tmp_path / "audit"))
        with TestClient(other_worker, base_url="http://127.0.0.1", follow_redirects=False) as second:
            browser = signed_in(door)
            cookie = {"cookie": f"xm_session={browser.cookies['xm_session']}"}
            look(second)
            assert second.get("/reports", headers=cookie).status_code == 200
            answer = self.leave(browser)
            assert (answer.status_code, answer.headers["location"]) == (303, "/reports/sign-in")
            assert second.get("/reports", headers=cookie).status_code == 303
        (gone,) = kept_by(answer).values()
        assert (gone.value, gone["max-age"], gone["path"], gone["httponly"]) == ("", "0", "/reports", True)
        assert stranger(door).get("/reports", headers=cookie).status_code == 303
        assert "xm_session" not in browser.cookies

    def test_other_browsers_of_the_same_key_stay(self, door, key):
        one, other = (sign_in(stranger(door), key) for _ in range(2))
        self.leave(one)
        assert other.get("/reports").status_code == 200

    def test_a_link_cannot_end_it(self, door):
        browser = signed_in(door)
        for method in ("GET", "HEAD"):
            answer = browser.request(method, "/reports/sign-out")
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert browser.get("/reports").status_code == 200

    @pytest.mark.parametrize("what", ["none", "empty", "wrong", "of another session", "the token", "twice"])
    def test_a_form_without_the_proof_of_this_session_changes_nothing(self, door, what):
        browser, other = signed_in(door), signed_in(door)
        proof = proof_in(browser.get("/reports").text)
        given = {
            "none": "",
            "empty": "proof=",
            "wrong": f"proof={'A' * 43}",
            "of another session": f"proof={proof_in(other.get('/reports').text)}",
            "the token": f"proof={browser.cookies['xm_session']}",
            "twice": f"proof={proof}&proof={proof}",
        }[what]
        answer = browser.post("/reports/sign-out", content=given, headers=FORM)
        assert answer.status_code == (422 if what == "twice" else 403)
        assert what == "twice" or "This form is too old." in answer.text
        assert browser.get("/reports").status_code == 200

    def test_a_proof_of_an_earlier_session_of_this_browser_is_too_old(self, door, key):
        browser = signed_in(door)
        proof = proof_in(browser.get("/reports").text)
        sign_in(browser, key)
        assert browser.post("/reports/sign-out", data={"proof": proof}).status_code == 403

    def test_fields_that_it_does_not_have_are_refused(self, door):
        browser = signed_in(door)
        assert self.leave(browser, key="x").status_code == 422
        assert browser.get("/reports").status_code == 200

    def test_who_is_not_signed_in_is_led_to_the_form(self, door):
        answer = stranger(door).post("/reports/sign-out", data={"proof": "x"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/reports/sign-in")


class TestEndOfASession:
    """A session is no more than its key: the next look at the keys is enough."""

    @pytest.mark.parametrize("how", ["revoked", "replaced", "file gone"])
    def test_it_is_over_with_its_key(self, door, settings, key, how):
        browser = sign_in(stranger(door), key)
        assert browser.get("/reports").status_code == 200
        before = settings.keys.read_bytes()
        try:
            if how == "revoked":
                revoke_key(settings.keys, key, now=now_utc())
            elif how == "replaced":
                rotate_key(settings.keys, key.split("_")[1], now=now_utc(), overlap_hours=0)
            else:
                settings.keys.unlink()
            # Without any call of ours: the application looks by itself.
            wait_until(lambda: browser.get("/reports").status_code == 303)
            assert browser.get("/reports").headers["location"] == "/reports/sign-in"
        finally:
            settings.keys.write_bytes(before)
            look(door)

    def test_damaged_keys_close_the_pages_until_they_are_mended(self, door, settings, key):
        browser = sign_in(stranger(door), key)
        before = settings.keys.read_bytes()
        settings.keys.write_bytes(before[:-10])
        try:
            wait_until(lambda: browser.get("/reports").status_code == 503)
            assert "This cannot be shown at the moment." in browser.get("/reports").text
            assert stranger(door).post("/reports/sign-in", data={"key": key}).status_code == 503
            assert stranger(door).get("/reports/sign-in").status_code == 200
        finally:
            settings.keys.write_bytes(before)
        wait_until(lambda: browser.get("/reports").status_code == 200)

    def test_a_removed_or_damaged_file_of_sessions_signs_out_and_signing_in_mends_it(self, door, settings):
        browser = signed_in(door)
        for path in settings.sessions.glob("*.json"):
            path.write_bytes(b"{")
        assert browser.get("/reports").status_code == 303
        shutil.rmtree(settings.sessions)
        assert browser.get("/reports").status_code == 303
        assert signed_in(door).get("/reports").status_code == 200
        assert len(list(settings.sessions.iterdir())) == 1


class TestForms:
    """Forms come as forms; programs send JSON."""

    @pytest.mark.parametrize("path", ["/reports/sign-in", "/reports/sign-out"])
    @pytest.mark.parametrize(
        "kind",
        ["application/json", "text/plain", "multipart/form-data; boundary=x", "", "application/x-www-form"],
    )
    def test_another_type_is_refused(self, door, path, kind):
        answer = signed_in(door).post(path, content=b'{"key":"x"}', headers={"content-type": kind})
        assert (answer.status_code, answer.headers["connection"]) == (415, "close")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"

    def test_and_a_form_is_no_question_to_an_interface(self, door, key):
        answer = stranger(door).post("/v1/score", content="usecase=churn", headers={**bearer(key), **FORM})
        assert (answer.status_code, answer.json()["code"]) == (415, "media_type")

    @pytest.mark.parametrize("is_announced", [True, False])
    def test_a_large_form_is_refused_while_it_arrives(self, door, is_announced):
        content = b"key=" + b"x" * 2 * 1024 * 1024
        chunks = content if is_announced else iter([content[:1000], content[1000:]])
        answer = stranger(door).post("/reports/sign-in", content=chunks, headers=FORM)
        assert (answer.status_code, answer.headers["connection"]) == (413, "close")
        assert answer.text.startswith("<!doctype html>")

    def test_a_page_of_others_cannot_sign_anybody_in(self, door, key):
        for headers in (
            {"origin": "https://evil.example"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "null"},
        ):
            answer = stranger(door).post("/reports/sign-in", data={"key": key}, headers=headers)
            assert answer.status_code == 403
            assert "This was sent from a page of another site." in answer.text
            assert "set-cookie" not in answer.headers

    def test_asked_under_a_strange_name_no_form_is_shown(self, door):
        answer = stranger(door).get("/reports/sign-in", headers={"host": "evil.example"})
        assert answer.status_code == 421
        assert "password" not in answer.text


class TestAudit:
    def lines(self, settings, n_before=0):
        return show(settings.audit, 1000)[n_before:]

    def test_coming_looking_and_going_are_written_down_with_the_key_and_nothing_else(self, door, settings):
        made = make_key(settings.keys, "manager", units="region=South")
        browser = sign_in(stranger(door), made)
        proof = proof_in(browser.get("/reports").text)
        browser.post("/reports/sign-out", data={"proof": proof})

        def lines():
            # Lines of visitors before may still be on their way to the file.
            return [line for line in self.lines(settings) if line["key"] == made.split("_")[1]]

        wait_until(lambda: "reports/sign-out" in {line["action"] for line in lines()})
        assert [line["action"] for line in lines()] == ["reports/sign-in", "reports", "reports/sign-out"]
        assert {(line["role"], line["decision"], line["code"], line["usecase"]) for line in lines()} == {
            ("manager", "allowed", "", "")
        }
        text = "".join(path.read_text() for path in settings.audit.glob("*.jsonl"))
        assert browser.cookies.get("xm_session", "no") not in text
        assert (proof in text, "xmp_" in text) == (False, False)

    def test_what_was_refused_says_why_and_strangers_are_counted(self, door, settings):
        n_before = len(self.lines(settings))
        app = make_key(settings.keys, "app")
        look(door)
        for _ in range(10):
            stranger(door).post("/reports/sign-in", data={"key": "nonsense"})
        stranger(door).post("/reports/sign-in", data={"key": app})

        def found():
            lines = [one for one in self.lines(settings, n_before) if one["action"] == "reports/sign-in"]
            return {
                code: (sum(one["count"] for one in lines if one["code"] == code), key)
                for code, key in {(one["code"], one["key"]) for one in lines}
            }

        wait_until(lambda: found().get("unauthenticated", (0,))[0] == 10 and "scope_missing" in found())
        assert found() == {"unauthenticated": (10, ""), "scope_missing": (0, app.split("_")[1])}

    def test_the_log_names_the_key_by_its_id(self, door, settings, caplog):
        logging.getLogger("xm_predict").propagate = True
        made = make_key(settings.keys, "analyst")
        with caplog.at_level(logging.INFO, "xm_predict.access"):
            browser = sign_in(stranger(door), made)
            browser.get("/reports")
        lines = [json.loads(record.getMessage()) for record in caplog.records]
        assert [(line["route"], line["key"]) for line in lines if "route" in line] == [
            ("/reports/sign-in", made.split("_")[1]),
            ("/reports", made.split("_")[1]),
        ]
        assert made.split("_", 2)[2] not in caplog.text
        assert browser.cookies["xm_session"] not in caplog.text


def test_all_sentences_have_a_translation():
    german = translations("de")
    assert {text for text in list_messages() if german.gettext(text) == text} == set()
