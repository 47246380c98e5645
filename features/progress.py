"""How long work tells what it is doing: one callable that takes a line of text."""

from collections.abc import Callable

Report = Callable[[str], None]


def silent(line: str) -> None:
    """Take a line of progress and show it to nobody.

    Examples
    --------
    >>> silent("reading tickets")
    """
