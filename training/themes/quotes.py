"""Quotes: what somebody wrote, reworded by a person and approved by a person; a file that people write.

``<workspace>/texts/<use case>/quotes.yaml`` is a list::

    - source: surveys
      topic: waiting
      text: {en: I was asked the same thing three times., de: Man fragte mich dreimal dasselbe.}
      approved_by: M. Meyer
      approved_on: 2026-11-02

``text`` may be one text with ``language: de`` beside it. Nothing is ever quoted that does not stand there.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from features.errors import InputError
from features.usecase import Language
from training.themes.record import Quote, TopicName

_Text = Annotated[str, Field(min_length=1, max_length=400)]
_KEYS = "source, topic, text, language, approved_by, approved_on"
_EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.\w+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,}", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\+|\b00)?\(?\d(?:[\s./()\-\u2013]{0,2}\d){5,}")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_PERSONAL = (
    (_EMAIL, "an e-mail address"),
    (_LINK, "a link"),
    (_IBAN, "a bank account"),
    (_NUMBER, "a number like that of a telephone, a contract or a day of birth"),
)
_WORD = re.compile(r"[^\s,;:!?\"'\u201c\u201d\u201e\u2018\u2019()\[\]]+")
_SHORTEST_ID = 4


class _Written(BaseModel):
    """Say what one entry of the file holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(min_length=1)
    topic: str = Field(min_length=1)
    text: _Text | Annotated[dict[Language, _Text], Field(min_length=1)]
    language: Language | None = None
    approved_by: str = Field(min_length=1)
    approved_on: date


_LIST = TypeAdapter(list[_Written])


def read_quotes(path: Path) -> tuple[Quote, ...]:
    """Read the quotes that people have approved; an absent file holds none.

    Raises
    ------
    InputError
        If the file is not YAML, an entry breaks the format, or a text holds what leads to a person: an e-mail
        address, a link, a bank account, a long number.
    """
    if not path.exists():
        return ()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
        written = _LIST.validate_python([] if content is None else content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problem = f"cannot be read: {' '.join(str(error).split())}"
        raise InputError(str(path), problem, "write a list of quotes in YAML, saved as UTF-8") from error
    except ValidationError as error:
        raise _refuse(path, error) from error
    quotes = tuple(_to_quote(one, f"{path}: quote {place}") for place, one in enumerate(written, start=1))
    for place, quote in enumerate(quotes, start=1):
        _demand_impersonal(quote, f"{path}: quote {place}")
    return quotes


def demand_known(
    quotes: Sequence[Quote],
    path: Path,
    topics: Mapping[str, Mapping[str, TopicName]],
    ids: Collection[str],
) -> None:
    """Demand that quotes speak of topics that there are, and name nobody whose id is known.

    Parameters
    ----------
    path
        Where they were read.
    topics
        By source the topics that its text model knows.
    ids
        Of all who are in the data.

    Raises
    ------
    InputError
        For the first that does not.
    """
    known_ids = {name.casefold() for name in ids if _is_telling(name)}
    for place, quote in enumerate(quotes, start=1):
        where = f"{path}: quote {place}"
        if quote.source not in topics:
            known = ", ".join(sorted(topics)) or "none"
            problem = f"source '{quote.source}' has no verbatims that are read"
            raise InputError(where, problem, f"sources with such are: {known}")
        if quote.topic not in topics[quote.source]:
            known = ", ".join(sorted(topics[quote.source])) or "none"
            problem = f"'{quote.topic}' is no topic of {quote.source}"
            raise InputError(where, problem, f"its topics are: {known}")
        for text in quote.text.values():
            named = next((word for word in _words(text) if word.casefold() in known_ids), None)
            if named is not None:
                problem = f"its text holds '{named}', the id of somebody in the data"
                raise InputError(where, problem, "word the text so that it leads to nobody")


def _to_quote(written: _Written, where: str) -> Quote:
    """Return an entry as a quote; a text alone needs its language."""
    if isinstance(written.text, str) == (written.language is None):
        problem = "a text alone needs 'language', and texts by language need none"
        raise InputError(where, problem, "write text: {en: ..., de: ...}, or text: ... and language: en")
    text: dict[Language, str] = (
        {written.language: written.text}
        if isinstance(written.text, str) and written.language is not None
        else dict(written.text)  # type: ignore[arg-type]  # a text alone has a language
    )
    return Quote(written.source, written.topic, text, written.approved_by, written.approved_on)


def _demand_impersonal(quote: Quote, where: str) -> None:
    """Refuse a text that holds what leads to a person."""
    for text in quote.text.values():
        for pattern, name in _PERSONAL:
            found = pattern.search(text)
            if found is not None:
                problem = f"its text holds {name}: '{found[0].strip()}'"
                raise InputError(where, problem, "word the text so that it leads to nobody")


def _words(text: str) -> list[str]:
    """Return the words of a text, with and without the dot at the end of a sentence."""
    found = _WORD.findall(text)
    return [form for word in found for form in (word, word.rstrip(".…"))]


def _is_telling(name: str) -> bool:
    """Tell whether an id leads to somebody: ``7`` in a text is a number of weeks."""
    return len(name) >= _SHORTEST_ID or not name.isdigit()


def _refuse(path: Path, error: ValidationError) -> InputError:
    """Return the first fault of a file in words."""
    first: Any = error.errors()[0]
    at = [part for part in first["loc"] if not isinstance(part, str) or part in _Written.model_fields]
    where = str(path)
    if at:
        where += f": quote {int(at[0]) + 1}"
        where += f": {at[1]}" if len(at) > 1 else ""
    if first["type"] == "missing":
        return InputError(where, "is missing", f"an entry has {_KEYS}; only language may be absent")
    if first["type"] == "extra_forbidden":
        return InputError(where, f"'{first['loc'][-1]}' is no key of a quote", f"its keys are {_KEYS}")
    return InputError(where, f"{first['input']!r} does not fit: {first['msg']}", f"an entry has {_KEYS}")
