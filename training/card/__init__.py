"""The model card: what a model is for, what it was made from, how good and how fair it is, what was accepted.

The record is the contract and is written as JSON; the pages are views of it. Import from here; the modules
inside are an arrangement, not an interface.
"""

from training.card.build import build_card, render_card, write_card
from training.card.completeness import missing_parts
from training.card.record import Card, render_schema

__all__ = ["Card", "build_card", "missing_parts", "render_card", "render_schema", "write_card"]
