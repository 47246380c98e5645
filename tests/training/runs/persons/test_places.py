"""No place is forgotten: whatever a workspace has a folder for is looked after, or nameless for a reason."""

import inspect
from pathlib import Path

from training.runs.persons import NAMELESS, PLACES, list_homes
from training.runs.workspace import Workspace


def folders_of_workspace(folder: Path) -> set[str]:
    """Return the names right below a workspace that it hands out itself, for runs and for the service."""
    workspace = Workspace(folder)
    handed = [
        method(workspace, "churn")
        for name, method in inspect.getmembers(Workspace, inspect.isfunction)
        if not name.startswith("_") and list(inspect.signature(method).parameters) == ["self", "usecase"]
    ]
    handed += [Path(place) for place in workspace.service_environment().values()]
    return {path.relative_to(folder).parts[0] for path in handed if path != folder}


def test_every_folder_of_a_workspace_is_a_kind_of_place_or_nameless(tmp_path):
    folders = folders_of_workspace(tmp_path)
    assert {"frames", "scores", "actions", "journal", "monitoring"} <= folders
    assert folders - list_homes() - set(NAMELESS) == set()


def test_nothing_is_both(tmp_path):
    assert list_homes() & set(NAMELESS) == set()
    homes = [home for place in PLACES for home in place.homes]
    assert len(homes) == len(set(homes))


def test_nameless_places_say_why():
    assert all(len(reason) > 15 for reason in NAMELESS.values())
