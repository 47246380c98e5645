"""Kept batches of scores as scheduled scoring leaves them: parts, and a record once all are there."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def leave_batch(
    place: Path,
    day: date | None,
    scores: dict[str, list[Any]],
    *,
    name: str = "0123456789abcdef",
    n_parts: int = 2,
    finished: str = "2026-01-01T00:00:00+00:00",
) -> Path:
    """Write a complete batch of columns and return its folder."""
    folder = place / f"{'undated' if day is None else day}-{name}"
    folder.mkdir(parents=True)
    table = pa.table(scores)
    size = -(-table.num_rows // n_parts)
    parts = {}
    for number in range(n_parts):
        file, part = f"part-{number:05}.parquet", table.slice(number * size, size)
        pq.write_table(part, folder / file)
        digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
        parts[str(number)] = {"file": file, "rows": part.num_rows, "sha256": digest}
    record = {
        "format_version": 1,
        "batch_id": name,
        "usecase": "shop",
        "model_version": f"shop-{name[:4]}",
        "as_of": None if day is None else day.isoformat(),
        "counts": {"rows": table.num_rows, "parts": n_parts},
        "parts": parts,
        "finished": finished,
        "targets": {},
    }
    (folder / "batch.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def scores_of(probability: dict[str, float], horizon: str = "30d") -> dict[str, list[Any]]:
    """Return the columns of a batch."""
    values = list(probability.values())
    bands = ["high" if value >= 0.4 else "medium" if value >= 0.2 else "low" for value in values]
    return {"entity_id": list(probability), f"probability_{horizon}": values, "risk_band": bands}
