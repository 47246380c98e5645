"""The one list of kinds of place: what is not here is either nameless, with its reason, or a fault."""

from collections.abc import Mapping

from training.runs.persons.batches import Actions, Scores
from training.runs.persons.frames import Frames
from training.runs.persons.journals import Journals
from training.runs.persons.lists import Calls, Losses, Objecting, Overriding, Texts
from training.runs.persons.papers import Artifacts, Reports
from training.runs.persons.wanted import Place

PLACES: tuple[Place, ...] = (
    Frames(),
    Reports(),
    Artifacts(),
    Journals(),
    Scores(),
    Actions(),
    Objecting(),
    Overriding(),
    Losses(),
    Texts(),
    Calls(),
)

NAMELESS: Mapping[str, str] = {
    "bundles": "models: numbers that were fitted with the rows of everybody, no rows and no ids",
    "serving": "verified copies of bundles",
    "baselines": "frozen figures are sums over many people",
    "releases": "what went out on groups: people stand in it as keyed digests; numbers that are out stay out",
    "audit": "who asked the service what: keys and counts, no ids of persons; kept for at least 183 days",
    "keys": "access keys and the secret of pseudonyms",
    "sessions": "browsers that signed in with a key, for eight hours; nobody who is scored",
    "wishes": "changes of champion that were asked for on a page",
    "shadow": "scores of champion and challenger under a key that ends with the worker; no ids",
    "explore": "figures of tables, groups under the minimum hidden",
    "mlflow.db": "parameters and figures of runs",
}
"""What lies right below a workspace and names nobody, with the reason."""


def list_homes() -> frozenset[str]:
    """Return the folders right below a workspace that are looked after."""
    return frozenset(home for place in PLACES for home in place.homes)
