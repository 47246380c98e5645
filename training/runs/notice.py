"""Verb ``notice``: what those are told whose data are used, made from the use case and what was agreed on."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from features.files import write_atomically
from training.console import Console
from training.pages import LANGUAGES, render_page, to_shown
from training.runs.agreed import find_terms
from training.runs.processing import describe_processing
from training.runs.workspace import load_usecase


def run(console: Console, usecase: str, governance: str, to: str) -> None:
    """Write the notice in English and German; what nobody has said is named, and nothing is made up.

    Raises
    ------
    InputError
        If the use case or what was agreed on cannot be used.
    """
    terms, _ = find_terms(governance)
    told = describe_processing(load_usecase(usecase, ""), terms, datetime.now(UTC).date())
    files = write_pages(Path(to), "notice", {"processing": told})
    console.result(
        "\n".join(tell_written(files, told["missing"])),
        {"files": [str(path) for path in files], "missing": told["missing"]},
    )


def write_pages(folder: Path, name: str, content: dict[str, Any]) -> list[Path]:
    """Write ``<name>.json`` and a page per language made of it."""
    pages = {
        f"{name}_{language}.html": render_page(f"{name}.html.jinja", language, **to_shown(content))
        for language in LANGUAGES
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    for file, page in {f"{name}.json": text, **pages}.items():
        write_atomically(folder / file, page)
    return [folder / file for file in (f"{name}.json", *pages)]


def tell_written(files: list[Path], missing: list[str]) -> list[str]:
    """Say what was written, and what is missing in it."""
    lines = [f"written: {path}" for path in files]
    if not missing:
        return [*lines, "nothing is missing; have it read by somebody who knows the law"]
    return [*lines, "not complete; write into governance.yaml:", *(f"  {key}" for key in missing)]
