"""All worlds by name."""

from collections.abc import Callable, Mapping

import numpy as np

from tests.bench.driver_worlds.confounding import decoys, interaction, observed
from tests.bench.driver_worlds.moods import behaviour, earlier_mood, hidden_mood
from tests.bench.driver_worlds.pathways import mediator, symptom
from tests.bench.driver_worlds.retention import retention
from tests.bench.driver_worlds.world import DriverWorld

Generator = Callable[[int, np.random.Generator], DriverWorld]

WORLDS: Mapping[str, Generator] = {
    world.__name__: world
    for world in (
        observed,
        interaction,
        decoys,
        hidden_mood,
        earlier_mood,
        behaviour,
        mediator,
        symptom,
        retention,
    )
}


def draw_world(name: str, n_rows: int, *keys: int) -> DriverWorld:
    """Return a world; equal keys give the same rows."""
    place = list(WORLDS).index(name)
    return WORLDS[name](n_rows, np.random.default_rng([place, n_rows, *keys]))
