"""Worlds in which all is declared truthfully: confounders that are seen, their products, and decoys."""

from dataclasses import replace

import numpy as np

from tests.bench.driver_worlds.levers import draw_core, lever_facts
from tests.bench.driver_worlds.world import Column, DriverWorld


def observed(n_rows: int, chance: np.random.Generator) -> DriverWorld:
    """Context bends levers and target; one lever has nothing but its context in common with the target."""
    core = draw_core(n_rows, chance)
    return core.into(core.mean() + chance.normal(size=n_rows))


def interaction(n_rows: int, chance: np.random.Generator) -> DriverWorld:
    """A product of two context columns moves the target and a lever that does nothing."""
    core = draw_core(n_rows, chance, has_product=True)
    return core.into(core.mean() + chance.normal(size=n_rows))


def decoys(n_rows: int, chance: np.random.Generator) -> DriverWorld:
    """Two levers that do nothing go along with two that work (correlation .7)."""
    core = draw_core(n_rows, chance)
    target = core.mean() + chance.normal(size=n_rows)
    copies = tuple(
        Column(
            lever_facts(f"decoy_{name}", is_lower_better=name == "strong"),
            0.7 * core.values_of(name) + 0.7 * chance.normal(size=n_rows),
        )
        for name in ("strong", "medium")
    )
    # What the decoys leave of a lever is less than it was: its partial correlation is no longer .16.
    return replace(replace(core, levers=core.levers + copies).into(target), medium=())
