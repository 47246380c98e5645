"""Sources: where raw tables come from, which clock each column keeps, how a file has to be read."""

import math
import zoneinfo
from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from features.addresses import mask
from features.usecase.metric import Metric
from features.usecase.units import Unit
from features.usecase.verbatim import CALL_COLUMNS, TEXT_COLUMNS, TextReading, TurnTable
from features.usecase.vocabulary import DataKind, Days, Language, Part, propose


def _check_time_form(form: str) -> str:
    if "%" not in form:
        message = f"'{form}' is not a form of dates; write codes such as '%d.%m.%Y %H:%M'"
        raise ValueError(message)
    return form


def _check_zone(zone: str) -> str:
    """Demand a known time zone; a system without any list of zones has to take the word for it."""
    zones = zoneinfo.available_timezones()
    if zones and zone not in zones:
        near = propose(zone, zones)
        remedy = near if near.startswith("did") else "write for example 'Europe/Berlin'"
        message = f"'{zone}' is not a time zone; {remedy}"
        raise ValueError(message)
    return zone


TimeForm = Annotated[str, AfterValidator(_check_time_form)]


class ReadOptions(Part):
    """Say how a text file is written; what is not given is plain: comma, point, UTF-8, ISO dates."""

    delimiter: str = Field(
        ",", min_length=1, max_length=1, description="one character; a blank stands for any run of blanks"
    )
    decimal: Literal[".", ","] = Field(".", description="sign before decimals: a point (default) or a comma")
    encoding: Literal["utf-8", "utf-8-sig", "cp1252", "latin-1"] = Field(
        "utf-8",
        description="how letters are stored; utf-8 (default) also reads a file that begins with a mark",
    )
    dates: TimeForm | Annotated[list[TimeForm], Field(min_length=1)] | None = Field(
        None, description="strptime form of dates and times, or several in order; ISO 8601 when absent"
    )
    timezone: Annotated[str, AfterValidator(_check_zone)] | None = Field(
        None, description="zone of times written without one, e.g. Europe/Berlin"
    )
    header_rows: int = Field(
        1, ge=1, le=5, description="number of header rows; the first one names the columns"
    )
    missing: list[str] = Field([], description="texts that stand for a missing value, beside the empty one")

    @property
    def forms(self) -> tuple[str, ...]:
        """Return the forms of dates in the order in which they are tried; none for ISO 8601."""
        if self.dates is None:
            return ()
        return (self.dates,) if isinstance(self.dates, str) else tuple(self.dates)


class Delay(Part):
    """Say that a row is known a fixed time after it happened."""

    delay: Days = Field(description="days from the moment of a row until the company knew it, for example 2d")


def _check_clock(found: object) -> object:
    """Refuse a bare delay, which would be taken for the name of a column."""
    text = str(found)
    if isinstance(found, (int, float)) or text.removesuffix("d").isdecimal():
        days = f"{text.removesuffix('d')}d"
        message = f"'{found}' is not a clock; write a column, 'same', or {{delay: {days}}}"
        raise ValueError(message)
    return found


KnownAt = Annotated[str | Delay, BeforeValidator(_check_clock)]


def _to_scale(found: object) -> tuple[float, float]:
    """Read ``0..10``."""
    low, _, high = (found[0], "..", found[1]) if isinstance(found, tuple) else str(found).partition("..")
    try:
        bounds = (float(low), float(high))
    except ValueError as error:
        message = f"'{found}' is not a scale; write 'lowest..highest', for example '0..10'"
        raise ValueError(message) from error
    if not (math.isfinite(bounds[0]) and math.isfinite(bounds[1]) and bounds[0] < bounds[1]):
        message = f"'{found}' is not a scale; write the lowest value first, for example '1..5'"
        raise ValueError(message)
    return bounds


def _write_scale(scale: tuple[float, float]) -> str:
    """Write ``0..10``: whole numbers without a point, others exactly."""
    return "..".join(str(int(bound)) if bound == int(bound) else repr(bound) for bound in scale)


Scale = Annotated[
    tuple[float, float],
    BeforeValidator(_to_scale),
    PlainSerializer(_write_scale, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["0..10"]}),
]


Duplicates = Literal["keep", "remove"]
WavePeriod = Literal["month", "quarter", "half_year", "year"]
_PERIODS = get_args(WavePeriod)


class NamedRounds(Part):
    """Say that a column names the round of the survey in which an answer was given."""

    column: str = Field(min_length=1, description="column with the name of the round")


