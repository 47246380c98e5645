"""Worlds of known truth in which other people are scored than those of whom a model was judged."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from training.evaluation import Evaluation, evaluate
from training.statistics import expected_auc

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class IdealWorld:
    """Hold forecasts that know the truth, up to a slope of their log-odds.

    Attributes
    ----------
    said, outcome
        Forecasts of the people who are scored, and what happens to them.
    judged
        Figures of other people, kept back.
    true_auc
        Ranking quality among very many people like those who are scored.
    """

    said: Floats
    outcome: Floats
    judged: Evaluation
    true_auc: float
    name: str

    def __str__(self) -> str:
        """Return a short name for tests."""
        return self.name

    @classmethod
    def draw(
        cls, seed: int, *, shift: float = 0.0, slope: float = 1.0, n_kept: int = 6_000, n_scored: int = 2_500
    ) -> "IdealWorld":
        """Return a world; ``shift`` moves who is scored, ``slope`` below 1 makes forecasts too extreme."""
        random = np.random.default_rng(seed)

        def people(n: int, centre: float) -> tuple[Any, Any]:
            odds = -1.8 + random.normal(centre, 1, n)
            return expit(odds), expit(odds / slope)

        truth, said = people(n_kept, 0.0)
        judged = evaluate((random.random(n_kept) < truth).astype(float), said, n_draws=200)
        truth, said = people(n_scored, shift)
        outcome = (random.random(n_scored) < truth).astype(float)
        many, _ = people(200_000, shift)
        true_auc = float(expected_auc(many, many, np.ones((1, many.size)))[0])
        return cls(said, outcome, judged, true_auc, f"seed{seed}-shift{shift:g}-slope{slope:g}")
