"""Ids and places that predict the label beyond what any column says."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from features.leaks.evidence import Auc, Values, encode, measure_auc, predict_rates
from features.leaks.finding import ROWS, Finding, Suspicion

Floats = NDArray[np.float64]

_ORDER = 0.6
_EXPLAINED = 0.5


def judge_order(
    columns: Mapping[str, Values],
    entity_id: NDArray[np.object_] | None,
    target: NDArray[np.int8],
    folds: NDArray[np.int64],
    *,
    is_file: bool,
    independent: int | None = None,
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
    independent
        Number of groups of rows that say much the same; all rows say something of their own when absent.
    """
    repeats = len(target) / max(independent or len(target), 1)
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
        if auc.low_of(repeats) <= _ORDER:
            continue
        if _rank_among_alike(columns, places, target).low_of(repeats) > _ORDER:
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


def _rank_among_alike(columns: Mapping[str, Values], places: Floats, target: NDArray[np.int8]) -> Auc:
    """Return the AUC of the order among rows that share the value that goes with it most; 1 without one.

    Each positive is compared with the negatives of its own value. The standard error is that of chance.
    """
    codes = [encode(values) for values in columns.values()]
    explained = [_explain(code, places) for code in codes]
    if not explained or max(explained) < _EXPLAINED:
        return Auc(1.0, 0.0)
    alike = codes[int(np.argmax(explained))]
    order = np.lexsort((places, alike))
    codes_in_order, label = alike[order], target[order].astype(np.float64)
    rows, positives = np.bincount(codes_in_order), np.bincount(codes_in_order, weights=label)
    begins = np.concatenate([[0], np.cumsum(rows)[:-1]])
    ranks = np.arange(len(order)) - begins[codes_in_order] + 1
    sums = np.bincount(codes_in_order, weights=ranks * label)
    pairs = positives * (rows - positives)
    if not pairs.sum():
        return Auc(0.5, 0.0)
    area = float((sums - positives * (positives + 1) / 2).sum() / pairs.sum())
    return Auc(max(area, 1 - area), float(np.sqrt((pairs * (rows + 1) / 12).sum()) / pairs.sum()))


def _explain(codes: NDArray[np.int64], places: Floats) -> float:
    """Return the share of the variance of the places that lies between the values of a column."""
    rows = np.bincount(codes).astype(np.float64)
    if (rows > 0).sum() * 10 > len(places):
        return 0.0
    means = np.bincount(codes, weights=places) / np.maximum(rows, 1)
    total = float(((places - places.mean()) ** 2).sum())
    return float((rows * (means - places.mean()) ** 2).sum()) / total if total else 0.0
