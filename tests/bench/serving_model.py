"""The model that the servers are measured with: churn of the example company, twenty features, four horizons.

Fitted by the parts of the product: feature table, recipe, blend, calibration, bundle. Judging it and
explaining it is left out; a server needs neither.
"""

import os
import subprocess
import sys
from pathlib import Path

import yaml

from features.progress import Report
from features.usecase import load as load_usecase
from features.worlds import build_company
from training.bundle import BundleParts, save
from training.canary import make_canary
from training.fitting import fit_rows
from training.rows import feature_columns, rows_of
from training.runs.build import build_in
from training.runs.demo import usecase_file
from training.runs.workspace import Workspace

SEED = 7
FEATURES = {
    "customers": {"last": ["company_size", "plan", "region", "seats"]},
    "contracts": {"days_since_last": {}},
    "tickets": {"windows": ["90d"], "count": {}, "mean": ["hours_to_resolve"], "days_since_last": {}},
    "deliveries": {"windows": ["90d"], "mean": ["is_late"]},
    "invoices": {"windows": ["365d"], "sum": ["disputed"], "mean": ["days_to_pay"]},
    "usage": {
        "windows": ["30d"],
        "mean": ["logins", "active_share", "session_minutes"],
        "slope": ["active_share"],
    },
    "surveys": {"windows": ["180d"], "mean": ["nps", "csat", "ces"]},
    "response_rate": {"answered": "surveys", "invited": "invites", "windows": ["180d"], "streak": {}},
}
DRIVERS = (
    "resolution_time",
    "late_deliveries",
    "billing_disputes",
    "ease_of_help",
    "satisfaction",
    "recommendation",
    "silence",
    "usage_level",
    "support_contacts",
    "session_length",
    "payment_time",
    "company_size",
    "plan",
    "region",
    "tenure",
)
_REGISTER = """
import sys
from pathlib import Path
from training import registry
folder, bundle = map(Path, sys.argv[1:])
print(registry.connect(folder))
with registry.tracked_run("bench") as run_id:
    registered = registry.register(bundle, run_id)
registry.set_alias(registered.usecase, registry.CHAMPION, registered.version)
"""


def make_bundle(folder: Path, n_customers: int, report: Report) -> Path:
    """Build the company and its feature table, fit, and save a bundle; return its folder."""
    report(f"building an example company with {n_customers:,} customers")
    build_company(folder / "company", seed=SEED, n_customers=n_customers, n_employees=60)
    file = folder / "churn.yaml"
    file.write_text(yaml.safe_dump(_spell(), sort_keys=False, allow_unicode=True), encoding="utf-8")
    usecase = load_usecase(file, folder / "company")
    report("building its feature table")
    frame = build_in(Workspace(folder), usecase)
    rows = rows_of(frame, usecase)
    report(f"fitting {len(rows):,} rows, {len(rows.catalogue.names)} features")
    fitted = fit_rows(rows, seed=SEED)
    report("members: " + ", ".join(f"{one.name} {one.weight:.2f}" for one in fitted.facts.members))
    newest = fitted.encoder.encode(feature_columns(frame.latest, rows.catalogue)).matrix
    average = float(fitted.model.probabilities(newest)[:, rows.primary_index].mean())
    parts = BundleParts(
        usecase=usecase,
        catalogue=rows.catalogue,
        encoder=fitted.encoder,
        model=fitted.model,
        facts={"primary_horizon_index": rows.primary_index, "average_risk": average},
        evaluation={},
        drivers=[],
        canary=make_canary(rows.catalogue, rows.columns, fitted.encoder, fitted.model, SEED),
    )
    save(parts, folder / "bundle")
    return folder / "bundle"


def _spell() -> dict[str, object]:
    """Return the use case of the demonstration with fewer features, and the drivers of those."""
    spec = yaml.safe_load(usecase_file("churn").read_text(encoding="utf-8"))
    drivers = {name: spec["drivers"][name] for name in DRIVERS}
    drivers["late_deliveries"]["features"] = ["deliveries.is_late*"]
    return {**spec, "features": FEATURES, "drivers": drivers}


def register(folder: Path, bundle: Path) -> str:
    """Log the bundle as MLflow's model, in a process of its own; return the tracking address."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("MLFLOW_")}
    command = [sys.executable, "-c", _REGISTER, str(folder), str(bundle)]
    done = subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    return done.stdout.splitlines()[0]
