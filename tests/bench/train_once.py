"""One training in its own process: ``python -m tests.bench.train_once ENTITIES`` writes its cost as JSON.

What is measured is what ``xm-predict train`` does with a feature table: assess, fit, explain, save the
bundle, load it and repeat its canaries. Drawing the table is not counted in the seconds; it is in the memory.
"""

import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.panel import draw_frame, spell
from tests.bench.timed import measure
from training.bundle import load, save
from training.learning import learn
from training.scoring import check_canary


def train(n_entities: int) -> dict[str, Any]:
    """Return what a training of so many entities costs and what its forecasts are worth."""
    usecase, frame = spell(), draw_frame(n_entities)
    started = time.perf_counter()
    marks: list[tuple[str, float]] = []

    def tell(line: str) -> None:
        marks.append((line, time.perf_counter() - started))
        sys.stderr.write(f"[{marks[-1][1]:6.0f} s] {line}\n")

    found: dict[str, Any] = {}

    def work() -> None:
        learned = learn(frame, usecase, seed=7, report=tell)
        with tempfile.TemporaryDirectory() as scratch:
            save(learned.parts, Path(scratch) / "bundle")
            check_canary(load(Path(scratch) / "bundle"))
        judged = learned.assessment.all_rows.by_horizon["90d"].to_json()
        found.update({name: judged[name]["value"] for name in ("log_loss", "auc", "ece")})
        found["members"] = {one.name: round(one.weight, 3) for one in learned.fitted.facts.members}

    cost = measure(work)
    ends = [at for _, at in marks[1:]] + [cost.wall_seconds]
    steps = {line: round(end - at, 1) for (line, at), end in zip(marks, ends, strict=True)}
    rows, events = frame.facts.row_count, frame.facts.event_count
    return {"entities": n_entities, "rows": rows, "events": events, **asdict(cost), **found, "steps": steps}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(train(int(sys.argv[1]))) + "\n")
