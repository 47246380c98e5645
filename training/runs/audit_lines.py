"""Lines of the audit log about what the command line did with what is kept of people."""

from features.errors import XmError
from training.runs.key_office import ask_service
from training.runs.persons.wanted import find_folder
from training.runs.workspace import Workspace


def write_line(
    workspace: Workspace, action: str, *, usecase: str = "", count: int = 0, unit: str = ""
) -> str | None:
    """Write a line; it is on disk when this returns.

    Parameters
    ----------
    action
        What was done: ``erase``, ``export``, ``retention`` ...
    count
        How many people or files.
    unit
        To what it was done.

    Returns
    -------
    str or None
        Why there is no line; None if there is.
    """
    entry = {"action": action, "usecase": usecase, "count": count, "purpose": "", "unit": unit}
    order = {"action": "append", "folder": str(find_folder(workspace, "XM_AUDIT")), "entry": entry}
    try:
        ask_service("serving.audit", "audit", order)
    except XmError as error:
        return str(error)
    return None
