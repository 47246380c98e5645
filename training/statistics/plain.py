"""Plain values of records: what JSON has."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from training.statistics.estimate import Estimate


def below_head(content: Mapping[str, Any], kind: str, version: int) -> dict[str, Any]:
    """Return what stands below the head of a file: its ``format`` and ``format_version``.

    Raises
    ------
    KeyError, ValueError
        If it has no head, or that of another format.
    """
    below = dict(content)
    found = below.pop("format"), below.pop("format_version")
    if found != (kind, version):
        message = f"is '{found[0]}' {found[1]}, and not '{kind}' {version}"
        raise ValueError(message)
    return below


def read_day(text: str | None) -> date | None:
    """Return a day that may be absent from its plain value."""
    return None if text is None else date.fromisoformat(text)


def read_estimate(content: Mapping[str, Any] | None) -> Estimate | None:
    """Return an estimate that may be absent from its plain value."""
    return None if content is None else Estimate.from_json(content)


def plain_values(found: object) -> Any:
    """Return dataclasses and mappings as dictionaries, tuples as lists, dates as ISO text, NaN as null.

    Examples
    --------
    >>> plain_values((1, math.nan, date(2026, 1, 2), {"de": "ja"}))
    [1, None, '2026-01-02', {'de': 'ja'}]
    """
    if isinstance(found, Estimate):
        return found.to_json()
    if is_dataclass(found):
        return {field.name: plain_values(getattr(found, field.name)) for field in fields(found)}
    if isinstance(found, Mapping):
        return {str(key): plain_values(entry) for key, entry in found.items()}
    if isinstance(found, tuple):
        return [plain_values(entry) for entry in found]
    if isinstance(found, date):
        return found.isoformat()
    return None if isinstance(found, float) and not math.isfinite(found) else found
