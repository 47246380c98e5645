"""Made-up columns of numbers over two years: as business makes them, or with a planted change of unit."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from features.sources.unit_shifts import Series

Floats = npt.NDArray[np.float64]
Dice = np.random.Generator
Clean = Callable[[Dice, Floats], Floats]
Planted = Callable[[Dice, Floats, int], Floats]
LAST = 730
SWITCH = 360


def to_series(days: Floats, numbers: Floats) -> Series:
    """Count values per day, rounded as the match report does."""
    sizes = np.abs(numbers)
    rounded = np.exp(np.round(np.log(np.maximum(sizes, 1e-12)) / 0.03) * 0.03)
    rounded = np.where((sizes == np.round(sizes)) & (sizes <= 100), sizes, rounded)
    present, lines = np.unique(days, return_inverse=True)
    values, places = np.unique(rounded, return_inverse=True)
    counts = np.zeros((len(present), len(values)), np.int64)
    np.add.at(counts, (lines, places), 1)
    return Series(present.astype(np.int64), values, counts)


def draw_days(dice: Dice, count: int, rhythm: str) -> Floats:
    """Return days: every day, eight rounds of ten days, or eight rounds of one day."""
    rounds = dice.integers(0, 8, count) * 90.0
    if rhythm == "steady":
        return np.sort(dice.integers(0, LAST, count)).astype(np.float64)
    return np.sort(rounds + dice.integers(0, 10, count) if rhythm == "waves" else rounds)


def draw_clean(kind: str, seed: int) -> Series:
    """Return a series without any change of unit; size and rhythm go with the seed."""
    dice = np.random.default_rng(seed)
    days = draw_days(dice, (150, 400, 2_000, 10_000)[seed % 4], ("steady", "waves", "rounds")[seed % 3])
    return to_series(days, CLEAN[kind](dice, days))


def draw_planted(kind: str, seed: int, count: int = 2_000) -> tuple[Series, int]:
    """Return a series with a change of unit, and the first day with rows in the new one."""
    dice = np.random.default_rng(seed)
    days = draw_days(dice, count, ("steady", "waves", "rounds")[seed % 3])
    return to_series(days, PLANTED[kind](dice, days, SWITCH)), int(days[days >= SWITCH].min())


def _amounts(dice: Dice, days: Floats, centre: float = 3.0, spread: float = 0.5) -> Floats:
    return np.exp(dice.normal(centre, spread, len(days)))


def _some(dice: Dice, days: Floats, share: float | npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.bool_]:
    return dice.random(len(days)) < share


def _rated(dice: Dice, days: Floats, top: int) -> Floats:
    return dice.choice(np.arange(top + 1.0), len(days), p=dice.dirichlet(np.full(top + 1, 2.0)))


def _felt(dice: Dice, days: Floats) -> Floats:
    return np.asarray(dice.normal(3.8, 1.1, len(days)), np.float64)


def _sudden_fall(dice: Dice, days: Floats) -> Floats:
    return np.clip(np.round(dice.normal(8 - 4 * (days > 400), 2, len(days))), 0, 10)


def _season(dice: Dice, days: Floats) -> Floats:
    return _amounts(dice, days) * np.exp(1.5 * np.sin(days / 365 * 2 * np.pi))


CLEAN: Mapping[str, Clean] = {
    "amounts": lambda dice, days: _amounts(dice, days, spread=1.0),
    "heavy tails": lambda dice, days: _amounts(dice, days, spread=2.2),
    "heavier tails": lambda dice, days: 10 * (dice.pareto(1.0, len(days)) + 1),
    "growth to the twentyfold": lambda dice, days: _amounts(dice, days, spread=0.8) * 20 ** (days / LAST),
    "season": _season,
    "inflation": lambda dice, days: _amounts(dice, days, spread=0.4) * np.exp(0.3 * days / LAST),
    "price rise": lambda dice, days: (
        _amounts(dice, days) * np.where(days > 400, dice.choice([1.1, 1.5, 2, 3]), 1)
    ),
    "ratings to 10": lambda dice, days: _rated(dice, days, 10),
    "ratings to 5": lambda dice, days: _rated(dice, days, 4) + 1,
    "sudden fall of ratings": _sudden_fall,
    "rare big values": lambda dice, days: (
        _amounts(dice, days) * np.where(_some(dice, days, 0.03 * (days > 300)), 100, 1)
    ),
    "two kinds of customers": lambda dice, days: (
        _amounts(dice, days) * np.where(_some(dice, days, 0.3), 100, 1)
    ),
    "big customers arrive": lambda dice, days: (
        _amounts(dice, days) * np.where(_some(dice, days, 0.3 * days / LAST), 100, 1)
    ),
    "small counts": lambda dice, days: dice.poisson(_amounts(dice, days, 0.5, 0.6)).astype(np.float64),
    "shares": lambda dice, days: dice.beta(2, 3, len(days)),
    "one price, then another": lambda _, days: np.where(days > 300, 99.0, 9.9),
    "gains and losses": lambda dice, days: dice.normal(0, 50, len(days)),
}


def _switch(days: Floats, switch: int, factor: float) -> Floats:
    return np.where(days >= switch, factor, 1.0)


def _mixed(share: float, factor: float, spread: float) -> Planted:
    def draw(dice: Dice, days: Floats, switch: int) -> Floats:
        is_moved = (days >= switch) & _some(dice, days, share)
        return _amounts(dice, days, spread=spread) * np.where(is_moved, factor, 1.0)

    return draw


def _five_to_hundred(dice: Dice, days: Floats, switch: int) -> Floats:
    answers = np.clip(np.round(_felt(dice, days)), 1, 5)
    return np.where(days >= switch, (answers - 1) * 25, answers)


def _five_to_slider(dice: Dice, days: Floats, switch: int) -> Floats:
    felt = _felt(dice, days)
    return np.where(days >= switch, np.clip(np.round((felt - 1) * 25), 0, 100), np.clip(np.round(felt), 1, 5))


def _many_zeros(dice: Dice, days: Floats, switch: int) -> Floats:
    hours = _amounts(dice, days, 2.0, 0.8) * _switch(days, switch, 60)
    return np.where(_some(dice, days, 0.4), 0.0, hours)


PLANTED: Mapping[str, Planted] = {
    "0-10 to 0-100": lambda dice, days, switch: _rated(dice, days, 10) * _switch(days, switch, 10),
    "1-5 to 0-100": _five_to_hundred,
    "1-5 to a slider": _five_to_slider,
    "hours to minutes": lambda dice, days, switch: (
        np.round(_amounts(dice, days, 2, 1), 1) * _switch(days, switch, 60)
    ),
    "minutes to hours": lambda dice, days, switch: (
        np.round(_amounts(dice, days, 5, 1)) * _switch(days, switch, 1 / 60)
    ),
    "euros to cents": lambda dice, days, switch: (
        np.round(_amounts(dice, days, 4, 1.2), 2) * _switch(days, switch, 100)
    ),
    "units to thousands": lambda dice, days, switch: (
        _amounts(dice, days, 9, 1.3) * _switch(days, switch, 1 / 1000)
    ),
    "share to percent": lambda dice, days, switch: dice.beta(2, 3, len(days)) * _switch(days, switch, 100),
    "gains in cents": lambda dice, days, switch: dice.normal(0, 50, len(days)) * _switch(days, switch, 100),
    "zeros beside hours": _many_zeros,
    "one site in minutes": _mixed(0.3, 60, 0.6),
    "half in cents": _mixed(0.5, 100, 0.7),
}
# Factor and whether all rows changed.
TRUTH: Mapping[str, tuple[float, bool]] = {
    "0-10 to 0-100": (10, True),
    "1-5 to 0-100": (25, True),
    "1-5 to a slider": (25, True),
    "hours to minutes": (60, True),
    "minutes to hours": (1 / 60, True),
    "euros to cents": (100, True),
    "units to thousands": (1 / 1000, True),
    "share to percent": (100, True),
    "gains in cents": (100, True),
    "zeros beside hours": (60, True),
    "one site in minutes": (60, False),
    "half in cents": (100, False),
}
