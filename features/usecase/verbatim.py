"""What is made of words: how the verbatims of a source, or the turns of its calls, become columns."""

from collections.abc import Mapping
from typing import Final, Self

from pydantic import Field, model_validator

from features.usecase.vocabulary import Day, Part

TEXT_COLUMNS: Final[Mapping[str, str | None]] = {
    "language": None,
    "sentiment": None,
    "effort": None,
    "is_actionable": "share",
    "topic": None,
}
"""Columns that a text model makes of a verbatim, each with its unit."""

CALL_COLUMNS: Final[Mapping[str, str | None]] = {
    "duration_s": "s",
    "turn_count": "count",
    "silence_share": "share",
    "talk_share": "share",
    "interruptions_by_customer": "count",
    "interruptions_by_company": "count",
    "interruptions_per_minute": "per minute",
    "longest_silence_s": "s",
    "sentiment": None,
    "sentiment_slope": "per minute",
    "sentiment_end": None,
    "effort": None,
    "escalation": "share",
    "escalation_s": "s",
    "topic": None,
    "risk": None,
    "language": None,
    "is_actionable": "share",
}
"""Columns that are made of the turns of a call, each with its unit."""


class TextReading(Part):
    """Say how the verbatims of a source are read: tone, effort, topics, and from what they are learnt."""

    learn_from: str | None = Field(
        None,
        description="column with the rating that came with the text; tone is learnt from it. "
        "A word list judges the tone when absent",
    )
    topics: int = Field(12, ge=0, le=60, description="how many topics are looked for in each language")
    fit_until: Day | None = Field(
        None,
        description="texts known before this day teach the model; when absent, the first day on which a "
        "forecast is judged",
    )


class TurnTable(TextReading):
    """Say where the turns of calls are: one row per turn, with speaker, start, end and text.

    What customers say in a call is read as one text, so the settings of texts apply as well.
    """

    file: str = Field(description="CSV, CSV.gz or Parquet, relative to the data folder")
    call: str = Field("call_id", description="column that leads to the 'id' of the source")
    speaker: str = Field("speaker", description="column that says who speaks; 'speaker' by default")
    customer: str = Field(
        "customer", description="what the speaker column says of the customer; 'customer' by default"
    )
    start: str = Field(
        "start_s", description="column with the start of the turn, in seconds from the start of the call"
    )
    end: str = Field(
        "end_s", description="column with the end of the turn, in seconds from the start of the call"
    )
    text: str = Field("text", description="column with what was said; 'text' by default")

    @model_validator(mode="after")
    def _check(self) -> Self:
        columns = (self.call, self.speaker, self.start, self.end, self.text)
        if len(set(columns)) < len(columns):
            twice = next(column for column in columns if columns.count(column) > 1)
            message = f"names the column '{twice}' twice; each part of a turn has a column of its own"
            raise ValueError(message)
        return self
