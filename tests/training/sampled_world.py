"""Members of whom a sample took some kinds more often than others: the population, and what came of it."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.usecase import UseCase, parse
from training.statistics import Bools, Floats

SHARE_OF_BUSINESS = 0.1
TAKEN_OF_PRIVATE = 0.15


@dataclass(frozen=True)
class Population:
    """Hold everybody: business members react to the price, private ones to their visits.

    A sample takes all business members and few private ones.
    """

    is_business: Bools
    price: Floats
    visits: Floats
    risk: Floats
    has_left: Bools
    is_taken: Bools

    @classmethod
    def draw(cls, size: int, seed: int) -> "Population":
        """Draw members and who of them is in the sample."""
        random = np.random.default_rng(seed)
        is_business = random.random(size) < SHARE_OF_BUSINESS
        price = np.where(is_business, random.normal(0, 1, size), 0.0).round(3)
        visits = np.where(is_business, 0.0, random.normal(0, 1, size)).round(3)
        risk = 1 / (1 + np.exp(-(1.8 * price - 1.0 * visits + np.where(is_business, 0.3, -1.9))))
        taken = np.where(is_business, 1.0, TAKEN_OF_PRIVATE)
        has_left, is_taken = random.random(size) < risk, random.random(size) < taken
        return cls(is_business, price, visits, risk, has_left, is_taken)

    def write(self, folder: Path, chosen: Bools, **table: str) -> UseCase:
        """Write some of the members as a flat table and return its use case."""
        folder.mkdir(parents=True, exist_ok=True)
        columns = {
            "member": [f"{number:05d}" for number in np.flatnonzero(chosen)],
            "kind": np.where(self.is_business, "business", "private")[chosen],
            "price": self.price[chosen],
            "visits": self.visits[chosen],
            "stands_for": np.where(self.is_business, 1.0, 1 / TAKEN_OF_PRIVATE)[chosen],
            "left": np.where(self.has_left, "Yes", "No")[chosen],
        }
        with (folder / "members.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        declared: dict[str, object] = {
            "file": "members.csv",
            "label": "left",
            "positive": "Yes",
            "id": "member",
            **table,
        }
        if "weight" not in table:
            declared["exclude"] = ["stands_for"]
        drivers = {
            name: {"features": [name], "role": "lever", "actor": "company", "goal": "= 0"}
            for name in ("price", "visits")
        }
        content = {"version": 1, "name": "members", "table": declared, "drivers": drivers}
        return parse(content, "members.yaml").located(folder)
