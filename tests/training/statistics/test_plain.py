import json
import math
from dataclasses import dataclass
from datetime import date

import pytest

from training.statistics import Estimate, below_head, plain_values


@dataclass(frozen=True)
class Inner:
    share: Estimate
    when: date


@dataclass(frozen=True)
class Outer:
    parts: tuple[Inner, ...]
    label: dict[str, str]
    gap: float


def test_values_without_a_place_in_json_become_null_or_text():
    assert plain_values((1, math.nan, math.inf, date(2026, 1, 2), None, True, "x")) == [
        1,
        None,
        None,
        "2026-01-02",
        None,
        True,
        "x",
    ]
    assert plain_values({"de": "ä"}) == {"de": "ä"}
    assert plain_values(Estimate(0.5, 0.25, 0.75, n=8)) == {"value": 0.5, "low": 0.25, "high": 0.75, "n": 8}


def test_what_stands_below_a_head_is_read_if_it_is_of_this_format():
    assert below_head({"format": "a", "format_version": 1, "n": 3}, "a", 1) == {"n": 3}
    for kind, version in (("b", 1), ("a", 2)):
        with pytest.raises(ValueError, match=f"is '{kind}' {version}, and not 'a' 1"):
            below_head({"format": kind, "format_version": version}, "a", 1)
    with pytest.raises(KeyError):
        below_head({"n": 3}, "a", 1)


def test_records_are_followed_to_the_last():
    outer = Outer((Inner(Estimate(1.0, 0.0, 2.0, n=3), date(2026, 5, 6)),), {"en": "wait"}, -math.inf)
    plain = plain_values(outer)
    assert plain == {
        "parts": [{"share": {"value": 1.0, "low": 0.0, "high": 2.0, "n": 3}, "when": "2026-05-06"}],
        "label": {"en": "wait"},
        "gap": None,
    }
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
