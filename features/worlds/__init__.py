"""Seeded example companies with known truth, for the demo and for tests."""

from features.worlds.action import PlantedAction
from features.worlds.company import build_company
from features.worlds.truth import EmployeeTruth, PlantedDriver, PlantedWave, Truth, TruthOfAction

__all__ = [
    "EmployeeTruth",
    "PlantedAction",
    "PlantedDriver",
    "PlantedWave",
    "Truth",
    "TruthOfAction",
    "build_company",
]
