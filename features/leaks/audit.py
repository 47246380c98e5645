"""Look at every column alone, at the ids, at the order of rows and at copies."""

from collections.abc import Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Kind
from features.leaks.encoded import find_encoded
from features.leaks.evidence import (
    Auc,
    Settled,
    Values,
    assign_folds,
    encode,
    encode_exactly,
    find_settled,
    measure_auc,
    predict_rates,
)
from features.leaks.finding import ROWS, Finding, Severity, Suspicion
from features.leaks.order import judge_order

_DISGUISE = 0.95
_STRONG = 0.9
_MOST = 0.5
_HALF = 0.5
_FEW_POSITIVES = 10
_BY_CHANCE = 0.1
_ALL_BY_CHANCE = 0.75
_MULTIPLIER = np.uint64(6364136223846793005)  # of Knuth's 64-bit generator; sums wrap around


def audit(
    columns: Mapping[str, Values],
    kinds: Mapping[str, Kind],
    target: NDArray[np.int8],
    *,
    entity_id: NDArray[np.object_] | None = None,
    groups: NDArray[np.object_] | None = None,
    is_file: bool = True,
    likeness: NDArray[np.int64] | None = None,
    outcome: NDArray[np.float64] | None = None,
) -> list[Finding]:
    """Find columns that know the outcome.

    Parameters
    ----------
    columns
        Features: float64 with NaN, or texts with ``None``; one value per row.
    kinds
        Kind of each column; numbers that are categories are compared value by value.
    target
        Label per row, 0 or 1; rows whose label is not known are left out by the caller.
    entity_id
        Ids of the rows, to see whether they predict.
    groups
        Rows of one group never vouch for each other: the entity where rows are snapshots. Absent: each alone.
    is_file
        Whether the rows are those of a file, in its order. Snapshots are not: they have no order of their
        own, and people of whom little is known look alike.
    likeness
        Two numbers per row, shape (2, rows): equal for rows that are equal in all columns of the file but the
        label, and in the label too, be they features or not. The features tell when absent.
    outcome
        Rating or amount of each row, where ``target`` is only a half of them.

    Returns
    -------
    list
        Errors first, then warnings, each in the order of the columns. Empty when there are fewer than ten
        rows of either label: nothing can be said then.

    Examples
    --------
    >>> target = np.tile([0, 1], 100).astype(np.int8)
    >>> columns = {"score": target + 0.0, "size": np.arange(200) // 2 % 7 + 0.0}
    >>> first, *_ = audit(columns, {}, target, is_file=False)
    >>> first.column, first.kind, first.severity
    ('score', 'value', 'error')
    """
    positives = int(target.sum())
    if min(positives, len(target) - positives) < _FEW_POSITIVES:
        return []
    folds = assign_folds(encode(groups) if groups is not None else np.arange(len(target)))
    found = [
        finding
        for name, values in columns.items()
        if (finding := _Look(name, values, kinds.get(name), target, folds).judge()) is not None
    ]
    encoded = find_encoded(columns, target.astype(np.float64) if outcome is None else outcome, groups)
    refused = {finding.column for finding in found if finding.severity == "error"}
    found += [finding for finding in encoded if finding.column not in refused]
    suspected = {finding.column for finding in found}
    found += judge_order(
        {name: values for name, values in columns.items() if name not in suspected},
        entity_id,
        target,
        folds,
        is_file=is_file,
        independent=None if groups is None else len(np.unique(encode(groups))),
    )
    if is_file and columns:
        found += _count_copies(_code_rows(columns, target) if likeness is None else likeness, target, groups)
    return sorted(found, key=lambda finding: finding.severity != "error")


