"""From one row to another with the same model: what each changed feature did to the score."""

import numpy as np

from training.models.binary import Attributions, BinaryModel
from training.models.blend import Blend
from training.models.hazard import HazardModel, walk_straight
from training.models.incidence import IncidenceModel, walk_incidence
from training.models.odds import Floats
from training.models.periods import repeat_periods
from training.models.rating import RatingModel, walk_answers
from training.models.shapes import ShapeModel
from training.models.tree_change import attribute_tree_change


def attribute_change(
    model: BinaryModel | HazardModel | IncidenceModel | RatingModel,
    before: Floats,
    after: Floats,
    horizon_index: int = 0,
) -> Attributions:
    """Split the change of a score between two rows among the features that changed, pair by pair.

    Curves add up, so each tells its own change; trees are split by Shapley values between the two rows
    (:mod:`training.models.tree_change`). The log-odds of all periods, or of all levels of an answer, then go
    from the old row to the new one in a straight line, and what the score gains on each stretch goes to the
    features in proportion to their share of it (Aumann and Shapley 1974), as for the reasons of one score.
    A feature whose value is the same gets 0, and the way back is the way there with the signs turned.

    Parameters
    ----------
    model
        Any model.
    before, after
        Rows as its encoder gives them, shape (pairs, features) each.
    horizon_index
        Position among the horizons; 0 where there is one forecast.

    Returns
    -------
    Attributions
        ``base`` is the score before, ``log_odds`` the score after: calibrated log-odds, or the expected
        answer; ``base + contributions.sum(axis=1) == log_odds`` to 1e-9.
    """
    if isinstance(model, BinaryModel):
        blend = model.blend
        contributions = _blend_change(blend, before, after)
        return Attributions(blend.log_odds(before), contributions, blend.log_odds(after))
    if isinstance(model, RatingModel):
        n_levels = len(model.hazard.horizons)
        return walk_answers(*_period_changes(model.hazard, before, after, n_levels), model.levels.values)
    if isinstance(model, HazardModel):
        return walk_straight(*_period_changes(model, before, after, horizon_index + 1))
    ways = [
        _period_changes(model.event, before, after, horizon_index + 1),
        _period_changes(model.competing, before, after, horizon_index),
    ]
    return walk_incidence(*(np.concatenate(parts) for parts in zip(*ways, strict=True)))


def _period_changes(
    hazard: HazardModel, before: Floats, after: Floats, n_periods: int
) -> tuple[Floats, Floats]:
    """Return the log-odds before, shape (periods, pairs), and what each feature adds to them."""
    starts = hazard.period_log_odds(before)[:, :n_periods].T
    stacked = (
        repeat_periods(rows, len(hazard.horizons))[: n_periods * len(rows)] for rows in (before, after)
    )
    changes = _blend_change(hazard.blend, *stacked)[:, : before.shape[1]]
    return starts, changes.reshape(n_periods, *before.shape)


def _blend_change(blend: Blend, before: Floats, after: Floats) -> Floats:
    """Return what each column adds to the log-odds of a blend, shape (pairs, columns)."""
    total = np.zeros(before.shape)
    for member in blend.members:
        if isinstance(member.model, ShapeModel):
            change = member.model.shares(after) - member.model.shares(before)
        else:
            change = attribute_tree_change(member.model, before, after)
        total += member.weight * change
    return total
