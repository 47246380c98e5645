"""The views of the drivers side by side: explanation of the model, explained variance, effects of levers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from training.assessment import primary_labels
from training.drivers import TELLING_ROLES, DriverRow, agree, main_columns, split_variance
from training.levers.comparison import sample_entities
from training.levers.record import Lever
from training.rows import Floats, TrainingRows


def compare_views(
    rows: TrainingRows, drivers: Sequence[DriverRow], levers: Sequence[Lever], seed: int = 0
) -> dict[str, Any]:
    """Return how four views rank the drivers, and how far they agree, as plain values.

    Parameters
    ----------
    drivers
        The ranking by explanation. Context is left out: nobody can work on it.

    Returns
    -------
    dict
        ``variance``: the split of R squared, comparable with older reports; ``categories``: drivers that no
        number stands for; ``effects``: of each lever that was compared the size of its effect per standard
        deviation and of meeting its goal; ``agreement``: one figure over all views.
    """
    shown = [driver for driver in drivers if driver.role in TELLING_ROLES]
    columns, categories = main_columns(shown, rows.catalogue)
    target, is_known = primary_labels(rows, np.arange(len(rows)))
    chosen = np.flatnonzero(is_known & np.isfinite(target))
    chosen = chosen[sample_entities(rows.entity[chosen], seed)]
    values = {
        name: np.asarray(rows.columns[rows.catalogue.names[place]], dtype=np.float64)[chosen]
        for name, place in columns.items()
    }
    split = split_variance(
        target[chosen],
        values,
        weight=None if rows.weight is None else rows.weight[chosen],
        entity=rows.entity[chosen],
        seed=seed,
    )
    effects = _size_effects(levers, values)
    views: dict[str, Mapping[str, float]] = {
        "explanation": {driver.name: driver.share.value for driver in shown},
        "explained variance": {name: share.value for name, share in split.relative_weight.items()},
        "effect": {name: sizes["per_deviation"] for name, sizes in effects.items()},
        "meeting the goal": {name: sizes["contrast"] for name, sizes in effects.items()},
    }
    return {
        "variance": split.to_json(),
        "categories": list(categories),
        "effects": effects,
        "agreement": agree(views).to_json(),
    }


def _size_effects(levers: Sequence[Lever], values: Mapping[str, Floats]) -> dict[str, dict[str, float]]:
    """Return the sizes of the effects that were found, by lever."""
    sizes: dict[str, dict[str, float]] = {}
    for lever in levers:
        if lever.effect is None or lever.name not in values:
            continue
        contrast = lever.effect.contrast
        sizes[lever.name] = {
            "per_deviation": abs(lever.effect.slope.value) * float(np.nanstd(values[lever.name])),
            "contrast": 0.0 if contrast is None else abs(contrast.value),
        }
    return sizes
