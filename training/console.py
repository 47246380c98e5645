"""The only writer of the command line: results on stdout, progress and errors on stderr."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from features.errors import XmError


class Console:
    """Write progress lines, one result, or one error.

    Parameters
    ----------
    as_json
        Write the result as one JSON object on stdout instead of text.
    pulse
        Called at every progress line; it raises what is to end the work.
    """

    def __init__(
        self,
        *,
        as_json: bool = False,
        out: TextIO | None = None,
        err: TextIO | None = None,
        pulse: Callable[[], None] | None = None,
    ) -> None:
        self._as_json = as_json
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._pulse = pulse
        self._started = time.monotonic()

    def report(self, line: str) -> None:
        """Write a progress line with the seconds since the start."""
        if self._pulse is not None:
            self._pulse()
        print(f"[{time.monotonic() - self._started:5.0f} s] {line}", file=self._err, flush=True)

    def result(self, text: str, content: Mapping[str, Any]) -> None:
        """Write the result: ``text`` for people, or ``content`` as one JSON object."""
        print(
            json.dumps(content, ensure_ascii=False, allow_nan=False) if self._as_json else text,
            file=self._out,
            flush=True,
        )

    def error(self, error: XmError) -> None:
        """Write one line that says where, what and how to mend it."""
        print(f"xm-predict: {error}", file=self._err, flush=True)

    def failure(self, line: str) -> None:
        """Write a line about a failure that is not the input's."""
        print(f"xm-predict: {line}", file=self._err, flush=True)
