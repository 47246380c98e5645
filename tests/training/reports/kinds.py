"""Every kind of report that there is, by name: what has to hold for a page has to hold for all of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from features.usecase import Language
from tests.training.reports import action_samples, belief_samples, lever_samples, samples, theme_samples
from tests.training.reports.test_baseline import with_parts
from training.reports import ReportInputs

LANGUAGES: tuple[Language, ...] = ("en", "de")


def small() -> ReportInputs:
    """Return a report of few cases: no lever is graded, and more cases are asked for."""
    inputs = lever_samples.without_offer()
    return replace(inputs, model=replace(inputs.model, missing_events=212))


def whole() -> ReportInputs:
    """Return a report with every section that a report about customers can have."""
    inputs = action_samples.with_actions(theme_samples.with_themes(with_parts(belief_samples.inputs())))
    return replace(inputs, model=replace(inputs.model, run_id="4f1d0a6be2c14b53a0e1c6ad9f1b7c20"))


KINDS: Mapping[str, Callable[[], ReportInputs]] = {
    "churn": whole,
    "attrition": lambda: theme_samples.with_themes(
        belief_samples.believing(lever_samples.employees()), is_anonymous=True
    ),
    "satisfaction": lever_samples.satisfaction,
    "silence": samples.corrected_satisfaction,
    "small": small,
    "flat": samples.flat_table,
    "good": partial(lever_samples.flat_event, "good"),
    "bad": partial(lever_samples.flat_event, "bad"),
    "unusable": samples.unusable,
    "unusable_answers": samples.unusable_satisfaction,
}
