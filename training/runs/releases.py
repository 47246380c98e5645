"""What of a use case has gone out to readers: looked up before a report, attacked, written down after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pyarrow as pa

from features.catalogue import CUT_PREFIX
from features.errors import ContractError, InputError
from features.usecase import UseCase
from training.batch import read_cuts, score_cuts
from training.disclosure import Ledger, Minimums, Released, ShownCuts, record
from training.disclosure.attack import demand_safe
from training.rows import texts
from training.scoring import Scorer

FORECASTS = "forecasts"
_KEYS = {
    "people": "minimum_group",
    "verbatims": "minimum_group_verbatims",
    "drivers": "minimum_group_drivers",
}


class ThresholdLoweredError(InputError):
    """Report a use case that would show smaller groups than were promised; nothing is done then."""


@dataclass(frozen=True)
class Releases:
    """Hold the ledgers of one use case: one for its forecasts, one for each survey question.

    Answers to different questions, and forecasts, cannot be subtracted from one another.

    Attributes
    ----------
    folder
        Where the ledgers lie; None where nothing is kept: customers are scored, listed and called one by
        one, so that what was told of groups of them before hides nothing.
    """

    folder: Path | None = None

    @classmethod
    def of(cls, usecase: UseCase, folder: Path) -> Self:
        """Return those of a use case; only for people at work they are kept.

        Raises
        ------
        ThresholdLoweredError
            If groups may now be smaller than was promised to those whose answers went out.
        """
        if not usecase.privacy.is_about_employees:
            return cls(None)
        for path in sorted(folder.glob("[!.]*.json")):
            _demand_not_lowered(usecase, Ledger.read(path).minimums, path)
        return cls(folder)

    def history(self, question: str) -> Ledger | None:
        """Return what was told of a question before.

        Raises
        ------
        ReleaseRefusedError
            If the ledger is damaged.
        """
        return None if self.folder is None else Ledger.read(self._file(question))

    def publish(self, released: Mapping[str, Released]) -> None:
        """Try to break what is about to go out; if nothing is found, write down that it is out.

        Parameters
        ----------
        released
            By question.

        Raises
        ------
        ReleaseRefusedError
            If a hidden group can be worked out, or something else has gone out in the meantime.
        """
        for question, one in released.items():
            demand_safe(one, self.history(question))
        if self.folder is not None:
            for question, one in released.items():
                record(self._file(question), one)

    def _file(self, question: str) -> Path:
        """Return the file of a ledger."""
        assert self.folder is not None
        return self.folder / f"{question}.json"


def _demand_not_lowered(usecase: UseCase, promised: Minimums, ledger: Path) -> None:
    """Refuse thresholds below those under which answers were collected and told; higher ones are welcome."""
    now = Minimums.of(usecase.privacy).to_json()
    for kind, least in promised.to_json().items():
        if now[kind] < least:
            key = _KEYS[kind]
            problem = f"is {now[kind]}, and groups of at least {least} were promised for what went out before"
            hint = (
                f"write {least} or more; {ledger} knows what went out. A smaller minimum needs a use case of "
                "another name, with waves that are collected under it"
            )
            raise ThresholdLoweredError(f"{usecase.name}: privacy.{key}", problem, hint)


def show_cuts(latest: pa.Table, usecase: UseCase, releases: Releases) -> ShownCuts | None:
    """Return the group of each newest row by declared cut, and which may be shown; None without a cut.

    Raises
    ------
    ReleaseRefusedError
        If this snapshot was told of before with other people or minimums.
    """
    cuts = read_cuts(latest)
    if not cuts:
        return None
    days = latest.column("snapshot_date").to_pylist() if "snapshot_date" in latest.column_names else []
    return ShownCuts.of(
        cuts,
        usecase.privacy,
        people=texts(latest, "entity_id").tolist(),
        day=max(days, default=None),
        history=releases.history(FORECASTS),
    )


def release_forecasts(scorer: Scorer, latest: pa.Table, as_of: str | None, releases: Releases) -> pa.Table:
    """Score the groups that may be shown, and write down that they are out.

    Raises
    ------
    ContractError
        If the newest rows have no cuts.
    ReleaseRefusedError
        If a hidden group could be worked out from what goes out.
    """
    cuts = show_cuts(latest, scorer.bundle.usecase, releases)
    if cuts is None:
        hint = "name columns under 'cuts' in the use case, then build it again"
        raise ContractError("latest rows", f"have no column {CUT_PREFIX}*", hint)
    scores = score_cuts(scorer, latest, cuts, as_of=as_of)
    releases.publish({FORECASTS: cuts.released})
    return scores
