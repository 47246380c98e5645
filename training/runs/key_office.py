"""What the command line asks of the service, in a process of its own: serving stands above training."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from features.errors import InputError, XmError


def ask_keys(path: Path, action: str, **order: Any) -> dict[str, Any]:
    """Have keys made, listed, replaced or ended.

    Parameters
    ----------
    path
        The file of keys.
    action
        ``create``, ``list``, ``rotate`` or ``revoke``.
    order
        The parameters of the verb ``keys`` that matter for it.

    Returns
    -------
    dict
        ``notes``, ``text`` and ``content`` for the console. A new secret travels through a pipe alone.

    Raises
    ------
    InputError
        If the order cannot be carried out.
    XmError
        If the process fails, as it does where the service is not installed.
    """
    return ask_service("serving.access", "keys", {"action": action, "path": str(path), **order})


def ask_service(module: str, subject: str, order: dict[str, Any]) -> dict[str, Any]:
    """Give an order to a module of the service and return its outcome.

    Parameters
    ----------
    module
        Run as ``python -m``; reads one JSON object and writes one.
    subject
        What it is asked about, for an error.

    Raises
    ------
    InputError
        If the order cannot be carried out.
    XmError
        If something was found to be wrong, or the process fails, as it does where the service is not
        installed.
    """
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise XmError(subject, f"could not be asked for ({last})", "install xm-predict[serve]") from error
    if "error" in answer:
        kind = InputError if done.returncode == InputError.exit_code else XmError
        raise kind(**answer["error"])
    return answer
