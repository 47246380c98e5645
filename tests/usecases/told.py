"""What a person is told of the drivers of a use case: lines of the command line and pages of the report."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import unescape

from features.frame import Frame, build
from features.usecase import Language, UseCase
from training.bundle import Bundle
from training.drivers import DriverRow, rows_from_json
from training.learning import Learned, learn
from training.models.recipe import Recipe
from training.pages import LANGUAGES
from training.reports import Report, build_report, render_html
from training.reports.export import render_csv
from training.runs.drivers import describe_levers
from training.runs.report import gather
from training.runs.train import save_privately

TODAY = date(2026, 1, 15)
_TAG = re.compile(r"<(style|title)\b.*?</\1>|<[^>]*>", re.DOTALL)


@dataclass(frozen=True)
class Told:
    """Hold one training with all that is said of its drivers.

    Attributes
    ----------
    lines
        What ``xm-predict train`` and ``drivers`` print of levers.
    pages
        The words of the report, by language, without tags and with single spaces.
    sections
        The sections that the figures of the report belong to, as in its CSV.
    """

    frame: Frame
    learned: Learned
    bundle: Bundle
    report: Report
    lines: tuple[str, ...]
    pages: Mapping[Language, str]
    sections: frozenset[str]

    @property
    def drivers(self) -> Mapping[str, DriverRow]:
        """Return the ranking as the bundle holds it, by name, largest share first."""
        return {row.name: row for row in rows_from_json(self.bundle.drivers)}


def tell(usecase: UseCase, recipe: Recipe) -> Told:
    """Build, train, save, load and report, as ``xm-predict train`` does, without a tracking server."""
    frame = build(usecase)
    learned = learn(frame, usecase, recipe=recipe)
    bundle = save_privately(learned)
    report = build_report(gather(bundle, frame, made_on=TODAY))
    return Told(
        frame,
        learned,
        bundle,
        report,
        tuple(describe_levers(bundle)),
        {language: words_of(render_html(report, language)) for language in LANGUAGES},
        frozenset(row["section"] for row in csv.DictReader(io.StringIO(render_csv(report)))),
    )


def words_of(page: str) -> str:
    """Return the words of a page."""
    return " ".join(unescape(_TAG.sub(" ", page)).split())
