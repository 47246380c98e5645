"""Flat tables with a protected group, with and without a feature that stands for it."""

import csv
from pathlib import Path

import numpy as np
import yaml

from features.usecase import UseCase, load


def write_staff(
    folder: Path, *, seed: int = 1, n_rows: int = 600, proxy: float = 0.0, n_diverse: int = 3
) -> UseCase:
    """Write a flat table of people and its use case.

    Workload raises the risk, pay lowers it. Part-time work raises it by ``proxy``, and with ``proxy`` women
    work part-time far more often than men; without, part-time says nothing of anybody. ``n_diverse`` people
    belong to a group too small to show. Birth years are drawn apart from everything.
    """
    random = np.random.default_rng(seed)
    gender = random.choice(["f", "m"], n_rows)
    gender[:n_diverse] = "d"
    is_part_time = random.random(n_rows) < np.where((gender == "f") & (proxy > 0), 0.75, 0.25)
    workload, pay = random.normal(0, 1, n_rows), random.normal(0, 1, n_rows)
    log_odds = 1.3 * workload - 0.9 * pay + proxy * is_part_time - 1.2
    columns = {
        "id": [f"P{number:05d}" for number in range(n_rows)],
        "workload": workload.round(3),
        "pay": pay.round(3),
        "part_time": is_part_time.astype(int),
        "gender": gender,
        "birth_year": random.integers(1962, 2002, n_rows),
        "left": np.where(random.random(n_rows) < 1 / (1 + np.exp(-log_odds)), "Yes", "No"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "staff.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    spec = {
        "version": 1,
        "name": "staff",
        "table": {"file": "staff.csv", "label": "left", "positive": "Yes", "id": "id"},
        "privacy": {"subject": "employee", "protected": ["gender", "birth_year"]},
    }
    (folder / "staff.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    return load(folder / "staff.yaml")
