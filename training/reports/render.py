"""Write a report as one self-contained HTML page: no script, no address, one style allowed by its hash."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from features.usecase import Language
from training.reports.charts import (
    Bar,
    Mark,
    calibration_dots,
    forest_bar,
    importance_matrix,
    spark_band,
    waterfall,
)
from training.reports.formats import Formats
from training.reports.inputs import Label
from training.reports.language import translations
from training.reports.sections import Report
from training.reports.trust import answer_axis

TEMPLATES = Path(__file__).parent / "templates"
STYLE_FILE = TEMPLATES / "style.css"


def render_html(report: Report, language: Language) -> str:
    """Return the page of a report in one language; the same report gives the same text.

    Parameters
    ----------
    report
        Everything that is shown; nothing is computed on the way to the page.
    language
        ``en`` or ``de``.
    """
    return render_page("report.html.jinja", language, report=report)


def render_page(template: str, language: Language, **shown: object) -> str:
    """Return a page made from a template of this package, with the one style that its policy allows."""
    style = STYLE_FILE.read_text(encoding="utf-8")
    page = _environment(language).get_template(template)
    # The style is a file of this package; it must reach the page byte for byte, or its hash would not fit.
    return page.render(**shown, style=Markup(style), style_hash=_hash(style)) + "\n"  # noqa: S704


@cache
def _environment(language: Language) -> Environment:
    """Return Jinja with strict names, escaping, messages and formats of one language."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(  # type: ignore[attr-defined]  # added by the i18n extension
        translations(language), newstyle=True
    )
    formats = Formats(language)
    environment.filters.update(
        {
            "amount": formats.amount,
            "day": formats.day,
            "money": formats.money,
            "number": formats.number,
            "of_hundred": formats.of_hundred,
            "percent": formats.percent,
            "points": formats.points,
            "rating": formats.rating,
            "signed_points": formats.signed_points,
            "signed": formats.signed,
            "in_language": lambda label: _in_language(label, language),
        }
    )
    environment.globals.update(
        {
            "amount": formats.amount,
            "answer_axis": answer_axis,
            "calibration_dots": calibration_dots,
            "forest_bar": forest_bar,
            "importance_matrix": importance_matrix,
            "language": language,
            "matrix_mark": Mark,
            "percent": formats.percent,
            "range_digits": formats.range_digits,
            "spark_band": spark_band,
            "waterfall": waterfall,
            "waterfall_bar": Bar,
        }
    )
    return environment


def _in_language(label: Label, language: Language) -> str:
    """Return a label in a language, else in English, else nothing."""
    return label.get(language) or label.get("en") or ""


def _hash(style: str) -> str:
    """Return what the content security policy calls the source of this style."""
    digest = hashlib.sha256(style.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
