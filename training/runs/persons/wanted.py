"""Whom to look for, and what a kind of place says of them."""

import html
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import quote

from features.errors import InputError
from features.pseudonyms import Pseudonyms
from training.pages import Label
from training.runs.workspace import Workspace


@dataclass(frozen=True)
class Wanted:
    """Hold whom to look for in one use case of a workspace.

    Attributes
    ----------
    pseudonyms
        What stands for them in records; empty where no secret was ever drawn, so that nothing was recorded.
    """

    workspace: Workspace
    usecase: str
    ids: tuple[str, ...]
    pseudonyms: frozenset[str] = frozenset()

    @classmethod
    def of(cls, workspace: Workspace, usecase: str, ids: list[str]) -> "Wanted":
        """Find the pseudonyms of people; a secret that is not there is not drawn for that.

        Raises
        ------
        InputError
            If the secret cannot be read: their records would be overlooked.
        """
        pseudonyms = open_pseudonyms(workspace)
        known = frozenset() if pseudonyms is None else frozenset(pseudonyms.of(usecase, one) for one in ids)
        return cls(workspace, usecase, tuple(ids), known)

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """Return what finds them in a file, however it writes an id: plain, in JSON, HTML or an address.

        An id counts only as a whole word: ``K-1`` does not stand in ``K-12``. One that is a number counts
        only between quotes or as the text of a page: files are full of numbers.
        """
        everyone = (*self.ids, *self.pseudonyms)
        words = _alternatives(one for one in everyone if not one.isdigit())
        numbers = _alternatives(one for one in everyone if one.isdigit())
        as_words = rb"(?<![0-9A-Za-z])(?:" + words + rb")(?![0-9A-Za-z])"
        as_numbers = rb"(?<=[\"'>])(?:" + numbers + rb")(?=[\"'<])"
        return re.compile(
            b"|".join(one for one, found in ((as_words, words), (as_numbers, numbers)) if found)
        )

    def is_recorded_in(self, line: bytes) -> bool:
        """Tell whether a line of a record is about one of them: it names their pseudonym."""
        return any(one.encode() in line for one in self.pseudonyms)

    def stands_in(self, text: str | bytes) -> bool:
        """Tell whether a text names one of them."""
        return self.pattern.search(text.encode() if isinstance(text, str) else text) is not None


@dataclass(frozen=True)
class Told:
    """Hold what one kind of place keeps of a person.

    Attributes
    ----------
    what
        In words, by language.
    rows
        What is kept, as plain values.
    """

    place: str
    what: Label
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Removed:
    """Say what was taken out of one kind of place.

    Attributes
    ----------
    counts
        By what it was; only what was there.
    notes
        What a person has to do or to know, a line each.
    """

    counts: Mapping[str, int]
    notes: tuple[str, ...] = ()


class Place(Protocol):
    """Be one kind of place in which something of a person lies."""

    homes: ClassVar[tuple[str, ...]]
    """Its folders right below the workspace."""

    def tell(self, wanted: Wanted) -> list[Told]:
        """Return what is kept of them; empty where nothing is."""

    def erase(self, wanted: Wanted) -> Removed:
        """Take them out; files are written whole or not at all, and a second run finishes a broken one."""


def open_pseudonyms(workspace: Workspace) -> Pseudonyms | None:
    """Return the pseudonyms of a workspace; None where there is no secret.

    Raises
    ------
    InputError
        If the secret cannot be read.
    """
    usual = workspace.service_environment()["XM_PSEUDONYM_KEY_FILE"]
    path = Path(os.environ.get("XM_PSEUDONYM_KEY_FILE") or usual)
    return Pseudonyms.open(path) if path.exists() else None


def find_folder(workspace: Workspace, variable: str) -> Path:
    """Return a folder of the service: the one that a variable names, or that of the workspace."""
    return Path(os.environ.get(variable) or workspace.service_environment()[variable])


def read_ids(entity: str) -> list[str]:
    """Return the ids of ``a,b`` or, one per line, of the file of ``@file``; each once.

    Raises
    ------
    InputError
        If there is none, or the file cannot be read.

    Examples
    --------
    >>> read_ids("C1, C2,C1")
    ['C1', 'C2']
    """
    parts = entity.split(",")
    if entity.startswith("@"):
        try:
            parts = Path(entity[1:]).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                "--entity", f"'{entity[1:]}' cannot be read ({error})", "check the path"
            ) from error
    ids = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    if not ids:
        raise InputError("--entity", f"'{entity}' names nobody", "write an id, a,b,c or @file")
    return ids


def _alternatives(ids: Iterable[str]) -> bytes:
    """Return a pattern of all forms of some ids, long ones first; empty without any."""
    spellings = {form for one in ids for form in _spell(one)}
    return b"|".join(re.escape(one.encode()) for one in sorted(spellings, key=len, reverse=True))


def _spell(one: str) -> set[str]:
    """Return the forms in which a text may stand in a file."""
    return {
        one,
        json.dumps(one)[1:-1],
        json.dumps(one, ensure_ascii=False)[1:-1],
        html.escape(one),
        quote(one),
    }
