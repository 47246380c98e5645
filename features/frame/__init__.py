"""The feature table: one honest row per entity and snapshot, with what is known about how it was made.

Import from here; the modules inside are an arrangement, not an interface.
"""

from pathlib import Path

from features.fold import FoldLog
from features.frame.content import Frame
from features.frame.erasing import Erased, erase, list_known
from features.frame.facts import FrameFacts, HorizonFacts, TargetFacts
from features.frame.flat import build_from_table
from features.frame.reading_texts import fit_texts, review_texts, show_texts
from features.frame.snapshots import build_from_sources
from features.labels import labels_as_known
from features.progress import Report, silent
from features.sources import Arrivals
from features.stated import StatedFacts
from features.tombstones import Tombstones
from features.usecase import UseCase

__all__ = [
    "Arrivals",
    "Erased",
    "Frame",
    "FrameFacts",
    "HorizonFacts",
    "StatedFacts",
    "TargetFacts",
    "Tombstones",
    "build",
    "erase",
    "fit_texts",
    "labels_as_known",
    "list_known",
    "review_texts",
    "show_texts",
]


def build(
    usecase: UseCase,
    folder: Path | None = None,
    *,
    partials: Path | None = None,
    tombstones: Tombstones | None = None,
    fold_log: FoldLog | None = None,
    texts: Path | None = None,
    report: Report = silent,
) -> Frame:
    """Make the feature table of a use case, audit it for leaks, and write it.

    Parameters
    ----------
    usecase
        What to build from: sources with snapshots, or a flat table.
    folder
        Where ``frame.parquet``, ``frame.json``, ``latest.parquet``, ``answers.parquet``, ``waves.parquet``,
        ``verbatims.parquet``, ``protected.parquet`` and the text models go, all together or not at all;
        nothing is written when absent.
    partials
        Folder for partial results of large logs: with them the next build reads only files that are new or
        have changed. Its own, for one use case; nothing is kept when absent.
    tombstones
        Who was erased: left out, whatever the sources still hold.
    fold_log
        Computes the features of logs in another place, such as :func:`features.spark.fold_on_spark`: every
        log in typed Parquet files that need no repair, however small. All else is done here; partial results
        are of no use to it and are not kept. This process does all when absent.
    texts
        Folder of the text models, with what people edit there; they are fitted and forgotten when absent.
    report
        Told what is being done.

    Raises
    ------
    SourceError, ContractError, SpecError
        If the data is not what the use case says.
    LeakError
        If a feature knows the outcome and the use case does not accept that.
    TooFewEventsError
        If nothing can be learned: the event never happens, nobody answers, all or none are silent.
    """
    if fold_log is not None and usecase.table is not None:
        report("a flat table has no log to fold elsewhere: everything is done here")
    frame = (
        build_from_sources(usecase, report, partials, tombstones, fold_log, texts)
        if usecase.table is None
        else build_from_table(usecase, report, tombstones)
    )
    if folder is not None:
        report(f"writing {frame.facts.row_count} rows")
        frame.write(folder)
    return frame
