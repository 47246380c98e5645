"""Settings of the limits under load: environment variables, each for one worker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

_Number = TypeVar("_Number", int, float)


class ReadNumber(Protocol):
    """Read a number inside its bounds from a variable."""

    def __call__(
        self, name: str, default: _Number, kind: Callable[[str], _Number], lowest: float, highest: float
    ) -> _Number:
        """Return it, or the default where the variable is absent."""
        ...


@dataclass(frozen=True)
class LimitSettings:
    """Hold how much one worker takes on, and how long it waits for slow clients.

    Attributes
    ----------
    max_concurrent
        ``XM_MAX_CONCURRENT``: requests that work at once.
    max_queue
        ``XM_MAX_QUEUE``: requests that wait for their turn; a further one gets 503 with Retry-After.
    max_wait_seconds
        ``XM_MAX_WAIT_SECONDS``: how long a request waits for its turn before it gets 503.
    max_bodies
        ``XM_MAX_BODIES``: bodies that are on their way at once; a further one gets 503.
    max_held_bytes
        ``XM_MAX_HELD_BYTES``: bytes of such bodies that are held at once; one that brings more gets 503.
    max_header_seconds
        ``XM_MAX_HEADER_SECONDS``: a connection whose next head takes longer to arrive is closed.
    max_idle_seconds
        ``XM_MAX_IDLE_SECONDS``: a connection without a next request is closed; so is one that does not take
        its answer.
    drain_seconds
        ``XM_DRAIN_SECONDS``: how long a worker that was told to end goes on answering; ``/readyz`` says 503
        meanwhile, and every answer ends its connection.
    """

    max_concurrent: int = 16
    max_queue: int = 64
    max_wait_seconds: float = 2.0
    max_bodies: int = 512
    max_held_bytes: int = 64 * 1024 * 1024
    max_header_seconds: float = 5.0
    max_idle_seconds: float = 30.0
    drain_seconds: float = 1.0

    @classmethod
    def read(cls, read_number: ReadNumber) -> Self:
        """Read the settings by way of a function that knows the environment."""
        default = cls()
        return cls(
            max_concurrent=read_number("XM_MAX_CONCURRENT", default.max_concurrent, int, 1, 10_000),
            max_queue=read_number("XM_MAX_QUEUE", default.max_queue, int, 0, 100_000),
            max_wait_seconds=read_number("XM_MAX_WAIT_SECONDS", default.max_wait_seconds, float, 0.01, 600),
            max_bodies=read_number("XM_MAX_BODIES", default.max_bodies, int, 1, 100_000),
            max_held_bytes=read_number("XM_MAX_HELD_BYTES", default.max_held_bytes, int, 1024, 2**36),
            max_header_seconds=read_number(
                "XM_MAX_HEADER_SECONDS", default.max_header_seconds, float, 0.1, 600
            ),
            max_idle_seconds=read_number("XM_MAX_IDLE_SECONDS", default.max_idle_seconds, float, 0.1, 3_600),
            drain_seconds=read_number("XM_DRAIN_SECONDS", default.drain_seconds, float, 0, 300),
        )

    def to_environment(self) -> dict[str, str]:
        """Return the variables that give these settings again."""
        return {
            "XM_MAX_CONCURRENT": str(self.max_concurrent),
            "XM_MAX_QUEUE": str(self.max_queue),
            "XM_MAX_WAIT_SECONDS": str(self.max_wait_seconds),
            "XM_MAX_BODIES": str(self.max_bodies),
            "XM_MAX_HELD_BYTES": str(self.max_held_bytes),
            "XM_MAX_HEADER_SECONDS": str(self.max_header_seconds),
            "XM_MAX_IDLE_SECONDS": str(self.max_idle_seconds),
            "XM_DRAIN_SECONDS": str(self.drain_seconds),
        }
