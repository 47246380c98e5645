"""Train an event, a yes or no, or a rating on small worlds and print the hash of each bundle as JSON."""

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
N_MEMBERS = 300


def event(folder: Path) -> UseCase:
    """Return a company whose customers leave."""
    build_company(folder, seed=SEED, n_customers=N_CUSTOMERS)
    return load(ROOT / "mlproject" / "usecases" / "churn.yaml", folder)


def binary(folder: Path) -> UseCase:
    """Return a flat table with a yes or no."""
    return write_members(folder, n_rows=N_MEMBERS)


def rating(folder: Path) -> UseCase:
    """Return a flat table with a rating."""
    write_members(folder, n_rows=N_MEMBERS)
    table = {"file": "members.csv", "label": "mood", "kind": "ordinal", "id": "member", "exclude": ["left"]}
    (folder / "rating.yaml").write_text(yaml.safe_dump({"version": 1, "name": "rating", "table": table}))
    return load(folder / "rating.yaml")


WORLDS = {"event": event, "binary": binary, "rating": rating}


def main(folder: Path, kinds: list[str]) -> None:
    """Train what is asked for."""
    hashes = {}
    for kind in kinds:
        usecase = WORLDS[kind](folder / kind)
        parts = learn(build(usecase), usecase, seed=SEED, recipe=RECIPE).parts
        hashes[kind] = save(parts, folder / "bundles" / kind).bundle_hash
    sys.stdout.write(json.dumps(hashes) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
