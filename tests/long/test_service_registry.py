"""The service and its registry: what is taken back there, and what happens while the registry fails."""

import json
import os
import subprocess
import sys

import pytest

from serving.settings import Settings
from tests.serving.company import ROOT
from training.bundle import load

pytestmark = pytest.mark.long


def test_a_champion_that_is_taken_back_is_back_after_one_look_and_its_challenger_stands_beside_it(
    bundles, tmp_path
):
    """What ``xm-predict rollback`` moves in the registry, the service follows; no restart, no second step."""
    from tests.training.runs.registering import register_bundles  # it brings MLflow in

    workspace = tmp_path / "workspace"
    register_bundles(workspace, bundles.churn, bundles.newer_churn)
    settings = Settings(
        registry=workspace, cache=tmp_path / "cache", is_shadowing=True, refresh_deadline_seconds=300
    )
    old, new = (load(folder).model_version for folder in (bundles.churn, bundles.newer_churn))
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("MLFLOW_")}
    done = subprocess.run(
        [sys.executable, "-c", PROMOTE_AND_TAKE_BACK],
        cwd=ROOT,
        env={**inherited, **settings.to_environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [[old, new], [new, None], [old, new]]


PROMOTE_AND_TAKE_BACK = """
import json
from serving.cache import CHALLENGER_POINTER, find_pointer
from serving.champions import Champions
from serving.refresh import refresh
from serving.settings import Settings
from training import registry
from training.console import Console
from training.runs import rollback
settings = Settings.from_environment()
champions = Champions(settings.cache)
found = []

def look():
    refresh(settings)
    champions.look()
    challenger = find_pointer(settings.cache / "churn", CHALLENGER_POINTER)
    version = champions.get("churn").bundle.model_version
    found.append([version, challenger and challenger.model_version])

registry.connect(settings.registry)
registry.set_alias("churn", registry.CHALLENGER, 2)
look()
registry.move_champion(registry.read_standing("churn"), 2, kind="promoted", reason="better")
look()
rollback.run(Console(), "churn", "complaints", str(settings.registry))
look()
print(json.dumps(found))
"""
