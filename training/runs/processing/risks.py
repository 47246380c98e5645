"""Risks for people, each with what exists against it and the tests that show it; words are in the pages."""

from dataclasses import dataclass
from typing import Literal

Name = Literal[
    "small_groups",
    "single_people",
    "wrong",
    "unfair",
    "machine_alone",
    "seen_by_others",
    "texts",
    "too_long",
    "tampering",
    "drift",
]


@dataclass(frozen=True)
class Risk:
    """Hold one risk.

    Attributes
    ----------
    tests
        Files and folders of tests that show what is done against it.
    """

    name: Name
    tests: tuple[str, ...]


RISKS: tuple[Risk, ...] = (
    Risk("small_groups", ("tests/training/disclosure", "tests/training/runs/test_releases.py")),
    Risk("single_people", ("tests/serving/test_individual.py", "tests/training/test_leave.py")),
    Risk("wrong", ("tests/training/assessment", "tests/training/test_usability.py")),
    Risk("unfair", ("tests/training/fairness", "tests/training/card")),
    Risk("machine_alone", ("tests/serving/test_objections.py", "tests/training/runs/test_override.py")),
    Risk("seen_by_others", ("tests/serving/test_access.py", "tests/serving/test_secrets.py")),
    Risk("texts", ("tests/features/text", "tests/features/frame")),
    Risk("too_long", ("tests/end_to_end/test_erasure.py", "tests/training/runs/test_retention.py")),
    Risk("tampering", ("tests/serving/audit", "tests/serving/test_mutants.py")),
    Risk("drift", ("tests/training/monitoring",)),
)
