"""Room for so much and no more: bodies on their way, requests at work, requests in line; for one worker.

All of it belongs to the event loop of the worker, so nothing here is locked.
"""

import asyncio
import contextlib
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator

from serving.problems import ProblemError

_SHORTEST_SECONDS = 1
_LONGEST_SECONDS = 30
_REFUSED_PER_SECOND_OF_DELAY = 20


class Refusals:
    """Count what was refused for want of room, and say when to come back.

    Parameters
    ----------
    now
        Clock, in seconds.

    Attributes
    ----------
    counts
        Refusals by what was full: ``bodies``, ``bytes``, ``queue`` or ``wait``.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since = -1.0
        self._recent = 0
        self.counts = {"bodies": 0, "bytes": 0, "queue": 0, "wait": 0}

    def refuse(self, reason: str, *, is_closing: bool = False) -> ProblemError:
        """Return the error that ends a request.

        The time until the next attempt is drawn by lot, from 1 to 30 seconds at most. The more have been
        refused of late, the wider they are spread: those who were refused together do not come back together.
        """
        self.counts[reason] += 1
        now = self._now()
        if now - self._since >= 1:
            self._since, self._recent = now, 0
        self._recent += 1
        widest = min(_LONGEST_SECONDS, 2 + self._recent // _REFUSED_PER_SECOND_OF_DELAY)
        seconds = _SHORTEST_SECONDS + secrets.randbelow(widest)
        return ProblemError(
            503,
            "busy",
            "The service has more to do than it can; ask again after the time in Retry-After.",
            is_closing=is_closing,
            headers={"retry-after": str(min(seconds, _LONGEST_SECONDS))},
        )


class Turns:
    """Let so many requests work at once; others wait in line, few of them and not for long.

    Short work is done on the event loop in one go, so two of its kind never work at the same moment. A place
    that was left is therefore given on in the next round of the loop: what comes in together is counted
    together, and a flood meets a full line instead of an endless round.

    Parameters
    ----------
    places
        Requests that work at once.
    most_waiting
        Length of the line.
    most_seconds
        Longest time in line.
    refusals
        Makes the errors.
    """

    def __init__(self, places: int, most_waiting: int, most_seconds: float, refusals: Refusals) -> None:
        self._places = places
        self._free = places
        self._leaving = 0
        self._most_waiting = most_waiting
        self._most_seconds = most_seconds
        self._refusals = refusals
        self._line: deque[asyncio.Future[None]] = deque()

    @property
    def working(self) -> int:
        """Return how many work."""
        return self._places - self._free - self._leaving

    @property
    def waiting(self) -> int:
        """Return how many wait."""
        return len(self._line)

    @property
    def is_full(self) -> bool:
        """Tell whether the next one would have to be refused."""
        return not self._free and len(self._line) >= self._most_waiting

    def take(self) -> bool:
        """Take a place if one is free and nobody waits for it."""
        if not self._free or self._line:
            return False
        self._free -= 1
        return True

    async def wait(self) -> None:
        """Take a place when it is one's turn.

        Raises
        ------
        ProblemError
            503 if the line is full, or the turn does not come in time.
        """
        if len(self._line) >= self._most_waiting:
            raise self._refusals.refuse("queue")
        turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            async with asyncio.timeout(self._most_seconds):
                await turn
        except BaseException as error:  # a request that is given up must not keep its place in line
            self._forget(turn)
            if isinstance(error, TimeoutError):
                raise self._refusals.refuse("wait") from None
            raise

    def leave(self) -> None:
        """Give one's place back."""
        self._leaving += 1
        if self._leaving == 1:
            asyncio.get_running_loop().call_soon(self._hand_on)

    def _forget(self, turn: asyncio.Future[None]) -> None:
        """Take someone out of the line; a place that was given in the same moment is given on."""
        if turn.done() and not turn.cancelled():
            self.leave()
            return
        with contextlib.suppress(ValueError):
            self._line.remove(turn)

    def _hand_on(self) -> None:
        """Give the places that were left to those who have waited longest."""
        self._free, self._leaving = self._free + self._leaving, 0
        while self._free and self._line:
            turn = self._line.popleft()
            if not turn.done():
                self._free -= 1
                turn.set_result(None)


class Bodies:
    """Let so many bodies be on their way at once, with so many bytes; they hold no place meanwhile.

    Parameters
    ----------
    most
        Bodies at once.
    most_bytes
        Bytes of all of them.
    refusals
        Makes the errors.
    is_full
        Tells that there would be no room for the work either.
    """

    def __init__(
        self, most: int, most_bytes: int, refusals: Refusals, is_full: Callable[[], bool] = lambda: False
    ) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._refusals = refusals
        self._is_full = is_full
        self.reading = 0
        self.held_bytes = 0

    @contextlib.contextmanager
    def open(self) -> Iterator[Callable[[int], None]]:
        """Make room for one body; what is returned has to be told of every chunk.

        Raises
        ------
        ProblemError
            503 if there is no room, at the beginning or later for a chunk.
        """
        if self.reading >= self._most:
            raise self._refusals.refuse("bodies", is_closing=True)
        if self._is_full():
            raise self._refusals.refuse("queue", is_closing=True)
        held = 0

        def hold(n_bytes: int) -> None:
            nonlocal held
            if self.held_bytes + n_bytes > self._most_bytes:
                raise self._refusals.refuse("bytes", is_closing=True)
            self.held_bytes += n_bytes
            held += n_bytes

        self.reading += 1
        try:
            yield hold
        finally:
            self.reading -= 1
            self.held_bytes -= held
