"""Forms, read strictly, without HTTP."""

import asyncio

import pytest
from starlette.requests import Request

from serving.access.sessions import Session
from serving.pages.forms import check_proof, read_form
from serving.problems import ProblemError

PROOF = "p" * 43


def request(body: bytes = b"", proof: str = PROOF) -> Request:
    state = {"body": body, "session": Session("0123456789ab", proof, 1e12)}
    return Request({"type": "http", "method": "POST", "path": "/reports/x", "headers": [], "state": state})


def read(body: bytes, names: tuple[str, ...] = ("key", "next", "proof")) -> dict[str, str]:
    return asyncio.run(read_form(request(body), names))


def refusal(body: bytes) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        read(body)
    return caught.value


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"", {}),
        (b"key=a&next=b", {"key": "a", "next": "b"}),
        (b"key=", {"key": ""}),
        (b"key=a+b%20c%26d%3De", {"key": "a b c&d=e"}),
        (b"key=%C3%BC%F0%9F%99%82", {"key": "ü🙂"}),
        (b"key=a=b", {"key": "a=b"}),
        (b"key=%0D%0A", {"key": "\r\n"}),
    ],
)
def test_a_form_is_read_as_browsers_send_it(body, form):
    assert read(body) == form


@pytest.mark.parametrize(
    "body",
    [
        b"key",
        b"key=a&",
        b"&key=a",
        b"key=a&&next=b",
        b"key=%FF%FE",
        b"key=%ED%A0%80",
        b"key=\xff",
        "key=ü".encode(),
        b'{"key":"a"}',
        b"key=a" + b"&key=a" * 60,
    ],
)
def test_what_no_browser_sends_cannot_be_read(body):
    problem = refusal(body)
    assert (problem.status, problem.code) == (400, "malformed")


@pytest.mark.parametrize(
    "body", [b"kye=a", b"key=a&role=admin", b"key=a&key=a", b"key=a&key=b", b"=a", b"KEY=a"]
)
def test_a_field_that_the_form_does_not_have_or_has_twice_is_refused(body):
    problem = refusal(body)
    assert (problem.status, problem.code) == (422, "value")
    assert "role" not in problem.detail


def test_the_proof_of_the_session_is_accepted():
    check_proof(request(), {"proof": PROOF})


@pytest.mark.parametrize(
    "form",
    [{}, {"proof": ""}, {"proof": PROOF[:-1]}, {"proof": f"{PROOF} "}, {"proof": "q" * 43}, {"proof": "ü"}],
)
def test_any_other_is_not(form):
    with pytest.raises(ProblemError) as caught:
        check_proof(request(), form)
    assert (caught.value.status, caught.value.code) == (403, "form")
