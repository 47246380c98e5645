"""Attributes without history, looked at once per entity: whether they tell who leaves at all.

A state of today under the clock of an earlier day says little of the next ninety days and everything of
whether the entity ever leaves.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Kind
from features.leaks.audit import audit
from features.leaks.evidence import Values, encode, encode_exactly
from features.leaks.finding import Finding

_UNCHANGED = 0.99


def audit_lives(
    columns: Mapping[str, Values],
    kinds: Mapping[str, Kind],
    entity_id: NDArray[np.object_],
    days: NDArray[np.float64],
    event: NDArray[np.int8],
) -> list[Finding]:
    """Return what the audit finds in attributes that never change, with one row per entity.

    Parameters
    ----------
    columns, kinds
        Attributes, one value per row. Those that change over the rows of an entity have a history and are
        left out; a date, told as days before the snapshot, does not change.
    entity_id, days
        Entity and snapshot of each row.
    event
        Whether the event was seen after the snapshot, however late.

    Examples
    --------
    >>> entity = np.repeat(np.arange(200).astype(str).astype(object), 5)
    >>> gone = np.repeat(np.arange(200) % 3, 5)
    >>> status = np.where(gone == 0, "closed", "open").astype(object)
    >>> event = (gone == 0).astype(np.int8)
    >>> found = audit_lives({"status": status}, {}, entity, np.tile(np.arange(5.0), 200), event)
    >>> found[0].column, found[0].kind, found[0].severity
    ('status', 'value', 'error')
    """
    codes = encode(entity_id)
    entities, first = np.unique(codes, return_index=True)
    if len(entities) == len(codes) or not len(codes):
        return []
    left = np.zeros(len(entities), np.int8)
    place = np.searchsorted(entities, codes)
    np.maximum.at(left, place, event)
    steady = {
        name: settled[first]
        for name, values in columns.items()
        if (settled := _settle(values, days, place, first)) is not None
    }
    found = audit(steady, kinds, left, is_file=False) if steady else []
    return [
        replace(finding, evidence=f"of whether an entity leaves at all: {finding.evidence}")
        for finding in found
        if finding.severity == "error"
    ]


def _settle(
    values: Values, days: NDArray[np.float64], place: NDArray[np.int64], first: NDArray[np.int64]
) -> Values | None:
    """Return an attribute, or the date that it tells, if it does not change; else nothing."""
    forms: list[Values] = [values]
    if values.dtype == np.float64:
        forms.append(days - values.astype(np.float64))
    for form in forms:
        codes = encode_exactly(form)
        if (codes == codes[first][place]).mean() >= _UNCHANGED:
            return form
    return None
