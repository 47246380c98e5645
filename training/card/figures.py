"""A number of the card with its range, read from the plain values of a bundle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """Hold a number with its 95 % interval and the rows behind it; None where it does not exist."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def read_figure(content: Mapping[str, Any]) -> Figure:
    """Return a figure from the plain values of an estimate."""
    return Figure(content["value"], content["low"], content["high"], int(content["n"]))


def read_all(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Figure]:
    """Return figures by name from the plain values of estimates."""
    return {name: read_figure(content) for name, content in found.items()}
