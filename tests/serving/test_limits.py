import asyncio
import json
import signal
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from starlette.types import Message, Receive, Scope, Send

from serving.books import Books
from serving.edge import Edge
from serving.limit_settings import LimitSettings
from serving.limits import Gate, Limits, LoadFigures, drain_on_signal
from serving.pages.problems import show_problem
from serving.problems import ProblemError
from serving.settings import Settings

JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")


def make_gate(max_body_bytes: int = 1024 * 1024, max_body_seconds: float = 10, **limits) -> Gate:
    gate = Gate()
    settings = Settings(max_body_bytes=max_body_bytes, max_body_seconds=max_body_seconds)
    gate.begin(replace(settings, limits=LimitSettings(**limits)))
    return gate


class Client:
    """Send requests through the limits alone; what stands before them has let them in."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], gate: Gate) -> None:
        self._layer = Limits(app, gate)

    async def ask(
        self,
        *chunks: bytes | None,
        path: str = "/v1/score",
        method: str = "POST",
        kind: tuple[bytes, bytes] = JSON,
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of the answer; a chunk that is None never comes."""
        left = list(chunks)
        sent: list[Message] = []

        async def receive() -> Message:
            chunk = left.pop(0) if left else b""
            if chunk is None:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": chunk, "more_body": bool(left)}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": [kind], "state": {}}
        try:
            await self._layer(scope, receive, send)
        except ProblemError as problem:
            return problem.status, problem.headers, problem.code.encode()
        return sent[0]["status"], {}, sent[1]["body"]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["state"].get("body", b"-")})


class Slow:
    """Work until told to stop."""

    def __init__(self) -> None:
        self.most = self.now = 0
        self.is_over = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await self.is_over.wait()
        self.now -= 1
        await echo(scope, receive, send)


