"""Explain what a model learned: attributions, the ranking of drivers with ranges, and their places."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from features.catalogue import CUT_PREFIX, Catalogue
from features.frame import Frame
from features.usecase import CALL_COLUMNS, Language, UseCase
from training.assessment import primary_labels
from training.disclosure import show_driver_groups
from training.drivers import (
    STRONG_FROM,
    TELLING_ROLES,
    DriverGroup,
    DriverRow,
    DriverShares,
    Observed,
    RowWeights,
    driver_groups,
    meets,
    place_drivers,
    rank_by_segment,
    rank_drivers,
    sample_rows,
)
from training.fitting import FittedModel, refit_rows
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.reasons import name_feature
from training.rows import Floats, TrainingRows, feature_columns, numbers, texts
from training.text_names import read_topic_labels

MAX_EXPLAINED_ROWS = 5_000
MAX_OBSERVED_ROWS = 20_000
MAX_REFIT_ROWS = 500
MAX_REFIT_TRAINING_ROWS = 12_000
N_REFITS = 16


@dataclass(frozen=True)
class Explanation:
    """Hold exact attributions at the primary horizon for a sample of the newest rows.

    Attributes
    ----------
    values
        The encoded features, shape (rows, features).
    contributions
        Attributions in calibrated log-odds, same shape.
    quadrants
        Importance against goal met of the drivers with a goal, as plain values.
    segments
        By declared cut the drivers of each segment, as plain values.
    """

    values: Floats
    contributions: Floats
    drivers: tuple[DriverRow, ...]
    quadrants: list[dict[str, Any]]
    segments: dict[str, Any]


def explain(
    fitted: FittedModel,
    rows: TrainingRows,
    frame: Frame,
    usecase: UseCase,
    *,
    seed: int = 0,
    recipe: Recipe = DEFAULT_RECIPE,
) -> Explanation:
    """Attribute the risk of the newest rows to features and rank the drivers.

    Models fitted to random halves of the entities tell how far the ranking depends on who was in the data:
    half samples spread about the full one as the full one does about the truth.
    """
    catalogue, primary = rows.catalogue, rows.primary_index
    today = fitted.encoder.encode(feature_columns(frame.latest, catalogue)).matrix
    weight = weight_of_newest(frame)
    described = np.flatnonzero(weight > 0)
    chosen = described[sample_rows(len(described), MAX_EXPLAINED_ROWS, seed)]
    # Refits explain the first of them: by chance, or a table in the order of its segments would skip some.
    chosen = np.random.default_rng(seed).permutation(chosen)
    contributions = fitted.model.attributions(today[chosen], primary).contributions
    explained = today[chosen[:MAX_REFIT_ROWS]]
    entities, refits = texts(frame.latest, "entity_id"), _explain_again(fitted, rows, explained, recipe, seed)
    weights = RowWeights(weight[chosen], weight, weight[chosen[:MAX_REFIT_ROWS]])
    names = _name_texts(catalogue, frame.facts.texts, usecase)
    groups = driver_groups(catalogue, usecase.drivers, names)
    shares = DriverShares.of(
        contributions, groups, entities=entities[chosen], refits=refits, weights=weights, seed=seed
    )
    drivers = rank_drivers(
        contributions,
        today[chosen],
        catalogue,
        usecase.drivers,
        today=today,
        weights=weights,
        observed=_observe(fitted, rows, seed),
        shares=shares,
        names=names,
        seed=seed,
    )
    quadrants = _place(drivers, groups, shares, today, catalogue, weight, entities, seed)
    cuts = {
        cut.removeprefix(CUT_PREFIX): texts(frame.latest, cut)[chosen].tolist()
        for cut in frame.facts.cuts
        if cut in frame.latest.column_names
    }
    told = show_driver_groups(cuts, usecase.privacy)
    segments = {
        cut: rank_by_segment(
            contributions,
            groups,
            names,
            minimum=usecase.privacy.minimum_group_drivers,
            entities=entities[chosen],
            refits=refits,
            weights=weights,
            told=told[cut],
            seed=seed,
        ).to_json()
        for cut, names in cuts.items()
    }
    return Explanation(today[chosen], contributions, drivers, quadrants, segments)


def _name_texts(
    catalogue: Catalogue, read_texts: Mapping[str, Mapping[str, Any]], usecase: UseCase
) -> dict[str, dict[Language, str]]:
    """Return what features made of words are called, where no driver claims them."""
    topics = read_topic_labels(read_texts)
    read = {name for name, source in usecase.sources.items() if source.words is not None}
    languages: tuple[Language, ...] = ("en", "de")
    return {
        feature.name: {language: name_feature(feature, usecase, language, topics) for language in languages}
        for feature in catalogue
        if feature.source in read and feature.driver is None and feature.name.split(".")[1] in CALL_COLUMNS
    }


def _observe(fitted: FittedModel, rows: TrainingRows, seed: int) -> Observed:
    """Return rows whose outcome at the primary horizon is known, as they show drivers alone."""
    chosen = sample_rows(len(rows), MAX_OBSERVED_ROWS, seed)
    labels, is_known = primary_labels(rows, chosen)
    known = is_known & np.isfinite(labels)
    found = rows.take(chosen[known])
    values = fitted.encoder.encode(found.columns).matrix
    entities = np.unique(found.entity.astype(str), return_inverse=True)[1]
    return Observed(values, labels[known], entities, found.weight)


def _place(
    drivers: Sequence[DriverRow],
    groups: Sequence[DriverGroup],
    shares: DriverShares,
    today: Floats,
    catalogue: Catalogue,
    weight: Floats,
    entities: NDArray[np.object_],
    seed: int,
) -> list[dict[str, Any]]:
    """Place the drivers with a goal by importance and by how many meet it today; context has no place."""
    rows = {driver.name: driver for driver in drivers}
    placed = [place for place, group in enumerate(groups) if group.role in TELLING_ROLES]
    met = {
        groups[place].name: meets(goal, today[:, catalogue.names.index(goal.feature)])
        for place in placed
        if (goal := rows[groups[place].name].goal) is not None
    }
    found = place_drivers(
        {groups[place].name: rows[groups[place].name].share for place in placed},
        shares.covariance[np.ix_(placed, placed)],
        met,
        strong_from=STRONG_FROM,
        weight=weight,
        entity=entities,
        seed=seed,
    )
    return [row.to_json() for row in found]


def weight_of_newest(frame: Frame) -> Floats:
    """Return how many people each of the newest rows stands for: 1 where no weight is declared.

    So it is too where the newest all have the weight 0: they then are all that can be described.
    """
    weight = numbers(frame.latest, "weight")
    return np.ones(frame.latest.num_rows) if weight is None or not weight.any() else weight


def _explain_again(
    fitted: FittedModel, rows: TrainingRows, explained: Floats, recipe: Recipe, seed: int
) -> list[Floats]:
    """Return the attributions of models that each saw a random half of the groups."""

    def explain_with(half: NDArray[np.intp]) -> Floats:
        model = refit_rows(fitted, rows.take(half), recipe)
        return model.attributions(explained, rows.primary_index).contributions

    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(recipe.n_workers) as workers:
        return list(workers.map(explain_with, _halves(rows, seed)))


def _halves(rows: TrainingRows, seed: int) -> Iterator[NDArray[np.intp]]:
    """Yield the rows of random halves of the groups.

    Of large halves some rows by chance: snapshots of one entity say much the same, so fewer of them widen the
    ranges a little and cost a fraction.
    """
    draw = np.random.default_rng(seed)
    groups = np.unique(rows.group.astype(str), return_inverse=True)[1]
    n_groups = int(groups.max()) + 1
    for _ in range(N_REFITS):
        half = np.flatnonzero(np.isin(groups, draw.permutation(n_groups)[: n_groups // 2]))
        yield np.sort(draw.permutation(half)[:MAX_REFIT_TRAINING_ROWS])
