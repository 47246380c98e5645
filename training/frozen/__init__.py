"""Frozen baselines: what was measured when a programme began, kept so that nobody can change it unseen.

Not to be confused with :mod:`training.baselines`, the simple models that a model has to beat. Import from
here; the modules inside are an arrangement, not an interface.
"""

from training.frozen.change import LevelChange, changes_since, means_the_same
from training.frozen.margins import POWER, detectable_change
from training.frozen.record import (
    Baseline,
    BaselineReference,
    FrozenFigure,
    FrozenLevel,
    FrozenModel,
    FrozenRate,
    FrozenSource,
    Measured,
    MetricUnit,
    Window,
)
from training.frozen.store import choose_baseline, find_baseline, freeze, list_baselines, read_baseline
from training.frozen.words import tell_baseline

__all__ = [
    "POWER",
    "Baseline",
    "BaselineReference",
    "FrozenFigure",
    "FrozenLevel",
    "FrozenModel",
    "FrozenRate",
    "FrozenSource",
    "LevelChange",
    "Measured",
    "MetricUnit",
    "Window",
    "changes_since",
    "choose_baseline",
    "detectable_change",
    "find_baseline",
    "freeze",
    "list_baselines",
    "means_the_same",
    "read_baseline",
    "tell_baseline",
]
