"""Write a document as one self-contained HTML page: no address; its style and script are allowed by hash."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from features.usecase import Language
from training.pages.charts import (
    Bar,
    Mark,
    calibration_dots,
    effect_bar,
    forest_bar,
    importance_matrix,
    spark_band,
    waterfall,
)
from training.pages.charts.axes import answer_axis
from training.pages.formats import Formats
from training.pages.kinds import Label
from training.pages.language import translations
from training.pages.outcome_words import words_of
from training.pages.shown import to_shown

TEMPLATES = Path(__file__).parent / "templates"
STYLE_FILE = TEMPLATES / "style.css"
SCRIPT_FILE = TEMPLATES / "whatif.js"
LIVE_STYLE_FILE = TEMPLATES / "live.css"
# How rendering ends for a document that does not hold what its template asks for.
UNFIT: tuple[type[Exception], ...] = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def render_report(document: Mapping[str, Any], language: Language) -> str:
    """Return the page of a report in one language; the same report gives the same text.

    Parameters
    ----------
    document
        The report as its JSON has it; nothing is computed on the way to the page.
    language
        ``en`` or ``de``.
    """
    script = None if document["prospects"] is None else SCRIPT_FILE.read_text(encoding="utf-8")
    return render_page("report.html.jinja", language, script=script, report=to_shown(document))


def render_page(template: str, language: Language, *, script: str | None = None, **shown: object) -> str:
    """Return a page made from a template of this package; its policy allows its style and script alone."""
    style = STYLE_FILE.read_text(encoding="utf-8")
    page = _environment(language).get_template(template)
    # Both are files of this package; they must reach the page byte for byte, or their hashes would not fit.
    code = None if script is None else Markup(script)  # noqa: S704
    allowed = None if script is None else _hash(script)
    page_text = page.render(
        **shown,
        style=Markup(style),  # noqa: S704  # as above
        style_hash=_hash(style),
        script=code,
        script_hash=allowed,
    )
    return page_text + "\n"


def render_live(template: str, language: Language, **shown: object) -> str:
    """Return a page of the service made from a template of this package; its policy is sent as a header.

    Parameters
    ----------
    template
        Its name; those of live pages begin with ``live_``.
    shown
        What the template asks for; objects of a JSON document by :func:`~training.pages.shown.to_shown`.
    """
    return _environment(language).get_template(template).render(**shown) + "\n"


def render_live_style() -> str:
    """Return the style sheet of live pages: that of the report, and what pages have beside it."""
    return "".join(file.read_text(encoding="utf-8") for file in (STYLE_FILE, LIVE_STYLE_FILE))


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
            "moment": formats.moment,
            "money": formats.money,
            "number": formats.number,
            "of_hundred": formats.of_hundred,
            "percent": formats.percent,
            "plain": lambda number: f"{number:.8g}",
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
            "effect_bar": effect_bar,
            "forest_bar": forest_bar,
            "importance_matrix": importance_matrix,
            "language": language,
            "matrix_mark": Mark,
            "outcome_words": words_of,
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


def _hash(source: str) -> str:
    """Return what the content security policy calls this style or script."""
    digest = hashlib.sha256(source.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
