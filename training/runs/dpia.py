"""Verb ``dpia``: what an assessment of the risks for people needs, from what is there."""

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from features.files import write_atomically
from training.console import Console
from training.runs.agreed import find_terms
from training.runs.notice import tell_written, write_pages
from training.runs.persons import NAMELESS, list_homes
from training.runs.processing import RISKS, describe_processing, list_evidence
from training.runs.workspace import Workspace, load_usecase

_CARD = "model-card.json"
_ANNEX = "annex.json"
# What a client sends, and not a setting of the service.
_SECRET = ("XM_KEY",)


def run(console: Console, usecase: str, governance: str, to: str, out: str) -> None:
    """Write the pages, and all settings as an annex.

    Raises
    ------
    InputError
        If the use case or what was agreed on cannot be used.
    """
    terms, file = find_terms(governance)
    spec, workspace = load_usecase(usecase, ""), Workspace(Path(out))
    told = describe_processing(spec, terms, datetime.now(UTC).date())
    evidence = list_evidence()
    content: dict[str, Any] = {
        "processing": told,
        "places": {"of_people": sorted(list_homes()), "nameless": dict(NAMELESS)},
        "risks": [{**asdict(risk), "tests": list(risk.tests)} for risk in RISKS],
        "evidence": evidence,
        "model": read_card(workspace, spec.name),
    }
    files = write_pages(Path(to), "dpia", content)
    annex = Path(to) / _ANNEX
    settings = _list_settings(workspace)
    text = {
        "usecase": spec.to_json(),
        "governance": terms.model_dump(mode="json"),
        "file": str(file or ""),
        **settings,
    }
    write_atomically(annex, json.dumps(text, ensure_ascii=False, indent=2) + "\n")
    result = {
        "files": [str(path) for path in (*files, annex)],
        "missing": told["missing"],
        "promises": len(evidence),
        "model": None if content["model"] is None else content["model"]["version"],
    }
    console.result("\n".join(tell_written([*files, annex], told["missing"])), result)


def read_card(workspace: Workspace, name: str) -> dict[str, Any] | None:
    """Return what an assessment quotes of the model card; None where no model was trained here."""
    path = workspace.reports(name) / _CARD
    if not path.exists():
        return None
    card = json.loads(path.read_text(encoding="utf-8"))
    return {
        "version": card["making"]["model_version"],
        "made_on": card["made_on"],
        "rows": card["data"]["rows"],
        "entities": card["data"]["entities"],
        "missing": list(card["missing"]),
        "file": str(path),
    }


def _list_settings(workspace: Workspace) -> dict[str, dict[str, str]]:
    """Return where the service keeps things, and the settings that differ from their defaults here."""
    chosen = {
        name: text
        for name, text in sorted(os.environ.items())
        if name.startswith("XM_") and name not in _SECRET
    }
    return {"places": workspace.service_environment(), "settings": chosen}
