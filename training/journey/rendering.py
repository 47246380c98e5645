"""The journey map as lines of the console: what was found in sentences, then the table of transitions."""

from features.usecase import Language
from training.journey.phrases import TABLE
from training.journey.record import JourneyRecord
from training.journey.words import Teller, tell_journeys
from training.statistics import Estimate


def render_journeys(record: JourneyRecord, language: Language = "en") -> list[str]:
    """Return the lines of a journey map.

    Parameters
    ----------
    record
        The journey map.
    language
        ``en`` or ``de``.
    """
    return [*tell_journeys(record, language), "", *_tabulate(record, language)]


def _tabulate(record: JourneyRecord, language: Language) -> list[str]:
    """Return the table of transitions: a line per stage, a column per next stage and for the end."""
    teller, head = Teller(record, language), TABLE[language]
    stages = [teller.stage(stage) for stage in range(len(record.stages))]
    rows = [[head["from"], *stages, head["end"], "n"]]
    rows += [
        [stages[row.stage], *map(_show, row.shares), teller.count(row.shares[-1].n)]
        for row in record.transitions
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return [head["title"], *lines]


def _show(share: Estimate) -> str:
    """Write a share with its range; a dash for what never happened."""
    if share.value == 0:
        return "-"
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f})"
