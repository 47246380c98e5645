"""How much one column alone says of the label: ranks, out-of-fold rates, values that settle it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.leaks.ranks import rank

Values = NDArray[np.float64] | NDArray[np.object_]

FOLDS = 5
_BINS = 20
_PRIOR_ROWS = 10.0
_Z = 1.96


@dataclass(frozen=True)
class Auc:
    """Hold an area under the ROC curve, turned to lie above one half, with its standard error."""

    value: float
    standard_error: float

    @property
    def low(self) -> float:
        """Return the lower end of the 95 % interval."""
        return self.low_of(1.0)

    def low_of(self, repeats: float) -> float:
        """Return the lower end where each row says again what others say: that often, on average."""
        return self.value - _Z * self.standard_error * math.sqrt(repeats)


def measure_auc(score: NDArray[np.float64], target: NDArray[np.int8]) -> Auc:
    """Return the AUC of a score, ties counted half; one half when only one class is there.

    The standard error is that of Hanley and McNeil, Radiology 143 (1982) 29-36.

    Examples
    --------
    >>> measure_auc(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 0, 1, 1], np.int8)).value
    1.0
    """
    positives = int(target.sum())
    negatives = len(target) - positives
    if positives == 0 or negatives == 0:
        return Auc(0.5, 0.5)
    ranks = rank(score)[target == 1].sum()
    area = float(ranks - positives * (positives + 1) / 2) / (positives * negatives)
    area = max(area, 1 - area)
    pairs_up, pairs_down = area / (2 - area), 2 * area**2 / (1 + area)
    between = (positives - 1) * (pairs_up - area**2) + (negatives - 1) * (pairs_down - area**2)
    spread = max(area * (1 - area) + between, 0.0)
    return Auc(area, float(np.sqrt(spread / (positives * negatives))))


def split_at_median(values: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return 1 above the median, else 0; from the median up where nothing lies above it.

    Examples
    --------
    >>> split_at_median(np.array([1.0, 2.0, 3.0, 9.0])), split_at_median(np.array([1.0, 5.0, 5.0]))
    (array([0, 0, 1, 1], dtype=int8), array([0, 1, 1], dtype=int8))
    """
    median = float(np.median(values)) if len(values) else 0.0
    is_high = values > median
    return np.asarray(is_high if is_high.any() else values >= median, np.int8)


def assign_folds(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a fold per row, equal within a group, from a fixed shuffle."""
    order = np.random.default_rng(0).permutation(int(groups.max()) + 1 if len(groups) else 0)
    return np.asarray(order[groups] % FOLDS, np.int64)


def encode_exactly(values: Values) -> NDArray[np.int64]:
    """Return a code per distinct value; missing ones share one."""
    if values.dtype != np.float64:
        return encode(values)
    return np.asarray(np.unique(values, return_inverse=True, equal_nan=True)[1], np.int64)


def encode(values: Values) -> NDArray[np.int64]:
    """Return a code per row: 0 for missing, one per text, one per number; many numbers share 20 bins."""
    codes = np.zeros(len(values), np.int64)
    if values.dtype != np.float64:
        present = np.array([value is not None for value in values], np.bool_)
        codes[present] = np.unique(values[present].astype(str), return_inverse=True)[1] + 1
        return codes
    numbers = values.astype(np.float64)
    present = ~np.isnan(numbers)
    distinct, inverse = np.unique(numbers[present], return_inverse=True)
    if len(distinct) > _BINS:
        edges = np.unique(np.quantile(numbers[present], np.linspace(0, 1, _BINS + 1)[1:-1]))
        inverse = np.searchsorted(edges, numbers[present], side="right")
    codes[present] = inverse + 1
    return codes


def predict_rates(
    codes: NDArray[np.int64], target: NDArray[np.int8], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return for each row the label's rate among rows of the same code in other folds, drawn to the mean."""
    size = int(codes.max()) + 1
    rates = np.zeros(len(codes))
    for fold in range(FOLDS):
        others = folds != fold
        if not others.any():
            continue
        mean = target[others].mean()
        rows = np.bincount(codes[others], minlength=size)
        positives = np.bincount(codes[others], weights=target[others], minlength=size)
        rate = (positives + _PRIOR_ROWS * mean) / (rows + _PRIOR_ROWS)
        # The mean of the other folds falls when a fold has many positives: subtracting it removes that echo.
        rates[~others] = (rate - mean)[codes[~others]]
    return rates


@dataclass(frozen=True)
class Settled:
    """Hold which codes settle the label, and how far they reach.

    Attributes
    ----------
    always, never
        Codes under which nearly every row, nearly no row, has the predicted label.
    share_of_positives, share_of_negatives
        Share of all positives under ``always``, of all negatives under ``never``.
    share_of_rows
        Share of all rows under either.
    """

    always: tuple[int, ...]
    never: tuple[int, ...]
    share_of_positives: float
    share_of_negatives: float
    share_of_rows: float


def find_settled(codes: NDArray[np.int64], target: NDArray[np.int8]) -> Settled:
    """Find codes whose rows nearly all have one label, beyond what chance explains.

    A code counts as ``always`` when the Wilson interval of its rate begins above 0.9 and leaves at most a
    fifth of the usual rate of the other label; as ``never`` when its rate is at most 1 % and its interval
    ends below a tenth of the usual rate. Wilson, JASA 22 (1927) 209-212.
    """
    rows = np.bincount(codes).astype(np.float64)
    positives = np.bincount(codes, weights=target).astype(np.float64)
    low, high = _wilson(positives, rows)
    overall = float(target.mean())
    always = low >= max(_ALWAYS, 1 - (1 - overall) / 5)
    never = (positives <= 0.01 * rows) & (high < overall / 10) & (rows > 0)
    return Settled(
        tuple(int(code) for code in np.flatnonzero(always)),
        tuple(int(code) for code in np.flatnonzero(never)),
        float(positives[always].sum()) / max(float(target.sum()), 1.0),
        float((rows - positives)[never].sum() / max((target == 0).sum(), 1)),
        float(rows[always | never].sum() / max(len(codes), 1)),
    )


_ALWAYS = 0.9


def _wilson(
    positives: NDArray[np.float64], rows: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the 95 % interval of each rate; 0 to 1 where there are no rows."""
    count = np.maximum(rows, 1e-9)
    rate, square = positives / count, _Z**2
    centre = (rate + square / (2 * count)) / (1 + square / count)
    half = _Z / (1 + square / count) * np.sqrt(rate * (1 - rate) / count + square / (4 * count**2))
    return centre - half, centre + half
