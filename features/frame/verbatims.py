"""Verbatims become columns of their source: language, tone, effort, topic; the words stay behind.

Text models are kept on a shelf, one folder per source, so that the next build reads old and new texts with
the same model. A model learns from texts known before its day, never from the target.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from features.cohort import EPOCH
from features.progress import Report
from features.sources import Sources
from features.text import Redactor, Shelf
from features.timeline import list_judged
from features.usecase import UseCase

_ROW, _READ = "row_number", "xm_readings"


@dataclass(frozen=True)
class ReadVerbatims:
    """Hold what was read in the verbatims of all sources.

    Attributes
    ----------
    files
        The text models, as :class:`features.frame.Frame` keeps them.
    facts
        What each model is and what it read, by source.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def fingerprints(self) -> dict[str, str]:
        """Return the version of each text model, which changes features as a source does."""
        return {f"{name}.text": str(found["version"]) for name, found in self.facts.items()}


def read_verbatims(
    sources: Sources, usecase: UseCase, observed_day: int, shelves: Path | None, report: Report
) -> ReadVerbatims:
    """Add the columns made of words to the tables of all sources that ask for them.

    Verbatims in the tables are replaced by what is left without personal data.

    Parameters
    ----------
    sources, usecase
        The open tables and what they belong to.
    observed_day
        First day that is not observed, in days since 1970-01-01.
    shelves
        Folder with one folder per source, in which the text model, edits and corrections lie; models are
        fitted and not kept when absent.
    report
        Told what is being done.

    Raises
    ------
    ContractError
        If a rule asks for a topic that there is not.
    SourceError, InputError
        If an edited file on the shelf cannot be read as what it is.
    """
    found = ReadVerbatims()
    read = {name: source for name, source in usecase.sources.items() if source.text is not None}
    if not read:
        return found
    redactor = Redactor(_list_names(sources, usecase))
    until = find_fit_day(usecase, observed_day)
    for name, source in read.items():
        report(f"reading the verbatims of {name}")
        rows = _fetch(sources, name, source)
        shelf = Shelf(None if shelves is None else shelves / name)
        model = shelf.settle(_wish(usecase, name, source, until), rows, redactor, report)
        readings = model.read(rows.column("verbatim").to_pylist(), redactor)
        _demand_topics(usecase, name, model)
        _replace(sources, name, source, readings.columns)
        found.files.update({f"{name}/{file}": content for file, content in model.to_files().items()})
        found.facts[name] = model.describe() | readings.describe()
    return found


def find_fit_day(usecase: UseCase, observed_day: int) -> date:
    """Return the day before which texts may teach: the first on which a forecast is judged."""
    _, snapshots, _, target = usecase.settled()
    dates = snapshots.grid.dates()
    judged = list_judged(dates, target.primary, EPOCH + timedelta(days=observed_day))
    return judged[0] if judged else dates[-1]
