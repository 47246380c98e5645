"""Feature rules: what is counted, averaged or compared over which windows."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from features.timeline import Duration
from features.usecase.vocabulary import Days, Gap, Name, Part

_CONDITION = re.compile(r"(<=|>=|<|>|=)\s*([^\s<>=].*)")
Comparison = Literal["<=", ">=", "<", ">", "="]


def parse_condition(text: str) -> tuple[Comparison, str]:
    """Split ``>=9`` into its comparison and its value.

    Raises
    ------
    ValueError
        If there is no comparison in front; the message says what to write.

    Examples
    --------
    >>> parse_condition("<= 24")
    ('<=', '24')
    """
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        message = f"'{text}' is not a condition; write a comparison and a value, for example '>= 9'"
        raise ValueError(message)
    comparison: Comparison = match.group(1)  # type: ignore[assignment]
    return comparison, match.group(2).strip()


def _check_condition(text: str) -> str:
    parse_condition(text)
    return text


Condition = Annotated[str, AfterValidator(_check_condition)]


class Flag(Part):
    """Switch a function on that has no settings: written ``{}``."""


def _check_switch(found: object) -> object:
    """Refuse a key without a value, which would switch nothing on."""
    if found is None:
        message = "has no value; write {}, or leave the key out"
        raise ValueError(message)
    return found


Switch = Annotated[Flag | None, BeforeValidator(_check_switch)]


class FeatureRule(Part):
    """List the features made from one source.

    Events: each function runs over every window. Attributes: ``last`` alone, the value as known at the
    snapshot.
    """

    windows: list[Days] = Field(
        [], description="days before the snapshot that functions look back over, e.g. [30d, 90d]"
    )
    count: Switch = Field(None, description="{}: number of events in each window; 0 where there was none")
    sum: list[str] = Field([], description="columns whose values are added up in each window")
    mean: list[str] = Field([], description="columns of which the mean in each window is taken")
    min: list[str] = Field([], description="columns of which the lowest value in each window is taken")
    max: list[str] = Field([], description="columns of which the highest value in each window is taken")
    std: list[str] = Field(
        [], description="columns of which the standard deviation in each window is taken; from two values on"
    )
    first: list[str] = Field(
        [], description="columns of which the first value that is there counts, over all that is known"
    )
    last: list[str] = Field(
        [],
        description="columns of which the newest value that is there counts; of attributes, that which "
        "holds at the snapshot",
    )
    slope: list[str] = Field(
        [],
        description="columns of which the least-squares change per 30 days inside each window is taken; "
        "'count' is that of the daily number of events",
    )
    delta: list[str] = Field(
        [],
        description="columns: mean in the window less the mean in the one before it, of the same length; "
        "'count' is the number of events",
    )
    distinct: list[str] = Field(
        [],
        description="columns of which different values are counted in each window: a handful exactly, 1,000 "
        "to about 3 %, at most about 7,000",
    )
    share: dict[str, dict[Name, Condition]] = Field(
        {},
        description="share of the values in each window that meet a condition, by column and a name of your "
        "own: {nps: {promoter: '>= 9'}}",
    )
    ratio: list[Days] = Field(
        [],
        description="two windows, the shorter first: events per day in the one over those in the other, "
        "e.g. [30d, 180d]",
    )
    days_since_last: Switch = Field(None, description="{}: days from the newest known event to the snapshot")
    days_since_first: Switch = Field(None, description="{}: days from the first known event to the snapshot")

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column that any function reads, each once, in order of mention."""
        listed = [*self.sum, *self.mean, *self.min, *self.max, *self.std, *self.first, *self.last]
        listed += [column for column in (*self.slope, *self.delta) if column != "count"]
        return tuple(dict.fromkeys([*listed, *self.distinct, *self.share]))

    def list_names(self, source: str, column: str) -> tuple[str, ...]:
        """Return the features that are made of one column, as drivers name them.

        Examples
        --------
        >>> rule = FeatureRule.model_validate({"windows": ["90d"], "mean": ["hours"], "last": ["hours"]})
        >>> rule.list_names("tickets", "hours")
        ('tickets.hours.mean_90d', 'tickets.hours.last')
        """
        per_window = ("sum", "mean", "min", "max", "std", "slope", "delta", "distinct")
        found = [
            f"{function}_{window}"
            for function in per_window
            if column in getattr(self, function)
            for window in self.windows
        ]
        found += [
            f"share_{label}_{window}" for label in self.share.get(column, {}) for window in self.windows
        ]
        found += [function for function in ("first", "last") if column in getattr(self, function)]
        return tuple(f"{source}.{column}.{function}" for function in found)

    @property
    def windowed(self) -> bool:
        """Tell whether any function needs a window."""
        per_value = (self.sum, self.mean, self.min, self.max, self.std)
        per_window = (self.count, *per_value, self.slope, self.delta, self.distinct, self.share)
        return any(function not in (None, [], {}) for function in per_window)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not (self.windowed or self.ratio or self.columns or self.days_since_last or self.days_since_first):
            message = "lists no function, so it makes no feature; write for example count: {}"
            raise ValueError(message)
        if self.windowed and not self.windows:
            message = "these functions need a window; write for example windows: [90d]"
            raise ValueError(message)
        if self.ratio and (len(self.ratio) != 2 or self.ratio[0] >= self.ratio[1]):
            found = ", ".join(str(window) for window in self.ratio)
            message = f"'[{found}]' is not a ratio; write the shorter window first, for example [30d, 180d]"
            raise ValueError(message)
        return self


class Streak(Part):
    """Count the invitations in a row that have no answer yet.

    An answer needs time: most come within two weeks, the second of which follows a reminder. An open
    invitation of the last ``patience`` days therefore says nothing yet and is left out.
    """

    patience: Gap = Field(
        Duration(14),
        description="days after which an invitation without an answer counts; 14d by default, '0d' counts "
        "all",
        json_schema_extra={"default": "14d"},
    )

    @property
    def patience_days(self) -> int:
        """Return the days before a snapshot whose open invitations are left out."""
        return 0 if isinstance(self.patience, str) else self.patience.days


def _check_streak(found: object) -> object:
    """Refuse what is no section of settings, such as a bare duration."""
    if found is not None and not isinstance(found, dict | Streak):
        message = f"'{str(found).lower()}' does not fit; write {{}} or {{patience: 14d}}"
        raise ValueError(message)
    return _check_switch(found)


class ResponseRateRule(Part):
    """Count answers per invitation: the share of invitations in a window that had an answer.

    ``streak`` adds the invitations in a row without an answer, ``lag`` the days from an invitation to its
    answer: that of the newest invitation with an answer, and the mean of every window. A reminder is no
    invitation: leave it out of the source, or give it the ``id`` of its invitation.
    """

    answered: str = Field(description="the source with the answers")
    invited: str = Field(description="the source with the invitations")
    windows: list[Days] = Field(
        min_length=1, description="days before the snapshot in which invitations count, for example [180d]"
    )
    streak: Annotated[Streak | None, BeforeValidator(_check_streak)] = Field(
        None, description="{}: the invitations in a row without an answer; or {patience: 14d}"
    )
    lag: Switch = Field(None, description="{}: days from invitation to answer, newest and per window")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.answered == self.invited:
            message = f"'answered' and 'invited' both name '{self.answered}'; name two sources"
            raise ValueError(message)
        return self
