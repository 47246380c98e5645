"""``python -m serving``: the service with its refresher, until Ctrl-C."""

import sys

from features.errors import XmError
from serving.launch import serve
from serving.settings import Settings


def main() -> int:
    """Serve with the settings of the environment.

    Returns
    -------
    int
        0 after Ctrl-C or SIGTERM, 1 if the service failed, 2 if a setting has to be mended.
    """
    try:
        serve(Settings.from_environment(), _write)
    except XmError as error:
        sys.stderr.write(f"xm-predict: {error}\n")
        return error.exit_code
    return 0


def _write(line: str) -> None:
    """Write a line for people, at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
