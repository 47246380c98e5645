"""Settings of the limits under load: environment variables, each for one worker."""

from dataclasses import dataclass, field

from serving.variables import number


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

    max_concurrent: int = field(default=16, metadata=number("XM_MAX_CONCURRENT", int, 1, 10_000))
    max_queue: int = field(default=64, metadata=number("XM_MAX_QUEUE", int, 0, 100_000))
    max_wait_seconds: float = field(default=2.0, metadata=number("XM_MAX_WAIT_SECONDS", float, 0.01, 600))
    max_bodies: int = field(default=512, metadata=number("XM_MAX_BODIES", int, 1, 100_000))
    max_held_bytes: int = field(
        default=64 * 1024 * 1024, metadata=number("XM_MAX_HELD_BYTES", int, 1024, 2**36)
    )
    max_header_seconds: float = field(default=5.0, metadata=number("XM_MAX_HEADER_SECONDS", float, 0.1, 600))
    max_idle_seconds: float = field(default=30.0, metadata=number("XM_MAX_IDLE_SECONDS", float, 0.1, 3_600))
    drain_seconds: float = field(default=1.0, metadata=number("XM_DRAIN_SECONDS", float, 0, 300))
