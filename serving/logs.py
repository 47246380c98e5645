"""Log lines: their time in words, and where they go: to a stream, many in one write, none much later."""

import asyncio
import functools
import logging
import time
from typing import TextIO

_DELAY_SECONDS = 0.1
_MOST_LINES = 256


@functools.lru_cache(2)
def spell_second(second: int) -> str:
    """Write a moment (UTC) in words; many lines are of the same second.

    Examples
    --------
    >>> spell_second(1_750_000_000)
    '2025-06-15T15:06:40Z'
    """
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


class BatchedHandler(logging.Handler):
    """Collect lines and write them together: a write per request costs a good part of a score.

    Lines wait at most a tenth of a second. An error is written at once with all that came before it, and so
    is everything outside a running event loop.

    Parameters
    ----------
    stream
        Where to write.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: list[str] = []
        self._is_waiting = False

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line."""
        is_plain = self.formatter is None and not record.exc_info
        self._lines.append(record.getMessage() if is_plain else self.format(record))
        if record.levelno >= logging.WARNING or len(self._lines) >= _MOST_LINES:
            self.flush()
        elif not self._is_waiting:
            self._wait()

    def flush(self) -> None:
        """Write what has been collected."""
        self.acquire()
        try:
            lines, self._lines = self._lines, []
            if lines:
                self._stream.write("\n".join(lines) + "\n")
            self._stream.flush()
        finally:
            self.release()

    def _wait(self) -> None:
        """Have the event loop of this thread write soon; write at once where there is none."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
            return
        self._is_waiting = True
        loop.call_later(_DELAY_SECONDS, self._end_waiting)

    def _end_waiting(self) -> None:
        """Write what came while waiting."""
        self._is_waiting = False
        self.flush()
