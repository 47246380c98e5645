"""Verb ``check``: everything that ``build`` would refuse, found before anything is written."""

from features.frame import build
from training.console import Console
from training.levers import foresee_refusals
from training.runs.description import describe_frame, describe_meaning
from training.runs.workspace import load_usecase


def run(console: Console, usecase: str, data: str) -> None:
    """Read the sources and audit them; exit code 2 with one line if something has to be mended."""
    spec = load_usecase(usecase, data)
    frame = build(spec, None, report=console.report)
    refusals = foresee_refusals(spec, frame.facts.catalogue, frame.facts.snapshot_dates)
    lines = [f"{usecase}: fit to build", *describe_frame(frame), *describe_meaning(spec), *refusals]
    told = {"usecase": spec.name, "is_fit": True, "refused_levers": refusals}
    console.result("\n".join(lines), told | frame.facts.to_json())
