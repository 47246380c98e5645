"""Text models by themselves, without a feature table: fitted anew, shown, and asked what they doubt."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from features.errors import InputError
from features.frame.panel import find_observed_day
from features.frame.verbatims import ReadVerbatims, read_verbatims
from features.progress import Report, silent
from features.sources import open_sources
from features.text.shelf import Shelf
from features.tombstones import Tombstones
from features.usecase import UseCase


def fit_texts(
    usecase: UseCase, shelves: Path, *, tombstones: Tombstones | None = None, report: Report = silent
) -> dict[str, dict[str, Any]]:
    """Fit the text models of a use case anew and keep them.

    Parameters
    ----------
    usecase
        Made from sources, some of which have words.
    shelves
        Folder with one folder per source.
    tombstones
        Who was erased.

    Returns
    -------
    dict
        What each model is and what it read, by source.

    Raises
    ------
    SourceError, ContractError, SpecError
        If the sources or the edited files are not what they have to be.
    """
    with _reading(usecase, shelves, tombstones, report, anew=True) as found:
        return found.facts


def review_texts(
    usecase: UseCase, shelves: Path, *, tombstones: Tombstones | None = None, report: Report = silent
) -> dict[str, Path]:
    """Write by source the texts that are read with most doubt; parameters and errors as :func:`fit_texts`."""
    with _reading(usecase, shelves, tombstones, report, anew=False) as found:
        return {
            name: Shelf(shelves / name).review(reader, readings.texts)
            for name, (reader, readings) in found.readings.items()
        }


def show_texts(usecase: UseCase, shelves: Path) -> dict[str, dict[str, Any]]:
    """Return what reads each source by now; nothing is read.

    Raises
    ------
    InputError
        If nothing is kept yet.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, source in usecase.sources.items():
        if source.words is None:
            continue
        reader = Shelf(shelves / name).find()
        if reader is None:
            hint = "fit it with 'xm-predict text fit', or build the feature table"
            raise InputError(str(shelves / name), "holds no text model yet", hint)
        found[name] = reader.describe()
    return found


@contextmanager
def _reading(
    usecase: UseCase, shelves: Path, tombstones: Tombstones | None, report: Report, *, anew: bool
) -> Iterator[ReadVerbatims]:
    """Give what was read in all sources with words."""
    with open_sources(usecase, report=report, tombstones=tombstones) as sources:
        sources.connection.execute("SET threads = 1")
        observed_day = find_observed_day(sources, usecase)
        yield read_verbatims(sources, usecase, observed_day, shelves, report, anew=anew)
