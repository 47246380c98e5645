r"""Intervals that hold at every look: asymptotic confidence sequences for a mean.

An ordinary 95 % interval holds for one look that was set beforehand. Who looks every week and stops when zero
is left out is wrong far more often than one time in twenty. A confidence sequence holds at all looks
together, so that one may look, go on and stop as one likes; it is about half as wide again.

Method: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit theory and asymptotic
confidence sequences, Annals of Statistics 2024, arXiv 2103.06476, theorem 2.2:

.. math:: \bar y_n \pm \hat\sigma_n \sqrt{\frac{2 (n \rho^2 + 1)}{n^2 \rho^2}
          \log \frac{\sqrt{n \rho^2 + 1}}{\alpha}}

where ``rho`` says at which ``n`` it is narrowest (their equation for the best rho is the one used here).
"""

import math
from typing import Final

ALPHA: Final = 0.05
FEWEST: Final = 60
"""People in both arms together below which nothing is told: the sequence holds for many, not for few."""


def best_rho(n_planned: float, alpha: float = ALPHA) -> float:
    """Return the ``rho`` with which the sequence is narrowest at ``n_planned`` people.

    Examples
    --------
    >>> round(best_rho(1000) ** 2 * 1000, 2)
    8.78
    """
    target = -2.0 * math.log(alpha)
    return math.sqrt((target + math.log(target) + 1.0) / n_planned)


def width_factor(n: float, n_planned: float, alpha: float = ALPHA) -> float:
    """Return half the width of the sequence at ``n`` people, in standard errors; 1.96 for a single look.

    Parameters
    ----------
    n
        People until now.
    n_planned
        People for whom the sequence is to be narrowest.
    alpha
        How often it may miss, over all looks together.

    Examples
    --------
    >>> [round(width_factor(n, 1000), 2) for n in (100, 1000, 4000)]
    [3.76, 3.04, 3.14]
    """
    if n <= 0 or n_planned <= 0:
        message = f"a sequence needs people, and there are {n:g} of {n_planned:g} planned"
        raise ValueError(message)
    scaled = n * best_rho(n_planned, alpha) ** 2
    return math.sqrt(2.0 * (scaled + 1.0) / scaled * math.log(math.sqrt(scaled + 1.0) / alpha))
