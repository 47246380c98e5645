"""Two forecasts of the same rows side by side: figures of both, and ours minus theirs with intervals."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from training.evaluation.rows import LabelledRows, RankedRows
from training.statistics import Estimate, Floats, from_draws

FIGURES = ("log_loss", "auc", "brier", "ece")


@dataclass(frozen=True)
class Pairing:
    """Hold figures of ours and of a peer on the same rows, and their differences over resampled rows."""

    ours: dict[str, float]
    theirs: dict[str, float]
    difference: dict[str, Estimate]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        differences = {name: found.to_json() for name, found in self.difference.items()}
        return {"ours": self.ours, "peer": self.theirs, "ours_minus_peer": differences}


def pair(target: Floats, ours: Floats, theirs: Floats, n_draws: int = 500) -> Pairing:
    """Return the figures; both forecasts see the same resamples of rows.

    Negative differences are better for us, but for the AUC.
    """
    rows = LabelledRows.of(target, n_draws=n_draws)
    ranked = [rows.rank(forecast) for forecast in (ours, theirs)]
    values = [{name: float(found[0]) for name, found in _figures(one, drawn=False).items()} for one in ranked]
    drawn = [_figures(one, drawn=True) for one in ranked]
    differences = {
        name: from_draws(values[0][name] - values[1][name], drawn[0][name] - drawn[1][name], target.size)
        for name in FIGURES
    }
    return Pairing(values[0], values[1], differences)


def _figures(rows: RankedRows, *, drawn: bool) -> dict[str, Floats]:
    """Return each figure on the rows, or on their resamples."""
    found = rows.drawn_figures() if drawn else rows.own_figures()
    found = {name: np.atleast_2d(values) for name, values in found.items()}
    single = {name: found[name][:, 0] for name in ("log_loss", "auc", "brier")}
    return {**single, "ece": np.abs(found["gaps"]).mean(axis=1)}
