"""Worlds in which a mood that nobody measures moves the target and what is declared as a lever."""

from dataclasses import replace
from math import sqrt

import numpy as np

from tests.bench.driver_worlds.levers import draw_core, lever_facts
from tests.bench.driver_worlds.world import Column, DriverWorld
from training.statistics import Floats

PERSISTENCE = 0.5


def hidden_mood(n_rows: int, chance: np.random.Generator) -> DriverWorld:
    """Who is in a good mood rates everything better, in the survey that asks for the target."""
    core, mood = draw_core(n_rows, chance, noise_sd=sqrt(2.0)), chance.normal(size=n_rows)
    target = core.mean() + mood + chance.normal(size=n_rows)
    return core.into(target, _rate(mood, chance, day=1))


def earlier_mood(n_rows: int, chance: np.random.Generator) -> DriverWorld:
    """The ratings come from an earlier survey, but moods last."""
    core, before = draw_core(n_rows, chance, noise_sd=sqrt(2.0)), chance.normal(size=n_rows)
    now = PERSISTENCE * before + sqrt(1 - PERSISTENCE**2) * chance.normal(size=n_rows)
    target = core.mean() + now + chance.normal(size=n_rows)
    return core.into(target, _rate(before, chance, day=120))


def behaviour(n_rows: int, chance: np.random.Generator) -> DriverWorld:
    """Who is in a bad mood writes tickets; the target is effort, of which less is better."""
    core, mood = draw_core(n_rows, chance, noise_sd=sqrt(2.0)), chance.normal(size=n_rows)
    tickets = chance.poisson(np.exp(0.2 - 0.6 * mood)).astype(np.float64)
    facts = replace(lever_facts("tickets", is_lower_better=True), actor="person")
    target = core.mean() + mood + chance.normal(size=n_rows)
    return core.into(target, [Column(facts, tickets)]).turned()


def _rate(mood: Floats, chance: np.random.Generator, *, day: int) -> list[Column]:
    """Return two ratings that the mood colours, declared as levers of the company."""
    return [
        Column(
            replace(
                lever_facts(name),
                data="X",
                answered_by="entity",
                window_from_days=day,
                window_to_days=day,
            ),
            0.8 * mood + 0.6 * chance.normal(size=mood.size),
        )
        for name in ("rated_speed", "rated_advice")
    ]
