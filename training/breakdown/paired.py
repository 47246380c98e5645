"""Loss and order of several forecasts of the same rows, on the same resamples of entities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from training.evaluation.ratings import Ranks, correlate_ranks
from training.statistics import EntityDraws, Estimate, Floats, Ranking, from_draws

Drawn = Mapping[str, Floats]


@dataclass(frozen=True)
class Scored:
    """Hold the forecasts of one fit for kept-back rows, each ``[n]``.

    Attributes
    ----------
    loss
        Log loss of the probability, or ranked probability score of the answer.
    score
        What the rows are ordered by: probability, or expected answer.
    """

    loss: Floats
    score: Floats

    @classmethod
    def join(cls, parts: Sequence["Scored"]) -> Self:
        """Put forecasts for different rows one after another."""
        return cls(np.concatenate([one.loss for one in parts]), np.concatenate([one.score for one in parts]))


@dataclass(frozen=True)
class PairedRows:
    """Hold what all forecasts are judged on.

    Attributes
    ----------
    outcome
        ``[n]`` label (0 or 1), or answer.
    draws
        Weights and resamples of the rows by entity; the same for every forecast, which pairs them.
    """

    outcome: Floats
    draws: EntityDraws
    is_event: bool

    @property
    def names(self) -> tuple[str, str]:
        """Return the names of the two figures: loss and order."""
        return ("log_loss", "auc") if self.is_event else ("rps", "rank_correlation")

    def draw(self, fits: Sequence[Scored]) -> Drawn:
        """Return the figures on the rows (first) and on every resample, ``[1 + draws]``; means over fits."""
        tables = [self._draw_one(fit) for fit in fits]
        return dict(zip(self.names, np.mean(tables, axis=0).T, strict=True))

    def _draw_one(self, fit: Scored) -> Floats:
        """Return loss and order of one fit, ``[1 + draws, 2]``."""
        ranking = Ranking.of(self.outcome, fit.score) if self.is_event else None
        ranks = Ranks.of(self.outcome), Ranks.of(fit.score)

        def measure(weights: Floats) -> Floats:
            loss = weights @ fit.loss / weights.sum(axis=1)
            if ranking is None:
                return np.column_stack([loss, correlate_ranks(ranks, weights)])
            with np.errstate(invalid="ignore", divide="ignore"):
                return np.column_stack([loss, ranking.weigh(weights[:, ranking.order]).auc()])

        return np.concatenate([measure(self.draws.weight[None]), self.draws.apply(measure)])

    def describe(self, drawn: Drawn) -> dict[str, Any]:
        """Return the figures with their intervals as plain values."""
        return {name: self._estimate(table).to_json() for name, table in drawn.items()}

    def differ(self, one: Drawn, other: Drawn) -> dict[str, Any]:
        """Return the figures of one minus those of the other, paired by resamples, as plain values."""
        return {name: self._estimate(one[name] - other[name]).to_json() for name in one}

    def _estimate(self, table: Floats) -> Estimate:
        """Return a figure with its percentile interval (Efron and Tibshirani 1993)."""
        return from_draws(float(table[0]), table[1:], len(self.outcome))
