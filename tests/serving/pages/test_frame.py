"""Addresses, language and links around a page, without HTTP."""

from typing import Any

import pytest

from serving.access import routes
from serving.access.roles import ROLES, Actor
from serving.access.sessions import Session
from serving.pages.frame import OF_USECASE, POLICY, Frame, answer_page, choose_language, make_frame
from training.pages.language import translations


def scope(
    query: str = "", path: str = "/reports", role: str | None = None, language: str = ""
) -> dict[str, Any]:
    actor = None if role is None else Actor("0123456789ab", role, ROLES[role])
    session = None if role is None else Session("0123456789ab", "p" * 43, 1e12)
    state = {"actor": actor, "session": session, "headers": {"accept-language": language}}
    return {"path": path, "query_string": query.encode(), "state": state}


class TestAddresses:
    FRAME = Frame("/reports/report", {"usecase": "churn", "segment": "region:South", "lang": "de"}, "de")

    def test_another_page_keeps_the_language_that_was_chosen_and_nothing_else(self):
        assert self.FRAME.link("/reports") == "/reports?lang=de"
        assert self.FRAME.link("/reports/x", usecase="a b&c") == "/reports/x?usecase=a+b%26c&lang=de"
        assert Frame("/reports", {}, "de").link("/reports") == "/reports"

    def test_this_page_keeps_its_state_but_for_what_is_changed(self):
        whole = "/reports/report?usecase=churn&segment=region%3ASouth&lang=de"
        assert self.FRAME.here() == whole
        assert self.FRAME.here(segment=None) == "/reports/report?usecase=churn&lang=de"
        assert self.FRAME.here(segment="plan:Pro", rows=5) == (
            "/reports/report?usecase=churn&segment=plan%3APro&lang=de&rows=5"
        )
        assert self.FRAME.in_language("en") == whole.replace("=de", "=en")

    def test_a_page_that_was_kept_for_later_is_shown_in_the_language_chosen_now(self):
        assert self.FRAME.go_on("/reports/x?usecase=a%26b&lang=en") == "/reports/x?usecase=a%26b&lang=de"
        plain = Frame("/reports/sign-in", {}, "en")
        assert plain.go_on("/reports/x?lang=de") == "/reports/x?lang=de"
        assert plain.go_on("/reports") == "/reports"

    @pytest.mark.parametrize("name", ["path", "self", "query", "address", "language"])
    def test_a_parameter_may_have_any_name(self, name):
        frame = make_frame(scope(f"{name}=1"))
        assert frame.here() == f"/reports?{name}=1"
        assert frame.go_on(f"/reports?{name}=2") == f"/reports?{name}=2"

    @pytest.mark.parametrize(
        "text", ["//evil.example", 'a"><script>', "a\r\nlocation: //evil", "a&b=c#d", "ü 🙂", "\x00"]
    )
    def test_what_stands_in_an_address_is_quoted(self, text):
        address = Frame("/reports", {"a": text}, "en").here()
        assert address.isascii()
        assert address.isprintable()
        assert not set(' "<>#\\') & set(address)
        assert address.count("&") == address.count("/") - 1 == 0


class TestLanguage:
    @pytest.mark.parametrize(
        ("chosen", "accepted", "language"),
        [
            ("", "", "en"),
            ("", "de", "de"),
            ("", "DE-ch", "de"),
            ("", "en;q=0.5, de;q=0.8", "de"),
            ("", "en, de;q=0.8", "en"),
            ("", "fr, de;q=0.1", "de"),
            ("", "de;q=0, en;q=0", "de"),
            ("", "den, deutsch, end", "en"),
            ("", "x" * 100_000 + "de", "en"),
            ("", "de;q=1.0.0.0", "de"),
            ("de", "en", "de"),
            ("en", "de", "en"),
            ("DE", "en", "en"),
            ("fr", "de", "de"),
        ],
    )
    def test_the_chosen_one_comes_first_then_that_of_the_browser(self, chosen, accepted, language):
        assert choose_language(chosen, accepted) == language

    def test_one_that_is_not_there_gets_into_no_address(self):
        frame = make_frame(scope("lang=secret&usecase=a", language="de"))
        assert (frame.language, frame.query) == ("de", {"usecase": "a"})

    @pytest.mark.parametrize("query", ["", "lang", "lang=%ff", "&&&", "=", "%", "a=%00", "a=1&a=2", "+"])
    def test_no_query_breaks_a_frame(self, query):
        assert make_frame(scope(query)).language == "en"


class TestLinks:
    @pytest.fixture
    def all_pages(self, monkeypatch):
        """Let all pages about a use case stand in the table, each for those who may read reports."""
        whole = dict(routes.ROUTES)
        for path in OF_USECASE:
            needs_model = path in {"/reports/trust", "/reports/health", "/reports/models"}
            whole[path] = {"GET": ("model:read",) if needs_model else ("report:read",)}
        monkeypatch.setattr(routes, "ROUTES", whole)

    def names(self, role: str | None, usecase: str | None = "churn", **about: bool) -> list[str]:
        return [link.name for link in make_frame(scope(role=role), usecase, **about).links]

    def test_everybody_gets_the_pages_of_their_scopes(self, all_pages):
        assert self.names("analyst") == list(OF_USECASE.values())
        assert self.names("manager") == ["Report", "Groups", "What if", "Whom to call", "Actions"]
        assert self.names("works_council") == ["Trust", "Health", "Models"]
        assert self.names("app") == self.names(None) == self.names("analyst", None) == []

    def test_people_at_work_have_no_page_of_single_persons(self, all_pages):
        assert "Whom to call" not in self.names("analyst", is_about_employees=True)

    def test_the_page_that_is_looked_at_is_marked_and_the_language_kept(self, all_pages):
        frame = make_frame(scope("usecase=churn&lang=de", "/reports/groups", "analyst"), "churn")
        (here,) = [link for link in frame.links if link.is_here]
        assert (here.name, here.address) == ("Groups", "/reports/groups?usecase=churn&lang=de")

    def test_a_page_that_is_not_in_the_table_is_not_linked(self, monkeypatch):
        monkeypatch.setattr(routes, "ROUTES", {"/reports": {"GET": ("report:read",)}})
        assert self.names("analyst") == []

    def test_the_proof_is_there_for_who_signed_in(self):
        assert make_frame(scope(role="analyst")).proof == "p" * 43
        assert make_frame(scope()).proof == ""

    def test_names_of_links_are_translated(self):
        german = translations("de")
        assert {name for name in OF_USECASE.values() if german.gettext(name) == name} == set()


class TestAnswer:
    def answer(self, **shown: str):
        frame = Frame("/reports/sign-in", {}, "de", proof='"><script>')
        return answer_page(frame, "live_sign_in.jinja", 401, **{"next": "/reports", "problem": "", **shown})

    def test_a_page_carries_its_policy_and_its_language(self):
        answer = self.answer()
        assert (answer.status_code, answer.media_type) == (401, "text/html")
        assert answer.headers["content-security-policy"] == POLICY
        assert (answer.headers["content-language"], answer.headers["vary"]) == ("de", "accept-language")

    def test_the_policy_allows_nothing_from_elsewhere_and_nothing_in_line(self):
        assert POLICY.startswith("default-src 'none';")
        assert "unsafe" not in POLICY
        assert "http" not in POLICY
        assert "frame-ancestors 'none'" in POLICY
        assert "base-uri 'none'" in POLICY
        assert "form-action 'self'" in POLICY

    def test_whatever_is_shown_is_text(self):
        page = self.answer(next='"><script>').body.decode()
        assert "<script>" not in page
        assert page.count("&lt;script&gt;") == 2
