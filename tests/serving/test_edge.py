import asyncio
import json
import logging

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from serving.access.guard import Guard
from serving.access.ring import KeyRing
from serving.books import Books
from serving.edge import Edge, choose_request_id
from serving.pages.problems import show_problem
from tests.serving.keys import bearer, make_key

SECRET = "jane.doe@example.org"


def ask(app, guard: Guard | None = None, show_problem=show_problem, **scope) -> list[Message]:
    """Send one request through the edge, to an open route, and return all messages of the answer."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    whole = {
        "type": "http",
        "method": "GET",
        "path": "/livez",
        "headers": [(b"host", b"localhost:3000")],
        **scope,
    }
    asyncio.run(Edge(app, guard or Guard(), Books(), show_problem)(whole, receive, send))
    return sent


async def greet(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"max-age=5")]})
    await send({"type": "http.response.body", "body": b"{}"})


async def fail(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError(SECRET)


async def fail_late(scope: Scope, receive: Receive, send: Send) -> None:
    await greet(scope, receive, send)
    raise RuntimeError(SECRET)


def headers_of(sent: list[Message]) -> dict[str, str]:
    return {name.decode(): content.decode() for name, content in sent[0]["headers"]}


def test_every_answer_carries_safe_headers_and_keeps_its_own():
    headers = headers_of(ask(greet))
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "max-age=5"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert len(headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:3000", "localhost", "LOCALHOST:80", "[::1]:3000", "127.8.8.8"]
)
def test_names_of_this_machine_are_served(host):
    assert ask(greet, headers=[(b"host", host.encode())])[0]["status"] == 200


@pytest.mark.parametrize(
    "host", ["example.org", "example.org:3000", "10.0.0.7", "localhost.example.org", "", "0.0.0.0", "a:b:c"]
)
def test_other_names_are_not(host):
    sent = ask(fail, headers=[(b"host", host.encode())])
    assert (sent[0]["status"], json.loads(sent[1]["body"])["code"]) == (421, "host")


def test_a_request_without_a_host_is_refused():
    assert ask(fail, headers=[])[0]["status"] == 421


def test_a_failure_is_a_problem_document_and_its_message_is_neither_sent_nor_logged(caplog):
    logging.getLogger("xm_predict").propagate = True
    with caplog.at_level(logging.INFO, logger="xm_predict"):
        sent = ask(fail)
    problem = json.loads(sent[1]["body"])
    assert (sent[0]["status"], problem["code"]) == (500, "internal")
    assert SECRET not in caplog.text + str(sent)
    line = json.loads(caplog.records[0].getMessage())
    assert (line["error"], line["request_id"]) == ("RuntimeError", problem["request_id"])
    assert line["at"][-1].startswith("fail:")


@pytest.mark.parametrize("path", ["/reports/sign-in", "/reports/style.css"])
def test_people_get_a_page_where_programs_get_a_problem_document(path, caplog):
    shown = []

    def show(problem, scope):
        shown.append((problem.status, problem.code, scope["path"]))
        return Response("a page", problem.status, {"content-security-policy": "of the page"})

    logging.getLogger("xm_predict").propagate = True
    sent = ask(fail, show_problem=show, path=path)
    assert shown == [(500, "internal", path)]
    assert (sent[0]["status"], sent[1]["body"]) == (500, b"a page")
    headers = headers_of(sent)
    assert (headers["content-security-policy"], headers["cache-control"]) == ("of the page", "no-store")
    assert SECRET not in caplog.text
    sent = ask(fail, show_problem=show, path="/livez")
    assert json.loads(sent[1]["body"])["code"] == "internal"
    assert len(shown) == 1


def test_a_page_that_failed_after_its_start_gets_no_second_one():
    shown = []
    sent = ask(fail_late, show_problem=lambda *given: shown.append(given), path="/reports/sign-in")
    assert ([message["type"] for message in sent], shown) == (
        ["http.response.start", "http.response.body"],
        [],
    )


def test_a_failure_after_the_start_of_an_answer_adds_no_second_one():
    assert [message["type"] for message in ask(fail_late)] == ["http.response.start", "http.response.body"]


@pytest.mark.parametrize(
    "given", ["0" * 32, "4bf92f3577b34da6a3ce929d0e0e4736", "9F86D081-884C-4D65-9A2F-EAA0C55AD015"]
)
def test_a_plain_request_id_is_kept(given):
    assert choose_request_id({"x-request-id": given}) == given


@pytest.mark.parametrize(
    "given", ["", "a" * 33, "a b", "a\nb", SECRET, '{"a":1}', "4711", "anna", "xmp_4d1cc2a9e5b9_" + "x" * 43]
)
def test_any_other_request_id_is_replaced(given):
    chosen = choose_request_id({"x-request-id": given})
    assert chosen != given
    assert chosen.isalnum()


def test_web_sockets_are_closed():
    assert ask(fail, type="websocket") == [{"type": "websocket.close", "code": 1000}]


def test_the_life_of_the_process_passes_through():
    seen = []

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    ask(note, type="lifespan")
    assert seen == ["lifespan"]


def test_who_is_asking_stands_in_the_state_and_nobody_where_a_route_is_open(tmp_path):
    seen = []

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["state"]["actor"])
        await greet(scope, receive, send)

    key = make_key(tmp_path / "keys.json", "manager", units="site=Bonn")
    guard = Guard()
    ring = KeyRing(tmp_path / "keys.json")
    ring.look()
    guard.begin(ring)
    shown = [(b"host", b"localhost"), (b"authorization", bearer(key)["authorization"].encode())]
    ask(note, guard, path="/v1/drivers", headers=shown)
    ask(note, guard, path="/livez", headers=shown)
    assert (seen[0].key_id, seen[0].role, seen[0].units) == (key.split("_")[1], "manager", {"site=Bonn"})
    assert seen[1] is None


def test_nothing_behind_the_edge_is_reached_without_a_key():
    sent = ask(fail, path="/v1/score", method="POST")
    assert (sent[0]["status"], json.loads(sent[1]["body"])["code"]) == (503, "keys_unreadable")


@pytest.mark.parametrize(
    ("announced", "is_closed"),
    [
        ([], False),
        ([(b"content-length", b"0")], False),
        ([(b"content-length", b"5")], True),
        ([(b"transfer-encoding", b"chunked")], True),
    ],
    ids=["no body", "an empty one", "a short one", "chunks"],
)
def test_a_connection_is_closed_if_a_refusal_left_a_body_unread(announced, is_closed):
    host = (b"host", b"example.org")
    for headers in ([host, *announced], [(b"host", b"localhost"), *announced]):
        answered = headers_of(ask(fail, path="/v1/score", method="POST", headers=headers))
        assert (answered.get("connection") == "close") is is_closed
