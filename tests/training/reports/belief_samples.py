"""Sample belief checks for reports."""

from dataclasses import replace
from typing import Any

from tests.training.beliefs.belief_world import both, ranked, spell, stated
from tests.training.reports import lever_samples
from training.beliefs import check_beliefs
from training.reports import ReportInputs

RANKED = ranked(("workload",), ("training", "support"), ("pay", "night_shifts"))


def beliefs(**counts: Any) -> dict[str, Any]:
    """Return a belief check as a bundle holds it."""
    found = check_beliefs(spell(both()), stated(**counts), RANKED)
    assert found is not None
    return found.to_json()


def believing(inputs: ReportInputs, **counts: Any) -> ReportInputs:
    """Return the same inputs with a belief check."""
    return replace(inputs, tables={**inputs.tables, "beliefs": beliefs(**counts)})


def inputs(**counts: Any) -> ReportInputs:
    """Return a full report with a belief check."""
    return believing(lever_samples.inputs(), **counts)
