"""The newest report and model card of each use case, and its reports of earlier dates: files in one folder.

``<folder>/<use case>/report.json``, ``model-card.json`` and ``waves/<date>.json`` are what ``xm-predict
report`` writes. A link, a file of another kind, one that is too large, and one that is not the document it
should be are not read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from serving.plain_files import Stamp, demand_usecase, find_plain, is_day, list_days
from serving.plan_schemas import CardOutline, ReportOutline, WaveOutline

REPORT = "report.json"
CARD = "model-card.json"
WAVES = "waves"
_Outline = TypeVar("_Outline", ReportOutline, CardOutline)


@dataclass(frozen=True)
class Document(Generic[_Outline]):
    """Hold one file.

    Attributes
    ----------
    outline
        What is read of it here.
    parts
        The whole of it: the JSON of each top-level part, as it stands in the file.
    """

    outline: _Outline
    parts: dict[str, Any]


class Reports:
    """Hold the newest documents of every use case.

    Parameters
    ----------
    folder
        With one sub-folder per use case. It need not be there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reports: dict[str, tuple[Stamp, Document[ReportOutline]]] = {}
        self._cards: dict[str, tuple[Stamp, Document[CardOutline]]] = {}

    def find_report(self, usecase: str) -> Document[ReportOutline] | None:
        """Return the newest report; None where there is none. Blocks while a file is read.

        Raises
        ------
        SourceError
            If there is a file that cannot be used.
        """
        return _find(self._reports, self._folder, usecase, REPORT, _read_report)

    def list_waves(self, usecase: str) -> list[str]:
        """Return the dates of data whose reports were kept, newest first; none behind a link. Blocks."""
        return list_days(self._folder, usecase, WAVES)

    def find_wave(self, usecase: str, day: str) -> Document[ReportOutline] | None:
        """Return the report of an earlier date; it is read each time. Otherwise as :meth:`find_report`.

        Parameters
        ----------
        day
            Of the data, as :meth:`list_waves` has it.
        """
        if not is_day(day):
            return None
        return _find({}, self._folder, usecase, f"{WAVES}/{day}.json", partial(_read_wave, day=day))

    def find_card(self, usecase: str) -> Document[CardOutline] | None:
        """Return the newest model card; otherwise as :meth:`find_report`."""
        return _find(self._cards, self._folder, usecase, CARD, _read_card)


def _find(
    known: dict[str, tuple[Stamp, Document[_Outline]]],
    folder: Path,
    usecase: str,
    name: str,
    read: Callable[..., Document[_Outline]],
) -> Document[_Outline] | None:
    """Return a document, read again if its file has changed."""
    return find_plain(
        folder,
        usecase,
        name,
        partial(read, usecase=usecase),
        problem="is not the document it should be",
        hint="make the report again",
        known=known,
    )


def _read_report(content: bytes, usecase: str) -> Document[ReportOutline]:
    """Read a report of one use case."""
    outline = msgspec.json.decode(content, type=ReportOutline)
    demand_usecase(outline.header.usecase, usecase)
    return Document(outline, _split(content))


def _read_wave(content: bytes, usecase: str, *, day: str) -> Document[ReportOutline]:
    """Read a report of one use case on the data of one day; one that names people is refused."""
    outline = msgspec.json.decode(content, type=WaveOutline)
    demand_usecase(outline.header.usecase, usecase)
    if outline.header.snapshot_date != day:
        message = f"is of {outline.header.snapshot_date} and named {day}"
        raise ValueError(message)
    return Document(outline, _split(content))


def _read_card(content: bytes, usecase: str) -> Document[CardOutline]:
    """Read the card of a model of one use case."""
    outline = msgspec.json.decode(content, type=CardOutline)
    demand_usecase(outline.purpose.usecase, usecase)
    return Document(outline, _split(content))


def _split(content: bytes) -> dict[str, Any]:
    """Return the parts as they stand in the file, after all of it was found to be strict JSON."""
    msgspec.json.decode(content)
    # Copies: a view would keep the whole file in memory for as long as one part is held.
    return {name: msgspec.Raw(bytes(part)) for name, part in _READ_PARTS(content).items()}


_READ_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
