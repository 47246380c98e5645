"""Pages are made of JSON: what is built and what is read back from its file give the same page."""

import json

import pytest
from jinja2 import Environment

from features.usecase import Language
from tests.training.reports.kinds import KINDS
from training.pages import render_report
from training.pages.shown import Shown, to_shown
from training.reports import build_report, render_html


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_page_of_the_file_is_the_page_of_the_report(kind: str, language: Language) -> None:
    report = build_report(KINDS[kind]())
    content = json.dumps(report.to_json(), allow_nan=False)
    assert render_report(json.loads(content), language) == render_html(report, language)


def test_entries_come_before_what_dictionaries_can_do() -> None:
    shown = to_shown({"values": 1, "items": [2], "keys": {"n": 3}, "copy": None})
    assert (shown.values, shown.items, shown.keys.n, shown.copy) == (1, (2,), 3, None)


def test_labels_can_still_be_asked_for_a_language() -> None:
    label = to_shown({"label": {"en": "Wait", "de": "Warten"}}).label
    assert (label.get("de"), label.get("fr"), label["en"]) == ("Warten", None, "Wait")


def test_an_absent_entry_is_an_error() -> None:
    with pytest.raises(AttributeError):
        _ = to_shown({"a": 1}).b


@pytest.mark.parametrize("name", ["__html__", "__class__", "_x"])
def test_names_of_python_cannot_be_taken_by_a_file(name: str) -> None:
    shown = Shown({name: "<script>"})
    assert getattr(shown, name, None) != "<script>"


def test_a_file_cannot_switch_off_escaping() -> None:
    template = Environment(autoescape=True).from_string("{{ shown.label }}")
    assert "<script>" not in template.render(shown=to_shown({"label": {"__html__": "<script>"}}))
