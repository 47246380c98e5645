import asyncio

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from serving.dispatch import Dispatch


async def greet(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"hello {request.headers['name']}")


async def fall_back(scope, receive, send):
    await PlainTextResponse("the router", 404)(scope, receive, send)


def ask(method, path):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [(b"name", b"Ada")]}
    asyncio.run(Dispatch(fall_back, [Route("/hello", greet, methods=["GET"])])(scope, receive, send))
    return sent[0]["status"], sent[1]["body"], scope


def test_a_route_is_called_and_named_for_the_log():
    status, body, scope = ask("GET", "/hello")
    assert (status, body) == (200, b"hello Ada")
    assert scope["route"].path == "/hello"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/hello"), ("HEAD", "/hello"), ("GET", "/hello/"), ("GET", "/"), ("GET", "/hell%6f")],
)
def test_everything_else_is_left_to_the_router(method, path):
    status, body, scope = ask(method, path)
    assert (status, body) == (404, b"the router")
    assert "route" not in scope


@pytest.mark.parametrize("path", ["/calls/{name}", "/calls/a"])
def test_a_route_with_a_parameter_is_left_to_the_router_also_under_its_own_name(path):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    routes = [Route("/calls/{name}", greet, methods=["GET"])]
    asyncio.run(Dispatch(fall_back, routes)(scope, None, send))
    assert sent[1]["body"] == b"the router"


def test_the_life_of_the_process_is_left_to_the_router():
    seen = []

    async def note(scope, receive, send):
        seen.append(scope["type"])

    asyncio.run(Dispatch(note, [])({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
