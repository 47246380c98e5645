"""What was agreed on, as the command line finds it: ``--governance``, or the file that the service uses."""

import os
from pathlib import Path

from features.governance import Terms, read_terms

_VARIABLE = "XM_GOVERNANCE"


def find_terms(governance: str) -> tuple[Terms, Path | None]:
    """Return what was agreed on, and the file; nothing where none is named.

    Raises
    ------
    InputError
        If the file cannot be used.
    """
    name = governance or os.environ.get(_VARIABLE, "")
    if not name:
        return Terms(version=1), None
    return read_terms(Path(name), Terms), Path(name)
