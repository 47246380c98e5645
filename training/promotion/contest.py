"""Champion and challenger on the same rows, each judged by what it said without having learned from them.

A row counts if both models have an honest forecast of it. That of a model is

- what its bundle says, for a snapshot on or after the day on which the outcomes it learned from ended, or a
  person who was not in its flat table;
- what was forecast when the model was judged, for a row that was kept back then.

Nothing is fitted again. The difference is paired: the same resamples of entities for both (Efron 1979).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from features.errors import TooFewEventsError
from training.assessment import primary_labels
from training.bundle import Bundle
from training.evaluation import (
    AnswerForecasts,
    Comparison,
    RatingComparison,
    evaluate,
    evaluate_ratings,
    ranked_probability_scores,
)
from training.models import RatingModel
from training.promotion.kept_back import KeptBack
from training.promotion.unseen import can_score, find_unseen
from training.rows import Bools, Floats, TrainingRows
from training.statistics import plain_values, read_day

_CHAMPION = "champion"


@dataclass(frozen=True)
class Candidate:
    """Hold a version as it is compared.

    Attributes
    ----------
    version
        Number in the registry.
    kept_back
        None for a version from before they were stored.
    """

    version: int
    bundle: Bundle
    kept_back: KeptBack | None


@dataclass(frozen=True)
class Contest:
    """Hold how a challenger differs from the champion on the same rows: challenger minus champion.

    Attributes
    ----------
    difference
        None if there is nothing to compare, ``problem`` says why then.
    n_rows, n_entities
        Rows that were compared, and the entities behind them.
    n_by_bundle
        For how many of the rows the champion, and the challenger, was asked as it stands; for the others its
        forecast of the time when it was judged counts.
    first, last
        First and last snapshot among the rows; None for a flat table.
    """

    champion: int
    challenger: int
    horizon: str
    difference: Comparison | RatingComparison | None
    problem: str = ""
    n_rows: int = 0
    n_entities: int = 0
    n_by_bundle: tuple[int, int] = (0, 0)
    first: date | None = None
    last: date | None = None

    @property
    def is_clearly_worse(self) -> bool:
        """Tell whether the challenger's loss is higher beyond chance."""
        return self.difference is not None and self.difference.loss.low > 0

    @property
    def summary(self) -> str:
        """Return one line in plain words."""
        pair = f"version {self.challenger} against champion {self.champion}"
        if self.difference is None:
            return f"{pair}: not compared, {self.problem}"
        loss = self.difference.loss
        verdict = (
            "clearly worse" if loss.low > 0 else "clearly better" if loss.high < 0 else "no clear difference"
        )
        span = "" if self.first is None else f" of {self.first} to {self.last}"
        rows = f"{self.n_rows:,} rows{span} that neither had learned from"
        return f"{pair}, {self.horizon}: {self.difference.loss_name} differs by {loss}, {verdict}; {rows}"

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        difference = None if self.difference is None else self.difference.to_json()
        return {**plain_values(self), "difference": difference, "summary": self.summary}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Contest":
        """Read what :meth:`to_json` gave."""
        fields = {name: found for name, found in content.items() if name != "summary"}
        found = fields["difference"]
        if found is not None:
            kind = RatingComparison if "rps" in found else Comparison
            fields["difference"] = kind.from_json(found)
        first, last = map(read_day, (content["first"], content["last"]))
        by_bundle = tuple(content["n_by_bundle"])
        return cls(**{**fields, "n_by_bundle": by_bundle, "first": first, "last": last})


def compare(champion: Candidate, challenger: Candidate, rows: TrainingRows, *, seed: int = 0) -> Contest:
    """Judge two versions on the rows of which both have an honest forecast.

    Parameters
    ----------
    rows
        Rows as they are known today, with their labels.
    seed
        Where the random numbers of the resamples start.
    """
    horizon = rows.horizon_names[rows.primary_index]
    names = champion.version, challenger.version, horizon
    try:
        known, target = _labels(rows)
        labelled = rows.take(known)
        old, new = (_Honest.of(one, labelled, target, horizon) for one in (champion, challenger))
        both = old.is_there & new.is_there
        if not both.any():
            return Contest(*names, None, _nothing_in_common(champion, challenger))
        judged = labelled.take(both), _worth(challenger.bundle, target)[both]
        difference, n_entities = _judge(*judged, old.take(both), new.take(both), seed)
    except TooFewEventsError as error:
        return Contest(*names, None, error.problem)
    days = labelled.snapshot_date
    span = (None, None) if days is None else (days[both].min().item(), days[both].max().item())
    n_by_bundle = int(old.is_of_bundle[both].sum()), int(new.is_of_bundle[both].sum())
    return Contest(*names, difference, "", int(both.sum()), n_entities, n_by_bundle, *span)


