"""The journey map as one record: stages, where journeys go, how good they are, what acts on what, when."""

from dataclasses import dataclass
from typing import Any

from training.journey.effects import StageEffect
from training.journey.experience import StageExperience, Weakest
from training.journey.order import Order, Stages
from training.journey.setting import GOING_ON
from training.journey.touches import Point
from training.journey.transitions import Transitions
from training.journey.windows import TimingWindow
from training.statistics import plain_values

GOES_ON = "goes on"
LEAVES = "leaves"
FOOTING = (
    "good: the share of experiences that the use case calls good; standing: the place of an answer among all "
    "answers to the same question, 0 worst, 1 best"
)


@dataclass(frozen=True)
class Coverage:
    """Hold what the map rests on.

    Attributes
    ----------
    restart_days
        The silence that ends a journey.
    observed_until
        First day that is not observed, ISO 8601.
    journeys, told
        For each touchpoint, how many journeys came by, and how many told how it was.
    """

    subject: str
    n_entities: int
    n_journeys: int
    n_touches: int
    restart_days: int
    observed_until: str
    journeys: tuple[int, ...]
    told: tuple[int, ...]


@dataclass(frozen=True)
class JourneyRecord:
    """Hold everything that there is to say of the journeys of a use case.

    Attributes
    ----------
    points
        The touchpoints; every number of a touchpoint is a place here.
    is_declared
        Whether the use case wrote the stages itself.
    order
        Stages, the pairs they rest on, and circles.
    transitions, experiences, weakest, effects, windows
        See there.
    n_hidden
        Stages that are not rated because too few people tell of them.
    """

    usecase: str
    coverage: Coverage
    points: tuple[Point, ...]
    is_declared: bool
    order: Order
    transitions: tuple[Transitions, ...]
    experiences: tuple[StageExperience, ...]
    weakest: Weakest
    effects: tuple[StageEffect, ...]
    windows: tuple[TimingWindow, ...]
    n_hidden: int = 0

    @property
    def stages(self) -> Stages:
        """Return the numbers of the touchpoints of each stage."""
        return self.order.stages

    def stage_name(self, stage: int) -> str:
        """Return the names of the touchpoints of a stage."""
        return " + ".join(self.points[number].name for number in self.stages[stage])

    def to_json(self) -> dict[str, Any]:
        """Return plain values, touchpoints and stages by their names."""
        names = [point.name for point in self.points]
        return {
            "usecase": self.usecase,
            "coverage": plain_values(self.coverage)
            | {
                "journeys": dict(zip(names, self.coverage.journeys, strict=True)),
                "told": dict(zip(names, self.coverage.told, strict=True)),
            },
            "footing": FOOTING,
            "touchpoints": plain_values(self.points),
            "stages": [[names[number] for number in stage] for stage in self.stages],
            "is_declared": self.is_declared,
            "order": [
                {
                    "earlier": names[pair.earlier],
                    "later": names[pair.later],
                    "share": pair.share.to_json(),
                    "is_clear": pair.is_clear,
                }
                for pair in self.order.precedences
            ],
            "cycles": [[names[number] for number in cycle] for cycle in self.order.cycles],
            "transitions": [self._row_to_json(row) for row in self.transitions],
            "experience": [
                {
                    "stage": self.stage_name(each.stage),
                    "good": each.good.to_json(),
                    "n_entities": each.n_entities,
                }
                for each in self.experiences
            ],
            "weakest": {
                "stages": [self.stage_name(stage) for stage in self.weakest.stages],
                "is_clear": self.weakest.is_clear,
            },
            "effects": [self._effect_to_json(effect) for effect in self.effects],
            "windows": [self._window_to_json(window) for window in self.windows],
            "n_hidden": self.n_hidden,
        }

    def _later(self, later: int) -> str:
        """Name what is acted on."""
        return GOES_ON if later == GOING_ON else self.stage_name(later)

    def _row_to_json(self, row: Transitions) -> dict[str, Any]:
        """Return one row of the table of transitions."""
        targets = [*(self.stage_name(stage) for stage in range(len(self.stages))), LEAVES]
        shares = {name: share.to_json() for name, share in zip(targets, row.shares, strict=True)}
        return {"stage": self.stage_name(row.stage), "shares": shares, "n_open": row.n_open}

    def _effect_to_json(self, effect: StageEffect) -> dict[str, Any]:
        """Return one effect."""
        point = None if effect.point is None else self.points[effect.point].name
        return {
            **plain_values(effect),
            "stage": self.stage_name(effect.stage),
            "point": point,
            "later": self._later(effect.later),
            "held_equal": [self._held(key) for key in effect.held_equal],
        }

    def _window_to_json(self, window: TimingWindow) -> dict[str, Any]:
        """Return one search for the best time."""
        return {
            **plain_values(window),
            "after": self.points[window.after].name,
            "point": self.points[window.point].name,
            "later": self._later(window.later),
            "held_equal": [self._held(key) for key in window.held_equal],
        }

    def _held(self, key: str) -> str:
        """Name what was held equal."""
        kind, _, name = key.partition(":")
        if kind == "experience":
            return f"experience: {self.stage_name(int(name))}"
        return f"event: {self.points[int(name)].name}" if kind == "event" else key.replace(":", ": ")
