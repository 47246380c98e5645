"""What managers read holds no jargon, no name of a column and no claim of a cause."""

import re

import pytest

from tests.training.reports import lever_samples, samples
from tests.training.reports.test_render import Page
from training.reports import build_report, render_html
from training.reports.inputs import ReportInputs

FORBIDDEN = re.compile(r"SHAP|\bcaus(e|es|ed|ing)\b|verursach|bewirk|\bCI\b", re.IGNORECASE)
LAST = {"en": "Method and limits", "de": "Methode und Grenzen"}
KINDS = {
    "churn": lever_samples.inputs,
    "attrition": lever_samples.employees,
    "satisfaction": lever_samples.satisfaction,
    "no_offer": lever_samples.without_offer,
    "unusable": samples.unusable,
    "flat": samples.flat_table,
}


def managers_part(inputs: ReportInputs, language) -> str:
    text = Page(render_html(build_report(inputs), language)).text
    assert text.count(LAST[language]) == 1
    return text[: text.index(LAST[language])]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_sections_before_the_method_speak_plainly(kind: str, language) -> None:
    inputs = KINDS[kind]()
    text = managers_part(inputs, language)
    assert not FORBIDDEN.search(text)
    columns = {feature for driver in inputs.drivers for feature in driver.features}
    assert columns
    assert not [name for name in columns if name in text]


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_page_of_a_model_that_is_not_usable_offers_nothing_to_act_on(language) -> None:
    text = managers_part(samples.unusable(), language)
    labels = [driver.label[language] for driver in samples.DRIVERS if driver.role]
    assert not [label for label in labels if label in text.replace("Leichtigkeit", "")]