@dataclass(frozen=True)
class _Honest:
    """Hold forecasts of a model for rows it had not learned from; ``rps`` is that of a rating, else NaN."""

    value: Floats
    rps: Floats
    is_there: Bools
    is_of_bundle: Bools

    @classmethod
    def of(cls, model: Candidate, rows: TrainingRows, target: Floats, horizon: str) -> "_Honest":
        """Ask the bundle where it had not seen the row, its memory otherwise."""
        value, rps = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
        places = (
            np.full(len(rows), -1)
            if model.kept_back is None
            else model.kept_back.find(rows, model.bundle.usecase)
        )
        stored = places >= 0
        may_ask = can_score(model.bundle, rows.catalogue, horizon)
        unseen = ~stored & find_unseen(model.bundle, model.kept_back, rows) & may_ask
        if unseen.any():
            value[unseen], rps[unseen] = _ask(model.bundle, rows.take(unseen), target[unseen], horizon)
        if model.kept_back is not None and stored.any():
            worth = _worth(model.bundle, target)[stored]
            value[stored], rps[stored] = _remember(model.kept_back, places[stored], worth, horizon)
        return cls(value, rps, np.isfinite(value), unseen)

    def take(self, chosen: Bools) -> "_Honest":
        """Return some of the rows."""
        return _Honest(self.value[chosen], self.rps[chosen], self.is_there[chosen], self.is_of_bundle[chosen])


def _labels(rows: TrainingRows) -> tuple[Bools, Floats]:
    """Return which rows have a label at the primary horizon, and the labels of those."""
    labels, known = primary_labels(rows, np.arange(len(rows)))
    return known, labels[known]


def _ask(bundle: Bundle, rows: TrainingRows, target: Floats, horizon: str) -> tuple[Floats, Floats]:
    """Return the forecasts of a bundle as it stands."""
    matrix = bundle.encoder.encode(rows.columns).matrix
    model = bundle.model
    if not isinstance(model, RatingModel):
        return bundle.expected(matrix, horizon), np.full(len(rows), np.nan)
    place = model.levels.place(target)
    scores = ranked_probability_scores(model.probabilities(matrix), model.levels.values, place)
    return model.expected(matrix), scores


def _worth(bundle: Bundle, target: Floats) -> Floats:
    """Return what answers count as; labels of events are what they are."""
    return bundle.model.levels.worth(target) if isinstance(bundle.model, RatingModel) else target


def _remember(kept: KeptBack, places: Any, target: Floats, horizon: str) -> tuple[Floats, Floats]:
    """Return what was forecast when the model was judged; nothing where the answer has changed since."""
    nothing = np.full(len(places), np.nan)
    if "rps" not in kept.columns:
        column = kept.columns.get(f"probability.{horizon}")
        return (nothing if column is None else column[places]), nothing
    is_same = kept.columns["target"][places] == target
    return (
        np.where(is_same, kept.columns["value"][places], np.nan),
        np.where(is_same, kept.columns["rps"][places], np.nan),
    )


def _judge(
    rows: TrainingRows, target: Floats, old: _Honest, new: _Honest, seed: int
) -> tuple[Comparison | RatingComparison, int]:
    """Return the paired difference, and how many entities are behind it."""
    if np.isfinite(old.rps).all() and np.isfinite(new.rps).all():
        nothing = np.full(len(rows), np.nan)
        first, second = (AnswerForecasts(one.value, nothing, nothing, one.rps, nothing) for one in (old, new))
        answers = evaluate_ratings(
            target, second, weight=rows.weight, entity=rows.entity, baselines={_CHAMPION: first}, seed=seed
        )
        return answers.baselines[_CHAMPION], answers.n_entities
    if np.isfinite(old.rps).any() or np.isfinite(new.rps).any():
        raise TooFewEventsError("target", "one of them forecasts an event, the other an answer")
    events = evaluate(
        target, new.value, weight=rows.weight, entity=rows.entity, baselines={_CHAMPION: old.value}, seed=seed
    )
    return events.baselines[_CHAMPION], events.n_entities


def _nothing_in_common(champion: Candidate, challenger: Candidate) -> str:
    """Say why there is no row to compare on."""
    for one in (champion, challenger):
        if one.kept_back is None:
            return f"version {one.version} has no stored forecasts of rows kept back, and no row is newer"
    return "no row with a known outcome was new to both"
