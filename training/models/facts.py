"""What a fit has to say about itself, as plain values."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class MemberFacts:
    """Describe one member.

    Attributes
    ----------
    weight
        Weight in the blend; 0 = dropped.
    log_loss
        Out of fold, before calibration.
    inverse_penalty
        Chosen for the linear member, else None.
    n_trees
        Chosen for a booster, else None.
    """

    name: str
    weight: float
    log_loss: float
    inverse_penalty: float | None = None
    n_trees: int | None = None


@dataclass(frozen=True)
class FitFacts:
    """Describe one fit.

    Attributes
    ----------
    n_events
        Entities with an event, not rows: snapshots of one entity repeat its event.
    is_pooled
        Whether there were too few events for anything but the linear member.
    intercepts
        Intercept of the blend in each period.
    log_loss, raw_log_loss, prior_log_loss
        Out of fold: of the calibrated blend with weights from the other folds, of its members' plain mean,
        and of the prior alone; over rows, or over rows and periods.
    """

    n_rows: int
    n_events: int
    n_folds: int
    n_repeats: int
    seed: int
    is_pooled: bool
    members: tuple[MemberFacts, ...]
    intercepts: tuple[float, ...]
    log_loss: float
    raw_log_loss: float
    prior_log_loss: float

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)
