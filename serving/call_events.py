"""The measures of a running call as a stream of server-sent events, for those who listen.

A stream looks five times a second whether the call has changed, so it does not matter which worker the turns
reach. It ends when the call is forgotten, the key is no longer valid, the worker is about to end, or after
some minutes; who listens asks again, as browsers do by themselves.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

from serving.problems import ProblemError

MEDIA_TYPE = "text/event-stream"
LOOK_SECONDS = 0.2
# Proxies close what says nothing for long, and a client sees by it that the service lives.
BREATH_SECONDS = 5.0
_HEADERS = {"content-type": MEDIA_TYPE, "x-accel-buffering": "no"}
_RETRY = b"retry: 1000\n\n"
_BREATH = b": still here\n\n"
END = b"event: end\ndata: {}\n\n"


@dataclass(frozen=True)
class Source:
    """Say where a stream has its events from.

    Attributes
    ----------
    find_stamp
        Tells what changes whenever the call does; None once it is forgotten.
    spell
        Returns the measures as JSON in one line; None once the call is forgotten.
    may_go_on
        Tells whether the stream may go on.
    """

    find_stamp: Callable[[], object | None]
    spell: Callable[[], bytes | None]
    may_go_on: Callable[[], bool]


class Listeners:
    """Count the streams of one worker.

    Parameters
    ----------
    most
        How many may be open at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.n_open = 0

    def demand_room(self) -> None:
        """Refuse a stream where there is no room for it.

        Raises
        ------
        ProblemError
            503.
        """
        if self.n_open >= self._most:
            detail = (
                "As many listen to calls as this worker takes on; ask again after the time in Retry-After."
            )
            raise ProblemError(503, "busy", detail, headers={"retry-after": "5"})

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """Count one stream while it is open."""
        self.n_open += 1
        try:
            yield
        finally:
            self.n_open -= 1


def stream(source: Source, listeners: Listeners, seconds: float) -> Response:
    """Return the answer that tells of the call for some time."""
    listeners.demand_room()
    return StreamingResponse(follow(source, listeners, seconds), headers=_HEADERS)


async def follow(source: Source, listeners: Listeners, seconds: float) -> AsyncIterator[bytes]:
    """Yield the measures now, and after every change.

    Parameters
    ----------
    seconds
        When to end at the latest.
    """
    loop = asyncio.get_running_loop()
    seen: object = None
    last = started = loop.time()
    with listeners.counted():
        yield _RETRY
        while loop.time() - started < seconds and source.may_go_on():
            stamp = source.find_stamp()
            spelled = source.spell() if stamp is not None and stamp != seen else b""
            if stamp is None or spelled is None:
                yield END
                return
            if spelled:
                seen, last = stamp, loop.time()
                yield b"event: measures\ndata: " + spelled + b"\n\n"
            elif loop.time() - last >= BREATH_SECONDS:
                last = loop.time()
                yield _BREATH
            await asyncio.sleep(LOOK_SECONDS)
