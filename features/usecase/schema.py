"""The JSON schema of use-case files, for editors that complete keys and mark faults while one types."""

import json
from typing import Any

from features.usecase.model import UseCase

_EXAMPLES = (
    {
        "version": 1,
        "name": "churn",
        "entity": "customer_id",
        "snapshots": {"every": "month", "from": "2025-01-01", "to": "2025-12-01"},
        "sources": {
            "customers": {"file": "customers.parquet", "valid_from": "valid_from", "known_at": "loaded_at"},
            "tickets": {"file": "tickets.parquet", "event_time": "opened_at", "known_at": {"delay": "1d"}},
            "exits": {"file": "exits.csv", "event_time": "left_at", "known_at": "same"},
        },
        "features": {
            "customers": {"last": ["plan"]},
            "tickets": {"windows": ["30d", "90d"], "count": {}, "mean": ["hours_to_resolve"]},
        },
        "cohort": {"from": "customers.contract_start", "until": "customers.contract_end"},
        "target": {"event": "exits", "horizons": ["90d", "180d"], "gap": "7d"},
    },
    {
        "version": 1,
        "name": "churn",
        "table": {"file": "customers.csv", "id": "customer_id", "label": "churn", "positive": "Yes"},
    },
)


def build_schema() -> dict[str, Any]:
    """Return the JSON schema of a use-case file, with a title and one example for each shape.

    Examples
    --------
    >>> build_schema()["title"]
    'Use case of xm-predict'
    """
    described = UseCase.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **described,
        "title": "Use case of xm-predict",
        "description": "One file describes one prediction; begin it with 'version: 1'.",
        "examples": list(_EXAMPLES),
    }


def render_schema() -> str:
    """Return the JSON schema as the text of a file."""
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"
