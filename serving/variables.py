"""Settings that are environment variables: each field says its variable and how that is read, once.

A field of a frozen dataclass carries what :func:`number` and its neighbours return as its metadata; a field
without any holds further settings.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from features.errors import InputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    _Kind = TypeVar("_Kind", bound=DataclassInstance)

Metadata = Mapping[str, "Variable"]
_KEY = "variable"


@dataclass(frozen=True)
class Variable:
    """Say how a field becomes text and text a field.

    Attributes
    ----------
    read
        Takes the name, for messages, and the text, which is empty where nothing is set and nothing is usual.
    spell
        The other way round.
    """

    name: str
    read: Callable[[str, str], Any]
    spell: Callable[[Any], str]


def variable(
    name: str, read: Callable[[str, str], Any], spell: Callable[[Any], str] = lambda value: str(value or "")
) -> Metadata:
    """Describe a field that is read in its own way; what is None or empty is written as an empty text."""
    return {_KEY: Variable(name, read, spell)}


def number(name: str, kind: Callable[[str], float], lowest: float, highest: float) -> Metadata:
    """Describe a number inside its bounds."""

    def read(name: str, text: str) -> float:
        hint = f"write a number from {lowest:g} to {highest:g}"
        try:
            found = kind(text)
        except ValueError as error:
            raise InputError(name, f"'{text}' is not a number", hint) from error
        if not lowest <= found <= highest:
            raise InputError(name, f"'{text}' is out of range", hint)
        return found

    return variable(name, read, str)


def switch(name: str) -> Metadata:
    """Describe what is on or off."""

    def read(name: str, text: str) -> bool:
        if text.strip() not in {"0", "1"}:
            raise InputError(name, f"'{text.strip()}' is neither 0 nor 1", "write 1 for yes, 0 for no")
        return text.strip() == "1"

    return variable(name, read, lambda is_on: str(int(is_on)))


def path(name: str) -> Metadata:
    """Describe a file or a folder that need not be there; it is read as an absolute path."""
    return variable(name, lambda _, text: Path(text).absolute() if text else None)


def folders(name: str) -> Metadata:
    """Describe a list of folders, parted like ``PATH``."""

    def read(_: str, text: str) -> tuple[Path, ...]:
        return tuple(Path(part).absolute() for part in text.split(os.pathsep) if part.strip())

    return variable(name, read, lambda found: os.pathsep.join(map(str, found)))


def read_variables(kind: "type[_Kind]", given: Mapping[str, str]) -> "_Kind":
    """Return settings; what is not given is as usual, and relative folders of the usual become absolute.

    Raises
    ------
    InputError
        If a value cannot be used: one line with variable, value and remedy.
    """
    usual = kind()
    found: dict[str, Any] = {}
    for field in fields(kind):
        known, default = field.metadata.get(_KEY), getattr(usual, field.name)
        if known is None:
            found[field.name] = read_variables(type(default), given)
        else:
            found[field.name] = known.read(known.name, given.get(known.name, known.spell(default)))
    return kind(**found)


def spell_variables(settings: "DataclassInstance") -> dict[str, str]:
    """Return the variables that give these settings again."""
    found: dict[str, str] = {}
    for field in fields(settings):
        known, value = field.metadata.get(_KEY), getattr(settings, field.name)
        found |= spell_variables(value) if known is None else {known.name: known.spell(value)}
    return found
