"""What a feature rule asks for, one feature at a time: name, function, column, window, unit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from features.usecase.rule import FeatureRule, ResponseRateRule, parse_condition
from features.usecase.source import Source
from features.usecase.units import PER_MONTH, plain_unit

Function = Literal[
    "count",
    "sum",
    "mean",
    "min",
    "max",
    "std",
    "first",
    "last",
    "slope",
    "count_slope",
    "share",
    "ratio",
    "delta",
    "count_delta",
    "distinct",
    "days_since_first",
    "days_since_last",
    "response_rate",
    "streak",
    "lag",
    "lag_last",
]
Shape = Literal["number", "text", "time"]
PER_WINDOW: tuple[Literal["sum", "mean", "min", "max", "std"], ...] = ("sum", "mean", "min", "max", "std")
_FIXED_UNITS: dict[Function, str] = {
    "count": "count",
    "count_slope": "count per day, per 30 days",
    "share": "share",
    "ratio": "ratio",
    "count_delta": "count",
    "distinct": "count",
    "days_since_first": "days",
    "days_since_last": "days",
    "response_rate": "share",
    "streak": "count",
    "lag": "days",
    "lag_last": "days",
}


@dataclass(frozen=True)
class Measure:
    """Describe one feature made from one source.

    Attributes
    ----------
    name
        Name of the feature: ``{o|x}_{source}.{column}.{function}_{window}``.
    function
        What is computed; ``last`` on a source of attributes is the value that holds at the snapshot.
    column
        Column that the function reads; absent for functions of the events alone. A count with a column counts
        the events that have a value there.
    window_days
        Length of the window ``[snapshot - window, snapshot)``; absent where the whole known history counts. A
        delta compares it with the window of the same length before it.
    long_days
        Length of the longer window of a ratio.
    condition
        Comparison and value that a share counts.
    shape
        What the column holds, once the source has been looked at; a time is told as days before the snapshot.
    patience_days
        Days before the snapshot whose invitations a streak leaves out while they are open.
    """

    name: str
    function: Function
    column: str | None = None
    window_days: int | None = None
    long_days: int | None = None
    condition: tuple[str, str] | None = None
    shape: Shape = "number"
    patience_days: int = 0

    @property
    def kind(self) -> Literal["number", "category"]:
        """Return what the feature holds; a share of texts is a number."""
        return "category" if self.shape == "text" and self.function in {"first", "last"} else "number"

    def unit(self, source: Source) -> str | None:
        """Return the unit of the feature: that of its function, or the one declared for its column."""
        if self.shape == "time":
            return "days"
        unit = source.unit_of(self.column)
        declared = None if unit is None else plain_unit(unit)
        if self.function == "slope" and declared is not None:
            return declared + PER_MONTH["en"]
        return _FIXED_UNITS.get(self.function, declared)


def list_measures(source_name: str, source: Source, rule: FeatureRule) -> tuple[Measure, ...]:
    """Return the features that a rule asks of its source, each once, in the order of the functions.

    Examples
    --------
    >>> from features.usecase import FeatureRule, Source
    >>> tickets = Source(file="tickets.csv", event_time="opened_at", known_at="same")
    >>> rule = FeatureRule.model_validate({"windows": ["90d"], "count": {}, "mean": ["hours"]})
    >>> [measure.name for measure in list_measures("tickets", tickets, rule)]
    ['o_tickets.count_90d', 'o_tickets.hours.mean_90d']
    """
    prefix = f"{source.data.lower()}_{source_name}"
    if not source.is_events:
        found = [Measure(f"{prefix}.{column}", "last", column) for column in rule.last]
    else:
        found = [*_windowed(prefix, rule), *_whole_history(prefix, rule)]
    return tuple({measure.name: measure for measure in found}.values())


def list_response_rates(rule_name: str, answered: Source, rule: ResponseRateRule) -> tuple[Measure, ...]:
    """Return response rates, streak and lags of a rule, named after the source of the answers and the rule.

    Examples
    --------
    >>> from features.usecase import ResponseRateRule, Source
    >>> surveys = Source(file="s.csv", event_time="at", known_at="same")
    >>> rule = {"answered": "surveys", "invited": "invites", "windows": ["180d"], "streak": {}, "lag": {}}
    >>> found = list_response_rates("rate", surveys, ResponseRateRule.model_validate(rule))
    >>> [measure.name.removeprefix("o_surveys.") for measure in found]
    ['rate_180d', 'rate.streak', 'rate.lag_180d', 'rate.lag_last']
    """
    prefix = f"{answered.data.lower()}_{rule.answered}.{rule_name}"
    windows = tuple(dict.fromkeys(rule.windows))
    found = [Measure(f"{prefix}_{window}", "response_rate", window_days=window.days) for window in windows]
    if rule.streak is not None:
        found.append(Measure(f"{prefix}.streak", "streak", patience_days=rule.streak.patience_days))
    if rule.lag is not None:
        found += [Measure(f"{prefix}.lag_{window}", "lag", window_days=window.days) for window in windows]
        found.append(Measure(f"{prefix}.lag_last", "lag_last"))
    return tuple(found)


def _windowed(prefix: str, rule: FeatureRule) -> Iterator[Measure]:
    """Yield the functions over windows: all windows of one function side by side."""
    for window in rule.windows if rule.count is not None else ():
        yield Measure(f"{prefix}.count_{window}", "count", window_days=window.days)
    for function in PER_WINDOW:
        for column in getattr(rule, function):
            for window in rule.windows:
                yield Measure(f"{prefix}.{column}.{function}_{window}", function, column, window.days)
    yield from _changes(prefix, rule)
    for column in rule.distinct:
        for window in rule.windows:
            yield Measure(f"{prefix}.{column}.distinct_{window}", "distinct", column, window.days)
    yield from _shares(prefix, rule)


def _changes(prefix: str, rule: FeatureRule) -> Iterator[Measure]:
    """Yield slopes within a window and deltas to the window before it; of the number of events as well."""
    for column in rule.slope:
        for window in rule.windows:
            name, counts = f"{prefix}.{column}.slope_{window}", column == "count"
            yield Measure(name, "count_slope" if counts else "slope", None if counts else column, window.days)
    for column in rule.delta:
        for window in rule.windows:
            name, counts = f"{prefix}.{column}.delta_{window}", column == "count"
            yield Measure(name, "count_delta" if counts else "delta", None if counts else column, window.days)


def _shares(prefix: str, rule: FeatureRule) -> Iterator[Measure]:
    """Yield the shares of a column's values that meet a named condition."""
    for column, conditions in rule.share.items():
        for label, condition in conditions.items():
            for window in rule.windows:
                name = f"{prefix}.{column}.share_{label}_{window}"
                yield Measure(name, "share", column, window.days, condition=parse_condition(condition))


def _whole_history(prefix: str, rule: FeatureRule) -> Iterator[Measure]:
    """Yield what has no window of its own: ratio, first, last and the days since."""
    if rule.ratio:
        short, long = rule.ratio
        name = f"{prefix}.count.ratio_{short}_{long}"
        yield Measure(name, "ratio", window_days=short.days, long_days=long.days)
    for column in rule.first:
        yield Measure(f"{prefix}.{column}.first", "first", column)
    for column in rule.last:
        yield Measure(f"{prefix}.{column}.last", "last", column)
    if rule.days_since_first is not None:
        yield Measure(f"{prefix}.days_since_first", "days_since_first")
    if rule.days_since_last is not None:
        yield Measure(f"{prefix}.days_since_last", "days_since_last")
