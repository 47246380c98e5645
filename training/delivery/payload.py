"""What a webhook is told: a part of a batch as JSON, with figures, band and reasons of each customer."""

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from training.batch import PROBABILITY
from training.delivery.kept import KeptBatch

PART_ROWS = 1_000
_REASON = "reason_"
_ANSWER = ("value", "low_90", "high_90")


def count_posts(batch: KeptBatch) -> int:
    """Return how many parts a receiver gets."""
    return -(-batch.n_scores // PART_ROWS)


def list_posts(batch: KeptBatch) -> Iterator[tuple[int, bytes]]:
    """Yield number and body of each part; the same bytes every time.

    Parameters
    ----------
    batch
        Of customers, finished.
    """
    total, number = count_posts(batch), 0
    for scores in batch.read_parts():
        for start in range(0, scores.num_rows, PART_ROWS):
            yield number, _body_of(batch, scores.slice(start, PART_ROWS), number, total)
            number += 1


def _body_of(batch: KeptBatch, scores: pa.Table, number: int, total: int) -> bytes:
    """Return one part."""
    content = {
        "usecase": batch.usecase,
        "model_version": batch.model_version,
        "as_of": batch.as_of,
        "batch_id": batch.batch_id,
        "part": number,
        "parts": total,
        "decision_support_only": True,
        "rows": [_row_of(row) for row in scores.to_pylist()],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _row_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of one customer."""
    named = {
        name.removeprefix(PROBABILITY): cell for name, cell in row.items() if name.startswith(PROBABILITY)
    }
    reasons = [cell for name, cell in row.items() if name.startswith(_REASON) and cell is not None]
    answer = {name: row[name] for name in _ANSWER if name in row}
    return {
        "entity_id": row["entity_id"],
        **answer,
        "probabilities": named,
        "risk_band": row.get("risk_band"),
        "reasons": reasons,
    }
