"""How a goal is named in a report."""

from features.usecase import UseCase
from training.drivers import Goal
from training.pages import Label


def name_unit(usecase: UseCase, goal: Goal | None) -> Label | None:
    """Return the unit of a goal in both languages; None where it has none."""
    unit = None if goal is None else goal.unit
    if unit is None:
        return None
    return {"en": usecase.unit_in("en", unit), "de": usecase.unit_in("de", unit)}
