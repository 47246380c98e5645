"""The change of scores between two rows and two models, split exactly; pure, for many pairs at once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.catalogue import Catalogue
from features.errors import InputError
from training.bundle import Bundle
from training.encoding import Column
from training.models import Attributions, RatingModel
from training.models.change import attribute_change
from training.models.odds import Floats, to_probability
from training.usability import refuse_unusable

Columns = Mapping[str, Column]
_STRAIGHT = 1e-6  # below this distance of log-odds the slope of the risk is that of a straight line


@dataclass(frozen=True)
class Split:
    """Hold what changed between pairs of rows; ``before + by_feature.sum(axis=1) + by_model == after``.

    Attributes
    ----------
    horizon
        What is forecast.
    is_rating
        Whether the score is an expected answer; else it is the log-odds of a risk.
    catalogue
        The features that both models read, in the newer model's order.
    before, after
        The scores, shape (pairs,): calibrated log-odds, or expected answers.
    by_feature
        What each feature did, shape (pairs, features).
    by_model
        What the other model did, shape (pairs,).
    """

    horizon: str
    is_rating: bool
    catalogue: Catalogue
    before: Floats
    after: Floats
    by_feature: Floats
    by_model: Floats

    def to_score(self) -> "Split":
        """Return the same split in the unit that people read: probability, or the answer itself.

        The risk is walked from old to new along the straight line of log-odds, and what it gains on each
        stretch goes to the parts in proportion to their share of the stretch (Aumann and Shapley 1974). On
        one line all stretches are shared alike: each part gets its share of the log-odds of the whole change.
        """
        if self.is_rating:
            return self
        slope = _mean_slope(self.before, self.after)
        return Split(
            self.horizon,
            self.is_rating,
            self.catalogue,
            to_probability(self.before),
            to_probability(self.after),
            slope[:, None] * self.by_feature,
            slope * self.by_model,
        )


def split_change(old: Bundle, new: Bundle, before: Columns, after: Columns, horizon: str | None) -> Split:
    """Split the change from (old model, row before) to (new model, row after).

    Either could have changed first. Both orders are averaged (Shapley 1953, of two players): the features
    get the mean of what they do in the old and in the new model, the model the mean of what it does to the
    row before and to the row after. So neither has an advantage, and swapping the two sides turns every sign.
    A feature that one model alone reads counts to the model: it is there, or gone, because of the model.

    Parameters
    ----------
    old, new
        The model of each side; the same one if it did not change.
    before, after
        Feature values by name, equally many rows on both sides; row i of both is one pair.
    horizon
        Name of a horizon that both know; the newer model's primary one if absent.

    Raises
    ------
    InputError
        If the two models do not forecast the same.
    ModelNotUsableError
        If the figures of one of them do not support its use: then no score of it is given, nor its change.
    """
    for bundle in (old, new):
        refuse_unusable(bundle)
    wanted = horizon or new.primary_horizon
    _demand_comparable(old, new, wanted)
    by_new = _attribute(new, before, after, wanted)
    by_old = by_new if old.model_version == new.model_version else _attribute(old, before, after, wanted)
    shared = [feature for feature in new.catalogue if feature.name in old.catalogue.by_name]
    names = [feature.name for feature in shared]
    in_old, in_new = _places(old.catalogue, names), _places(new.catalogue, names)
    reweighed = (by_new.base - by_old.base) + (by_new.log_odds - by_old.log_odds)
    alone = _rest(by_old.contributions, in_old) + _rest(by_new.contributions, in_new)
    return Split(
        horizon=wanted,
        is_rating=new.is_of_answers,
        catalogue=Catalogue(tuple(shared)),
        before=by_old.base,
        after=by_new.log_odds,
        by_feature=(by_old.contributions[:, in_old] + by_new.contributions[:, in_new]) / 2,
        by_model=(reweighed + alone) / 2,
    )


def _demand_comparable(old: Bundle, new: Bundle, horizon: str) -> None:
    """Demand that both models forecast the same thing."""
    for bundle in (old, new):
        if horizon not in bundle.horizons:
            problem = f"{bundle.model_version} has no horizon '{horizon}'"
            raise InputError("--horizon", problem, f"name one of {', '.join(bundle.horizons)}")
    kinds = [_kind(bundle) for bundle in (old, new)]
    if kinds[0] != kinds[1]:
        problem = f"{old.model_version} forecasts {kinds[0]}, {new.model_version} {kinds[1]}"
        raise InputError("models", problem, "compare versions with the same target")


def _kind(bundle: Bundle) -> str:
    """Return what is forecast, in words."""
    model = bundle.model
    return f"an answer ({model.levels.kind})" if isinstance(model, RatingModel) else "a risk"


def _attribute(bundle: Bundle, before: Columns, after: Columns, horizon: str) -> Attributions:
    """Return what each feature of a model does between the rows."""
    old, new = (bundle.encoder.encode(columns).matrix for columns in (before, after))
    return attribute_change(bundle.model, old, new, bundle.horizons.index(horizon))


def _places(catalogue: Catalogue, names: list[str]) -> list[int]:
    """Return the columns of features."""
    return [catalogue.names.index(name) for name in names]


def _rest(contributions: Floats, shared: list[int]) -> Floats:
    """Return what the features do that the other model does not read."""
    rest: Floats = np.delete(contributions, shared, axis=1).sum(axis=1)
    return rest


def _mean_slope(before: Floats, after: Floats) -> Floats:
    """Return the mean slope of the risk between two log-odds: its change by the distance, without 0 / 0.

    ``p(b) - p(a) = p(b) p(-a) (1 - exp(a - b))`` keeps all digits where a and b are close or far out.
    """
    distance = after - before
    is_short = np.abs(distance) < _STRAIGHT
    safe = np.where(is_short, 1.0, distance)
    share = np.where(is_short, 1.0 - distance / 2, -np.expm1(-safe) / safe)
    slope: Floats = to_probability(after) * to_probability(-before) * share
    return slope
