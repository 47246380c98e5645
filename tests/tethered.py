"""Children that end with the process of the tests, however that one ends: all servers of tests start here.

BentoML's supervisor does not watch its parent. A run of tests that is killed comes to no clean-up, so Linux
itself has to end the children. Run as ``python tests/tethered.py PARENT COMMAND ...``, this file asks for
that and then becomes the command, under the same process id.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

_PR_SET_PDEATHSIG = 1


def start(command: Sequence[object], **options: Any) -> subprocess.Popen[bytes]:
    """Start a child that gets SIGTERM when this process is gone; elsewhere than on Linux an ordinary one.

    Linux sends the signal when the thread that started the child ends: call it from the main thread, or from
    one that outlives the child.

    Parameters
    ----------
    command
        Words of the command.
    options
        Of :class:`subprocess.Popen`.
    """
    tether = [sys.executable, "-I", "-S", __file__, os.getpid()]
    return subprocess.Popen([str(word) for word in (*tether, *command)], **options)


def _become(parent: int, command: list[str]) -> None:
    """Ask Linux for a signal at the parent's end, and become the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        # It may have ended before it was asked for.
        if os.getppid() != parent:
            sys.exit(f"the parent {parent} has ended before {command[0]} began")
    # Python ignores it, and what is ignored would stay so in the command.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execvp(command[0], command)


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
