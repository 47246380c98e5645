"""The truth of an example company, as it is written beside the data."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

PlantedRole = Literal["lever", "weak_lever", "mediator", "decoy", "signal", "context", "noise"]


@dataclass(frozen=True)
class PlantedDriver:
    """Describe one planted driver.

    ``log_odds`` is the true effect per ``unit`` on the monthly hazard of forming the intention to leave;
    for a lever it is the whole effect, through the mediator as well. ``risk_change`` is the true average
    change of the risk to leave within 90 days (as a share, negative = less; for employees within 180 days) if
    the goal is met by everybody for good; None where there is none.
    """

    name: str
    role: PlantedRole
    features: tuple[str, ...]
    log_odds: float | dict[str, float]
    unit: str
    note: str
    goal: str | None = None
    risk_change: float | None = None


@dataclass(frozen=True)
class PlantedWave:
    """Describe the wave in which NPS rises although nobody feels better.

    All values are true ones: expected NPS of every customer at the wave, answered or not, without noise.
    ``total`` is the sum of ``within`` (customers at both waves), ``leavers`` and ``joiners``.
    """

    wave: str
    wave_before: str
    nps_before: float
    nps: float
    total: float
    within: float
    leavers: float
    joiners: float
    highest_mood_change: float
    left_between: int
    took_offer: int


@dataclass(frozen=True)
class EmployeeTruth:
    """Hold what is known about the employees of a world: why they resign, and how many leave for what cause.

    ``horizon_days`` is the horizon of every ``risk_change``; ``figures`` holds yearly shares by cause, and
    how often each reason is named in exit interviews, whatever made people resign (``stated_pay``).
    """

    n_employees: int
    n_teams: int
    horizon_days: int
    drivers: tuple[PlantedDriver, ...]
    figures: dict[str, float]

    def named(self, role: PlantedRole) -> tuple[PlantedDriver, ...]:
        """Return the planted drivers of one role."""
        return tuple(driver for driver in self.drivers if driver.role == role)


@dataclass(frozen=True)
class TruthOfAction:
    """Hold what an action changed: of the customers treated, how many left in its first days.

    ``left_without`` are those who would have left had nobody acted: the same customers with the same luck.
    """

    starts: str
    treated: int
    days: int
    left_without: int
    left: int


@dataclass(frozen=True)
class Truth:
    """Hold everything that is known about a world because it was made."""

    seed: int
    n_customers: int
    months: int
    observed_from: str
    observed_until: str
    drivers: tuple[PlantedDriver, ...]
    planted_wave: PlantedWave
    figures: dict[str, float]
    employees: EmployeeTruth
    action: TruthOfAction | None = None

    def to_json(self) -> str:
        """Return the truth as JSON text; an action has a place in it only where there was one."""
        content = {"version": 1, **asdict(self)}
        if self.action is None:
            del content["action"]
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

    def named(self, role: PlantedRole) -> tuple[PlantedDriver, ...]:
        """Return the planted drivers of one role."""
        return tuple(driver for driver in self.drivers if driver.role == role)
