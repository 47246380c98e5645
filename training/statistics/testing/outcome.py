"""What a test answers: which one it was and why, how large the effect is, and what chance alone would do."""

import math
from dataclasses import dataclass
from typing import Any, Final, Literal

from training.statistics.estimate import Estimate, of_size

Scale = Literal["correlation", "difference", "explained"]
_LIMITS: Final[dict[Scale, tuple[float, float, float]]] = {
    "correlation": (0.5, 0.3, 0.1),
    "difference": (0.8, 0.5, 0.2),
    "explained": (0.14, 0.06, 0.01),
}


@dataclass(frozen=True)
class Effect:
    """Hold the size of an effect with its 95 % range.

    Parameters
    ----------
    name
        What it is called: ``Pearson's r``, ``Hedges' g``, ``Cramer's V``, ...
    estimate
        The size; its sign tells the direction where there is one.
    scale
        How it is brought to 0..1: a ``correlation`` as it is, a standardised ``difference`` d as
        ``d / sqrt(d^2 + 4)``, a share of variance that is ``explained`` by its root.
    """

    name: str
    estimate: Estimate
    scale: Scale

    @property
    def strength(self) -> float:
        """Return the size on the scale of a correlation, 0 to 1, so that effects of all kinds can be sorted.

        Examples
        --------
        >>> Effect("Hedges' g", Estimate(-1.5, -2.0, -1.0, 50), "difference").strength
        0.6
        """
        return self._bring(abs(self.estimate.value))

    @property
    def strength_range(self) -> Estimate:
        """Return the strength with its range; the low end is 0 where no effect at all is likely as well."""
        size = of_size(self.estimate)
        low, high = self._bring(size.low), self._bring(size.high)
        return Estimate(self._bring(size.value), low, high, size.n)

    def _bring(self, size: float) -> float:
        """Return a size on the scale of a correlation."""
        if self.scale == "difference":
            return size / math.sqrt(size**2 + 4)
        return math.sqrt(size) if self.scale == "explained" else size

    @property
    def word(self) -> str:
        """Return how large the effect is in words, by the limits of Cohen 1988 for its scale."""
        size = abs(self.estimate.value)
        words = zip(_LIMITS[self.scale], ("large", "medium", "small"), strict=True)
        return next((word for limit, word in words if size >= limit), "very small")


@dataclass(frozen=True)
class Tested:
    """Hold the answer of one test.

    Parameters
    ----------
    test
        Name of the test.
    because
        The assumption that decided for it, with the value that was measured.
    statistic, freedom
        The statistic and its degrees of freedom, as far as the test has them; NaN for an exact test.
    p_value
        Two-sided, not adjusted.
    effect
        Size with range.
    n
        Rows (or pairs) that took part.
    """

    test: str
    because: str
    statistic: float
    freedom: tuple[float, ...]
    p_value: float
    effect: Effect
    n: int

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "test": self.test,
            "because": self.because,
            "statistic": None if math.isnan(self.statistic) else self.statistic,
            "freedom": list(self.freedom),
            "p_value": self.p_value,
            "effect": self.effect.name,
            "size": self.effect.estimate.to_json(),
            "strength": self.effect.strength,
            "n": self.n,
        }
