"""Journeys: touchpoints in stages, where people go on or leave, how good stages are, what acts on what, when.

Pure over arrays; :mod:`training.runs.journey_map` reads a use case and its data. Import from here; the
modules inside are an arrangement, not an interface.
"""

from training.journey.mapping import map_journeys
from training.journey.record import Coverage, JourneyRecord
from training.journey.rendering import render_journeys
from training.journey.touches import Point, Touches
from training.journey.words import tell_journeys

__all__ = [
    "Coverage",
    "JourneyRecord",
    "Point",
    "Touches",
    "map_journeys",
    "render_journeys",
    "tell_journeys",
]