def _check_waves(found: object) -> object:
    """Refuse what is neither a period nor a column, in one line."""
    is_column = isinstance(found, NamedRounds) or (
        isinstance(found, dict) and found.keys() == {"column"} and isinstance(found["column"], str)
    )
    if is_column or found in _PERIODS:
        return found
    shown = "this" if isinstance(found, dict | list) else f"'{found}'"
    message = f"{shown} does not say what a wave is; write {', '.join(_PERIODS)}, or {{column: NAME}}"
    raise ValueError(message)


Waves = Annotated[WavePeriod | NamedRounds, BeforeValidator(_check_waves)]


class Source(Part):
    """Describe one raw table: events, a history of attributes, or a link between keys.

    A source names its two clocks: when a row happened or began to hold (``event_time`` or ``valid_from``) and
    when the company knew it (``known_at``: a column, ``same``, or ``{delay: 2d}``). Silence is an error.
    """

    file: str | None = Field(None, description="CSV, CSV.gz or Parquet, relative to the data folder")
    query: str | None = Field(
        None, description="one SQL statement that only reads, in the place of file; needs url"
    )
    url: str | None = Field(
        None,
        description="duckdb:///file.duckdb or sqlite:///file.db, relative to the data folder; or "
        "postgresql://user@host:5432/database without a password",
    )
    key: str | None = Field(
        None,
        description="column with the entity, or with a key that a links table resolves; the name under "
        "entity if absent",
    )
    join: Literal["unit"] | None = Field(
        None, description="unit: an anonymous source, its key is a unit and never a person"
    )
    id: str | None = Field(
        None, description="column that identifies a row; of a repeated id the row known first counts"
    )
    duplicates: Duplicates = Field(
        "keep", description="remove: rows that equal an earlier one in every column are left out"
    )
    corrections: bool = Field(
        default=False,
        description="true: of rows with one id the later known one corrects the earlier; needs id",
    )
    withdrawn: str | None = Field(
        None, description="column in which true, 1 or yes withdraws the event of that id; implies corrections"
    )
    event_time: str | None = Field(
        None, description="column with the moment at which an event happened; makes the source one of events"
    )
    valid_from: str | None = Field(
        None, description="first moment of a row; 'always' for a table without history"
    )
    valid_to: str | None = Field(
        None,
        description="column with the moment from which a row of attributes no longer holds; if absent, it "
        "holds until the next one",
    )
    known_at: KnownAt = Field(description="when the company knew the row: a column, 'same', or {delay: 2d}")
    links: dict[str, str] = Field(
        {},
        description="one pair of columns, {key here: key there}: the table translates one key into another, "
        "as account into customer",
    )
    data: DataKind = Field(
        "O", description="X: what people said, such as answers to a survey; O: what happened (default)"
    )
    survey: str | None = Field(
        None, description="name of the survey that the answers are from, e.g. relationship; X-data needs it"
    )
    answered_by: Literal["entity", "other"] | None = Field(
        None,
        description="who answered: entity (those who are scored) or other (a manager, a mystery shopper); "
        "X-data needs it",
    )
    read: ReadOptions = Field(
        ReadOptions(),
        description="how the file is written, where it is no plain CSV: {delimiter: ';', decimal: ','}",
    )
    scales: dict[str, Scale] = Field(
        {}, description="columns with ratings and the ends of their scale: {nps: 0..10, csat: 1..5}"
    )
    metrics: dict[Metric, str] = Field(
        {}, description="which column holds an answer that reports speak of: {nps: nps, csat: csat}"
    )
    waves: Waves = Field(
        "quarter",
        description="which answers are one wave: those of a month, quarter, half_year or year, or "
        "{column: NAME} where a column names the round; needs metrics",
    )
    units: dict[str, Unit] = Field(
        {}, description="unit of a column, shown in reports: a text such as h, or {en: ..., de: ...}"
    )
    verbatim: str | None = Field(None, description="column with free text; never a feature as it is")
    language: list[Language] = Field(
        [], description="languages that are read, of en and de; texts in others are passed over and counted"
    )
    text: TextReading | None = Field(
        None, description="{}: columns language, sentiment, effort, is_actionable, topic from 'verbatim'"
    )
    turns: TurnTable | None = Field(
        None, description="the turns of the calls that this source lists: measures of each conversation"
    )

    @property
    def words(self) -> TextReading | None:
        """Return how the words of a source are read, of verbatims or of calls; None if they are not."""
        return self.text or self.turns

    @property
    def computed(self) -> Mapping[str, str | None]:
        """Return the columns that no file holds, since they are made of words, each with its unit."""
        if self.turns is not None:
            return CALL_COLUMNS
        return TEXT_COLUMNS if self.text is not None else {}

    def unit_of(self, column: str | None) -> Unit | None:
        """Return the unit of a column, declared or that of a computed one."""
        return None if column is None else self.units.get(column, self.computed.get(column))

    @property
    def is_events(self) -> bool:
        """Tell whether rows are events; otherwise they are attributes that hold over time."""
        return self.event_time is not None

    @property
    def is_link(self) -> bool:
        """Tell whether the table only translates one key into another."""
        return bool(self.links)

    @property
    def is_anonymous(self) -> bool:
        """Tell whether rows belong to units and not to entities."""
        return self.join == "unit"

    @property
    def has_versions(self) -> bool:
        """Tell whether rows of one id are versions of one event, each known until the next one is."""
        return self.corrections or self.withdrawn is not None

    @property
    def delay_days(self) -> int:
        """Return the declared days between happening and knowing; 0 without a declared delay."""
        return self.known_at.delay.days if isinstance(self.known_at, Delay) else 0

    @property
    def known_at_column(self) -> str | None:
        """Return the column that holds the known time, if one does."""
        return self.known_at if isinstance(self.known_at, str) and self.known_at != "same" else None

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_origin(self)
        _check_versions(self)
        _check_words(self)
        if self.data == "X" and (self.survey is None or self.answered_by is None):
            message = (
                "X-data needs 'survey' and 'answered_by'; write survey: NAME, answered_by: entity or other"
            )
            raise ValueError(message)
        for metric, column in self.metrics.items():
            if column not in self.scales:
                message = f"metrics.{metric} names '{column}', a column without a scale; add it to 'scales'"
                raise ValueError(message)
        if "waves" in self.model_fields_set and not self.metrics:
            message = (
                "'waves' parts the answers that 'metrics' names; write for example metrics: {nps: COLUMN}"
            )
            raise ValueError(message)
        if len(self.links) > 1:
            message = "'links' translates one key; write one pair 'from_key: to_key' per source"
            raise ValueError(message)
        if self.is_anonymous and (self.key is None or not self.is_events):
            message = "'join: unit' needs 'key', the column with the unit, and 'event_time'; write both"
            raise ValueError(message)
        return self


