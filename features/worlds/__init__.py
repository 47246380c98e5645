"""Seeded example companies with known truth, for the demo and for tests."""

from features.worlds.company import build_company
from features.worlds.truth import EmployeeTruth, PlantedDriver, PlantedWave, Truth

__all__ = ["EmployeeTruth", "PlantedDriver", "PlantedWave", "Truth", "build_company"]
