"""How many people an action needs, and what could be seen with those there are: said before it begins.

The plan counts with the intervals that the read-out uses (:mod:`training.actions.sequences`), and with
nothing that might narrow them. What it states is met or exceeded, then.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

from scipy.stats import norm

from training.actions.sequences import ALPHA, width_factor

POWER: Final = 0.8
SHARES: Final = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
_STEPS: Final = 60


@dataclass(frozen=True)
class PlannedOutcome:
    """Say what a comparison can show.

    Attributes
    ----------
    level
        Share with the outcome, or mean answer, without the action.
    spread
        Standard deviation of the outcome of one person without the action.
    is_share
        Whether the outcome is yes or no.
    """

    level: float
    spread: float
    is_share: bool

    @classmethod
    def of_share(cls, level: float) -> "PlannedOutcome":
        """Return that of an outcome that comes with a probability.

        Raises
        ------
        ValueError
            If it is no probability, or certain.
        """
        if not 0.0 < level < 1.0:
            message = f"the share with the outcome is {level:g}; with 0 or 1 nothing can be compared"
            raise ValueError(message)
        return cls(level, math.sqrt(level * (1.0 - level)), is_share=True)

    def variance(self, effect: float, hold_out: float) -> float:
        """Return the variance of one person's part in the difference of the arms.

        Parameters
        ----------
        effect
            Difference between the arms, with its sign.
        hold_out
            Share of people who are held back.
        """
        treated = self.level + effect
        own = min(max(treated * (1.0 - treated), 0.0), 0.25) if self.is_share else self.spread**2
        return own / (1.0 - hold_out) + self.spread**2 / hold_out

    def needs(self, effect: float, hold_out: float) -> int:
        """Return how many people in both arms show an effect with a power of :data:`POWER`, at the last look.

        Examples
        --------
        >>> PlannedOutcome.of_share(0.10).needs(-0.03, 0.5)
        5181
        """
        factor = width_factor(1.0, 1.0) + float(norm.ppf(POWER))
        return math.ceil((factor / effect) ** 2 * self.variance(effect, hold_out))

    def smallest(self, n_people: int, hold_out: float, sign: int) -> float | None:
        """Return the smallest effect, without its sign, that so many people show; None where none can be.

        Parameters
        ----------
        sign
            Direction of the wanted change: 1 or -1.
        """
        most = (1.0 - self.level if sign > 0 else self.level) if self.is_share else 8.0 * self.spread
        if n_people < 1 or self.needs(sign * most, hold_out) > n_people:
            return None
        low, high = 0.0, most
        for _ in range(_STEPS):
            middle = (low + high) / 2.0
            is_seen = self.needs(sign * middle, hold_out) <= n_people
            low, high = (low, middle) if is_seen else (middle, high)
        return high


@dataclass(frozen=True)
class Plan:
    """Hold what was said before an action began.

    Attributes
    ----------
    effect
        Expected difference between the arms, with its sign.
    level
        Share with the outcome, or mean answer, that is expected without the action.
    hold_out
        Share of people who are held back.
    alpha, power
        How often a null action is told as one that works, over all looks; how often the effect is found.
    needed
        People in both arms that this takes.
    available
        People there are.
    smallest_effect
        Without its sign; None where so few people can show nothing.
    """

    effect: float
    level: float
    hold_out: float
    alpha: float
    power: float
    needed: int
    available: int
    smallest_effect: float | None

    @property
    def is_enough(self) -> bool:
        """Say whether the people there are can show the expected effect."""
        return self.available >= self.needed

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(vars(self))


def make_plan(
    outcome: PlannedOutcome,
    effect: float,
    available: int,
    hold_out: float | None = None,
) -> Plan:
    """Return the plan of an action.

    Parameters
    ----------
    outcome
        What is expected without the action.
    effect
        Expected difference between the arms, with its sign.
    available
        People who can take part.
    hold_out
        Share that is held back; if not given, the smallest that shows the effect, and half of all where none
        does: as many as possible get what is hoped to help.

    Raises
    ------
    ValueError
        If there is no effect to be found, or a share leads below 0 or above 1.

    Examples
    --------
    >>> make_plan(PlannedOutcome.of_share(0.1), -0.05, 2000).hold_out
    0.35
    """
    reached = outcome.level + effect
    if effect == 0 or (outcome.is_share and not 0.0 <= reached <= 1.0):
        message = (
            f"an effect of {effect:+.3f} from {outcome.level:.3f} leads to {reached:.3f}; "
            "expect a change, and none beyond 0 or 1"
        )
        raise ValueError(message)
    shares = SHARES if hold_out is None else (hold_out,)
    share = next((one for one in shares if outcome.needs(effect, one) <= available), shares[-1])
    return Plan(
        effect=effect,
        level=outcome.level,
        hold_out=share,
        alpha=ALPHA,
        power=POWER,
        needed=outcome.needs(effect, share),
        available=available,
        smallest_effect=outcome.smallest(available, share, 1 if effect > 0 else -1),
    )
