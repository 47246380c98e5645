"""Figures of a card from the plain values of a bundle."""

from collections.abc import Mapping
from typing import Any

from training.card.record import Figure


def read_figure(content: Mapping[str, Any]) -> Figure:
    """Return a figure from the plain values of an estimate."""
    return Figure(content["value"], content["low"], content["high"], int(content["n"]))


def read_all(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Figure]:
    """Return figures by name from the plain values of estimates."""
    return {name: read_figure(content) for name, content in found.items()}
