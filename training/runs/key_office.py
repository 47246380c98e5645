"""Keys of the service, made in a process of its own: serving stands above training and is not imported."""

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
    done = subprocess.run(
        [sys.executable, "-m", "serving.access"],
        input=json.dumps({"action": action, "path": str(path), **order}),
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise XmError("keys", f"could not be asked for ({last})", "install xm-predict[serve]") from error
    if "error" in answer:
        kind = InputError if done.returncode == InputError.exit_code else XmError
        raise kind(**answer["error"])
    return answer
