"""Train an event, a yes or no and a rating on small worlds and print the hash of each bundle as JSON."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import yaml

from features.frame import build
from features.usecase import UseCase, load
from features.worlds import build_company
from tests.training.examples import LIGHT, ROOT, SEED, write_members
from training.bundle import save
from training.learning import learn

# Both kinds of member at work, two at a time where there are two cores.
RECIPE = replace(LIGHT, max_trees=10, n_workers=2)
N_CUSTOMERS = 400


def usecases(folder: Path) -> dict[str, UseCase]:
    """Write three small worlds."""
    build_company(folder / "company", seed=SEED, n_customers=N_CUSTOMERS)
    binary = write_members(folder / "members")
    table = {"file": "members.csv", "label": "mood", "kind": "ordinal", "id": "member", "exclude": ["left"]}
    file = folder / "members" / "rating.yaml"
    file.write_text(yaml.safe_dump({"version": 1, "name": "rating", "table": table}))
    event = load(ROOT / "mlproject" / "usecases" / "churn.yaml", folder / "company")
    return {"event": event, "binary": binary, "rating": load(file)}


def main(folder: Path) -> None:
    """Train all three."""
    hashes = {}
    for kind, usecase in usecases(folder).items():
        parts = learn(build(usecase), usecase, seed=SEED, recipe=RECIPE).parts
        hashes[kind] = save(parts, folder / "bundles" / kind).bundle_hash
    sys.stdout.write(json.dumps(hashes) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
