"""Boosted trees as LightGBM text; their reasons are path-dependent TreeSHAP and add up to the score."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from features.errors import BundleError
from training.models.odds import Floats
from training.models.records import read_record, to_bytes
from training.models.trees import Trees


@dataclass(frozen=True)
class BoosterModel:
    """Hold one LightGBM model as its text.

    Parameters
    ----------
    text
        Model in LightGBM's own text format. An altered text can end the process or change scores silently:
        hand in only what a hash has vouched for.
    """

    text: str

    def log_odds(self, matrix: Floats) -> Floats:
        """Return the log-odds of each row.

        Parameters
        ----------
        matrix
            Shape (rows, features), NaN where missing.
        """
        return self._trees.ask(matrix, "log_odds") if len(matrix) else np.empty(0)

    def log_odds_by_period(self, row: list[float], periods: Sequence[float]) -> list[float]:
        """Return the log-odds of one row in each of its periods, as :meth:`log_odds` of its repetitions."""
        return self._trees.ask_periods(row, periods, "log_odds")

    def attributions(self, matrix: Floats) -> tuple[float, Floats]:
        """Return the mean log-odds of the trees and what each feature adds to it (path-dependent TreeSHAP).

        Returns
        -------
        tuple
            Base, and contributions of shape (rows, features); base and contributions add up to
            :meth:`log_odds`.
        """
        if not len(matrix):
            return self.base, np.empty(matrix.shape)
        return self.base, self._trees.ask(matrix, "attributions")[:, :-1]

    def attributions_by_period(self, row: list[float], periods: Sequence[float]) -> tuple[float, Floats]:
        """Return base and contributions of one row, shape (periods, columns); see :meth:`attributions`."""
        return self.base, np.stack(self._trees.ask_periods(row, periods, "attributions"))[:, :-1]

    @property
    def n_trees(self) -> int:
        """Return the number of trees."""
        return self._trees.n_trees

    @cached_property
    def structure(self) -> list[dict[str, Any]]:
        """Return the trees as plain values, as LightGBM tells them."""
        import lightgbm

        trees: list[dict[str, Any]] = lightgbm.Booster(model_str=self.text).dump_model()["tree_info"]
        return trees

    @cached_property
    def base(self) -> float:
        """Return the mean of the trees, which is the same for every row."""
        blank = np.full((1, self._trees.n_columns), np.nan)
        return float(self._trees.ask(blank, "attributions")[0, -1])

    @cached_property
    def _trees(self) -> Trees:
        """Return the parsed model."""
        return Trees(self.text)

    def to_files(self, name: str) -> dict[str, bytes]:
        """Return the files ``{name}.txt`` and ``{name}.json``, which vouches for the text by its hash."""
        content = self.text.encode()
        return {
            f"{name}.txt": content,
            f"{name}.json": to_bytes({"sha256": hashlib.sha256(content).hexdigest()}),
        }

    @classmethod
    def from_files(cls, contents: Mapping[str, bytes], name: str) -> Self:
        """Read what :meth:`to_files` wrote; LightGBM sees the text only if its hash is right.

        Raises
        ------
        BundleError
            If a file is missing or the text is not the one that was written.
        """
        promised = read_record(contents, f"{name}.json").text("sha256")
        content = contents.get(f"{name}.txt", b"")
        found = hashlib.sha256(content).hexdigest()
        if found != promised:
            problem = f"has SHA-256 {found[:12]}, {name}.json says {promised[:12]}"
            raise BundleError(
                f"{name}.txt", problem, "fetch the bundle again; an altered model is never loaded"
            )
        return cls(content.decode())
