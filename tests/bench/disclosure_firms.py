"""Simulated firms with linked tables: units, sites, levels and tenures; people come, go and move."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from training.disclosure import Table, Wave
from training.statistics import Bools, Ints

JOINED, LEFT, MOVED = 0.05, 0.06, 0.02
PAIRS = (("unit", "site"), ("unit", "level"), ("unit", "tenure"), ("site", "level"), ("level", "tenure"))
DAYS = ((date(2025, 3, 1), date(2025, 3, 31)), (date(2025, 9, 1), date(2025, 9, 30)))


@dataclass(frozen=True)
class Firm:
    """Hold one firm: two waves, five tables of each, and a yes or no of everybody in each."""

    waves: tuple[Wave, Wave]
    tables: tuple[Table, ...]
    answers: Mapping[str, Bools]


def draw_firm(seed: int, n_people: int | None = None) -> Firm:
    """Draw a firm of 50 to 2000 people, most of them small."""
    rng = np.random.default_rng([23, seed])
    size = n_people or int(np.exp(rng.uniform(np.log(50), np.log(2000))))
    chances = {name: _draw_chances(rng, n) for name, n in _count_labels(size).items()}
    ids = np.arange(size)
    labels = {name: rng.choice(len(share), size, p=share) for name, share in chances.items()}
    first = _Year(ids, labels)
    second = _move_on(rng, first, chances)
    waves, tables, answers = [], [], {}
    for name, year, days in zip(("first", "second"), (first, second), DAYS, strict=True):
        waves.append(Wave(name, tuple(f"p{one}" for one in year.ids), *days))
        tables += [_table(name, year, pair) for pair in PAIRS]
        answers[name] = _draw_answers(rng, year)
    return Firm((waves[0], waves[1]), tuple(tables), answers)


@dataclass(frozen=True)
class _Year:
    """Hold who is there in one wave, with their labels."""

    ids: Ints
    labels: Mapping[str, Ints]


def _count_labels(size: int) -> dict[str, int]:
    """Return how many units, sites, levels and tenures a firm of that size tells apart."""
    return {
        "unit": int(np.clip(size // 50, 2, 12)),
        "site": int(np.clip(size // 120, 2, 5)),
        "level": 3,
        "tenure": int(np.clip(size // 50, 3, 5)),
    }


def _draw_chances(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Return unequal shares of labels."""
    return np.asarray(rng.dirichlet(np.full(n, 6.0)), dtype=np.float64)


def _move_on(rng: np.random.Generator, year: _Year, chances: Mapping[str, NDArray[np.float64]]) -> _Year:
    """Let some leave, some join, and some of the rest move to another unit."""
    stays = rng.random(year.ids.size) >= LEFT
    n_new = round(JOINED * year.ids.size)
    ids = np.concatenate([year.ids[stays], np.arange(n_new) + year.ids.size])
    labels = {
        name: np.concatenate([year.labels[name][stays], rng.choice(len(share), n_new, p=share)])
        for name, share in chances.items()
    }
    moves = rng.random(ids.size) < MOVED
    labels["unit"][moves] = rng.choice(len(chances["unit"]), int(moves.sum()), p=chances["unit"])
    return _Year(ids, labels)


def _table(wave: str, year: _Year, pair: tuple[str, str]) -> Table:
    """Return the table of two attributes."""
    columns = {name: [f"{name} {label}" for label in year.labels[name]] for name in pair}
    return Table(" x ".join(pair), wave, columns)


def _draw_answers(rng: np.random.Generator, year: _Year) -> Bools:
    """Return who says yes; units differ."""
    level = rng.beta(4, 2, size=int(year.labels["unit"].max()) + 1)
    return np.asarray(rng.random(year.ids.size) < level[year.labels["unit"]], dtype=np.bool_)