class _Look:
    """Hold one column and what it says of the label by itself."""

    def __init__(
        self,
        name: str,
        values: Values,
        kind: Kind | None,
        target: NDArray[np.int8],
        folds: NDArray[np.int64],
    ) -> None:
        self._name = name
        self._values = values if kind != "category" or values.dtype != np.float64 else _to_texts(values)
        self._codes = encode(self._values)
        self._target = target
        self._auc = self._measure(folds)

    def judge(self) -> Finding | None:
        """Return the gravest thing to be said of the column, if any."""
        presence = find_settled((self._codes > 0).astype(np.int64), self._target)
        if self._gives_away(presence):
            return self._error("missingness", self._tell_missing(presence))
        settled = find_settled(self._codes, self._target)
        if self._gives_away(settled):
            return self._error("value", self._tell_values(settled))
        if settled.always and settled.never and settled.share_of_rows >= _MOST:
            return self._error("values", self._tell_values(settled))
        if self._auc.value > _DISGUISE and self._auc.low > _STRONG - 0.1:
            return self._error("auc", f"alone it ranks the label with an AUC of {self._auc.value:.3f}")
        if self._auc.value > _STRONG and self._auc.low > _STRONG - 0.1:
            evidence = (
                f"alone it ranks the label with an AUC of {self._auc.value:.3f}, which is suspiciously good"
            )
            return self._make("strong", "warning", evidence)
        return self._judge_one_value()

    def _judge_one_value(self) -> Finding | None:
        """Warn of one value that covers most rows and never once goes with the rarer label."""
        rarer = self._target if self._target.mean() <= _HALF else 1 - self._target
        rows = np.bincount(self._codes)
        code = int(rows.argmax())
        if rows[code] < _MOST * len(rarer) or rarer[self._codes == code].any():
            return None
        if code not in find_settled(self._codes, rarer).never:
            return None
        label = "the predicted one" if rarer is self._target else "the other one"
        share = rows[code] / len(rarer)
        where = f"where its value is {self._show_one(code)} ({share:.0%} of the rows)"
        evidence = f"{where}, the label is not once {label}"
        return self._make("strong", "warning", evidence)

    def _measure(self, folds: NDArray[np.int64]) -> Auc:
        """Return the better of the AUC of the raw numbers and that of out-of-fold rates."""
        by_rate = measure_auc(predict_rates(self._codes, self._target, folds), self._target)
        present = self._codes > 0
        if self._values.dtype != np.float64 or not present.all():
            return by_rate
        by_rank = measure_auc(self._values.astype(np.float64), self._target)
        return max(by_rate, by_rank, key=lambda auc: auc.value)

    def _gives_away(self, settled: Settled) -> bool:
        """Tell whether most rows of the rarer label are settled."""
        if self._target.mean() <= _HALF:
            return settled.share_of_positives >= _MOST
        return settled.share_of_negatives >= _MOST

    def _tell_missing(self, presence: Settled) -> str:
        """Say what missing values give away."""
        state = "missing" if 0 in (presence.always or presence.never) else "there"
        share = presence.share_of_positives if presence.always else presence.share_of_negatives
        label = "the predicted one" if presence.always else "the other one"
        return (
            f"where its value is {state}, the label is nearly always {label} ({share:.0%} of all such rows)"
        )

    def _tell_values(self, settled: Settled) -> str:
        """Say which values settle the label, and for how many rows."""
        parts = []
        if settled.always:
            parts.append(f"{self._show(settled.always)} always go with the predicted label")
        if settled.never:
            parts.append(f"{self._show(settled.never)} never do")
        return f"its values {', '.join(parts)}: that settles {settled.share_of_rows:.0%} of the rows"

    def _show(self, codes: Sequence[int]) -> str:
        """Write the values of up to three codes, bins as ranges."""
        shown = [self._show_one(code) for code in islice(codes, 3)]
        return "/".join(shown) + ("/..." if len(codes) > len(shown) else "")

    def _show_one(self, code: int) -> str:
        """Write the value of a code."""
        if code == 0:
            return "(missing)"
        found = self._values[self._codes == code]
        if found.dtype != np.float64:
            return f"'{found[0]}'"
        low, high = float(found.min()), float(found.max())
        return f"{low:g}" if low == high else f"{low:g}..{high:g}"

    def _error(self, kind: Suspicion, evidence: str) -> Finding:
        """Return a finding that stops the build."""
        return self._make(kind, "error", evidence)

    def _make(self, kind: Suspicion, severity: Severity, evidence: str) -> Finding:
        """Return a finding on this column."""
        remedy = f"exclude it, or write accept_leak: {{{self._name}: why it was known before the outcome}}"
        return Finding(self._name, kind, severity, evidence, remedy)


def _to_texts(values: Values) -> NDArray[np.object_]:
    """Return numbers as texts, ``None`` where missing."""
    return np.array([None if np.isnan(value) else f"{value:.17g}" for value in values.tolist()], object)


def _code_rows(columns: Mapping[str, Values], target: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return equal numbers for rows that are equal in every column, without and with the label."""
    digests = np.zeros(len(next(iter(columns.values()))), np.uint64)
    for values in columns.values():
        digests = digests * _MULTIPLIER + encode_exactly(values).astype(np.uint64)
    alike = np.asarray(np.unique(digests, return_inverse=True)[1], np.int64)
    return np.stack([alike, 2 * alike + target])


def _count_copies(
    likeness: NDArray[np.int64], target: NDArray[np.int8], groups: NDArray[np.object_] | None
) -> list[Finding]:
    """Return a warning with the number of rows that are exact copies of an earlier one of another group.

    Rows that look alike by chance have different labels as often as others and are no finding; copies never
    do.
    """
    alike, with_label = likeness
    own = np.arange(len(target)) if groups is None else encode(groups)
    of_groups = np.unique(with_label * (int(own.max()) + 1) + own)
    copies = len(of_groups) - len(np.unique(with_label))
    if not copies:
        return []
    are = "is an exact copy" if copies == 1 else "are exact copies"
    evidence = f"{copies} of {len(target)} rows {are} of another row, label included"
    remedy = "write duplicates: remove, or name under group a column that copies share, so that they never "
    remedy += "stand on both sides of a split"
    differ = 1 - _count_pairs(with_label) / _count_pairs(alike)
    rate = float(target.mean())
    if differ >= _ALL_BY_CHANCE * 2 * rate * (1 - rate):
        return []
    if differ > _BY_CHANCE * 2 * rate * (1 - rate):
        evidence += (
            f"; {differ:.0%} of the pairs that look alike differ in the label, so many are different rows"
        )
        remedy = "look for a column that tells them apart; if there is none, treat them as copies"
    return [Finding(ROWS, "duplicates", "warning", evidence, remedy)]


def _count_pairs(numbers: NDArray[np.int64]) -> float:
    """Return the number of pairs of equal rows."""
    counts = np.unique(numbers, return_counts=True)[1].astype(np.float64)
    return float((counts * (counts - 1) / 2).sum())
