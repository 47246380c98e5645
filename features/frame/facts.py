"""What is known about how a feature table was made; kept beside it as ``frame.json``."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Literal, Self

from features.catalogue import Catalogue
from features.stated import StatedFacts
from features.usecase import OutcomeKind


@dataclass(frozen=True)
class HorizonFacts:
    """Say how much is known of one horizon.

    Attributes
    ----------
    horizon
        Length, such as ``90d``.
    events
        Rows whose event falls into it.
    labelled
        Rows whose label is known: the event came, or the horizon passed without it.
    """

    horizon: str
    events: int
    labelled: int


@dataclass(frozen=True)
class TargetFacts:
    """Say what the target is and what was found of it.

    Attributes
    ----------
    kind
        ``event``, ``silence``, ``binary``, ``ordinal``, ``numeric`` or ``nps_group``.
    answered, silent
        Ratings and amounts: rows with a label, and rows without (people who did not answer).
    scale
        Declared lowest and highest value, if any.
    levels
        Ordinal: the values found, lowest first. NPS groups: 0 detractor, 1 passive, 2 promoter.
    causes
        Events of each cause in the source, where the target tells causes apart.
    """

    kind: OutcomeKind
    answered: int = 0
    silent: int = 0
    scale: tuple[float, float] | None = None
    levels: tuple[float, ...] = ()
    causes: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read plain values."""
        scale = content["scale"]
        given = {**content, "levels": tuple(content["levels"]), "scale": scale and tuple(scale)}
        return cls(**given)


@dataclass(frozen=True)
class FrameFacts:
    """Hold where a feature table comes from and what was left out on the way.

    Attributes
    ----------
    usecase, spec_hash
        Name and SHA-256 of the use case.
    shape
        ``snapshots`` (rows made from sources) or ``table`` (one flat table).
    fingerprints
        SHA-256 of each source.
    snapshot_dates
        The grid; empty for a flat table.
    observed_until
        First day that is not observed; ``None`` for a flat table.
    row_count, entity_count, event_count
        Rows, different entities, and rows with an event, with silence, with the predicted label, or (ratings
        and amounts) with any label.
    latest_count
        Rows of the newest snapshot, for scoring by id.
    horizons
        What is known of each horizon, shortest first.
    dropped_rows
        Reason and number of the rows that were left out.
    dropped_features
        Features that were left out, each with the reason in words.
    catalogue
        What each feature is, in the order of the columns.
    matches
        What was found in each source: rows, duplicates, unmatched keys, odd times.
    findings
        What the audit for leaks found.
    target
        What is predicted and what was found of it.
    cuts
        Columns with groups that may be shown (``cut_<column>``).
    protected
        Attributes that are kept apart, for checks of fairness.
    stated
        The reasons that people state, counted; None where the use case names none.
    texts
        What each text model is and what it read, by source.
    """

    usecase: str
    spec_hash: str
    shape: Literal["snapshots", "table"]
    fingerprints: Mapping[str, str]
    snapshot_dates: tuple[date, ...]
    observed_until: date | None
    row_count: int
    entity_count: int
    event_count: int
    latest_count: int
    horizons: tuple[HorizonFacts, ...]
    dropped_rows: Mapping[str, int]
    dropped_features: Mapping[str, str]
    catalogue: Catalogue
    matches: Mapping[str, Mapping[str, Any]]
    findings: tuple[Mapping[str, Any], ...]
    target: TargetFacts
    cuts: tuple[str, ...]
    protected: tuple[str, ...]
    stated: StatedFacts | None = None
    texts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Return 32 characters that change with the spec and with any source."""
        content = json.dumps([self.spec_hash, sorted(self.fingerprints.items())])
        return hashlib.sha256(content.encode()).hexdigest()[:32]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        plain = {part.name: getattr(self, part.name) for part in fields(self)}
        plain["snapshot_dates"] = [day.isoformat() for day in self.snapshot_dates]
        plain["observed_until"] = None if self.observed_until is None else self.observed_until.isoformat()
        plain["horizons"] = [asdict(horizon) for horizon in self.horizons]
        plain["target"] = asdict(self.target)
        plain["stated"] = None if self.stated is None else self.stated.to_json()
        plain["findings"] = [dict(finding) for finding in self.findings]
        for name in ("fingerprints", "dropped_rows", "dropped_features", "matches", "texts"):
            plain[name] = dict(plain[name])
        return plain | self.catalogue.to_json() | {"catalogue": self.catalogue.fingerprint}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a key is missing or a value is not what was written.
        """
        # Tables of an earlier version know nothing of stated reasons and words; none are needed to train.
        later: dict[str, Any] = {"stated": None, "texts": {}}
        given = {part.name: content[part.name] for part in fields(cls) if part.name not in later}
        given |= {name: content.get(name, absent) for name, absent in later.items()}
        if content.get("stated") is not None:
            given["stated"] = StatedFacts.from_json(content["stated"])
        given["snapshot_dates"] = tuple(date.fromisoformat(day) for day in given["snapshot_dates"])
        until = given["observed_until"]
        given["observed_until"] = None if until is None else date.fromisoformat(until)
        given["horizons"] = tuple(HorizonFacts(**horizon) for horizon in given["horizons"])
        for name in ("findings", "cuts", "protected"):
            given[name] = tuple(given[name])
        given["target"] = TargetFacts.from_json(given["target"])
        given["catalogue"] = Catalogue.from_json(content)
        return cls(**given)
