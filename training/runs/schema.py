"""Verb ``schema``: the JSON schema of use-case files."""

from features.usecase import build_schema, render_schema
from training.console import Console


def run(console: Console) -> None:
    """Print the schema; editors use it to complete and check use-case files."""
    console.result(render_schema().rstrip("\n"), build_schema())
