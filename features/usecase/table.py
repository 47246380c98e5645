"""A flat table: one row per entity, the label in a column."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from features.usecase.meaning import Words
from features.usecase.means import Means
from features.usecase.source import Duplicates, ReadOptions
from features.usecase.vocabulary import Name, Part


def _write_out(value: object) -> object:
    """Return true and false as the words that stand in a file; YAML reads them without quotes as no text."""
    return str(value).lower() if isinstance(value, bool) else value


class Join(Part):
    """Add the columns of a second table to a flat one; a key there stands once, or its first row is taken."""

    file: str = Field(description="CSV, CSV.gz or Parquet to be joined, relative to the data folder")
    on: str | dict[str, str] = Field(description="shared key column, or {column here: column there}")
    columns: list[str] | None = Field(
        None, description="columns of the joined file that are kept; all of them if absent"
    )
    exclude: list[str] = Field([], description="columns of the joined file that are left out")
    several: Literal["refuse", "first"] = Field(
        "refuse", description="first: where a key has several rows, its first one in the file is taken"
    )
    read: ReadOptions = Field(
        ReadOptions(),
        description="how the file is written, where it is no plain CSV: {delimiter: ';', decimal: ','}",
    )

    @property
    def keys(self) -> tuple[str, str]:
        """Return the key column of the table and of the joined file."""
        if isinstance(self.on, str):
            return self.on, self.on
        return next(iter(self.on.items()))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not isinstance(self.on, str) and len(self.on) != 1:
            message = "'on' names one pair of key columns; write on: {column here: column there}"
            raise ValueError(message)
        return self


class NotApplicable(Part):
    """Say that a value of some columns means 'does not apply', which is not the number it looks like."""

    columns: list[str] = Field(min_length=1, description="columns in which the value means that")
    value: str | float = Field(description="the value that means 'does not apply'")


class Span(Part):
    """Make a feature of the hours between two moments; the columns with the moments become no features."""

    start: str = Field(alias="from", description="column with the first moment")
    end: str = Field(alias="to", description="column with the second moment")
    is_signed: bool = Field(
        default=False, description="true where the second may come first: a delay; else that is impossible"
    )


class Weight(Part):
    """Weight rows by a value: what undoes a sample that took some kinds of rows more often than others."""

    column: str = Field(description="column with the value, which becomes no feature")
    values: dict[str, Annotated[float, Field(ge=0)]] = Field(
        min_length=1, description="weight of each value, e.g. {delivered: 18.65}"
    )
    otherwise: float = Field(1.0, ge=0, description="weight of all other rows")


class FlatTable(Part):
    """Describe a table with one row per entity and the label in a column.

    The label is one of two classes (``binary``), a rating (``ordinal``), an amount (``numeric``), or an
    answer from 0 to 10 of which the NPS group is predicted (``nps_group``).
    """

    file: str = Field(description="CSV, CSV.gz or Parquet, relative to the data folder")
    label: str = Field(description="the column that is predicted")
    kind: Literal["binary", "ordinal", "numeric", "nps_group"] = Field(
        "binary", description="what the label is: binary, ordinal, numeric or nps_group"
    )
    positive: Annotated[str | float | None, BeforeValidator(_write_out)] = Field(
        None, description="the value of a binary label that is predicted, e.g. Yes"
    )
    means: Means | None = Field(
        None,
        description="what positive means: leaving, good (it is wanted) or bad (it is not, and is no "
        "leaving); if absent leaving where a name or 'value' speaks of it, else bad",
    )
    event: Words | None = Field(
        None,
        description="what they do who are positive, after 'they', by language, beside means: good or bad: "
        "{en: are satisfied, de: sind zufrieden}",
    )
    id: str | None = Field(
        None,
        description="column that identifies a row, e.g. customer_id; it is no feature. Rows are numbered "
        "if absent",
    )
    group: str | None = Field(
        None, description="rows with the same value never stand on both sides of a split"
    )
    join: list[Join] = Field(
        [], description="further files whose columns are added by a key: [{file: usage.csv, on: customer_id}]"
    )
    exclude: list[str] = Field(
        [], description="columns that become no features, such as what is known only after the outcome"
    )
    experience: list[str] = Field(
        [], description="columns that are X-data: what people said; the label too if it is an answer"
    )
    categories: list[str] = Field([], description="columns of numbers that are codes, not amounts")
    recode: dict[str, dict[str, str]] = Field(
        {}, description="one category written in several ways: column: {as written: as meant}"
    )
    not_applicable: NotApplicable | None = Field(
        None,
        description="a value that means 'does not apply', such as 0 among ratings of 1 to 5: it counts as "
        "missing, with a column that marks it",
    )
    duplicates: Duplicates = Field(
        "keep", description="remove: rows that equal an earlier one in all but the id are left out"
    )
    weight: str | Weight | None = Field(
        None, description="column with the weight of each row, or weights by the value of a column"
    )
    durations: dict[Name, Span] = Field({}, description="features in hours: name: {from: column, to: column}")
    as_of: str | None = Field(
        None, description="column with the moment of the forecast; later moments count as not known yet"
    )
    planned: list[str] = Field(
        [],
        description="columns with moments set beforehand (a promised day): known although later than as_of",
    )
    read: ReadOptions = Field(
        ReadOptions(),
        description="how the file is written, where it is no plain CSV: {delimiter: ';', decimal: ','}",
    )

    @property
    def weight_column(self) -> str | None:
        """Return the column that tells the weight, if one does."""
        return self.weight.column if isinstance(self.weight, Weight) else self.weight

    @property
    def moments(self) -> tuple[str, ...]:
        """Return the columns with moments, each once."""
        ends = [column for span in self.durations.values() for column in (span.start, span.end)]
        return tuple(dict.fromkeys([*ends, *([self.as_of] if self.as_of is not None else [])]))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.kind == "binary" and self.positive is None:
            message = (
                "'positive' is missing; write the label that is predicted, e.g. positive: Yes, "
                "or kind: ordinal for a rating, numeric for an amount"
            )
            raise ValueError(message)
        if self.kind != "binary" and self.positive is not None:
            message = (
                f"'positive' belongs to a binary label, and kind is '{self.kind}'; leave one of them out"
            )
            raise ValueError(message)
        self._check_means()
        strange = [column for column in self.planned if self.as_of is None or column not in self.moments]
        if strange:
            message = f"planned names '{strange[0]}', which as_of does not cut off; leave it out"
            raise ValueError(message)
        if self.as_of is not None and not self.durations:
            message = (
                "'as_of' cuts off moments, and no 'durations' name any; write durations, or leave it out"
            )
            raise ValueError(message)
        return self

    def _check_means(self) -> None:
        """Demand that only a label of two classes means something, and that its words fit."""
        said = next((key for key in ("means", "event") if getattr(self, key) is not None), None)
        if said is not None and self.kind != "binary":
            message = (
                f"'{said}' belongs to a binary label, and kind is '{self.kind}': more of it is better; "
                "leave it out"
            )
            raise ValueError(message)
        if self.event is not None and self.means is None:
            message = (
                "'event' says what happens, and not whether that is wanted; write means: good or means: bad"
            )
            raise ValueError(message)
        if self.event is not None and self.means == "leaving":
            message = "'event' stands beside means: leaving, which has words of its own; leave it out"
            raise ValueError(message)
