"""Worlds with columns that lie behind the lever: on its way to the target, or behind the target itself."""

from dataclasses import replace
from math import sqrt

import numpy as np

from tests.bench.driver_worlds.levers import LEVER_DAYS, draw_core, lever_facts
from tests.bench.driver_worlds.world import Column, ColumnFacts, DriverWorld
from training.statistics import Floats


def mediator(n_rows: int, chance: np.random.Generator) -> DriverWorld:
    """Half of what the medium lever does, it does by ease; ease is measured and also rated.

    Held fixed, ease would hide that half. The rating of it is declared as a lever.
    """
    core = draw_core(n_rows, chance)
    half = core.slopes["medium"] / 2
    own = chance.normal(size=n_rows)  # ease that does not come from the lever
    ease = core.values_of("medium") + own
    unseen = sqrt(1 - half**2) * chance.normal(size=n_rows)
    traps = [
        Column(ColumnFacts("ease", role="mediator", window_from_days=LEVER_DAYS[1], window_to_days=5), ease),
        Column(
            replace(
                lever_facts("rated_ease"),
                data="X",
                answered_by="entity",
                window_from_days=5,
                window_to_days=5,
            ),
            ease + 0.5 * chance.normal(size=n_rows),
        ),
    ]
    return core.into(core.mean() + half * own + unseen, traps)


def symptom(n_rows: int, chance: np.random.Generator) -> DriverWorld:
    """What people feel shows in what they and the company do, before they are asked and after.

    ``escalations`` are declared as the signal they are. Declared as levers are complaints (of the person),
    aftercare (begun after the answer, because of it) and a campaign that began before any context was known.
    """
    core = draw_core(n_rows, chance)
    state = sqrt(0.5) * chance.normal(size=n_rows)
    feeling = core.mean() + state
    target = feeling + sqrt(0.5) * chance.normal(size=n_rows)
    mood = (feeling - feeling.mean()) / feeling.std()
    first, last = LEVER_DAYS
    traps = [
        Column(
            ColumnFacts(
                "escalations", role="signal", actor="company", window_from_days=first, window_to_days=last
            ),
            -mood + chance.normal(size=n_rows),
        ),
        Column(
            replace(lever_facts("complaints", is_lower_better=True), actor="person"),
            chance.poisson(np.exp(-0.5 * mood)).astype(np.float64),
        ),
        Column(
            replace(lever_facts("aftercare", is_lower_better=True), window_from_days=-5, window_to_days=-30),
            -(target - target.mean()) + chance.normal(size=n_rows),
        ),
        Column(
            replace(lever_facts("campaign"), window_from_days=900, window_to_days=750),
            _lead(core.pulls, chance),
        ),
    ]
    return core.into(target, traps)


def _lead(pulls: Floats, chance: np.random.Generator) -> Floats:
    """Return a column of long ago that went where the context pulls as well."""
    pull = pulls.sum(axis=1)
    return np.asarray(pull - pull.mean() + 0.5 * chance.normal(size=len(pull)))
