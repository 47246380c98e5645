"""A company as it was known on earlier days: one build gives a training and many batches after it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from features.frame import Arrivals, Frame, build
from features.usecase import UseCase, load
from features.worlds import build_company
from tests.training.examples import LINEAR, ROOT
from training.bundle import Bundle, BundleParts, save
from training.bundle import load as load_bundle
from training.canary import make_canary
from training.fitting import fit_rows
from training.monitoring import Check, decide, watch_inputs
from training.reference import take_reference
from training.rows import rows_of

N_TRAINED = 12
"""Snapshots that the model of a company knows."""


def build_world(folder: Path, seed: int, n_customers: int = 1000, months: int = 24) -> tuple[UseCase, Frame]:
    """Return a made-up company with its feature table."""
    build_company(folder, seed=seed, n_customers=n_customers, months=months)
    usecase = load(ROOT / "mlproject" / "usecases" / "churn.yaml", folder)
    return usecase, build(usecase)


def as_of(frame: Frame, index: int) -> Frame:
    """Return what was known when a snapshot was the newest one.

    Parameters
    ----------
    index
        Place of the snapshot among all.
    """
    facts = frame.facts
    days = facts.snapshot_dates
    until = days[index + 1] if index + 1 < len(days) else facts.observed_until
    assert until is not None
    day = pa.scalar(days[index], pa.date32())
    snapshot = frame.table.column("snapshot_date")
    latest = frame.table.filter(pc.equal(snapshot, day)).select(frame.latest.column_names)
    waves = frame.waves.filter(pc.less_equal(frame.waves.column("closes_on"), pa.scalar(until, pa.date32())))
    return replace(
        frame,
        table=frame.table.filter(pc.less_equal(snapshot, day)),
        latest=latest,
        waves=waves,
        facts=replace(
            facts,
            snapshot_dates=days[: index + 1],
            observed_until=until,
            matches={name: _cut(match, until) for name, match in facts.matches.items()},
        ),
    )


def _cut(match: Mapping[str, Any], until: date) -> dict[str, Any]:
    """Return what was known of a source by a day."""
    found = Arrivals.from_json(match["arrivals"])
    n_days = max(0, (until - found.first_day).days)
    later = sum(found.counts[n_days:])
    kept = Arrivals(found.first_day, found.counts[:n_days])
    return {**match, "arrivals": kept.to_json(), "rows": match["rows"] - later, "kept": match["kept"] - later}


def train_quickly(frame: Frame, usecase: UseCase, folder: Path, seed: int = 1) -> Bundle:
    """Return a bundle of the linear model, with all that monitoring reads of it; nothing was judged."""
    rows = rows_of(frame, usecase)
    fitted = fit_rows(rows, LINEAR, seed)
    parts = BundleParts(
        usecase=usecase,
        catalogue=rows.catalogue,
        encoder=fitted.encoder,
        model=fitted.model,
        facts={},
        evaluation={},
        drivers=[],
        canary=make_canary(rows.catalogue, rows.columns, fitted.encoder, fitted.model, seed),
        reference=take_reference(frame, fitted.encoder, fitted.model).to_json(),
    )
    save(parts, folder)
    return load_bundle(folder)


@dataclass(frozen=True)
class Company:
    """Hold a made-up company.

    Attributes
    ----------
    usecase, frame
        What is predicted, and the feature table of all snapshots.
    bundle
        Learned from the first ones of them.
    """

    usecase: UseCase
    frame: Frame
    bundle: Bundle


def make_company(folder: Path, seed: int = 7, n_customers: int = 600) -> Company:
    """Return a company whose model knows the first twelve of its eighteen snapshots."""
    usecase, frame = build_world(folder / "company", seed, n_customers)
    bundle = train_quickly(as_of(frame, N_TRAINED - 1), usecase, folder / "bundle")
    return Company(usecase, frame, bundle)


def look(company: Company, frame: Frame) -> tuple[Check, ...]:
    """Return all checks of the newest rows of a feature table, decided together."""
    return decide(list(watch_inputs(company.bundle, frame, company.usecase)))