async def settle() -> None:
    """Let all tasks go as far as they can."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_the_routes_find_the_whole_body():
    assert asyncio.run(Client(echo, make_gate()).ask(b"ab", b"cd"))[2] == b"abcd"


def test_only_so_many_work_and_wait_and_the_rest_is_refused_at_once():
    async def run() -> None:
        gate, slow = make_gate(max_concurrent=2, max_queue=3), Slow()
        client = Client(slow, gate)
        tasks = [asyncio.create_task(client.ask(b"{}")) for _ in range(10)]
        await settle()
        assert gate.read_figures() == LoadFigures(
            2, 3, 0, 0, {"bodies": 0, "bytes": 0, "queue": 5, "wait": 0}
        )
        slow.is_over.set()
        answers = await asyncio.gather(*tasks)
        assert sorted(status for status, *_ in answers) == [200] * 5 + [503] * 5
        assert slow.most == 2
        for status, headers, code in answers:
            if status == 503:
                assert code == b"busy"
                assert 1 <= int(headers["retry-after"]) <= 30
        await settle()
        assert gate.read_figures().working == gate.read_figures().waiting == 0

    asyncio.run(run())


def test_work_in_one_go_is_bounded_per_round_of_the_loop():
    """Short work never waits for anything; without the rule of the next round no flood would ever be seen."""

    async def run() -> list[int]:
        client = Client(echo, make_gate(max_concurrent=4, max_queue=6))
        answers = await asyncio.gather(*(client.ask(b"{}") for _ in range(50)))
        return [status for status, *_ in answers]

    statuses = asyncio.run(run())
    assert statuses.count(200) == 10
    assert statuses.count(503) == 40


def test_one_after_the_other_nothing_is_ever_refused():
    async def run() -> set[int]:
        client = Client(echo, make_gate(max_concurrent=1, max_queue=1))
        return {(await client.ask(b"{}"))[0] for _ in range(100)}

    assert asyncio.run(run()) == {200}


def test_waiting_has_an_end():
    async def run() -> tuple[int, bytes]:
        slow = Slow()
        client = Client(slow, make_gate(max_concurrent=1, max_wait_seconds=0.02))
        first = asyncio.create_task(client.ask(b"{}"))
        await settle()
        status, _, code = await client.ask(b"{}")
        slow.is_over.set()
        assert (await first)[0] == 200
        return status, code

    assert asyncio.run(run()) == (503, b"busy")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_health_and_counters_need_no_place(path):
    async def run() -> int:
        slow = Slow()
        gate = make_gate(max_concurrent=1, max_queue=0)
        busy = asyncio.create_task(Client(slow, gate).ask(b"{}"))
        await settle()
        assert (await Client(echo, gate).ask(b"{}"))[0] == 503
        status = (await Client(echo, gate).ask(path=path, method="GET"))[0]
        slow.is_over.set()
        await busy
        return status

    assert asyncio.run(run()) == 200


def test_other_questions_do():
    async def run() -> int:
        slow = Slow()
        gate = make_gate(max_concurrent=1, max_queue=0)
        busy = asyncio.create_task(Client(slow, gate).ask(b"{}"))
        await settle()
        status = (await Client(echo, gate).ask(path="/v1/model", method="GET"))[0]
        slow.is_over.set()
        await busy
        return status

    assert asyncio.run(run()) == 503


def test_a_slow_body_holds_no_place_and_is_given_up():
    async def run() -> None:
        gate = make_gate(max_concurrent=1, max_queue=0, max_body_seconds=0.05)
        client = Client(echo, gate)
        slow = [asyncio.create_task(client.ask(b"{", None)) for _ in range(5)]
        await settle()
        figures = gate.read_figures()
        assert (figures.reading, figures.held_bytes, figures.working) == (5, 5, 0)
        assert (await client.ask(b"{}"))[0] == 200
        answers = await asyncio.gather(*slow)
        assert {(status, headers["connection"]) for status, headers, _ in answers} == {(408, "close")}
        assert (gate.read_figures().reading, gate.read_figures().held_bytes) == (0, 0)

    asyncio.run(run())


def test_so_many_slow_bodies_and_no_more():
    async def run() -> None:
        gate = make_gate(max_bodies=2, max_body_seconds=0.05)
        client = Client(echo, gate)
        tasks = [asyncio.create_task(client.ask(b"{", None)) for _ in range(3)]
        await settle()
        assert (await client.ask(b"{}"))[0] == 200, "a body that is there as a whole needs no room"
        statuses = sorted([status for status, *_ in await asyncio.gather(*tasks)])
        assert statuses == [408, 408, 503]
        assert gate.read_figures().refused["bodies"] == 1

    asyncio.run(run())


def test_their_bytes_are_bounded_together():
    async def run() -> None:
        gate = make_gate(max_body_bytes=1024, max_held_bytes=2048, max_body_seconds=0.05)
        client = Client(echo, gate)
        tasks = [asyncio.create_task(client.ask(b"x", b"x" * 899, None)) for _ in range(3)]
        statuses = sorted([status for status, *_ in await asyncio.gather(*tasks)])
        assert statuses == [408, 408, 503]
        assert gate.read_figures().refused["bytes"] == 1

    asyncio.run(run())


def test_one_body_within_its_own_limit_always_fits():
    async def run() -> int:
        gate = make_gate(max_body_bytes=5000, max_held_bytes=1024)
        return (await Client(echo, gate).ask(b"x" * 2000, b"x" * 2000))[0]

    assert asyncio.run(run()) == 200


def test_a_body_is_not_read_when_the_line_is_full():
    async def run() -> tuple[int, str]:
        slow, gate = Slow(), make_gate(max_concurrent=1, max_queue=0)
        busy = asyncio.create_task(Client(slow, gate).ask(b"{}"))
        await settle()
        status, headers, _ = await Client(echo, gate).ask(b"{", b"}", None)
        slow.is_over.set()
        await busy
        return status, headers["connection"]

    assert asyncio.run(run()) == (503, "close")


def test_a_client_that_takes_its_answer_slowly_holds_no_place():
    async def run() -> int:
        gate = make_gate(max_concurrent=1, max_queue=0)
        is_over = asyncio.Event()

        async def receive() -> Message:
            return {"type": "http.request", "body": b"{}", "more_body": False}

        async def send(_: Message) -> None:
            await is_over.wait()

        scope = {"type": "http", "method": "POST", "path": "/v1/score", "headers": [JSON], "state": {}}
        blocked = asyncio.create_task(Limits(echo, gate)(scope, receive, send))
        await settle()
        status = (await Client(echo, gate).ask(b"{}"))[0]
        is_over.set()
        await blocked
        return status

    assert asyncio.run(run()) == 200


def test_work_that_fails_leaves_its_place():
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError

    async def run() -> None:
        gate = make_gate(max_concurrent=1, max_queue=0)
        for _ in range(3):
            with pytest.raises(RuntimeError):
                await Client(fail, gate).ask(b"{}")
            await settle()
        assert gate.read_figures().working == 0

    asyncio.run(run())


def test_who_is_not_let_in_is_refused_before_any_limit_counts():
    """The order: a stranger learns nothing of size, room or line, and takes no room."""
    from serving.access.guard import Guard

    async def run() -> tuple[int, str, dict[str, int]]:
        gate = make_gate(max_body_bytes=1024)
        sent: list[Message] = []

        async def receive() -> Message:
            raise AssertionError("the body is not touched")

        async def send(message: Message) -> None:
            sent.append(message)

        headers = [(b"host", b"localhost"), JSON, (b"content-length", b"5000")]
        scope = {"type": "http", "method": "POST", "path": "/v1/score", "headers": headers}
        await Edge(Limits(echo, gate), Guard(), Books(), show_problem)(scope, receive, send)
        return sent[0]["status"], json.loads(sent[1]["body"])["code"], gate.read_figures().refused

    status, code, refused = asyncio.run(run())
    assert (status, code) == (503, "keys_unreadable")
    assert set(refused.values()) == {0}


class TestDraining:
    def test_nobody_new_is_sent_here_and_whoever_comes_is_answered(self):
        async def run() -> None:
            gate = make_gate()
            client = Client(echo, gate)
            assert (await client.ask(path="/readyz", method="GET"))[0] == 200
            gate.is_draining = True
            status, headers, code = await client.ask(path="/readyz", method="GET")
            assert (status, headers["connection"], code) == (503, "close", b"draining")
            assert (await client.ask(path="/livez", method="GET"))[0] == 200
            assert (await client.ask(b"{}"))[2] == b"{}"

        asyncio.run(run())

    @pytest.mark.parametrize("is_draining", [False, True])
    def test_answers_end_their_connection_only_then(self, is_draining):
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"{}", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        async def run() -> None:
            gate = make_gate()
            gate.is_draining = is_draining
            scope = {"type": "http", "method": "POST", "path": "/v1/score", "headers": [JSON], "state": {}}
            await Limits(echo, gate)(scope, receive, send)

        asyncio.run(run())
        assert ((b"connection", b"close") in sent[0]["headers"]) is is_draining

    def test_a_signal_begins_it_and_has_its_old_effect_later_once(self):
        seen: list[bool] = []
        gate = make_gate()

        async def run() -> None:
            drain_on_signal(gate, 0.1)
            for _ in range(3):
                signal.raise_signal(signal.SIGTERM)
            await settle()
            assert gate.is_draining
            assert seen == []
            await asyncio.sleep(0.3)

        before = signal.signal(signal.SIGTERM, lambda *_: seen.append(True))
        try:
            asyncio.run(run())
        finally:
            signal.signal(signal.SIGTERM, before)
        assert seen == [True]

    def test_elsewhere_than_in_the_main_thread_no_signal_is_touched(self):
        async def run() -> None:
            drain_on_signal(make_gate(), 0.1)

        before = signal.getsignal(signal.SIGTERM)
        thread = threading.Thread(target=lambda: asyncio.run(run()))
        thread.start()
        thread.join()
        assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/v1/score", JSON, 200),
        ("/v1/score", FORM, 415),
        ("/v1/nowhere", FORM, 415),
        ("/reports", FORM, 200),
        ("/reports/sign-in", FORM, 200),
        ("/reports/sign-in", JSON, 415),
        ("/reportsx", FORM, 415),
    ],
)
def test_pages_take_forms_and_interfaces_json(path, kind, status):
    answer = asyncio.run(Client(echo, make_gate()).ask(b"key=a", path=path, kind=kind))
    assert answer[0] == status
    assert answer[2] == (b"key=a" if status == 200 else b"media_type")


def test_a_form_has_the_limits_of_a_body():
    client = Client(echo, make_gate(max_body_bytes=1024))
    answer = asyncio.run(client.ask(b"key=", b"x" * 1024, path="/reports/sign-in", kind=FORM))
    assert (answer[0], answer[2]) == (413, b"body_large")
    client = Client(echo, make_gate(max_body_seconds=0.01))
    answer = asyncio.run(client.ask(b"key=", None, path="/reports/sign-in", kind=FORM))
    assert (answer[0], answer[2]) == (408, b"body_slow")
