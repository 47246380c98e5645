"""The command line: ``xm-predict VERB ...``, the same as ``python -m training VERB ...``."""

import importlib
import os
import sys
from collections.abc import Sequence

from features.errors import XmError
from training.commands import build_parser
from training.console import Console

_TELEMETRY_OFF = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "BENTOML_DO_NOT_TRACK": "True"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb.

    Returns
    -------
    int
        0 done, 1 failed, 2 wrong usage or input, 130 interrupted.
    """
    for name, setting in _TELEMETRY_OFF.items():
        os.environ.setdefault(name, setting)
    settings = vars(build_parser().parse_args(arguments))
    verb = settings.pop("verb")
    console = Console(as_json=settings.pop("json"))
    try:
        importlib.import_module(f"training.runs.{verb}").run(console, **settings)
    except XmError as error:
        console.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        console.failure("interrupted; nothing half-written was left behind")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        console.failure(
            f"{error.filename or 'a file'}: {error.strerror or error}; make room or choose another --out"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
