"""Write a report to files: JSON, one page per language, CSV."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from features.files import write_atomically
from features.usecase import Language
from training.pages import Kind, render_report
from training.reports.sections import DriverLine, Kpi, RatingTrust, Report, Trust
from training.reports.waves import Told
from training.statistics import Estimate

COLUMNS = ("section", "item", "measure", "value", "low", "high", "n", "unit")
_NUMBER = re.compile(r"[+\-\u2212]?\d+(?:[.,]\d+)*(?:[eE][+\-]?\d+)?(?:\s?[%€])?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class _Figure:
    """Hold one line of the CSV view."""

    section: str
    item: str
    measure: str
    estimate: Estimate
    unit: str


def write_report(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write ``report.json``, ``report_en.html``, ``report_de.html`` and ``report.csv``, each in one step.

    Returns
    -------
    tuple of Path
        The files, JSON first. The same report gives the same bytes.
    """
    content = json.dumps(report.to_json(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    texts = {
        "report.json": content,
        **{f"report_{language}.html": render_html(report, language) for language in report.header.languages},
        "report.csv": render_csv(report),
    }
    for name, text in texts.items():
        write_atomically(folder / name, text)
    return tuple(folder / name for name in texts)


def render_html(report: Report, language: Language) -> str:
    """Return the page of a report in one language: the view of its JSON."""
    return render_report(report.to_json(), language)


def render_csv(report: Report, language: Language = "en") -> str:
    """Return the figures of a report as CSV, one per line.

    Parameters
    ----------
    language
        Language of the labels and form of the numbers: German has decimal commas, semicolons between cells.

    Notes
    -----
    Texts that a spreadsheet would run as a formula start with an apostrophe; numbers stay numbers.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language == "de" else ",", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for figure in _figures(report, language):
        estimate = figure.estimate
        ends = [_number(number, language) for number in (estimate.value, estimate.low, estimate.high)]
        cells = [figure.section, figure.item, figure.measure, *ends, str(estimate.n), figure.unit]
        writer.writerow([defuse(cell) for cell in cells])
    return text.getvalue()


def defuse(cell: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    Examples
    --------
    >>> defuse("=1+1"), defuse("-3,5"), defuse("−0.5"), defuse("@SUM(A1)")
    ("'=1+1", '-3,5', '−0.5', "'@SUM(A1)")
    """
    if _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA_STARTS) else cell


def _figures(report: Report, language: Language) -> Iterator[_Figure]:
    """Go through every figure with a range that the report shows."""
    for kpi in report.kpis:
        yield from _kpi_figures(kpi)
    for change in report.changes:
        item = change.metric if change.survey is None else f"{change.metric}, {change.survey}"
        for step in change.steps:
            yield _Figure("change", item, step.kind, step.value, change.unit)
    if report.associations is not None:
        shown = report.associations
        for line in (*shown.levers, *shown.signs, *shown.others):
            yield from _driver_figures(line, language)
    yield from _belief_figures(report, language)
    yield from _theme_figures(report, language)
    yield from _step_figures(report, language)
    yield from _heat_figures(report)
    yield from _trust_figures(report.trust, report.header.kind)


def _kpi_figures(kpi: Kpi) -> Iterator[_Figure]:
    """Give the figures of one card."""
    yield _Figure("kpi", kpi.kind, _measure("value", kpi.told), kpi.value, kpi.unit)
    if kpi.bound is not None:
        bounds = Estimate.around(kpi.value.value, kpi.bound.low, kpi.bound.high, kpi.value.n)
        yield _Figure("kpi", kpi.kind, "bounds if silence depends on the answer", bounds, kpi.unit)
    for wave in kpi.waves:
        yield _Figure("kpi", kpi.kind, _measure(wave.wave, wave.told), wave.estimate, kpi.unit)
    if kpi.change is not None:
        yield _Figure("kpi", kpi.kind, "change since last wave", kpi.change, kpi.unit)


def _measure(name: str, told: Told) -> str:
    """Return the name of a measure, with a word where its value is only a bound."""
    return name if told == "exact" else f"{name} ({told})"


def _belief_figures(report: Report, language: Language) -> Iterator[_Figure]:
    """Give the shares of those who named a reason."""
    if report.beliefs is None:
        return
    for row in report.beliefs.rows:
        if row.stated is not None:
            yield _Figure(
                "belief", row.label.get(language) or row.driver, "share who named it", row.stated, "share"
            )
    stated = report.beliefs.stated
    if stated is not None and stated.unmapped is not None:
        yield _Figure("belief", "no driver", "share who named it", stated.unmapped, "share")


def _theme_figures(report: Report, language: Language) -> Iterator[_Figure]:
    """Give the figures of what people wrote about."""
    for found in () if report.themes is None else report.themes.sources:
        for line in found.themes:
            label = line.name.label.get(language) or line.topic or line.kind
            section = f"theme, {found.source}, {found.wave}"
            yield _Figure(section, label, "part of the comments", line.share, "share")
            if line.tone is not None:
                yield _Figure(section, label, "tone", line.tone, "rating")
            if line.negative is not None:
                negative = line.negative
                yield _Figure(section, label, _measure("negative", negative.told), negative.estimate, "share")
            if line.share_change is not None:
                yield _Figure(section, label, "change of the part", line.share_change.estimate, "share")
            if line.tone_change is not None:
                yield _Figure(section, label, "change of tone", line.tone_change.estimate, "rating")


def _step_figures(report: Report, language: Language) -> Iterator[_Figure]:
    """Give what the levers are expected to bring: as planned, and for smaller plans."""
    unit = "rating" if report.header.kind == "satisfaction" else "people"
    for step in () if report.first_steps is None else report.first_steps.steps:
        label = step.label.get(language) or step.label.get("en", "")
        yield _Figure("work on first", label, "expected gain", step.gain, unit)
        if step.priority.net_eur is not None:
            yield _Figure("work on first", label, "net value", step.priority.net_eur, "eur")
    for table in () if report.prospects is None else report.prospects.tables:
        label = table.label.get(language) or table.label.get("en", "")
        for line in table.lines:
            plan = f"{line.plan.way:.0%} of the way, {line.plan.share:.0%} reached"
            yield _Figure("plan", label, f"expected gain, {plan}", line.gain, unit)
            if line.plan.revenue_kept_eur is not None:
                yield _Figure("plan", label, f"revenue kept, {plan}", line.plan.revenue_kept_eur, "eur")


def _heat_figures(report: Report) -> Iterator[_Figure]:
    """Give what is expected of groups; hidden ones are not there."""
    for table in () if report.heat is None else report.heat.tables:
        rows, columns = (*table.rows, "all"), (*table.columns, "all")
        unit = "" if report.heat is None else report.heat.unit
        for row, line in zip(rows, table.cells, strict=True):
            for column, cell in zip(columns, line, strict=True):
                item = row if table.column_cut is None else f"{row} / {column}"
                if cell.value is not None:
                    yield _Figure(f"group, {table.row_cut}", item, "expected", cell.value, unit)


def _trust_figures(trust: Trust | RatingTrust, kind: Kind) -> Iterator[_Figure]:
    """Give the figures of what a forecast is worth."""
    if isinstance(trust, RatingTrust):
        yield _Figure("trust", "model", "rank correlation", trust.rank_correlation, "correlation")
        yield _Figure("trust", "model", "answers inside their 90 % range", trust.coverage, "share")
        yield _Figure("trust", "model", "width of the 90 % range", trust.width, "rating")
        yield _Figure("trust", "model", "mean absolute error", trust.error, "rating")
        for number, part in enumerate(trust.bins, start=1):
            yield _Figure(
                "trust", f"bin {number}, forecast {part.forecast:.4f}", "observed", part.observed, "rating"
            )
        return
    yield _Figure("trust", "model", "auc", trust.auc, "auc")
    yield _Figure("trust", "model", "level gap", trust.level_gap, "share")
    found = "cases with the outcome" if kind in {"good", "bad"} else "leavers"
    yield _Figure("trust", "model", f"{found} in top tenth", trust.capture_top_tenth, "share")
    for number, bin_ in enumerate(trust.bins, start=1):
        yield _Figure(
            "trust", f"bin {number}, forecast {bin_.forecast:.4f}", "observed", bin_.observed, "share"
        )


def _driver_figures(line: DriverLine, language: Language) -> Iterator[_Figure]:
    """Give the figures of one driver."""
    label = line.label.get(language) or line.name
    section = f"driver, {line.role or 'other'}, grade {line.evidence_grade}"
    yield _Figure(section, label, "share of explanation", line.share, "share")
    if line.goal_met is not None:
        yield _Figure(section, label, "goal met today", line.goal_met, "share")


def _number(value: float, language: Language) -> str:
    """Write a number without grouping, six digits that count."""
    text = f"{value:.6g}"
    return text.replace(".", ",") if language == "de" else text
