"""Verb ``text``: fit the text models of a use case anew, show them, list verbatims that deserve a look."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from features.errors import InputError
from features.frame import Tombstones, fit_texts, review_texts, show_texts
from features.usecase import UseCase
from training.console import Console
from training.runs.workspace import Workspace, load_usecase

_MOST_WORDS = 6


def run(console: Console, action: str, usecase: str, data: str, out: str) -> None:
    """Fit, show or review.

    Raises
    ------
    InputError
        If the use case reads no words.
    """
    spec = load_usecase(usecase, data)
    _demand_words(spec)
    workspace = Workspace(Path(out))
    folder, tombstones = workspace.texts(spec.name), Tombstones.read(workspace.tombstones(spec.name))
    if action == "review":
        files = review_texts(spec, folder, tombstones=tombstones, report=console.report)
        lines = [f"{source}: {path}" for source, path in files.items()]
        hint = "fill in 'value' where the guess is wrong, and save those lines as corrections.csv beside it"
        console.result("\n".join([*lines, hint]), {name: str(path) for name, path in files.items()})
        return
    if action == "fit":
        facts = fit_texts(spec, folder, tombstones=tombstones, report=console.report)
    else:
        facts = show_texts(spec, folder)
    lines = [line for source, found in facts.items() for line in tell_text_model(source, found)]
    edited = f"topics are edited in {folder}/<source>/topics.yaml, the next run acts on it"
    console.result("\n".join([*lines, edited]), {"folder": str(folder), "texts": dict(facts)})


def tell_text_model(source: str, facts: Mapping[str, Any]) -> list[str]:
    """Return what a person wants to know of the text model of a source, in lines."""
    lines = [f"{source}: text model {facts['version']}, fitted on texts known before {facts['fitted_until']}"]
    for code, tone in facts["tone"].items():
        lines.append(f"  tone of {code}: {_tell_tone(tone)}")
    for topic in facts["topics"]:
        words = [
            f"{code}: {', '.join(found[:_MOST_WORDS])}" for code, found in topic["words"].items() if found
        ]
        lines.append(f"  topic {topic['id']} ({topic['label']['en']}): {'; '.join(words)}")
    if "languages" in facts:
        counts = ", ".join(f"{code or 'too short'} {count:,}" for code, count in facts["languages"].items())
        lines.append(f"  read {facts['read']:,} texts, passed {facts['passed_through']:,} through ({counts})")
    return lines


def _tell_tone(tone: Mapping[str, Any]) -> str:
    """Say how the tone of one language came about."""
    score = tone["macro_f1"]
    if score is None:
        return f"a word list, since {tone['reason']}"
    reached = f"macro-F1 {score['estimate']:.2f} ({score['low']:.2f} to {score['high']:.2f})"
    return f"learnt from {tone['rows']:,} texts rated in '{tone['from']}', {reached} on texts not learnt from"


def _demand_words(usecase: UseCase) -> None:
    """Demand a source with words."""
    if not any(source.words is not None for source in usecase.sources.values()):
        hint = "write text: {} beside 'verbatim' of a source, or turns: {file: ...} beside a source of calls"
        raise InputError(f"{usecase.name}: sources", "none of them reads words", hint)
