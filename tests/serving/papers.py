"""Reports and model cards as files, and what a bundle says of drivers and levers; shaped like real ones."""

import functools
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from tests.training.reports import lever_samples, samples
from training.bundle import load
from training.card import build_card, write_card
from training.drivers import rows_to_json
from training.levers import levers_to_json
from training.reports import build_report
from training.statistics import Estimate

# The name that the examples of the interface ask for: that of the example company.
LEVER = "resolution_time"
MADE_ON = date(2026, 11, 20)


def levers() -> list[dict[str, Any]]:
    """Return a lever of every status: offered (B and A), unclear, refused; one without anybody to reach."""
    first, *others = lever_samples.LEVERS
    met = replace(lever_samples.DELIVERIES, name="reached")
    wrong = replace(lever_samples.DISPUTES, name="turned", status="wrong way")
    return levers_to_json([replace(first, name=LEVER), *others, met, wrong])


def drivers() -> list[dict[str, Any]]:
    """Return a ranking; the first driver speaks of a feature of the company."""
    first, *others = samples.DRIVERS
    own = replace(
        first,
        name=LEVER,
        main_feature="o_tickets.hours.mean_90d",
        evidence_grade="B",
        rank_low=1,
        rank_high=2,
    )
    return rows_to_json([own, *others])


def segments() -> dict[str, Any]:
    """Return the drivers of the segments of two cuts; West and Gold are hidden."""

    def share(name: str, value: float, contrast: str | None = None) -> dict[str, Any]:
        estimate = Estimate(value, value / 2, value * 1.5, n=300).to_json()
        return {
            "driver": name,
            "share": estimate,
            "rank_low": 1,
            "rank_high": 3,
            "difference": Estimate(0.1, -0.1, 0.3, n=300).to_json(),
            "is_clear": contrast is not None,
            "contrast": contrast,
        }

    def segment(name: str, size: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
        method = "half-sample refits and entity bootstrap"
        facts = {"name": name, "n_entities": size, "interval_method": method, "has_own_refits": True}
        return {**facts, "drivers": rows}

    south = segment("South", 300, [share("tenure", 0.5), share(LEVER, 0.3, "larger")])
    north = segment("North: Sea", 200, [share(LEVER, 0.6)])
    return {
        "region": {"minimum": 25, "segments": [south, north], "suppressed": ["West"]},
        "plan": {"minimum": 25, "segments": [], "suppressed": ["Gold"]},
    }


def findings() -> dict[str, Any]:
    """Return what the evaluation of a bundle says of levers and segments."""
    return {"levers": levers(), "driver_segments": segments()}


@functools.cache
def _render(subject: str) -> str:
    inputs = lever_samples.inputs() if subject == "customer" else lever_samples.employees()
    return json.dumps(build_report(replace(inputs, made_on=MADE_ON)).to_json(), allow_nan=False)


def make_report(usecase: str, model_version: str, subject: str = "customer") -> dict[str, Any]:
    """Return a report on a model."""
    content: dict[str, Any] = json.loads(_render(subject))
    content["header"]["usecase"] = usecase
    content["trust"]["model_version"] = model_version
    content["prospects"]["tables"][0]["name"] = LEVER
    return content


def write_papers(folder: Path, bundle_folder: Path) -> Path:
    """Write report and model card of a bundle where the service looks for them; return their folder."""
    bundle = load(bundle_folder)
    usecase = bundle.usecase
    home = folder / usecase.name
    home.mkdir(parents=True, exist_ok=True)
    report = make_report(usecase.name, bundle.model_version, usecase.privacy.subject)
    (home / "report.json").write_text(json.dumps(report, indent=2))
    card = build_card(bundle, made_on=MADE_ON)
    write_card(card, home)
    return home
