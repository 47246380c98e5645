"""What routes need while the service runs: champions, reports, who asks, how an answer is sent."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeVar

import anyio
import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from serving.access.guard import Guard
from serving.access.permission import check_subject, check_usecase, may_read
from serving.access.roles import Actor
from serving.books import About, Books
from serving.call_events import Listeners
from serving.call_orders import CallOrders
from serving.champions import Champion, Champions
from serving.open_calls import OpenCalls
from serving.problems import Finding, ProblemError
from serving.reading import decode, read_query
from serving.reports import Reports
from serving.settings import Settings
from serving.turn_readers import FindCallModel

_Answer = TypeVar("_Answer")
_Content = TypeVar("_Content", bound=msgspec.Struct)
_ENCODE = msgspec.json.Encoder().encode
_ROWS_ON_LOOP = 16
_JSON = (b"content-type", b"application/json")


@dataclass(frozen=True)
class Desk:
    """Hold what the routes need while the service runs.

    Attributes
    ----------
    calls, listeners
        Running calls, and who listens to them.
    is_ending
        Tells whether the worker is about to end.
    find_call_model
        Finds what measures calls for a champion.
    """

    settings: Settings
    champions: Champions
    reports: Reports
    threads: anyio.CapacityLimiter
    books: Books
    guard: Guard
    calls: OpenCalls
    listeners: Listeners
    is_ending: Callable[[], bool]
    find_call_model: FindCallModel
    orders: CallOrders = field(default_factory=CallOrders)

    def find(self, actor: Actor, usecase: str) -> Champion:
        """Return the champion that answers a request.

        Raises
        ------
        ProblemError
            403 for a use case that the key is not for, 404 for one without a champion.
        """
        check_usecase(actor, usecase)
        champion = self.champions.get(usecase)
        if champion is None:
            finding = Finding("usecase", "has no champion here; see /readyz for those that have one")
            raise ProblemError(404, "usecase_unknown", "There is no such use case.", (finding,))
        check_subject(actor, champion.subject)
        return champion

    def find_all(self, actor: Actor) -> list[Champion]:
        """Return the champions of the use cases that a key may know of."""
        found = [self.champions.get(name) for name in self.champions.names]
        return [
            one for one in found if one is not None and may_read(actor, one.bundle.usecase.name, one.subject)
        ]

    async def run(self, work: Callable[[], _Answer], rows: int, reasons: int) -> _Answer:
        """Do short work at once, long work in a thread, so that other requests go on."""
        if rows * (1 + reasons) <= _ROWS_ON_LOOP:
            return work()
        return await self.run_apart(work)

    async def run_apart(self, work: Callable[[], _Answer]) -> _Answer:
        """Do work in a thread: long work, and reading files."""
        return await anyio.to_thread.run_sync(work, limiter=self.threads)


class JsonAnswer(Response):
    """Send an answer that is JSON already, with the headers that it needs and no more.

    Parameters
    ----------
    body
        The answer.
    """

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.status_code = 200
        self.raw_headers = [(b"content-length", b"%d" % len(body)), _JSON]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Send it."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


def answer_json(content: msgspec.Struct) -> Response:
    """Return an answer as JSON."""
    return JsonAnswer(_ENCODE(content))


def find_desk(request: Request) -> Desk:
    """Return what the routes need."""
    desk: Desk = request.app.state.desk
    return desk


def read_body(request: Request, decoder: msgspec.json.Decoder[_Content]) -> _Content:
    """Return what the body says, which the limits have let through; then the address says nothing.

    Raises
    ------
    ProblemError
        As :func:`~serving.reading.decode`, and 422 for a query.
    """
    if request.scope["query_string"]:
        read_query(request, ())
    return decode(decoder.decode, request.state.body, known=decoder.type.__struct_fields__)


def find_actor(request: Request) -> Actor:
    """Return who is asking, as the outer layer found."""
    actor: Actor = request.state.actor
    return actor


def find_champion(request: Request, further: Collection[str] = ()) -> tuple[Champion, dict[str, str]]:
    """Return the champion that the query names, and the query.

    Parameters
    ----------
    further
        Parameters beside ``usecase`` that the route knows.

    Raises
    ------
    ProblemError
        422 for a parameter that is not known or missing; else as :meth:`Desk.find`.
    """
    query = read_query(request, ("usecase", *further))
    usecase = query.get("usecase")
    if usecase is None:
        raise ProblemError(422, "parameter", "Say which use case.", (Finding("query.usecase", "is missing"),))
    champion = find_desk(request).find(find_actor(request), usecase)
    request.scope["state"]["about"] = About(usecase, champion.bundle.model_version)
    return champion, query


def note_request(request: Request, champion: Champion, rows: int, unit: str = "") -> About:
    """Leave word of what a request is about, for its line in the logs."""
    bundle, state = champion.bundle, request.scope["state"]
    usecase = bundle.usecase.name
    state["log"] = {"usecase": usecase, "rows": rows}
    state["about"] = about = About(usecase, bundle.model_version, rows, unit)
    return about
