import json
from dataclasses import fields, is_dataclass
from typing import Any

from tests.training.reports import lever_samples, samples
from training.reports import build_report
from training.reports.sections import FORMAT_VERSION
from training.statistics import Estimate


def test_every_field_of_every_section_is_in_the_json() -> None:
    report = build_report(lever_samples.inputs())
    content = report.to_json()
    assert content.keys() == {"format", "format_version", *(field.name for field in fields(report))}
    assert content["format_version"] == FORMAT_VERSION
    for field in fields(report):
        _demand_all_fields(getattr(report, field.name), content[field.name])


def _demand_all_fields(section: object, content: Any) -> None:
    if isinstance(section, Estimate) or not is_dataclass(section):
        return
    assert content.keys() == {field.name for field in fields(section)}
    for field in fields(section):
        inner = getattr(section, field.name)
        if isinstance(inner, tuple):
            assert len(inner) == len(content[field.name])
            for part, written in zip(inner, content[field.name], strict=True):
                _demand_all_fields(part, written)
        else:
            _demand_all_fields(inner, content[field.name])


def test_absent_sections_are_null() -> None:
    content = build_report(samples.unusable()).to_json()
    assert (content["associations"], content["calls"]) == (None, None)
    assert content["headline"]["expected_share"] is None


def test_labels_keep_both_languages() -> None:
    content = build_report(samples.inputs()).to_json()
    assert content["associations"]["levers"][1]["label"] == {
        "en": "Late deliveries",
        "de": "Verspätete Lieferungen",
    }
    assert content["header"]["label"] == {"en": "Customer churn", "de": "Kundenabwanderung"}
    assert "Verspätete" in json.dumps(content, ensure_ascii=False)


def test_every_driver_shown_has_a_grade_a_range_and_a_denominator() -> None:
    shown = build_report(samples.inputs()).to_json()["associations"]
    for line in (*shown["levers"], *shown["signs"], *shown["others"]):
        assert line["evidence_grade"] == "C"
        assert line["share"]["low"] <= line["share"]["value"] <= line["share"]["high"]
        assert line["share"]["n"] > 0
