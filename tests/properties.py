"""Laws that hold for all inputs: a few are drawn in every run of the tests, many in the long ones."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings


def law(few: int, *drawn: Any, many: int = 100, **named: Any) -> Callable[[Callable[..., None]], Any]:
    """Make a test of a law that is tried with ``few`` drawn inputs, and with ``many`` as its ``at_length``.

    Parameters
    ----------
    few, many
        Numbers of inputs.
    drawn, named
        What the arguments of the test are drawn from, as for :func:`hypothesis.given`.
    """

    def make(check: Callable[..., None]) -> Any:
        test: Any = settings(max_examples=few)(given(*drawn, **named)(check))
        test.at_length = settings(max_examples=many)(given(*drawn, **named)(check))
        return test

    return make
