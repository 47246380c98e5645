"""What forecasts said of those who were lost since: ``<folder>/<use case>/hindsight.json``.

``xm-predict monitor`` writes it beside what it found of the model. A link, a file of another kind or format,
and one that is too large are not read. Of people at work no file may list anybody.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from serving.driver_schemas import Estimate
from serving.health import Text
from serving.plain_files import demand_usecase, find_plain

FILE_NAME = "hindsight.json"
MOST_LISTED = 500
Band = Literal["high", "medium", "low"]
_Words = Annotated[str, Meta(max_length=4_000)]
_Percentile = Annotated[float, Meta(ge=0, le=100)]
_Count = Annotated[int, Meta(ge=0)]


class ForecastOutline(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what was forecast for somebody; see :class:`training.hindsight.PastForecast`."""

    day: date
    source: Literal["went_out", "kept_back"]
    model_version: _Words
    probability: Annotated[float, Meta(ge=0, le=1)]
    percentile: _Percentile
    band: Band
    is_in_highest_tenth: bool


class LossOutline(msgspec.Struct, frozen=True, kw_only=True):
    """Hold somebody who was lost; see :class:`training.hindsight.Loss`."""

    entity_id: _Words
    day: date
    is_low_until_the_end: bool
    forecasts: dict[int, ForecastOutline | None]


class LeadOutline(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the figures of one lead time; see :class:`training.hindsight.LeadTime`."""

    days: _Count
    n_losses: _Count | None
    n_forecasts: _Count | None
    n_went_out: _Count | None
    n_kept_back: _Count | None
    highest_tenth: Estimate | None
    bands: dict[Band, Estimate]
    median_percentile: _Percentile | None
    is_withheld: bool
    sentence: Text


class HindsightOutline(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what is seen in hindsight; see :class:`training.hindsight.Hindsight`."""

    format: Literal["xm-predict hindsight"]
    format_version: Literal[1]
    usecase: _Words
    as_of: date
    horizon: _Words
    is_individual: bool
    n_losses: _Count | None
    leads: tuple[LeadOutline, ...]
    losses: Annotated[tuple[LossOutline, ...], Meta(max_length=MOST_LISTED)]


def read_hindsight(folder: Path, usecase: str, *, is_about_employees: bool) -> HindsightOutline | None:
    """Return what is seen in hindsight of a use case; None where nothing was written. Blocks.

    Parameters
    ----------
    folder
        With one sub-folder per use case. It need not be there.
    is_about_employees
        Whether the model in use is about people at work: a file that lists somebody is refused then.

    Raises
    ------
    SourceError
        If there is a file that cannot be used.
    """

    def read(content: bytes) -> HindsightOutline:
        outline = msgspec.json.decode(content, type=HindsightOutline)
        _check(outline, usecase, is_about_employees=is_about_employees)
        return outline

    problem, hint = "is not what monitoring writes", "run 'xm-predict monitor' again"
    return find_plain(folder, usecase, FILE_NAME, read, problem=problem, hint=hint)


def _check(outline: HindsightOutline, usecase: str, *, is_about_employees: bool) -> None:
    """Refuse the file of another use case, and one that tells of single people at work."""
    demand_usecase(outline.usecase, usecase)
    if outline.losses and not outline.is_individual:
        message = "lists people of whom none may be told"
        raise ValueError(message)
    if is_about_employees and (outline.is_individual or outline.n_losses is not None):
        message = "counts or lists people at work"
        raise ValueError(message)
