"""Named points at which a test lets the process die, to prove that nothing half-done counts afterwards.

``XM_FAILPOINT=version.created`` kills the process with SIGKILL, as an operator or the system would, when it
reaches that point; ``file.flushed:3`` when it does so for the third time. Without the variable a point costs
one look into the environment.
"""

import os
import signal
from collections import Counter

VARIABLE = "XM_FAILPOINT"
_reached: Counter[str] = Counter()


def reach(point: str) -> None:
    """Die here if ``XM_FAILPOINT`` asks for it."""
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return
    name, _, times = wanted.partition(":")
    _reached[point] += 1
    if point == name and _reached[point] == int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
