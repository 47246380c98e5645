"""What is known of a lever: evidence grade, effect with its range, and whether to work on it first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from features.errors import BundleError
from features.usecase import Language
from training.drivers import EvidenceGrade, Goal, Refusal, read_refusal
from training.statistics import Estimate, plain_values, read_estimate

Status = Literal["offered", "unclear", "wrong way", "refused"]
Label = Mapping[Language, str]


@dataclass(frozen=True)
class LeverEffect:
    """Hold the effect of a lever with its context and the other levers held equal.

    Attributes
    ----------
    slope
        Change of the outcome per unit of the lever: of a probability for events, of the answer for ratings.
    short_slope
        Change of the outcome per unit by which a row comes closer to the goal. None without shortfall.
    contrast
        Mean change of the outcome in these rows if everybody who misses the goal met it: ``short_slope``
        times the mean shortfall.
    p_value
        Two-sided, of no slope.
    variation
        Share of the lever's variance that nothing held equal explains.
    robustness
        Share of what is left of lever and outcome that a hidden cause of both would have to explain to leave
        no effect: shown, never a reason to refuse.
    controls
        Names of the drivers that were held equal: context first, then other levers.
    n_entities
        Entities behind the rows.
    n_columns
        Columns that the controls took.
    """

    slope: Estimate
    short_slope: Estimate | None
    contrast: Estimate | None
    p_value: float
    variation: float
    robustness: float
    controls: tuple[str, ...]
    n_entities: int
    n_columns: int

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read the plain values."""
        read = {name: read_estimate(content[name]) for name in _ESTIMATES}
        return cls(**{**content, **read, "controls": tuple(content["controls"])})


_ESTIMATES = ("slope", "short_slope", "contrast")


@dataclass(frozen=True)
class Lever:
    """Hold what is known of one driver that the use case declares as lever.

    Attributes
    ----------
    feature
        Column that the goal speaks of.
    grade
        A: lots decided who got it; B: compared on equal terms with what was known before; C: an association.
    status
        ``offered``: grade A or B, an effect beyond chance over all levers together, in the wanted direction.
        ``unclear``: no effect beyond chance. ``wrong way``: more of it goes with worse outcomes. ``refused``:
        grade C.
    refusals
        Why it is refused, the most fundamental reason first.
    """

    name: str
    label: Label
    feature: str
    goal: Goal | None
    grade: EvidenceGrade
    status: Status
    refusals: tuple[Refusal, ...] = ()
    effect: LeverEffect | None = None

    @property
    def is_offered(self) -> bool:
        """Say whether it may stand under what to work on first."""
        return self.status == "offered"

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read the plain values."""
        goal, effect = content["goal"], content["effect"]
        _demand_word(content["grade"], get_args(EvidenceGrade))
        _demand_word(content["status"], get_args(Status))
        read = {
            "goal": None if goal is None else Goal(**goal),
            "refusals": tuple(read_refusal(refusal) for refusal in content["refusals"]),
            "effect": None if effect is None else LeverEffect.from_json(effect),
        }
        return cls(**{**content, **read})


def _demand_word(found: object, known: tuple[str, ...]) -> None:
    """Demand one of the words of a closed list."""
    if found not in known:
        message = f"'{found}' is not one of {', '.join(known)}"
        raise ValueError(message)


def levers_to_json(levers: Sequence[Lever]) -> list[dict[str, Any]]:
    """Return plain values, one object per lever, in the order given."""
    return [plain_values(lever) for lever in levers]


def levers_from_json(content: Sequence[Mapping[str, Any]]) -> tuple[Lever, ...]:
    """Read what :func:`levers_to_json` gave.

    Raises
    ------
    BundleError
        If a lever lacks a key, or holds a key or a word that is unknown.
    """
    try:
        return tuple(Lever.from_json(lever) for lever in content)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        problem = f"cannot be read ({type(error).__name__}: {error})"
        where = "evaluation.json: levers"
        raise BundleError(where, problem, "train again with this version") from error
