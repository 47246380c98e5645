"""The words and small types that all parts of a use-case file share."""

import difflib
import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from features.timeline import Duration

DataKind = Literal["X", "O"]
Role = Literal["lever", "mediator", "signal", "context"]
Actor = Literal["company", "person"]
Language = Literal["en", "de"]


class Part(BaseModel):
    """Base of every part of a use-case file: frozen, no unknown keys, no NaN, no values in logs."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True, allow_inf_nan=False
    )


def propose(found: str, known: Iterable[str]) -> str:
    """Return a remedy for a word that is not among ``known``: the nearest of them, or all.

    Examples
    --------
    >>> propose("horizon", ["event", "horizons"])
    "did you mean 'horizons'?"
    >>> propose("colour", ["event", "horizons"])
    'write one of: event, horizons'
    """
    words = list(known)
    nearest = difflib.get_close_matches(found, words, n=1, cutoff=0.7)
    return f"did you mean '{nearest[0]}'?" if nearest else f"write one of: {', '.join(words)}"


def _to_duration(found: object) -> Duration:
    """Accept a Duration or its text; a bare number gets the hint to add the unit."""
    return found if isinstance(found, Duration) else Duration.parse(str(found))


Days = Annotated[
    Duration,
    BeforeValidator(_to_duration),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{0,4}d$", "examples": ["90d"]}),
]


def _check_year(day: date) -> date:
    """Refuse years that are slips of the pen; windows before and horizons after would leave the calendar."""
    if not 1900 <= day.year < 2200:
        message = f"'{day}' is not in the years 1900 to 2199; write the year with four digits"
        raise ValueError(message)
    return day


def _check_zero_gap(found: object) -> object:
    """Ask for the unit of a bare 0, which no duration can be."""
    if str(found) == "0":
        message = "'0' is not a duration; write '0d'"
        raise ValueError(message)
    return found


Day = Annotated[date, AfterValidator(_check_year)]
Gap = Annotated[Days | Literal["0d"], BeforeValidator(_check_zero_gap)]


def _check_name(name: str) -> str:
    """Allow names that are safe in files, URLs and feature names."""
    if re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name) is None:
        message = f"'{name}' is not a name; write lower-case letters, digits and '_', a letter first"
        raise ValueError(message)
    return name


Name = Annotated[str, AfterValidator(_check_name)]


def _check_column_path(path: str) -> str:
    """Demand ``source.column``."""
    source, dot, column = path.partition(".")
    if not (source and dot and column):
        message = f"'{path}' is not a column of a source; write 'source.column'"
        raise ValueError(message)
    return path


ColumnPath = Annotated[str, AfterValidator(_check_column_path)]


class Labelled(Part):
    """Give a part of the spec its name in plain words, per language."""

    label: dict[Language, str] = Field(
        {},
        description="name in plain words for pages and reports, by language: {en: Churn, de: Kündigung}; "
        "if absent, the name with blanks for underscores",
    )

    def name_in(self, language: Language, fallback: str) -> str:
        """Return the label in ``language``, in English, or ``fallback`` with blanks for underscores."""
        return self.label.get(language) or self.label.get("en") or fallback.replace("_", " ")
