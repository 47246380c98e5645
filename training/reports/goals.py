"""The unit of a goal, as reports write it."""

from features.usecase import UseCase
from training.drivers import Goal
from training.pages import Label, unit_of


def name_unit(usecase: UseCase, goal: Goal | None) -> Label | None:
    """Return the unit of a goal in both languages; None where it has none."""
    return None if goal is None else unit_of(usecase, goal.unit)
