"""What most worlds have alike: context, levers that work and levers that do not, and a target from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from tests.bench.driver_worlds.world import Column, ColumnFacts, DriverWorld
from training.statistics import Floats

# Partial correlation with the target, context and the other levers held fixed.
CORRELATIONS: Mapping[str, float] = {"strong": 0.33, "saturating": 0.33, "medium": 0.16, "weak": 0.08}
CONTEXT_DAYS = (720, 200)
LEVER_DAYS = (180, 30)
CENTRE = 5.0


@dataclass(frozen=True)
class Core:
    """Hold the levers of a world before there is a target.

    Attributes
    ----------
    context, levers
        Columns, truthfully declared.
    pulls
        ``[n, k]`` the functions of the context that move the target.
    shapes
        What a unit of each working lever is worth: itself, or itself up to its goal.
    slopes
        Change of the target per unit of shape.
    noise_sd
        Standard deviation of all that moves the target and is not seen.
    """

    context: tuple[Column, ...]
    levers: tuple[Column, ...]
    pulls: Floats
    shapes: Mapping[str, Floats]
    slopes: Mapping[str, float]
    noise_sd: float

    def values_of(self, name: str) -> Floats:
        """Return the values of a lever."""
        return next(lever.values for lever in self.levers if lever.facts.name == name)

    def mean(self) -> Floats:
        """Return the target without noise."""
        moved = sum(self.slopes[name] * shape for name, shape in self.shapes.items())
        return CENTRE + self.pulls.sum(axis=1) + moved

    def contrasts(self) -> dict[str, float]:
        """Return what meeting each goal would bring."""
        return {
            name: self.slopes[name] * float(-np.minimum(shape, 0.0).mean())
            for name, shape in self.shapes.items()
        }

    def oracle(self) -> dict[str, Floats]:
        """Return for each working lever the pulls and the other levers in their true shape."""
        return {
            name: np.column_stack(
                [self.pulls, *(shape for other, shape in self.shapes.items() if other != name)]
            )
            for name in self.shapes
        }

    def into(self, target: Floats, traps: Sequence[Column] = ()) -> DriverWorld:
        """Return a world of these levers and of columns that are not what they are declared to be."""
        return DriverWorld(
            target=target,
            columns=(*self.context, *self.levers, *traps),
            contrasts=self.contrasts(),
            oracle=self.oracle(),
            false_levers=frozenset(trap.facts.name for trap in traps if trap.facts.role == "lever"),
            medium=("medium",),
            is_clean=not traps,
        )


def lever_facts(name: str, *, is_lower_better: bool = False) -> ColumnFacts:
    """Return what is declared of a lever of the company."""
    first, last = LEVER_DAYS
    return ColumnFacts(
        name,
        actor="company",
        window_from_days=first,
        window_to_days=last,
        goal=0.0,
        is_lower_better=is_lower_better,
    )


def context_column(name: str, values: Floats, *, is_category: bool = False) -> Column:
    """Return a column that cannot be changed and was known before any lever."""
    first, last = CONTEXT_DAYS
    facts = ColumnFacts(
        name, role="context", window_from_days=first, window_to_days=last, is_category=is_category
    )
    return Column(facts, np.asarray(values, dtype=np.float64))


def draw_core(
    n_rows: int, chance: np.random.Generator, *, noise_sd: float = 1.0, has_product: bool = False
) -> Core:
    """Draw context, four levers that work and two that do not.

    Parameters
    ----------
    noise_sd
        Standard deviation that the noise of the target will have: partial correlations refer to it.
    has_product
        Whether a product of two context columns moves the target and the confounded lever, instead of a
        function of each.
    """
    size, age = chance.normal(size=n_rows), chance.gamma(4.0, 1.0, n_rows)
    plan = chance.integers(0, 3, n_rows)
    bent = np.sin(size) + 0.5 * (plan == 2)
    pull = size * (age - 4.0) / 2.0 if has_product else bent
    values = {
        "strong": -0.5 * bent + chance.normal(size=n_rows),
        "saturating": 0.3 * size + chance.normal(size=n_rows),
        "medium": 0.4 * bent + chance.gamma(4.0, 0.5, n_rows) - 2.0,
        "weak": 0.2 * (age - 4.0) + chance.normal(size=n_rows),
        "confounded": 1.2 * pull + 0.8 * chance.normal(size=n_rows),
        "idle": chance.normal(size=n_rows),
    }
    shapes = {name: values[name] for name in CORRELATIONS}
    shapes |= {"strong": -values["strong"], "saturating": np.minimum(values["saturating"], 0.0)}
    return Core(
        context=(
            context_column("size", size),
            context_column("age", age),
            context_column("plan", plan.astype(np.float64), is_category=True),
        ),
        levers=tuple(
            Column(lever_facts(name, is_lower_better=name == "strong"), column)
            for name, column in values.items()
        ),
        pulls=noise_sd * np.column_stack([0.9 * pull, 0.1 * np.sqrt(age)]),
        shapes=shapes,
        slopes={name: noise_sd * r / sqrt(1 - r**2) for name, r in CORRELATIONS.items()},
        noise_sd=noise_sd,
    )
