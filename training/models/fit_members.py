"""Fit all members of a recipe and blend them: what binary and hazard models have in common."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from features.errors import TooFewEventsError
from training.models.blend import Member, MemberModel
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
    members
        Those with weight.
    intercepts
        One per period.
    out_of_fold
        Calibrated log-odds of each row and period from fits, and blend weights, that did not see the row.
    """

    members: tuple[Member, ...]
    intercepts: Floats
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


def fit_blend(table: PeriodTable, entities: Labels, groups: Labels, recipe: Recipe, seed: int) -> BlendFit:
    """Fit members and blend.

    Parameters
    ----------
    table
        Training rows.
    entities
        Entity of each row; events are counted by entity.
    groups
        Group of each row; a group stays on one side of every fold.
    recipe
        Which members, and how.
    seed
        Same data and seed give the same bytes.

    Raises
    ------
    TooFewEventsError
        If fewer entities have an event, or fewer have none, than the recipe asks for.
    """
    n_events = _count_events(table, entities, recipe)
    folds = _deal(table, groups, recipe, seed)
    candidates = _fit_candidates(table, folds, recipe, n_events, seed)
    scores = np.stack([candidate.out_of_fold for candidate in candidates], axis=2)
    intercepts, weights = fit_weights(scores, table.target, table.weight, recipe.min_weight)
    blended = cross_fit(scores, table.target, table.weight, folds[0], recipe.min_weight)
    facts = FitFacts(
        n_rows=len(groups),
        n_events=n_events,
        n_folds=int(folds.max()) + 1,
        n_repeats=len(folds),
        seed=seed,
        is_pooled=n_events < recipe.pooled_below_events,
        members=tuple(_describe(*pair, table) for pair in zip(candidates, weights, strict=True)),
        intercepts=tuple(intercepts.tolist()),
        log_loss=_loss(table, blended),
        raw_log_loss=_loss(table, scores.mean(axis=2)),
        prior_log_loss=_loss(table, np.full(blended.shape, prior_log_odds(table.target, table.weight))),
    )
    return BlendFit(_weigh(candidates, weights), intercepts, facts, blended)


def _weigh(candidates: list[_Candidate], weights: Floats) -> tuple[Member, ...]:
    """Return the members that have weight; the first stays if none has."""
    members = [
        Member(one.name, float(weight), one.model) for one, weight in zip(candidates, weights, strict=True)
    ]
    return tuple(member for member in members if member.weight > 0) or (members[0],)


def _describe(candidate: _Candidate, weight: float, table: PeriodTable) -> MemberFacts:
    """Return the facts of one member."""
    loss = _loss(table, candidate.out_of_fold)
    return MemberFacts(candidate.name, float(weight), loss, candidate.inverse_penalty, candidate.n_trees)


def _loss(table: PeriodTable, log_odds: Floats) -> float:
    """Return the log loss over the cells at risk."""
    return log_loss(log_odds, table.target, table.weight)


def _count_events(table: PeriodTable, entities: Labels, recipe: Recipe) -> int:
    """Return the number of entities with an event; demand enough of them, and of entities without one."""
    happened, is_watched = table.target.max(axis=1) > 0, table.weight.max(axis=1) > 0
    n_entities = len(np.unique(entities[is_watched]))
    n_events = len(np.unique(entities[happened & is_watched]))
    n_without = len(np.unique(entities[~happened & is_watched]))
    for n_found, what in ((n_events, "with the event"), (n_without, "without it")):
        if n_found < recipe.min_events:
            problem = f"{n_found} of {n_entities} entities are seen {what}, a model takes {recipe.min_events}"
            raise TooFewEventsError("target", problem, "add history or lengthen the horizon")
    return n_events


def _deal(table: PeriodTable, groups: Labels, recipe: Recipe, seed: int) -> Labels:
    """Return the fold of each row, shape (repeats, rows)."""
    n_folds, n_repeats = recipe.folds_for(len(groups))
    happened = table.target.max(axis=1)
    return np.stack([deal_folds(groups, happened, n_folds, seed + repeat) for repeat in range(n_repeats)])


def _fit_candidates(
    table: PeriodTable, folds: Labels, recipe: Recipe, n_events: int, seed: int
) -> list[_Candidate]:
    """Fit the linear member and the boosters, each on one thread.

    LightGBM and BLAS leave Python's lock, so threads share the work. BLAS gets one thread as well: more of
    them lose ten times their work to waiting when the cores are busy, and bytes would depend on the number of
    cores.
    """
    settings = recipe.boosters_for(int(np.count_nonzero(table.weight)), n_events)
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(recipe.n_workers) as workers:
        jobs = [workers.submit(fit_booster, table, folds, one, recipe, seed) for one in settings]
        shaped = workers.submit(fit_shapes, table, folds, recipe.inverse_penalties).result()
        boosted = [job.result() for job in jobs]
    linear = _Candidate("linear", shaped.model, shaped.out_of_fold, inverse_penalty=shaped.inverse_penalty)
    trees = [
        _Candidate(one.name, fit.model, fit.out_of_fold, n_trees=fit.n_trees)
        for one, fit in zip(settings, boosted, strict=True)
    ]
    return [linear, *trees]
