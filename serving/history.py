"""The history of the models of a use case, as the refresher leaves it beside their copies: ``history.json``.

Workers never ask the registry. What they show of versions that do not answer stands in this small file; it is
read strictly, and without it, or where it is damaged, a page says so.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from features.files import write_atomically
from serving.plain_files import read_plain

FILE_NAME = "history.json"
NEWEST = 50
_MOST_BYTES = 2 * 1024 * 1024
_Number = Annotated[int, Meta(ge=0)]
_Name = Annotated[str, Meta(max_length=200)]
_Words = Annotated[str, Meta(max_length=4_000)]
_Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
FigureName = Literal["auc", "rank_correlation", "calibration_gap", "mae"]


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold a figure with the ends of its likely range."""

    value: float
    low: float
    high: float


class Contest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Say how a version did against a champion on rows that neither had learned from.

    Attributes
    ----------
    champion
        Number of the champion it was compared with.
    loss
        Difference of the losses, version minus champion: below 0 the version is better. None: not compared.
    problem
        Why not, in words.
    """

    champion: _Number
    n_rows: _Number = 0
    loss: Range | None = None
    problem: _Words = ""


class Version(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold what is known of one version.

    Attributes
    ----------
    number
        In the registry.
    state
        ``read``: figures are from its bundle; ``unread``: not fetched yet; ``unreadable``: it cannot be used.
    trained_on
        Day (UTC) on which its run began; None where the run is gone.
    horizon
        That the figures are about.
    data_to
        Day up to which outcomes were known to it; None for a flat table.
    is_usable
        None where nothing says so.
    doubts
        Names of the problems for which its forecasts must not be used.
    """

    number: _Number
    model_version: _Name
    made_on: _Day
    state: Literal["read", "unread", "unreadable"] = "unread"
    trained_on: _Day | None = None
    run_id: _Name = ""
    experiment_id: _Name = ""
    horizon: _Name = ""
    data_to: _Day | None = None
    is_usable: bool | None = None
    doubts: Annotated[tuple[_Name, ...], Meta(max_length=20)] = ()
    figures: dict[FigureName, Range] = {}
    contest: Contest | None = None


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold one change of champion: an entry of the ledger.

    Attributes
    ----------
    at
        Moment (UTC); empty for a champion from before there was a ledger.
    reason
        In the words of who did it.
    """

    number: _Number
    version: _Number
    kind: Literal["promoted", "rolled_back", "adopted"]
    at: _Name = ""
    reason: _Words = ""


class History(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the models of a use case.

    Attributes
    ----------
    entry
        Number of the last change of champion; who decides says which one was seen.
    previous
        Version that a step back leads to.
    versions
        Newest first, at most :data:`NEWEST`.
    changes
        Newest first, at most :data:`NEWEST`.
    """

    usecase: _Name
    entry: _Number
    champion: _Number | None
    challenger: _Number | None
    previous: _Number | None
    versions: Annotated[tuple[Version, ...], Meta(max_length=NEWEST)]
    changes: Annotated[tuple[Change, ...], Meta(max_length=NEWEST)]

    def find(self, number: int | None) -> Version | None:
        """Return what is known of a version."""
        return next((one for one in self.versions if one.number == number), None)


def write_history(cache: Path, history: History) -> None:
    """Leave the history beside the copies of the models, unless it stands there already."""
    if read_history(cache, history.usecase) != history:
        write_atomically(cache / history.usecase / FILE_NAME, msgspec.json.encode(history))


def read_history(cache: Path, usecase: str) -> History | None:
    """Return the history of a use case; None where there is none, or it cannot be relied on.

    Parameters
    ----------
    usecase
        A name that is known already: it becomes part of a path.
    """
    try:
        content = read_plain(cache / usecase / FILE_NAME, _MOST_BYTES)
        history = msgspec.json.decode(content, type=History)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    return history if history.usecase == usecase else None
