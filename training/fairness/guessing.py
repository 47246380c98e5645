"""Guess the group of an entity from its features: a cross-fitted ridge regression on the group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.models.splines import Design
from training.rows import Floats

N_FOLDS = 5
_PENALTIES = (10.0, 100.0, 1_000.0, 10_000.0)
_Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Guesses:
    """Hold how strongly each group is guessed for each entity by a fit that had not seen it.

    Attributes
    ----------
    names
        The groups.
    parts
        ``[entities, features, groups]`` what each feature adds to the guess.
    folds
        Fold of each entity.
    """

    names: tuple[str, ...]
    parts: Floats
    folds: _Positions

    @property
    def strength(self) -> Floats:
        """Return the guess itself, ``[entities, groups]``."""
        total: Floats = self.parts.sum(axis=1)
        return total

    def without(self, feature: int, seed: int) -> Floats:
        """Return the guess with one feature dealt out anew inside each fold: what it told is gone."""
        dealt = self.parts[:, feature].copy()
        draw = np.random.default_rng(seed)
        for fold in range(N_FOLDS):
            members = np.flatnonzero(self.folds == fold)
            dealt[members] = dealt[draw.permutation(members)]
        return self.strength - self.parts[:, feature] + dealt


def guess_groups(
    matrix: Floats, n_codes: tuple[int, ...], group: NDArray[np.object_], *, seed: int = 0
) -> Guesses:
    """Fit on four fifths of the entities, guess the other fifth, five times.

    Parameters
    ----------
    matrix
        ``[entities, features]`` as models read them: NaN for missing, codes for categories.
    n_codes
        Number of codes of each category, 0 for numbers.
    group
        Group of each entity; each has at least five.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import StratifiedKFold

    design = Design.write_out(matrix, n_codes)
    columns = _standardise(design.columns)
    names, codes = np.unique(group.astype(str), return_inverse=True)
    is_member = (codes[:, None] == np.arange(len(names))).astype(np.float64)
    owner = np.repeat(np.arange(len(design.terms)), [term.n_columns for term in design.terms])
    parts = np.zeros((len(matrix), len(design.terms), len(names)))
    folds = np.zeros(len(matrix), dtype=np.intp)
    splits = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed).split(columns, codes)
    for fold, (learned, guessed) in enumerate(splits):
        fit = RidgeCV(_PENALTIES).fit(columns[learned], is_member[learned])
        folds[guessed] = fold
        for feature in range(len(design.terms)):
            mine = owner == feature
            parts[guessed, feature] = columns[np.ix_(guessed, mine)] @ fit.coef_[:, mine].T
    return Guesses(tuple(names.tolist()), parts, folds)


def _standardise(columns: Floats) -> Floats:
    """Return columns of mean 0 and spread 1; constant ones become 0."""
    spread = columns.std(axis=0)
    standardised: Floats = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return standardised
