"""Fit a model's members again on other rows, with everything that was chosen out of fold kept as it is.

One fit instead of one per fold: cheap enough to see how far a model's explanation depends on who was in the
data.
"""

import lightgbm

from training.models.blend import Blend, Member, MemberModel
from training.models.boosters import BoosterModel
from training.models.facts import FitFacts
from training.models.fit_shapes import compile_fit, fit_design
from training.models.periods import PeriodTable
from training.models.recipe import Recipe
from training.models.splines import Design


def refit_members(table: PeriodTable, facts: FitFacts, recipe: Recipe) -> Blend:
    """Return the members of a fit, each fitted again to other rows.

    Parameters
    ----------
    table
        The rows to learn from.
    facts
        What the first fit chose: members, weights, penalty, numbers of trees.
    recipe
        The recipe of the first fit.

    Returns
    -------
    Blend
        Same weights, no intercept: that belongs to the level, not to the explanation.
    """
    settings = {one.name: one for one in (*recipe.boosters, *recipe.large_boosters)}
    members = []
    for chosen in facts.members:
        if chosen.weight <= 0:
            continue
        model: MemberModel
        if chosen.n_trees is None:
            model = _refit_shape(table, float(chosen.inverse_penalty or 1.0))
        else:
            model = _refit_booster(
                table, settings[chosen.name].to_lightgbm(facts.seed, table.booster_directions), chosen.n_trees
            )
        members.append(Member(chosen.name, chosen.weight, model))
    return Blend(0.0, tuple(members))


def _refit_shape(table: PeriodTable, inverse_penalty: float) -> MemberModel:
    """Fit the linear member once."""
    design = Design.write_out(table.matrix, table.n_codes, table.directions)
    return compile_fit(fit_design(design, table, inverse_penalty), design, table)


def _refit_booster(table: PeriodTable, parameters: dict[str, object], n_trees: int) -> MemberModel:
    """Fit a tree member once."""
    cells, target, weight, _ = table.stack()
    categories = [place for place, codes in enumerate(table.booster_codes) if codes]
    rows = lightgbm.Dataset(cells, target, weight=weight, categorical_feature=categories, params=parameters)
    return BoosterModel(lightgbm.train(parameters, rows, num_boost_round=n_trees).model_to_string())
