"""Settings of running calls: where what was heard of them lies, and how much of it there may be."""

from dataclasses import dataclass, field
from pathlib import Path

from serving.variables import number, path


@dataclass(frozen=True)
class CallSettings:
    """Hold where running calls are kept, and their limits.

    Attributes
    ----------
    folder
        ``XM_CALLS``: folder that all workers share, for the owner alone; holds numbers, never words.
    max_calls
        ``XM_MAX_CALLS``: calls that one key may have open; a further one gets 503.
    max_turns
        ``XM_MAX_TURNS``: turns of one call; a further one gets 409.
    idle_seconds
        ``XM_CALL_IDLE_SECONDS``: a call without a new turn for so long is forgotten.
    max_listeners
        ``XM_MAX_LISTENERS``: streams of one worker that are open at once; a further one gets 503.
    max_listen_seconds
        ``XM_MAX_LISTEN_SECONDS``: a stream ends then, and whoever listens asks again.
    """

    folder: Path = field(default=Path("xm-data/calls"), metadata=path("XM_CALLS"))
    max_calls: int = field(default=5000, metadata=number("XM_MAX_CALLS", int, 1, 1_000_000))
    max_turns: int = field(default=1000, metadata=number("XM_MAX_TURNS", int, 1, 100_000))
    idle_seconds: float = field(default=900.0, metadata=number("XM_CALL_IDLE_SECONDS", float, 0.1, 86_400))
    max_listeners: int = field(default=64, metadata=number("XM_MAX_LISTENERS", int, 0, 100_000))
    max_listen_seconds: float = field(
        default=300.0, metadata=number("XM_MAX_LISTEN_SECONDS", float, 0.1, 86_400)
    )
