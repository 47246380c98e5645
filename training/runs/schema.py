"""Verb ``schema``: the JSON schema of use-case files."""

import json

from features.usecase.schema import json_schema
from training.console import Console


def run(console: Console) -> None:
    """Print the schema; editors use it to complete and check use-case files."""
    schema = json_schema()
    console.result(json.dumps(schema, indent=2, ensure_ascii=False), schema)
