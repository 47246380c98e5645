"""Use cases and what was agreed on, for tests of notices and assessments."""

from pathlib import Path
from typing import Any

import yaml

from training.runs.demo import usecase_file

BOTH = {"en": "Seeing early where teams lose people", "de": "Früh sehen, wo Teams Menschen verlieren"}
AGREED: dict[str, Any] = {
    "version": 1,
    "agreement": "BV 2026-07",
    "purposes": ["workload_review"],
    "legal_basis": "GDPR 6(1)(f)",
    "valid_until": "2999-12-31",
    "usecases": ["attrition"],
    "controller": "Example Ltd, Bonn",
    "contact": "people@example.org",
    "officer": "dpo@example.org",
    "authority": "Authority of the Land",
    "notices": {
        name: {"purpose": BOTH, "legal_basis": BOTH, "recipients": BOTH, "out_of_scope": BOTH}
        for name in ("attrition", "churn")
    },
    "retention_days": {
        "journal": 400,
        "calls": 1,
        "sessions": 1,
        "health": 400,
        "scores": 90,
        "audit": 365,
    },
    "viewers": dict.fromkeys(
        ("app", "manager", "analyst", "data_scientist", "admin", "works_council"), "named people"
    ),
}


def write_agreed(folder: Path, *absent: str, **changed: Any) -> Path:
    """Write what was agreed on, without some keys."""
    content = {name: found for name, found in {**AGREED, **changed}.items() if name not in absent}
    path = folder / "governance.yaml"
    # Days are days in YAML, and no texts.
    path.write_text(yaml.safe_dump(content).replace("'2999-12-31'", "2999-12-31"), encoding="utf-8")
    return path


def file_of(name: str) -> str:
    """Return the file of a use case that is shipped."""
    return str(usecase_file(name))
