"""Persons in a workspace: every kind of place where something of them lies, found, told and erased there.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.runs.persons.places import NAMELESS, PLACES, list_homes
from training.runs.persons.sweep import Hit, sweep
from training.runs.persons.wanted import Place, Removed, Told, Wanted, read_ids

__all__ = [
    "NAMELESS",
    "PLACES",
    "Hit",
    "Place",
    "Removed",
    "Told",
    "Wanted",
    "list_homes",
    "read_ids",
    "sweep",
]
