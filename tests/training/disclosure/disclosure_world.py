"""Small firms for tests of disclosure control."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from training.disclosure import Table, Wave

DAYS = {"w1": (date(2025, 3, 1), date(2025, 3, 31)), "w2": (date(2025, 9, 1), date(2025, 9, 30))}


def make_wave(n_people: int | Sequence[str], name: str = "w1") -> Wave:
    people = [f"p{one}" for one in range(n_people)] if isinstance(n_people, int) else n_people
    return Wave(name, tuple(people), *DAYS[name])


def make_cut(sizes: dict[str, int], name: str = "by unit", wave: str = "w1", **settings) -> Table:
    """Return a table by one label with groups of given sizes."""
    return Table(name, wave, {"unit": [unit for unit, n in sizes.items() for _ in range(n)]}, **settings)


def draw_tables(
    rng: np.random.Generator, n_people: int, n_labels: Sequence[int], wave: str = "w1"
) -> list[Table]:
    """Return all tables of two out of some attributes with unequal labels."""
    columns = {}
    for at, n in enumerate(n_labels):
        share = rng.dirichlet(np.full(n, 2.0))
        columns[f"a{at}"] = [f"a{at}.{label}" for label in rng.choice(n, n_people, p=share)]
    names = list(columns)
    pairs = [(one, other) for at, one in enumerate(names) for other in names[at + 1 :]]
    return [
        Table(f"{one} x {other}", wave, {one: columns[one], other: columns[other]}) for one, other in pairs
    ]


def reorder(table: Table, order: Sequence[int]) -> Table:
    """Return the table with people in another order."""
    labels = {name: [column[place] for place in order] for name, column in table.labels.items()}
    return Table(table.name, table.wave, labels, table.kind)
