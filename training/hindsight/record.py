"""What is seen in hindsight: figures for each lead time, and of customers each loss with its forecasts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, Self

from features.usecase import Language
from training.statistics import Estimate, below_head, plain_values, read_estimate

FORMAT, FORMAT_VERSION = "xm-predict hindsight", 1
LEAD_DAYS: Final = (30, 60, 90)
Band = Literal["high", "medium", "low"]
BANDS: Final[tuple[Band, ...]] = ("high", "medium", "low")
Source = Literal["went_out", "kept_back"]


@dataclass(frozen=True)
class PastForecast:
    """Hold what was forecast for somebody some time before the loss.

    Attributes
    ----------
    day
        Snapshot of the forecast.
    source
        ``went_out``: a score of a batch that was kept; ``kept_back``: what a model forecast for the row when
        it was judged, without having learned from it.
    probability
        At the horizon that reports lead with.
    percentile
        Share of everybody of that day with a lower forecast, 0 to 100; half of those with an equal one.
    """

    day: date
    source: Source
    model_version: str
    probability: float
    percentile: float
    band: Band
    is_in_highest_tenth: bool

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read the plain values."""
        return cls(**{**content, "day": date.fromisoformat(content["day"])})


@dataclass(frozen=True)
class Loss:
    """Hold somebody who was lost, with the forecast at each lead time; None where there was none."""

    entity_id: str
    day: date
    forecasts: Mapping[int, PastForecast | None]

    @property
    def is_low_until_the_end(self) -> bool:
        """Tell whether all forecasts that there are were low, the last one included."""
        known = [one for one in self.forecasts.values() if one is not None]
        return bool(known) and all(one.band == "low" for one in known)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "entity_id": self.entity_id,
            "day": self.day.isoformat(),
            "is_low_until_the_end": self.is_low_until_the_end,
            "forecasts": plain_values(self.forecasts),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        forecasts = {
            int(days): None if one is None else PastForecast.from_json(one)
            for days, one in content["forecasts"].items()
        }
        return cls(content["entity_id"], date.fromisoformat(content["day"]), forecasts)


@dataclass(frozen=True)
class LeadTime:
    """Hold what forecasts said so many days before the loss.

    Attributes
    ----------
    days
        Days before the loss; the forecast is the last one that old or a little older.
    n_losses
        Losses for which there could have been a forecast; None where people at work are told of too exactly.
    n_forecasts, n_went_out, n_kept_back
        How many had one, and where it is from.
    highest_tenth
        Share of those with a forecast that stood in the tenth with the highest forecasts of the day.
    bands
        Share of those in each risk band.
    median_percentile
        The middle one.
    is_withheld
        Whether too few people at work are behind it to be told of.
    sentence
        The same in words, in every language.
    """

    days: int
    n_losses: int | None
    n_forecasts: int | None
    n_went_out: int | None
    n_kept_back: int | None
    highest_tenth: Estimate | None
    bands: Mapping[Band, Estimate]
    median_percentile: float | None
    is_withheld: bool
    sentence: Mapping[Language, str]

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read the plain values."""
        bands = {band: Estimate.from_json(found) for band, found in content["bands"].items()}
        return cls(
            **{
                **content,
                "highest_tenth": read_estimate(content["highest_tenth"]),
                "bands": bands,
            }
        )


@dataclass(frozen=True)
class Hindsight:
    """Hold what is seen in hindsight of one use case.

    Attributes
    ----------
    as_of
        First day of which outcomes are not known.
    horizon
        The horizon of the forecasts.
    is_individual
        Whether single people are told of; people at work never are.
    n_losses
        All losses from the day of the first forecast on.
    leads
        One per lead time, shortest first.
    losses
        Those who were rated low until the end first, then by the last percentile; empty for people at work.
    """

    usecase: str
    as_of: date
    horizon: str
    is_individual: bool
    n_losses: int | None
    leads: tuple[LeadTime, ...]
    losses: tuple[Loss, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values; the contract of the page and whoever reads the file."""
        head = {"format": FORMAT, "format_version": FORMAT_VERSION}
        return {**head, **plain_values(self), "losses": [loss.to_json() for loss in self.losses]}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is of another format, a key is missing, or a value is not what was written.
        """
        given = below_head(content, FORMAT, FORMAT_VERSION)
        given["as_of"] = date.fromisoformat(given["as_of"])
        given["leads"] = tuple(map(LeadTime.from_json, given["leads"]))
        given["losses"] = tuple(map(Loss.from_json, given["losses"]))
        return cls(**given)

    def to_text(self) -> str:
        """Return the content of the file."""
        return json.dumps(self.to_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
