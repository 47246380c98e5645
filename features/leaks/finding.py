"""What the audit says of a column, and when it stops the build."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

from features.errors import LeakError
from features.usecase import UseCase

Severity = Literal["error", "warning"]
Suspicion = Literal[
    "auc",
    "value",
    "missingness",
    "values",
    "target_encoded",
    "settled_late",
    "known_late",
    "feed_stops",
    "feed_ends",
    "after_exit",
    "before_start",
    "training_only",
    "strong",
    "id",
    "row_order",
    "duplicates",
    "same_survey",
]
ROWS = "(rows)"


@dataclass(frozen=True)
class Finding:
    """Hold one suspicion with its evidence and remedy in words.

    Attributes
    ----------
    column
        The column; the source, or ``source.column``, where its rows and times are meant; or ``(rows)`` where
        the rows as a whole are.
    kind
        What was found: a column that ranks the label nearly by itself (``auc``), values or missing values
        that settle the rarer label (``value``, ``missingness``) or most rows (``values``), a mean label that
        was written into the rows (``target_encoded``), values that came to be after they count
        (``settled_late``), rows that were known later than declared (``known_late``), a source that falls
        silent before the event (``feed_stops``) or for all (``feed_ends``), answers ``after_exit``, events
        ``before_start``, a feature that the rows to be scored lack (``training_only``), a column that is
        suspiciously ``strong``, an ``id`` or the ``row_order`` that predicts, ``duplicates``, answers of the
        ``same_survey`` as a label that is an answer.
    severity
        An error stops the build unless the use case accepts it with a reason.
    evidence, remedy
        One sentence each.
    accepted
        The reason given in the use case, if one is.
    """

    column: str
    kind: Suspicion
    severity: Severity
    evidence: str
    remedy: str
    accepted: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """Return plain values."""
        return asdict(self)


def enforce(findings: Iterable[Finding], usecase: UseCase) -> tuple[Finding, ...]:
    """Stop the build when a column knows the outcome and the use case does not accept it.

    Returns
    -------
    tuple
        All findings; accepted ones carry their reason.

    Raises
    ------
    LeakError
        Naming the first such column, its evidence and remedy, and how many others there are.
    """
    told = tuple(replace(finding, accepted=usecase.accept_leak.get(finding.column)) for finding in findings)
    errors = [finding for finding in told if finding.severity == "error" and finding.accepted is None]
    if errors:
        first, *others = dict.fromkeys(finding.column for finding in errors)
        listed = ", ".join(f"'{name}'" for name in others)
        rest = f" (so do {len(others)} others: {listed})" if others else ""
        problem = f"'{first}' knows the outcome: {errors[0].evidence}{rest}"
        raise LeakError(f"{usecase.name}: leakage audit", problem, errors[0].remedy)
    return told
