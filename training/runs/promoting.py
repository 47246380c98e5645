"""What the verbs that name a champion have in common: fetch and verify, compare, ask the gate, move, tell."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.errors import RegistryError, XmError
from features.failpoints import reach
from training.bundle import Bundle
from training.promotion import Candidate, Check, Contest, KeptBack, check_version, compare
from training.promotion.kept_back import FILE_NAME
from training.registry import (
    CHAMPION,
    CONTEST_NOTE,
    LostError,
    RegisteredBundle,
    Standing,
    demand_champion,
    fetch_bundle,
    fetch_file,
    find_note,
    find_version,
    move_champion,
    note,
    settle_alias,
)
from training.rows import TrainingRows
from training.scoring import check_canary

FOLDER = "evaluation"


@dataclass(frozen=True)
class Decision:
    """Hold what became of a version that wanted to be champion.

    Attributes
    ----------
    why_not
        One sentence per reason; empty for a champion.
    """

    is_champion: bool
    checks: tuple[Check, ...] = ()
    contest: Contest | None = None
    why_not: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """Return the reasons for people, a line each."""
        told = [] if self.contest is None else [f"  {self.contest.summary}"]
        return told + [f"  not champion: {sentence}" for sentence in self.why_not]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "is_champion": self.is_champion,
            "checks": [check.to_json() for check in self.checks],
            "contest": None if self.contest is None else self.contest.to_json(),
            "why_not": list(self.why_not),
        }


def demand_version(usecase: str, which: str | int) -> RegisteredBundle:
    """Return what the registry knows of a version or an alias.

    Raises
    ------
    RegistryError
        If there is none.
    """
    if which == CHAMPION:
        return demand_champion(usecase)
    found = find_version(usecase, which)
    if found is None:
        named = f"version {which}" if isinstance(which, int) else which
        raise RegistryError(f"model {usecase}", f"has no {named}", "see the versions in the MLflow UI")
    return found


def settle_standing(usecase: str, expects: int) -> Standing:
    """Return who is champion, put right first, and still the one that somebody saw.

    Parameters
    ----------
    expects
        Number of the last entry of the ledger when it was seen; below 0 whichever it is.

    Raises
    ------
    LostError
        If the champion was changed since.
    """
    standing = settle_alias(usecase)
    if expects >= 0 and standing.last_number != expects:
        problem = f"the champion is {name_version(standing.champion)} by now, it was changed meanwhile"
        raise LostError(f"model {usecase}", problem, "look at the versions once more")
    return standing


def fetch_verified(registered: RegisteredBundle) -> Bundle:
    """Return a bundle that verifies and repeats its canary scores.

    Raises
    ------
    BundleError
        If it does not.
    """
    bundle = fetch_bundle(registered)
    check_canary(bundle)
    return bundle


def fetch_candidate(registered: RegisteredBundle) -> Candidate:
    """Return a version with what it forecast when it was judged, where that was stored."""
    with tempfile.TemporaryDirectory() as scratch:
        file = fetch_file(registered, f"{FOLDER}/{FILE_NAME}", Path(scratch))
        kept_back = None if file is None else KeptBack.read(file)
    return Candidate(registered.version, fetch_verified(registered), kept_back)


def hold_contest(standing: Standing, challenger: Candidate, rows: TrainingRows) -> Contest | None:
    """Compare a version with the champion, if there is one, and keep the result with the version."""
    if standing.champion is None or standing.champion == challenger.version:
        return None
    registered = find_version(standing.usecase, standing.champion)
    if registered is None:
        return None
    try:
        contest = compare(fetch_candidate(registered), challenger, rows)
    except XmError as error:  # a champion that cannot be used must not stop the work on its successor
        horizon = rows.horizon_names[rows.primary_index]
        contest = Contest(registered.version, challenger.version, horizon, None, str(error))
    challenged = demand_version(standing.usecase, challenger.version)
    note(challenged, CONTEST_NOTE, json.dumps(contest.to_json(), allow_nan=False))
    return contest


def find_contest(registered: RegisteredBundle) -> Contest | None:
    """Return the last comparison that was kept with a version."""
    text = find_note(registered, CONTEST_NOTE)
    return None if text is None else Contest.from_json(json.loads(text))


def check_against(standing: Standing, bundle: Bundle, contest: Contest | None) -> tuple[Check, ...]:
    """Ask the gate; a champion that was deleted from the registry is none to compare with."""
    champion = standing.champion
    if champion is not None and find_version(standing.usecase, champion) is None:
        champion = None
    return check_version(bundle, champion=champion, contest=contest)


def decide(
    standing: Standing, registered: RegisteredBundle, checks: tuple[Check, ...], contest: Contest | None
) -> Decision:
    """Make a version champion if every check lets it pass and nobody else was first."""
    refusals = tuple(check.sentence for check in checks if not check.is_passed)
    if refusals:
        return Decision(is_champion=False, checks=checks, contest=contest, why_not=refusals)
    reach("gate.passed")
    try:
        move_champion(standing, registered.version)
    except LostError as error:
        why = f"{error.problem}; {error.hint}"
        return Decision(is_champion=False, checks=checks, contest=contest, why_not=(why,))
    return Decision(is_champion=True, checks=checks, contest=contest)


def list_checks(checks: Sequence[Check]) -> list[str]:
    """Return the checks for people, a line each."""
    return [
        f"  {'passed ' if check.is_passed else 'refused'} {check.name}: {check.sentence}" for check in checks
    ]


def name_version(version: int | None) -> str:
    """Return a version in words."""
    return "none" if version is None else f"version {version}"


def changes(before: Standing, now: Standing, registered: RegisteredBundle) -> Mapping[str, Any]:
    """Return a change of champion as plain values."""
    return {
        "usecase": now.usecase,
        "version": registered.version,
        "model_version": registered.model_version,
        "previous_version": before.champion,
        "entry": now.last_number,
    }
