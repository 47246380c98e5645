"""What the ledger holds: an action as it was decided on, people of each arm, and what was read out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Self

from features.usecase import Language
from training.actions.effects import Comparison
from training.actions.planning import Plan
from training.statistics import Estimate, below_head, plain_values, read_day, read_estimate

FORMAT, FORMAT_VERSION = "xm-predict action", 1
ID_LENGTH = 12
TREATED, HELD_BACK = "treated", "held_back"
Who = Literal["everybody", "misses_goal", "riskiest"]
State = Literal["running", "stopped"]
Verdict = Literal["too early", "too few", "no hold-out", "better", "worse", "no effect seen"]
Text = Mapping[Language, str]


@dataclass(frozen=True)
class Target:
    """Say who can take part.

    Attributes
    ----------
    who
        Everybody of the group, those who miss the goal of the lever, or those with the highest forecasts.
    share
        Of ``riskiest``: which part of the group.
    cut, group
        A declared cut and one of its groups; None for all.
    """

    who: Who = "everybody"
    share: float | None = None
    cut: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class Cost:
    """Hold what an action costs in EUR; None where nobody said."""

    per_person_eur: float | None = None
    fixed_eur: float | None = None

    def of(self, n_people: int) -> float | None:
        """Return the cost for so many people; None where nothing is known."""
        if self.per_person_eur is None and self.fixed_eur is None:
            return None
        return (self.per_person_eur or 0.0) * n_people + (self.fixed_eur or 0.0)


@dataclass(frozen=True)
class Action:
    """Hold an action as it was decided on; nobody can change it unseen.

    Attributes
    ----------
    lever, lever_label
        Name of the driver that it works on, and what people call it; None where it works on none.
    horizon
        Whose end each person's outcome waits for, such as ``90d``; days from the snapshot of the assignment.
    is_share
        Whether the outcome is an event; else it is an answer.
    is_more_better
        Whether more of the outcome is better.
    fewest
        People of either arm below which nothing is told; 0 where nobody has to be hidden.
    no_hold_out_because
        The reason why nobody is held back; None where somebody is.
    decided_on
        The day.
    """

    usecase: str
    label: str
    owner: str
    lever: str | None
    lever_label: Text | None
    target: Target
    starts_on: date
    horizon: str
    is_share: bool
    is_more_better: bool
    cost: Cost
    plan: Plan
    fewest: int
    no_hold_out_because: str | None
    decided_on: date

    @property
    def id(self) -> str:
        """Return the beginning of the SHA-256 of the content."""
        canonical = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:ID_LENGTH]

    @property
    def horizon_days(self) -> int:
        """Return the length of the horizon."""
        return int(self.horizon.removesuffix("d"))

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"format": FORMAT, "format_version": FORMAT_VERSION, **plain_values(self)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is of another format, a key is missing or unknown, or a value is not what was written.
        """
        given = below_head(content, FORMAT, FORMAT_VERSION)
        given |= {name: date.fromisoformat(given[name]) for name in ("starts_on", "decided_on")}
        given["target"], given["cost"] = Target(**given["target"]), Cost(**given["cost"])
        given["plan"] = Plan(**given["plan"])
        return cls(**given)


@dataclass(frozen=True)
class Assigned:
    """Say who was put into which arm on one day, in numbers.

    Attributes
    ----------
    snapshot_date
        Day of the rows; the horizon counts from it.
    treated, held_back
        People of either arm.
    mean_shortfall
        What the treated lacked on average of the goal of the lever; None without a lever.
    digest
        SHA-256 of the list.
    """

    snapshot_date: date
    treated: int
    held_back: int
    mean_shortfall: float | None
    digest: str

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(plain_values(self))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        return cls(**{**content, "snapshot_date": date.fromisoformat(content["snapshot_date"])})


