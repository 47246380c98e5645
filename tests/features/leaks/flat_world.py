"""One table of people with a label, honest or with one planted leak, as a file and a use case."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from features.usecase import UseCase, load

Found = tuple[str, str, str]


class FlatWorld:
    """Draw people with strong honest columns, holes that go with the label, and ids in order of sign-up."""

    def __init__(self, seed: int, rows: int = 1_500, rate: float = 0.25) -> None:
        self.rng = rng = np.random.default_rng(seed)
        self.count = rows
        tenure = np.sort(rng.gamma(2.0, 10.0, rows))[::-1]
        calls = rng.poisson(2.0, rows).astype(float)
        plan = rng.choice(np.array(["basic", "plus", "pro"], object), rows)
        region = np.array([f"r{number}" for number in rng.integers(0, max(rows // 25, 12), rows)], object)
        worth = -0.08 * tenure + 0.8 * calls + 1.0 * (plan == "basic") + 0.3 * np.sin(tenure / 6)
        noise = rng.logistic(size=rows)
        self.label = (worth + noise > np.quantile(worth + noise, 1 - rate)).astype(np.int8)
        income = rng.lognormal(3, 0.5, rows)
        income[rng.random(rows) < np.where(self.label == 1, 0.45, 0.2)] = np.nan
        ids = np.arange(rows)
        self.columns: dict[str, Any] = {
            "id": ids,
            "tenure": tenure,
            "calls": calls,
            "plan": plan,
            "region": region,
            "income": income,
            "grade": np.clip(np.round(3 - 0.5 * worth + rng.normal(size=rows)), 1, 5),
            "left": np.where(self.label == 1, "Yes", "No").astype(object),
        }
        self.table: dict[str, Any] = {
            "file": "people.parquet",
            "id": "id",
            "label": "left",
            "positive": "Yes",
        }
        if seed % 2:  # half of the files are in no order
            self.reorder(rng.permutation(rows))

    def reorder(self, order: Any) -> None:
        """Put the rows in another order."""
        self.label = self.label[order]
        self.columns = {name: values[order] for name, values in self.columns.items()}

    def write(self, folder: Path) -> UseCase:
        """Write table and use case, and load it."""
        folder.mkdir(parents=True, exist_ok=True)
        table = pa.table({name: pa.array(values, from_pandas=True) for name, values in self.columns.items()})
        pq.write_table(table, folder / "people.parquet")
        path = folder / "people.yaml"
        spec = {"version": 1, "name": "people", "table": self.table}
        path.write_text(yaml.safe_dump(spec, sort_keys=False), encoding="utf-8")
        return load(path)


def label_copy(world: FlatWorld) -> Found:
    world.columns["gone"] = world.label.astype(float)
    return "gone", "value", "error"


def coarse_code(world: FlatWorld) -> Found:
    rng, count = world.rng, world.count
    world.columns["code"] = np.where(
        world.label == 1, rng.integers(10, 15, count), rng.integers(20, 30, count)
    ).astype(float)
    return "code", "any", "error"


def later_score(world: FlatWorld) -> Found:
    world.columns["score"] = world.label * 3.5 + world.rng.normal(size=world.count)
    return "score", "any", "error"


def status_after_exit(world: FlatWorld) -> Found:
    rarer = world.label == (1 if world.label.mean() <= 0.5 else 0)
    is_set = rarer & (world.rng.random(world.count) < 0.8)
    world.columns["status"] = np.where(is_set, "closed", "open").astype(object)
    return "status", "value", "error"


def missing_unless_left(world: FlatWorld) -> Found:
    reason = world.rng.choice(np.array(["price", "service"], object), world.count)
    reason[world.label == 0] = None
    world.columns["reason"] = reason
    return "reason", "missingness", "error"


def _encode(world: FlatWorld, weight: float) -> Any:
    region = np.unique(world.columns["region"].astype(str), return_inverse=True)[1]
    rows, sums = np.bincount(region), np.bincount(region, weights=world.label)
    return ((sums + weight * world.label.mean()) / (rows + weight))[region]


def target_encoded(world: FlatWorld) -> Found:
    world.columns["region_rate"] = _encode(world, 0.0)
    return "region_rate", "target_encoded", "error"


def target_encoded_shrunk(world: FlatWorld) -> Found:
    world.columns["region_rate"] = _encode(world, 15.0)
    return "region_rate", "target_encoded", "error"


def target_encoded_left_out(world: FlatWorld) -> Found:
    region = np.unique(world.columns["region"].astype(str), return_inverse=True)[1]
    rows, sums = np.bincount(region), np.bincount(region, weights=world.label)
    world.columns["region_rate"] = (sums[region] - world.label) / np.maximum(rows[region] - 1, 1)
    return "region_rate", "target_encoded", "error"


def target_encoded_without_its_group(world: FlatWorld) -> Found:
    target_encoded(world)
    del world.columns["region"]
    return "region_rate", "target_encoded", "error"


def id_range(world: FlatWorld) -> Found:
    world.columns["id"] = np.argsort(np.argsort(1 - world.label, kind="stable"), kind="stable")
    return "(rows)", "id", "warning"


def row_order(world: FlatWorld) -> Found:
    world.reorder(np.argsort(1 - world.label, kind="stable"))
    return "(rows)", "row_order", "warning"


def same_survey(world: FlatWorld) -> Found:
    world.table |= {"label": "grade", "kind": "ordinal", "experience": ["grade", "ease"]}
    del world.table["positive"]
    world.columns["ease"] = np.clip(world.columns["grade"] + world.rng.integers(-2, 3, world.count), 1, 5)
    return "grade", "same_survey", "warning"


def copies(world: FlatWorld) -> Found:
    world.reorder(np.concatenate([np.arange(world.count), np.arange(100)]))
    world.columns["id"] = np.arange(world.count + 100)
    return "(rows)", "duplicates", "warning"


def filled_in_with_the_label(world: FlatWorld) -> Found:
    waits = np.arange(world.count) % 8 == 0
    world.columns["left"] = np.where(waits, None, world.columns["left"])
    world.columns["closing_note"] = np.where(waits, np.nan, world.rng.integers(1, 9, world.count))
    return "closing_note", "training_only", "warning"


LEAKS = [
    label_copy,
    coarse_code,
    later_score,
    status_after_exit,
    missing_unless_left,
    target_encoded,
    target_encoded_shrunk,
    target_encoded_left_out,
    target_encoded_without_its_group,
    id_range,
    row_order,
    same_survey,
    copies,
    filled_in_with_the_label,
]