def _check_origin(source: Source) -> None:
    """Demand one origin of the rows and one clock of what they mean."""
    if (source.file is None) == (source.query is None):
        message = "a source has either 'file' or 'query'; write one of them"
        raise ValueError(message)
    if (source.query is None) != (source.url is None):
        message = "'query' and 'url' belong together; write both or none"
        raise ValueError(message)
    if source.url is not None and mask(source.url) != source.url:
        message = "'url' holds a password, and the use case is kept with every model; leave it out and set "
        message += "PGPASSWORD, or let XM_SQL_PASSWORD_FILE name a file that holds it"
        raise ValueError(message)
    if (source.event_time is None) == (source.valid_from is None):
        message = "a source has either 'event_time' (events) or 'valid_from' (attributes, links); write one"
        raise ValueError(message)
    if source.is_link and source.is_events:
        message = "'links' needs 'valid_from', the moment from which a link holds, and this source has "
        message += "'event_time'; name the file once more as a source of its own with links and valid_from"
        raise ValueError(message)


def _check_versions(source: Source) -> None:
    """Demand events with an id where later rows correct or withdraw earlier ones."""
    if not source.has_versions:
        return
    key = "corrections" if source.corrections else "withdrawn"
    if not source.is_events:
        message = f"'{key}' is for events, and this source has no 'event_time'; a history has its versions "
        message += "in 'valid_from' and 'known_at': leave it out"
        raise ValueError(message)
    if source.id is None:
        message = f"'{key}' needs 'id', the column that tells which event a row speaks of; write id: COLUMN"
        raise ValueError(message)


_EXAMPLES = {
    "verbatim": "comment",
    "id": "call_id",
    "language": "[de, en]",
    "event_time": "answered_at",
}


def _check_words(source: Source) -> None:
    """Demand what reading words needs: events, a text or an id, languages; and columns of their own."""
    if source.words is None:
        return
    if source.text is not None and source.turns is not None:
        message = "a source has either 'text' (verbatims) or 'turns' (calls); write one of them"
        raise ValueError(message)
    key, needed = ("text", "verbatim") if source.text is not None else ("turns", "id")
    missing = [name for name in (needed, "language", "event_time") if not getattr(source, name)]
    if missing:
        message = f"'{key}' needs '{missing[0]}'; write for example {missing[0]}: {_EXAMPLES[missing[0]]}"
        raise ValueError(message)
    learns = source.words.learn_from
    if learns is not None and learns not in source.scales:
        message = f"{key}.learn_from names '{learns}', a column without a scale; add it to 'scales'"
        raise ValueError(message)
    held = {source.verbatim, source.id, source.key, *source.scales} & set(source.computed)
    if held:
        message = f"'{key}' makes a column '{min(map(str, held))}', and the file has one; rename that"
        raise ValueError(message)
