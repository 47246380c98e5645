"""Ids and places that predict the label beyond what any column says."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from features.leaks.evidence import Values, encode, measure_auc, predict_rates
from features.leaks.finding import ROWS, Finding, Suspicion

_ORDER = 0.6


def judge_order(
    columns: Mapping[str, Values],
    entity_id: NDArray[np.object_] | None,
    target: NDArray[np.int8],
    folds: NDArray[np.int64],
    *,
    is_file: bool,
) -> list[Finding]:
    """Return warnings when ids, or places in the file, predict the label.

    Ids that are given in the order of sign-up predict as well as the time since then does, and a file that is
    sorted by a column as well as that column: order counts only among rows that are alike in the column that
    goes with it most.

    Parameters
    ----------
    columns
        All columns of the rows: the one that goes with the order explains it.
    entity_id
        Ids of the rows; absent where rows have none.
    target, folds
        Label and fold of each row.
    is_file
        Whether the rows have an order of their own.
    """
    found: list[Finding] = []
    orders: list[tuple[Suspicion, str, NDArray[np.int64]]] = []
    if entity_id is not None:
        orders.append(("id", "the ids, put in order, rank", _rank(_sortable(entity_id))))
    if is_file:
        orders.append(("row_order", "the order of the rows ranks", np.arange(len(target))))
    for kind, subject, order in orders:
        places = order.astype(np.float64)
        rates = predict_rates(encode(places), target, folds)
        auc = measure_auc(rates, target)
        if auc.low > _ORDER and _rank_among_alike(columns, places, target, folds) > _ORDER:
            evidence = f"{subject} the label with an AUC of {auc.value:.3f}"
            remedy = "never split by place or id; ask how ids and order came about"
            found.append(Finding(ROWS, kind, "warning", evidence, remedy))
    return found


def _sortable(entity_id: NDArray[np.object_]) -> NDArray[np.str_]:
    """Return ids as texts that sort as their numbers do: shorter ones of digits come first."""
    texts = entity_id.astype(str)
    is_number = np.char.isdigit(texts).all()
    return np.char.zfill(texts, int(np.char.str_len(texts).max())) if is_number and len(texts) else texts


def _rank(texts: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the place of each id; equal ids share one."""
    return np.asarray(np.unique(texts, return_inverse=True)[1], np.int64)


def _rank_among_alike(
    columns: Mapping[str, Values],
    places: NDArray[np.float64],
    target: NDArray[np.int8],
    folds: NDArray[np.int64],
) -> float:
    """Return the lower end of the AUC of the order among rows that share the value that goes with it most."""
    codes = [encode(values) for values in columns.values()]
    explained = [_explain(code, places) for code in codes]
    if not explained or max(explained) < 0.5:
        return 1.0
    alike = codes[int(np.argmax(explained))]
    inside = np.zeros(len(places), np.int64)
    for code in np.unique(alike):
        rows = alike == code
        inside[rows] = np.argsort(np.argsort(places[rows])) * 4 // max(int(rows.sum()), 1)
    rates = predict_rates(alike * 4 + inside, target, folds)
    excess = rates - predict_rates(alike, target, folds)
    return measure_auc(excess, target).low


def _explain(codes: NDArray[np.int64], places: NDArray[np.float64]) -> float:
    """Return the share of the variance of the places that lies between the values of a column."""
    rows = np.bincount(codes).astype(np.float64)
    if (rows > 0).sum() * 10 > len(places):
        return 0.0
    means = np.bincount(codes, weights=places) / np.maximum(rows, 1)
    total = float(((places - places.mean()) ** 2).sum())
    return float((rows * (means - places.mean()) ** 2).sum()) / total if total else 0.0
