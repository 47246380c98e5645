"""Settings of running calls: where what was heard of them lies, and how much of it there may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from serving.limit_settings import ReadNumber


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

    folder: Path = Path("xm-data/calls")
    max_calls: int = 5000
    max_turns: int = 1000
    idle_seconds: float = 900.0
    max_listeners: int = 64
    max_listen_seconds: float = 300.0

    @classmethod
    def read(cls, given: Mapping[str, str], read_number: ReadNumber) -> Self:
        """Read the settings from variables, numbers by way of a function that knows them."""
        default = cls()
        return cls(
            folder=Path(given.get("XM_CALLS", default.folder)).absolute(),
            max_calls=read_number("XM_MAX_CALLS", default.max_calls, int, 1, 1_000_000),
            max_turns=read_number("XM_MAX_TURNS", default.max_turns, int, 1, 100_000),
            idle_seconds=read_number("XM_CALL_IDLE_SECONDS", default.idle_seconds, float, 0.1, 86_400),
            max_listeners=read_number("XM_MAX_LISTENERS", default.max_listeners, int, 0, 100_000),
            max_listen_seconds=read_number(
                "XM_MAX_LISTEN_SECONDS", default.max_listen_seconds, float, 0.1, 86_400
            ),
        )

    def to_environment(self) -> dict[str, str]:
        """Return the variables that give these settings again."""
        return {
            "XM_CALLS": str(self.folder),
            "XM_MAX_CALLS": str(self.max_calls),
            "XM_MAX_TURNS": str(self.max_turns),
            "XM_CALL_IDLE_SECONDS": str(self.idle_seconds),
            "XM_MAX_LISTENERS": str(self.max_listeners),
            "XM_MAX_LISTEN_SECONDS": str(self.max_listen_seconds),
        }