@dataclass(frozen=True)
class ReadOut:
    """Hold what was seen of an action on a day.

    Attributes
    ----------
    as_of
        First day that the data do not know of.
    treated, held_back
        People of either arm whose time is over and whose outcome is known.
    open_until
        Day on which the next outcomes are known; None where all are.
    lost
        People whose time is over and of whom nothing is known: gone for another reason, or no answer.
    comparison
        None while nothing can be told.
    kept
        Fewer events, or more where they are good, among the treated; None for an answer.
    revenue_eur, cost_eur, net_eur
        Yearly revenue of those kept; cost as declared; margin on the revenue less the cost. None where not
        known, and for people at work.
    reached_share
        Part of the treated who were really reached; None where nobody said.
    """

    action: str
    as_of: date
    treated: int
    held_back: int
    open_until: date | None
    lost: int
    verdict: Verdict
    comparison: Comparison | None
    kept: Estimate | None = None
    revenue_eur: Estimate | None = None
    cost_eur: float | None = None
    net_eur: Estimate | None = None
    reached_share: float | None = None
    sentence: Text = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(plain_values(self))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        given = dict(content)
        given |= {name: read_estimate(given[name]) for name in _ESTIMATES}
        given["as_of"] = date.fromisoformat(given["as_of"])
        given["open_until"] = read_day(given["open_until"])
        if given["comparison"] is not None:
            arms = {name: Estimate.from_json(one) for name, one in given["comparison"].items()}
            given["comparison"] = Comparison(**arms)
        return cls(**given)


_ESTIMATES = ("kept", "revenue_eur", "net_eur")


@dataclass(frozen=True)
class Note:
    """Hold what somebody added later.

    Attributes
    ----------
    kind
        ``note``, ``cost`` (EUR on top of what was declared) or ``stopped``.
    """

    on: date
    kind: Literal["note", "cost", "stopped"]
    text: str
    eur: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(plain_values(self))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        return cls(**{**content, "on": date.fromisoformat(content["on"])})


@dataclass(frozen=True)
class Entry:
    """Hold all that the ledger knows of one action: no list of people.

    Attributes
    ----------
    assigned
        By day, the first one first.
    read_outs
        The oldest first.
    """

    action: Action
    assigned: tuple[Assigned, ...]
    notes: tuple[Note, ...] = ()
    read_outs: tuple[ReadOut, ...] = ()

    @property
    def id(self) -> str:
        """Return the id of the action."""
        return self.action.id

    @property
    def state(self) -> State:
        """Say whether it goes on."""
        return "stopped" if any(note.kind == "stopped" for note in self.notes) else "running"

    @property
    def newest(self) -> ReadOut | None:
        """Return the newest read-out."""
        return self.read_outs[-1] if self.read_outs else None

    @property
    def treated(self) -> int:
        """Return how many people were treated until now."""
        return sum(one.treated for one in self.assigned)

    @property
    def held_back(self) -> int:
        """Return how many people were held back until now."""
        return sum(one.held_back for one in self.assigned)

    @property
    def cost_eur(self) -> float | None:
        """Return what it has cost, as declared and as added later; None where nobody said."""
        added = [note.eur for note in self.notes if note.eur is not None]
        declared = self.action.cost.of(self.treated)
        return None if declared is None and not added else (declared or 0.0) + sum(added)

    @property
    def mean_shortfall(self) -> float | None:
        """Return what the treated lacked on average of the goal; None without a lever."""
        known = [one for one in self.assigned if one.mean_shortfall is not None]
        people = sum(one.treated for one in known)
        if not people:
            return None
        return sum(one.treated * (one.mean_shortfall or 0.0) for one in known) / people

    def to_json(self) -> dict[str, Any]:
        """Return plain values: what pages show, and what ``actions list --json`` gives."""
        return {
            "id": self.id,
            "state": self.state,
            "action": self.action.to_json(),
            "assigned": plain_values(self.assigned),
            "notes": plain_values(self.notes),
            "read_outs": plain_values(self.read_outs),
            "treated": self.treated,
            "held_back": self.held_back,
            "cost_eur": self.cost_eur,
        }
