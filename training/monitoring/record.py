"""What monitoring found: one check per thing that is watched, each with its range and one sentence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

from features.usecase import AlertKind, Language
from training.statistics import LEVEL, Estimate, below_head, plain_values, read_day, read_estimate

FORMAT, FORMAT_VERSION = "xm-predict health", 1

Kind = AlertKind
State = Literal["alert", "no clear change", "not known"]
Text = Mapping[Language, str]


@dataclass(frozen=True)
class Check:
    """Hold one thing that was watched.

    Attributes
    ----------
    about
        What it is about, in the words of the use case: a feature, a source, a horizon, a metric.
    label
        The same for people, in every language.
    value
        The figure now with its range, in ``unit``; None where it could not be measured.
    usual
        The range in which the figure lies while nothing has changed; None where no range is known.
    p_value
        Of "nothing has changed", before other checks are taken into account; None where nothing was tested.
    state
        ``alert`` only where the range leaves out "no change", all checks of the batch taken together.
    sentence
        One sentence in plain words, in every language.
    """

    kind: Kind
    about: str
    label: Text
    value: Estimate | None
    usual: tuple[float, float] | None
    unit: str | None
    p_value: float | None
    state: State
    sentence: Text

    @classmethod
    def tested(
        cls,
        kind: Kind,
        about: str,
        label: Text,
        value: Estimate,
        usual: tuple[float, float],
        unit: str,
        p_value: float,
        sentence: Text,
    ) -> Self:
        """Return a check with its state as if it were alone; that of a batch is decided for all together."""
        state: State = "alert" if p_value <= 1 - LEVEL else "no clear change"
        return cls(kind, about, label, value, usual, unit, p_value, state, sentence)

    @classmethod
    def stated(cls, kind: Kind, about: str, label: Text, state: State, sentence: Text) -> Self:
        """Return a check of which nothing was measured: what it says is so, or it is not known."""
        return cls(kind, about, label, None, None, None, None, state, sentence)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(plain_values(self))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        usual = None if content["usual"] is None else tuple(content["usual"])
        return cls(**{**content, "value": read_estimate(content["value"]), "usual": usual})


@dataclass(frozen=True)
class Performance:
    """Hold how well the model does at one horizon on the rows of one snapshot.

    Attributes
    ----------
    snapshot_date
        Day of the rows; None for a flat table.
    horizon
        Such as ``90d``.
    figure
        ``auc`` or ``rank_correlation``; ``calibration_gap`` is the mean forecast minus the observed share, or
        minus the mean answer.
    promised
        What it was on rows kept back in training.
    estimated
        Estimated from the forecasts alone, as if what training learned still held; None where outcomes alone
        can tell.
    realised
        With outcomes; None before they are known.
    """

    snapshot_date: date | None
    horizon: str
    figure: Literal["auc", "rank_correlation", "calibration_gap"]
    promised: Estimate
    estimated: Estimate | None
    realised: Estimate | None

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read the plain values."""
        read = {name: read_estimate(content[name]) for name in _ESTIMATES}
        return cls(**{**content, "snapshot_date": read_day(content["snapshot_date"]), **read})


_ESTIMATES = ("promised", "estimated", "realised")


@dataclass(frozen=True)
class Advice:
    """Say whether to train again, and why.

    Attributes
    ----------
    is_due
        Whether a rule of the use case asks for it.
    reasons
        One sentence for each rule that does, in every language.
    """

    is_due: bool
    reasons: tuple[Text, ...]


@dataclass(frozen=True)
class Health:
    """Hold all that was watched in one batch.

    Attributes
    ----------
    usecase, model_version
        Whose forecasts are watched.
    as_of
        Day of the newest rows; None for a flat table.
    made_on
        Day on which it was looked at.
    n_rows
        Newest rows.
    checks
        Alerts first, by kind and name within.
    performance
        Oldest snapshot first.
    limits
        What cannot be seen, in every language: drift of the concept before outcomes are known, above all.
    advice
        Whether to train again; None where the use case has no rules for it.
    baseline
        Id of the frozen baseline that changes are told against; None where there is none.
    """

    usecase: str
    model_version: str
    as_of: date | None
    made_on: date
    n_rows: int
    checks: tuple[Check, ...]
    performance: tuple[Performance, ...]
    limits: tuple[Text, ...]
    advice: Advice | None = None
    baseline: str | None = None

    @property
    def alerts(self) -> tuple[Check, ...]:
        """Return what changed beyond chance."""
        return tuple(check for check in self.checks if check.state == "alert")

    def to_json(self) -> dict[str, Any]:
        """Return plain values; the contract of the page, the gauges and whoever reads the file."""
        return {"format": FORMAT, "format_version": FORMAT_VERSION, **plain_values(self)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is of another format, a key is missing, or a value is not what was written.
        """
        given = below_head(content, FORMAT, FORMAT_VERSION)
        given["as_of"] = read_day(given["as_of"])
        given["made_on"] = date.fromisoformat(given["made_on"])
        given["checks"] = tuple(map(Check.from_json, given["checks"]))
        given["performance"] = tuple(map(Performance.from_json, given["performance"]))
        given["limits"] = tuple(given["limits"])
        if given["advice"] is not None:
            given["advice"] = Advice(given["advice"]["is_due"], tuple(given["advice"]["reasons"]))
        return cls(**given)

    def to_text(self) -> str:
        """Return the content of the file."""
        return json.dumps(self.to_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
