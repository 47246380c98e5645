"""What people see where there is no page for them: in their language, and nothing of what was sent."""

import json
import logging
import re
from typing import Any
from urllib.parse import quote

import pytest

from serving.access.routes import ROUTES, is_page
from serving.books import About
from serving.pages.frame import POLICY
from serving.pages.problems import list_messages, show_problem
from serving.problems import ProblemError
from tests.serving.pages.signed_in import proof_in, signed_in, stranger
from training.pages.language import translations

SECRET = "Kowalczyk-4711"
EVIL = '"><script>alert(1)</script>'
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def browser(door):
    return signed_in(door)


def test_all_sentences_have_a_translation():
    german = translations("de")
    assert {text for text in list_messages() if german.gettext(text) == text} == set()
    assert all(text.endswith(".") for text in list_messages())


@pytest.mark.parametrize(
    ("language", "title", "lead"),
    [
        ("de", "Diese Seite gibt es nicht.", "Zur Übersicht"),
        ("en", "There is no such page.", "To the overview"),
    ],
)
def test_a_problem_is_a_page_in_ones_language_with_a_number_for_the_log(
    browser, language, title, lead, caplog
):
    logging.getLogger("xm_predict").propagate = True
    with caplog.at_level(logging.INFO, "xm_predict.access"):
        answer = browser.get("/reports/nowhere", headers={"accept-language": language})
    assert answer.status_code == 404
    assert f"<h1>{title}</h1>" in answer.text
    assert lead in answer.text
    assert f'<html lang="{language}">' in answer.text
    assert json.loads(caplog.records[-1].getMessage())["request_id"] in answer.text
    assert 'hx-boost="true"' in answer.text


def ways_to_fail(browser) -> dict[str, object]:
    """Return answers of pages that are no success, each to a request that holds a secret."""
    dirty = f"{SECRET}{EVIL}"
    quoted = quote(dirty, safe="")
    proof = proof_in(browser.get("/reports").text)
    return {
        "path": browser.get(f"/reports/{quoted}"),
        "path and query": browser.get(f"/reports/{SECRET}?{quoted}={quoted}"),
        "parameter": browser.get(f"/reports?{quoted}=1"),
        "value": browser.get(f"/reports?usecase={quoted}"),
        "language": browser.get(f"/reports/nowhere?lang={quoted}"),
        "language twice": browser.get(f"/reports?lang=de&lang={quoted}"),
        "next": browser.get(f"/reports/sign-in?next={quoted}&a={quoted}"),
        "key": browser.post("/reports/sign-in", data={"key": dirty, "next": dirty}),
        "field": browser.post("/reports/sign-in", data={dirty: dirty}),
        "no form": browser.post("/reports/sign-in", content=dirty.encode(), headers=FORM),
        "proof": browser.post("/reports/sign-out", data={"proof": dirty}),
        "field beside the proof": browser.post("/reports/sign-out", data={"proof": proof, dirty: "1"}),
        "type": browser.post("/reports/sign-in", content=b"{}", headers={"content-type": f"text/{SECRET}"}),
        "origin": browser.post("/reports/sign-in", data={"key": "x"}, headers={"origin": f"http://{SECRET}"}),
        "host": browser.get("/reports", headers={"host": SECRET}),
        "method": browser.request("DELETE", f"/reports?{quoted}"),
        "request id": browser.get("/reports/nowhere", headers={"x-request-id": SECRET}),
        "cookie": stranger(browser).get("/reports", headers={"cookie": f"xm_session={SECRET}"}),
    }


def test_no_page_repeats_what_was_sent(browser):
    for name, answer in ways_to_fail(browser).items():
        assert answer.status_code == 303 or 400 <= answer.status_code < 500, name
        assert SECRET not in answer.text, name
        assert SECRET not in str(answer.headers.raw), name
        assert "alert(1)" not in answer.text, name


def test_every_answer_of_a_page_carries_safe_headers(browser, door):
    answers = {
        **ways_to_fail(browser),
        "overview": browser.get("/reports"),
        "form": stranger(door).get("/reports/sign-in"),
        "signed out": stranger(door).get("/reports"),
        "head": browser.head("/reports"),
    }
    for name, answer in answers.items():
        assert answer.headers["cache-control"] == "no-store", name
        assert answer.headers["x-content-type-options"] == "nosniff", name
        policy = answer.headers["content-security-policy"]
        if answer.status_code == 303:
            assert policy == "default-src 'none'; frame-ancestors 'none'", name
        else:
            assert policy == POLICY, name
            assert answer.headers["content-type"] == "text/html; charset=utf-8", name
        assert len([1 for header, _ in answer.headers.multi_items() if "policy" in header]) == 1, name


def test_head_is_answered_like_get(browser):
    for path in ("/reports", "/reports/nowhere", "/reports?a=1", "/reports/sign-in", "/reports/sign-out"):
        whole, head = browser.get(path), browser.head(path)
        assert head.status_code == whole.status_code
        assert head.headers["content-type"] == whole.headers["content-type"]
        assert head.headers.get("allow") == whole.headers.get("allow")


@pytest.mark.parametrize("path", [path for path in ROUTES if is_page(path)])
def test_methods_that_a_page_does_not_know_are_a_page_too(browser, path):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
        answer = browser.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, ", ".join(ROUTES[path]))
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


def scope(path: str = "/reports", query: str = "", about: About | None = None) -> dict[str, Any]:
    state: dict[str, Any] = {"headers": {}, "request_id": "f" * 32, "session": None, "actor": None}
    if about is not None:
        state["about"] = about
    return {"path": path, "method": "GET", "query_string": query.encode(), "state": state}


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (403, "scope_missing", "This page is not for you."),
        (403, "usecase_not_allowed", "Your key is for other use cases."),
        (403, "unit_not_allowed", "Your key is for other units."),
        (403, "groups_only", "People at work are shown in groups, never singly."),
        (404, "usecase_unknown", "There is no such use case."),
        (404, "report_absent", "There is no report yet."),
        (409, "report_outdated", "The report is older than the model."),
        (503, "report_unreadable", "The report cannot be read at the moment."),
        (503, "busy", "There is more to do than can be done."),
        (503, "keys_unreadable", "This cannot be shown at the moment."),
        (500, "internal", "Something went wrong here."),
        (422, "anything", "This page cannot be shown as it was asked for."),
        (418, "anything", "This page cannot be shown."),
    ],
)
def test_each_problem_has_its_sentence_and_never_the_words_for_programs(status, code, sentence):
    problem = ProblemError(status, code, f"detail for programs {SECRET}", headers={"retry-after": "7"})
    answer = show_problem(problem, scope())
    page = answer.body.decode()
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
    assert sentence in page
    assert SECRET not in page


def other_language(answer) -> str:
    (found,) = re.findall(r'<a href="([^"]+)" lang="de"', answer.body.decode())
    return found.replace("&amp;", "&")


def test_of_the_query_only_what_was_found_to_be_right_stays_in_links():
    problem = ProblemError(409, "report_outdated", "x")
    about = About("churn", "churn-1")
    query = f"usecase={SECRET}&segment={SECRET}&lang=en"
    assert (
        other_language(show_problem(problem, scope("/reports", query, about)))
        == "/reports?usecase=churn&lang=de"
    )
    assert other_language(show_problem(problem, scope("/reports", query))) == "/reports?lang=de"
    assert (
        other_language(show_problem(problem, scope(f"/reports/{SECRET}", query, about))) == "/reports?lang=de"
    )
