"""The command line: ``xm-predict VERB ...``, the same as ``python -m training VERB ...``."""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any, NoReturn, Self

from features.errors import XmError
from training.commands import VERBS, build_parser, module_of
from training.console import Console
from training.extras import demand, explain
from training.parameters import Verb

_TELEMETRY_OFF = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "BENTOML_DO_NOT_TRACK": "True"}
# The service is a process of its own, often started late; all else is imported first.
_STARTED_LATE = ("serve",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb.

    Returns
    -------
    int
        0 done, 1 failed, 2 wrong usage or input, 130 interrupted.
    """
    for variable, setting in _TELEMETRY_OFF.items():
        os.environ.setdefault(variable, setting)
    settings = vars(build_parser().parse_args(arguments))
    name = settings.pop("verb")
    verb = next(verb for verb in VERBS if verb.name == name)
    interruption = _Interruption()
    console = Console(as_json=settings.pop("json"), pulse=interruption.insist)
    with interruption:
        try:
            demand(verb.name, verb.extras, now=_STARTED_LATE)
            importlib.import_module(f"training.runs.{module_of(verb.name)}").run(console, **settings)
        except BaseException as error:  # noqa: BLE001 - what is not known by kind is raised again
            return _tell(console, verb, error, is_interrupted=interruption.came)
    return 0


class _Interruption:
    """Remember that Ctrl-C came: compiled libraries turn it into errors of many kinds, or swallow it."""

    def __init__(self) -> None:
        self.came = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._raise)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def insist(self) -> None:
        """Raise once more what a destructor or a callback of a library swallowed."""
        if self.came:
            raise KeyboardInterrupt

    def _raise(self, *_: object) -> NoReturn:
        self.came = True
        raise KeyboardInterrupt


def _tell(console: Console, verb: Verb, error: BaseException, *, is_interrupted: bool) -> int:
    """Say in one line what ended a verb, and return the exit code; raise what is a fault of ours."""
    if is_interrupted or isinstance(error, KeyboardInterrupt):
        console.failure("interrupted; nothing half-written was left behind")
        return 130
    if isinstance(error, ModuleNotFoundError):
        error = explain(verb.name, verb.extras, error) or error
    if isinstance(error, XmError):
        console.error(error)
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if isinstance(error, OSError):
        console.failure(
            f"{error.filename or 'a file'}: {error.strerror or error}; make room or choose another --out"
        )
        return 1
    raise error


if __name__ == "__main__":
    sys.exit(main())
