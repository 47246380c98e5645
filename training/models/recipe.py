"""How models are fitted: plain, frozen values; one default for every data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BoosterSettings:
    """Describe one LightGBM member.

    Attributes
    ----------
    n_leaves, max_depth
        Size of a tree; the cost of reasons grows with the square of the depth.
    learning_rate
        Step per tree.
    feature_share
        Share of the features that each tree may use.
    min_leaf_rows
        Fewest rows in a leaf.
    l2
        Ridge penalty on leaf values.
    is_extra
        Whether split points are drawn at random, which smooths.
    row_share
        Share of the rows that each tree sees.
    """

    name: str
    n_leaves: int
    max_depth: int
    learning_rate: float
    feature_share: float = 1.0
    min_leaf_rows: int = 20
    l2: float = 1.0
    is_extra: bool = False
    row_share: float = 1.0

    def to_lightgbm(self, seed: int, directions: Sequence[int] = ()) -> dict[str, Any]:
        """Return LightGBM parameters; same data and seed give the same bytes.

        Parameters
        ----------
        seed
            Seed of LightGBM.
        directions
            1 where a feature never lowers the log-odds, -1 where it never raises them, 0 where both may be.
        """
        # Of LightGBM's methods "basic" alone keeps directions on every row; "intermediate" and "advanced" let
        # scores go up to 0.2 log-odds the wrong way, for a gain in log loss of at most 0.001.
        bounds = {"monotone_constraints": list(directions), "monotone_constraints_method": "basic"}
        return (bounds if any(directions) else {}) | {
            "objective": "binary",
            "metric": "binary_logloss",
            "num_leaves": self.n_leaves,
            "max_depth": self.max_depth,
            "learning_rate": self.learning_rate,
            "feature_fraction": self.feature_share,
            "min_data_in_leaf": self.min_leaf_rows,
            "lambda_l2": self.l2,
            "extra_trees": self.is_extra,
            "bagging_fraction": self.row_share,
            "bagging_freq": int(self.row_share < 1),
            "min_data_per_group": self.min_leaf_rows,
            "seed": seed,
            "num_threads": 1,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }


@dataclass(frozen=True)
class Recipe:
    """Say which members a blend is made of and how they are fitted.

    Members with small trees win where effects add up, those with large trees where features interact sharply;
    the stack finds out which, out of fold. Nothing in the default is tuned to a data set.

    Attributes
    ----------
    inverse_penalties
        Candidates for the linear member; the one with the least out-of-fold log loss is taken.
    boosters, large_boosters
        Tree members below and from ``large_rows`` rows; names are unique over both.
    max_trees, patience
        Most trees of a member, and how many trees without a better out-of-fold mean end the search.
    min_events, pooled_below_events
        Below the first no model is fitted; below the second the linear member alone.
    min_weight
        Members with less weight are dropped.
    n_workers
        Members fitted at a time, each on one thread.
    most_rows
        Most rows learned from; of more, all with the event and some of the others, weighted
        (:func:`training.thinning.thin_rows`).
    """

    inverse_penalties: tuple[float, ...] = (0.05, 0.2, 1.0)
    boosters: tuple[BoosterSettings, ...] = (
        BoosterSettings(
            "smooth",
            n_leaves=8,
            max_depth=5,
            learning_rate=0.04,
            feature_share=0.5,
            min_leaf_rows=20,
            is_extra=True,
        ),
        BoosterSettings("narrow", n_leaves=8, max_depth=5, learning_rate=0.08, feature_share=0.3, l2=10.0),
        BoosterSettings(
            "sharp", n_leaves=31, max_depth=8, learning_rate=0.08, feature_share=0.5, min_leaf_rows=10, l2=5.0
        ),
    )
    large_boosters: tuple[BoosterSettings, ...] = (
        BoosterSettings("wide", n_leaves=63, max_depth=9, learning_rate=0.08, feature_share=0.6, l2=5.0),
        BoosterSettings("slim", n_leaves=8, max_depth=5, learning_rate=0.1, feature_share=0.3, l2=10.0),
    )
    large_rows: int = 50_000
    max_trees: int = 800
    patience: int = 40
    min_events: int = 30
    pooled_below_events: int = 500
    min_weight: float = 0.05
    n_workers: int = 2
    most_rows: int = 250_000

    def boosters_for(self, n_rows: int, n_events: int) -> tuple[BoosterSettings, ...]:
        """Return the tree members for so many rows and events; none below ``pooled_below_events``."""
        if n_events < self.pooled_below_events:
            return ()
        return self.large_boosters if n_rows >= self.large_rows else self.boosters

    def folds_for(self, n_rows: int) -> tuple[int, int]:
        """Return the number of folds and repeats: 5, twice below 3,000 rows; 3 from 12,000; 2 from 200,000.

        Where half of the rows teach as much as two thirds, two folds do the same in two thirds of the work.
        """
        if n_rows >= 200_000:
            return 2, 1
        if n_rows >= 12_000:
            return 3, 1
        return 5, 2 if n_rows < 3_000 else 1


DEFAULT_RECIPE = Recipe()
