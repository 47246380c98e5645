"""What came out of a source and what was odd in it: the match report of the frame."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from features.sources.arrivals import Arrivals
from features.sources.unit_changes import UnitChange


@dataclass(frozen=True)
class SourceFacts:
    """Say how many rows a source had, how many were kept, and why the others were not.

    Attributes
    ----------
    rows, kept
        Rows in the file; rows in the table after all that follows was left out.
    missing_time
        Rows without one of the clocks; left out.
    duplicates
        Rows whose id was there before; left out. The version known first is kept: what a later one says was
        not known then. Rows that equal an earlier one count too, where the source asks to remove them.
    corrected, withdrawn
        Events of which a later known row says something else, or that they never were; both count until that
        row was known. Only where the source asks for corrections; what follows counts what is valid still.
    unmatched, unmatched_keys
        Rows whose key leads to no entity of the cohort's source, and up to five such keys; left out.
    unlinked
        Those of them whose key a link translates, but for another time than theirs.
    known_before_event
        Events known before they happened; kept, both clocks have to pass before they count.
    in_future
        Rows that happen or begin after the day of the run; kept, no snapshot sees them.
    ends_before_start
        Attribute rows whose end is not after their start; kept, they never hold.
    before_start, after_end
        Events before the entity's first start or after its last end in the cohort's source; kept.
    first_time, last_time
        First and last event time or start of validity, ISO 8601 in UTC; ``None`` for a table without history.
    unit_changes
        Columns of events that seem to be in another unit or on another scale from a day on; kept as they are.
    scale_doubts
        Columns whose answers look like those to a smaller scale than declared, and what was found.
    arrivals
        How many rows became known on each day; None where no row says when.
    fingerprint
        SHA-256 of the file, or of database and query.
    """

    name: str
    rows: int
    kept: int
    missing_time: int
    duplicates: int
    corrected: int
    withdrawn: int
    unmatched: int
    unmatched_keys: tuple[str, ...]
    known_before_event: int
    in_future: int
    ends_before_start: int
    before_start: int
    after_end: int
    first_time: str | None
    last_time: str | None
    fingerprint: str
    unit_changes: tuple[UnitChange, ...] = ()
    scale_doubts: Mapping[str, str] = field(default_factory=dict)
    arrivals: Arrivals | None = None
    unlinked: int = 0

    @property
    def is_mostly_known_before(self) -> bool:
        """Tell whether most events were known before they happened: announced, or the clocks are swapped."""
        return self.known_before_event > self.kept / 2

    @property
    def unmatched_share(self) -> float:
        """Return the share of rows that lead to no entity."""
        return self.unmatched / self.rows if self.rows else 0.0

    def to_json(self) -> dict[str, object]:
        """Return plain values."""
        plain = asdict(self) | {"unmatched_keys": list(self.unmatched_keys)}
        plain["unit_changes"] = [asdict(change) for change in self.unit_changes]
        plain["arrivals"] = None if self.arrivals is None else self.arrivals.to_json()
        told = {
            "unmatched_share": self.unmatched_share,
            "is_mostly_known_before": self.is_mostly_known_before,
        }
        return plain | told
