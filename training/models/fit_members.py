"""Fit all members of a recipe and blend them: what binary and hazard models have in common."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from features.errors import TooFewEventsError
from training.models.blend import Blend, Member, MemberModel
from training.models.facts import FitFacts, MemberFacts
from training.models.fit_blend import cross_fit, fit_weights
from training.models.fit_boosters import fit_booster
from training.models.fit_shapes import fit_shapes
from training.models.folds import Labels, deal_folds
from training.models.odds import Floats, log_loss, prior_log_odds
from training.models.periods import PeriodTable
from training.models.recipe import Recipe


@dataclass(frozen=True)
class BlendFit:
    """Hold a fitted blend.

    Attributes
    ----------
    out_of_fold
        Calibrated log-odds of each row and period from fits, and blend weights, that did not see the row.
    """

    blend: Blend
    facts: FitFacts
    out_of_fold: Floats


@dataclass(frozen=True)
class _Candidate:
    """Hold a fitted member before it has a weight."""

    name: str
    model: MemberModel
    out_of_fold: Floats
    inverse_penalty: float | None = None
    n_trees: int | None = None


def fit_blend(table: PeriodTable, labels: Labels, recipe: Recipe, seed: int) -> BlendFit:
    """Fit members and blend.

    Parameters
    ----------
    table
        Training rows.
    labels
        Group of each row; a group stays on one side of every fold.
    recipe
        Which members, and how.
    seed
        Same data and seed give the same bytes.

    Raises
    ------
    TooFewEventsError
        If there are fewer events, or fewer groups without one, than the recipe asks for.
    """
    n_events = _count_events(table, labels, recipe)
    folds = _deal(table, labels, recipe, seed)
    candidates = _fit_candidates(table, folds, recipe, n_events, seed)
    stack = _Stack.collect(candidates, table, folds[0])
    intercept, weights = fit_weights(stack.scores, stack.target, stack.weight, recipe.min_weight)
    blended = cross_fit(stack.scores, stack.target, stack.weight, stack.folds, recipe.min_weight)
    members = tuple(
        Member(candidate.name, float(share), candidate.model)
        for candidate, share in zip(candidates, weights, strict=True)
        if share > 0 or len(candidates) == 1
    )
    facts = FitFacts(
        n_rows=len(labels),
        n_events=n_events,
        n_folds=int(folds.max()) + 1,
        n_repeats=len(folds),
        seed=seed,
        is_pooled=n_events < recipe.pooled_below_events,
        members=tuple(
            MemberFacts(c.name, float(share), stack.loss(own), c.inverse_penalty, c.n_trees)
            for c, share, own in zip(candidates, weights, stack.scores.T, strict=True)
        ),
        intercept=intercept,
        log_loss=stack.loss(blended),
        raw_log_loss=stack.loss(stack.scores.mean(axis=1)),
        prior_log_loss=stack.loss(np.full(len(blended), prior_log_odds(stack.target, stack.weight))),
    )
    return BlendFit(Blend(intercept, members), facts, table.unstack(blended))


@dataclass(frozen=True)
class _Stack:
    """Hold the cells at risk as the blend sees them: out-of-fold log-odds, shape (cells, members)."""

    scores: Floats
    target: Floats
    weight: Floats
    folds: Labels

    @classmethod
    def collect(cls, candidates: "list[_Candidate]", table: PeriodTable, folds: Labels) -> "_Stack":
        """Line up the cells at risk."""
        at_risk = table.weight > 0
        scores = np.column_stack([candidate.out_of_fold[at_risk] for candidate in candidates])
        fold_of_cell = np.broadcast_to(folds[:, None], at_risk.shape)[at_risk]
        return cls(scores, table.target[at_risk], table.weight[at_risk], fold_of_cell)

    def loss(self, log_odds: Floats) -> float:
        """Return the log loss over the cells."""
        return log_loss(log_odds, self.target, self.weight)


def _count_events(table: PeriodTable, labels: Labels, recipe: Recipe) -> int:
    """Return the number of groups with an event; demand enough of them, and of groups without."""
    is_watched = table.weight.sum(axis=1) > 0
    n_groups = len(np.unique(labels[is_watched]))
    n_events = len(np.unique(labels[table.target.max(axis=1) > 0]))
    for n_found, what in ((n_events, "with the event"), (n_groups - n_events, "without it")):
        if n_found < recipe.min_events:
            problem = f"{n_found} of {n_groups} are {what}, a model takes {recipe.min_events}"
            raise TooFewEventsError("target", problem, "add history or lengthen the horizon")
    return n_events


def _deal(table: PeriodTable, labels: Labels, recipe: Recipe, seed: int) -> Labels:
    """Return the fold of each row, shape (repeats, rows)."""
    n_folds, n_repeats = recipe.folds_for(len(labels))
    happened = table.target.max(axis=1)
    return np.stack([deal_folds(labels, happened, n_folds, seed + repeat) for repeat in range(n_repeats)])


def _fit_candidates(
    table: PeriodTable, folds: Labels, recipe: Recipe, n_events: int, seed: int
) -> list[_Candidate]:
    """Fit the linear member and the boosters; LightGBM leaves Python's lock, so threads share the work."""
    settings = recipe.boosters_for(int(np.count_nonzero(table.weight)), n_events)
    with ThreadPoolExecutor(recipe.n_workers) as workers:
        jobs = [workers.submit(fit_booster, table, folds, one, recipe, seed) for one in settings]
        boosted = [job.result() for job in jobs]
    shaped = fit_shapes(table, folds, recipe.inverse_penalties)
    linear = _Candidate("linear", shaped.model, shaped.out_of_fold, inverse_penalty=shaped.inverse_penalty)
    trees = [
        _Candidate(one.name, fit.model, fit.out_of_fold, n_trees=fit.n_trees)
        for one, fit in zip(settings, boosted, strict=True)
    ]
    return [linear, *trees]
