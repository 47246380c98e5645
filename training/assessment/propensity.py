"""The chance to answer, from what is known of everybody: a ridge logistic regression, out of fold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.encoding import Encoded
from training.models.logistic import fit_logistic
from training.models.odds import to_probability
from training.rows import Bools, Floats
from training.splits import stratified_folds
from training.statistics import log_losses

N_FOLDS = 5
INVERSE_PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
_FURTHEST = 5.0
_SHARE_OF_ROWS = 0.9


@dataclass(frozen=True)
class Propensity:
    """Hold how likely each row was to answer, from fits that did not see it.

    Attributes
    ----------
    chance
        Shape (rows,).
    strongest
        The driver that moves the odds of answering most, the habit of answering left aside; empty where
        nothing else is known.
    odds_ratio
        By how much: in nine of ten rows the driver multiplies the odds by no more than this, nor by less than
        its inverse. What a hidden cause of silence is compared with.
    """

    chance: Floats
    strongest: str
    odds_ratio: float


def fit_propensity(
    encoded: Encoded,
    is_answered: Bools,
    groups: npt.ArrayLike,
    drivers: Sequence[str | None],
    seed: int = 0,
    *,
    is_survey: Sequence[bool] = (),
) -> Propensity:
    """Fit who answers, the penalty with the least log loss out of fold.

    Parameters
    ----------
    encoded
        All who were asked.
    is_answered
        Who answered, shape (rows,).
    groups
        Rows of one group stay in one fold.
    drivers
        The driver of each feature; features of one driver count together. None for what tells the habit of
        answering: that people who never answer will not answer is no reason why they should think otherwise,
        so it sets no bound, though it is used as any other feature.
    is_survey
        Which features come from answers: that they are missing tells the habit as well.

    Raises
    ------
    TooFewEventsError
        If fewer rows answered, or were silent, than there are folds.
    """
    columns, owners, is_mark = _standardise(encoded)
    target = is_answered.astype(np.float64)
    folds = stratified_folds(target, groups, n_folds=N_FOLDS, seed=seed)
    tried = [_forecast(columns, target, folds, inverse_penalty) for inverse_penalty in INVERSE_PENALTIES]
    losses = [float(log_losses(target, to_probability(log_odds)).mean()) for log_odds, _ in tried]
    log_odds, coefficients = tried[int(np.argmin(losses))]
    of_survey = np.array(is_survey or [False] * len(drivers))[owners]
    names = np.array([name or "" for name in drivers])[owners]
    names[is_mark & of_survey] = ""
    shares = columns * coefficients[folds]
    reach = {"": 0.0} | {
        name: float(np.quantile(np.abs(moved - moved.mean()), _SHARE_OF_ROWS))
        for name in dict.fromkeys(names[names != ""].tolist())
        for moved in [shares[:, names == name].sum(axis=1)]
    }
    strongest = max(reach, key=reach.__getitem__)
    return Propensity(to_probability(log_odds), strongest, float(np.exp(reach[strongest])))


def _forecast(
    columns: Floats, target: Floats, folds: npt.NDArray[np.int64], inverse_penalty: float
) -> tuple[Floats, Floats]:
    """Return log-odds out of fold, shape (rows,), and the coefficients of each fold."""
    log_odds, coefficients = np.empty(len(target)), np.empty((N_FOLDS, columns.shape[1]))
    for fold in range(N_FOLDS):
        is_out = folds == fold
        learned = target[~is_out][:, None]
        fit = fit_logistic(columns[~is_out], learned, np.ones_like(learned), inverse_penalty)
        log_odds[is_out], coefficients[fold] = fit.log_odds(columns[is_out])[:, 0], fit.coefficients
    return log_odds, coefficients


def _standardise(encoded: Encoded) -> tuple[Floats, npt.NDArray[np.intp], Bools]:
    """Return columns of mean 0 and spread 1, which feature each comes from, and which mark missing values.

    Missing numbers stand in the middle, with a column that says so; a category has a column for each code.
    """
    parts: list[Floats] = []
    owners: list[int] = []
    marks: list[bool] = []
    for place, n_codes in enumerate(encoded.n_codes):
        column = encoded.matrix[:, place]
        is_missing = np.isnan(column)
        if n_codes:
            made = [(column == code).astype(np.float64) for code in np.unique(column[~is_missing])]
        else:
            made = [
                np.where(is_missing, np.mean(column[~is_missing]) if not is_missing.all() else 0.0, column)
            ]
        for number, found in enumerate((*made, is_missing.astype(np.float64))):
            spread = float(found.std())
            if spread > 0:
                parts.append(np.clip((found - found.mean()) / spread, -_FURTHEST, _FURTHEST))
                owners.append(place)
                marks.append(number == len(made))
    if not parts:
        return np.zeros((len(encoded), 1)), np.zeros(1, dtype=np.intp), np.zeros(1, dtype=np.bool_)
    return np.column_stack(parts), np.array(owners, dtype=np.intp), np.array(marks)
