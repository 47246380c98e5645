"""The proxy test: how far the features tell who belongs to a protected group, and the score follows it.

A protected attribute that is kept out of the features may come back through others (Kamiran and Zliobaite
2013, Explainable and Non-explainable Discrimination in Classification).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.encoding import Encoder
from training.fairness.chance import p_value
from training.fairness.figures import N_DRAWS
from training.fairness.guessing import Guesses, guess_groups
from training.fairness.judged import JudgedRows
from training.fairness.showing import Groups, Shown, show_groups
from training.rows import Floats, TrainingRows
from training.statistics import EntityDraws, Ranking, from_draws
from training.statistics.families import holm

MOST_ENTITIES = 2_000
MOST_CARRIERS = 5
_CHANCE = 0.5


def find_proxies(
    tested: JudgedRows,
    rows: TrainingRows,
    encoder: Encoder,
    groups: Mapping[str, Groups],
    minimum: int,
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """Return for each attribute what the features tell of it, as plain values.

    Returns
    -------
    dict
        By attribute ``state`` as in :class:`training.fairness.showing.Shown` and

        - ``auc``: how often a simple model picks the member of a group out of a pair, mean over the groups;
        - ``carriers``: the features whose loss costs most of it, where it is clear;
        - ``order``: per group how often its member has the higher score in a pair of people with the same
          outcome, one of the group and one of another.

        Each with ``is_clear``: more than chance, over all attributes together (Holm).
    """
    found = {
        name: _test_attribute(tested, rows, encoder, of_row, minimum, seed) for name, of_row in groups.items()
    }
    figures = [
        figure
        for one in found.values()
        if one["state"] == "judged"
        for figure in (one["auc"], *one["order"].values())
    ]
    clear = holm([figure.pop("p_value") for figure in figures])
    for figure, is_clear in zip(figures, clear, strict=True):
        figure["is_clear"] = bool(is_clear)
    for one in found.values():
        # What carries a guess that is no better than chance is chance itself.
        one["carriers"] = one["carriers"] if one["auc"] and one["auc"]["is_clear"] else []
    return found


def _test_attribute(
    tested: JudgedRows,
    rows: TrainingRows,
    encoder: Encoder,
    of_row: Groups,
    minimum: int,
    seed: int,
) -> dict[str, Any]:
    """Return what the features tell of one attribute."""
    judged = show_groups(of_row[tested.positions], tested.entity, minimum)
    chosen = _one_row_each(rows, of_row, seed)
    guessed = show_groups(of_row[chosen], rows.entity[chosen], minimum)
    state = judged.state if judged.state != "judged" else guessed.state
    if state != "judged":
        return {"state": state, "n_entities": 0, "auc": None, "carriers": [], "order": {}}
    chosen, group = chosen[guessed.is_shown], guessed.group[guessed.is_shown]
    encoded = encoder.encode(rows.take(chosen).columns)
    guesses = guess_groups(encoded.matrix, encoded.n_codes, group, seed=seed)
    is_member = group[:, None] == np.array(guesses.names, dtype=object)
    draws = EntityDraws.of(len(chosen), n_draws=N_DRAWS, seed=seed)
    auc = _mean_auc(is_member, guesses.strength, draws)
    return {
        "state": "judged",
        "n_entities": len(chosen),
        "auc": _figure(auc, len(chosen)),
        "carriers": _find_carriers(guesses, encoded.names, is_member, auc, draws, seed),
        "order": _order_by_group(tested, judged, seed),
    }


def _one_row_each(rows: TrainingRows, of_row: Groups, seed: int) -> NDArray[np.intp]:
    """Return the newest row of each entity whose group is known; a sample of large tables."""
    known = np.flatnonzero([name is not None for name in of_row])
    newest = known[len(known) - 1 - np.unique(rows.entity[known].astype(str)[::-1], return_index=True)[1]]
    draw = np.random.default_rng(seed)
    return np.sort(draw.permutation(newest)[:MOST_ENTITIES])


def _mean_auc(is_member: NDArray[np.bool_], strength: Floats, draws: EntityDraws) -> Floats:
    """Return the mean over groups of the AUC of one against the rest: value first, then resamples."""
    found = []
    for place in range(is_member.shape[1]):
        ranking = Ranking.of(is_member[:, place].astype(np.float64), strength[:, place])
        ordered = draws.ordered(ranking.order)
        found.append(_draw_auc(ranking, ordered))
    mean: Floats = np.mean(found, axis=0)
    return mean


def _draw_auc(ranking: Ranking, draws: EntityDraws, rows: NDArray[np.intp] | None = None) -> Floats:
    """Return an AUC on the rows themselves (first) and on every resample; ``rows`` picks and orders them."""
    chosen = slice(None) if rows is None else rows

    def auc(weights: Floats) -> Floats:
        return ranking.weigh(weights[:, chosen]).auc()

    return np.concatenate([auc(draws.weight[None]), draws.apply(auc)])


def _find_carriers(
    guesses: Guesses,
    names: tuple[str, ...],
    is_member: NDArray[np.bool_],
    auc: Floats,
    draws: EntityDraws,
    seed: int,
) -> list[dict[str, Any]]:
    """Return the features whose loss lowers the AUC most, each with the range of what it costs."""
    once = EntityDraws(draws.codes, draws.weight, 1, seed)
    costs = [
        float(auc[0] - _mean_auc(is_member, guesses.without(place, seed), once)[0])
        for place in range(len(names))
    ]
    found = []
    for place in np.argsort(costs, kind="stable")[::-1][:MOST_CARRIERS]:
        cost = auc - _mean_auc(is_member, guesses.without(int(place), seed), draws)
        estimate = from_draws(float(cost[0]), cost[1:], len(is_member))
        if estimate.low > 0:
            found.append({"feature": names[place], "cost": estimate.to_json()})
    return found


def _order_by_group(tested: JudgedRows, cut: Shown, seed: int) -> dict[str, Any]:
    """Return for each group how often its member has the higher score among people with its outcome."""
    judged, group = tested.take(cut.is_shown), cut.group[cut.is_shown]
    draws = EntityDraws.of(len(group), entity=judged.entity, weight=judged.weight, n_draws=N_DRAWS, seed=seed)
    return {name: _figure(_same_outcome_auc(judged, group == name, draws), len(group)) for name in cut.names}


def _same_outcome_auc(tested: JudgedRows, is_member: NDArray[np.bool_], draws: EntityDraws) -> Floats:
    """Return the AUC of the score for membership inside equal outcomes, weighed by rows."""
    total, weight = np.zeros(1 + draws.n_draws), 0
    for stratum in np.unique(tested.stratum):
        inside = tested.stratum == stratum
        if is_member[inside].all() or not is_member[inside].any():
            continue
        place = np.flatnonzero(inside)
        ranking = Ranking.of(is_member[inside].astype(np.float64), tested.forecast[inside])
        total += len(place) * _draw_auc(ranking, draws, place[ranking.order])
        weight += len(place)
    return total / weight if weight else np.full(1 + draws.n_draws, np.nan)


def _figure(table: Floats, n: int) -> dict[str, Any]:
    """Return value and range, and how surprising it would be if it were chance."""
    surprise = p_value(float(table[0]), table[1:], _CHANCE)
    return {**from_draws(float(table[0]), table[1:], n).to_json(), "p_value": surprise}
