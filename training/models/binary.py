"""Probability of one outcome: of a flat table, or inside one window."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from training.models.blend import Blend
from training.models.odds import Floats, softplus_of, to_probability
from training.models.records import read_record, to_bytes

MODEL_FILE = "model.json"


class Attributions(NamedTuple):
    """Hold how the log-odds of rows come about: ``base + contributions.sum(axis=1) == log_odds`` to 1e-9.

    Attributes
    ----------
    base
        Where each row starts, shape (rows,).
    contributions
        What each feature adds, shape (rows, features).
    log_odds
        Logit of the probability, shape (rows,).
    """

    base: Floats
    contributions: Floats
    log_odds: Floats


@dataclass(frozen=True)
class BinaryModel:
    """Give the calibrated probability of one outcome.

    Parameters
    ----------
    blend
        Members and calibration.
    horizon
        What is forecast: ``outcome`` of a flat table, or the length of the window, e.g. ``180d``.
    """

    blend: Blend
    horizon: str = "outcome"

    @property
    def horizon_names(self) -> tuple[str, ...]:
        """Return the name of the one column of probabilities."""
        return (self.horizon,)

    @property
    def output_names(self) -> tuple[str, ...]:
        """Return the names of the columns of a forecast: those of the horizons."""
        return self.horizon_names

    def log_odds(self, matrix: Floats) -> Floats:
        """Return calibrated log-odds, shape (rows, 1)."""
        if len(matrix) == 1:
            return np.array([self.blend.log_odds_by_period(matrix[0].tolist(), ())])
        return self.blend.log_odds(matrix)[:, None]

    def probabilities(self, matrix: Floats) -> Floats:
        """Return calibrated probabilities, shape (rows, 1).

        Parameters
        ----------
        matrix
            Rows as the encoder gives them, shape (rows, features).
        """
        return to_probability(self.log_odds(matrix))

    def probabilities_of(self, row: list[float]) -> list[float]:
        """Return the probability of one row: :meth:`probabilities` without what arrays cost."""
        return [-math.expm1(-softplus_of(self.blend.log_odds_by_period(row, ())[0]))]

    def attributions(self, matrix: Floats, horizon_index: int = 0) -> Attributions:
        """Return exact reasons in calibrated log-odds.

        Parameters
        ----------
        matrix
            Rows as the encoder gives them.
        horizon_index
            Must be 0: there is one outcome.

        Raises
        ------
        IndexError
            If ``horizon_index`` is not 0.
        """
        _demand_one(horizon_index)
        if len(matrix) == 1:
            base, contributions = self.blend.attributions_by_period(matrix[0].tolist(), ())
        else:
            base, contributions = self.blend.attributions(matrix)
        return Attributions(np.full(len(matrix), base), contributions, self.log_odds(matrix)[:, 0])

    def attributions_of(self, row: list[float], horizon_index: int = 0) -> tuple[float, Floats]:
        """Return base and contributions of one row: :meth:`attributions` without what arrays cost."""
        _demand_one(horizon_index)
        base, contributions = self.blend.attributions_by_period(row, ())
        return base, contributions[0]

    def to_files(self) -> dict[str, bytes]:
        """Return all files of the model by name: JSON and LightGBM text only."""
        return {MODEL_FILE: to_bytes({"kind": "binary", "horizon": self.horizon})} | self.blend.to_files()

    @classmethod
    def from_files(cls, contents: Mapping[str, bytes]) -> Self:
        """Read what :meth:`to_files` wrote.

        Raises
        ------
        BundleError
            If a file is missing, altered or of another kind.
        """
        record = read_record(contents, MODEL_FILE, "binary")
        return cls(Blend.from_files(contents), record.text("horizon", "outcome"))


def _demand_one(horizon_index: int) -> None:
    """Demand the only horizon that there is."""
    if horizon_index != 0:
        message = f"horizon {horizon_index} of a model with one outcome"
        raise IndexError(message)
