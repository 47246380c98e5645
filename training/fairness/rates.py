"""What forecasts do to each group: how often it is chosen and how often rightly, level and order."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.fairness.judged import JudgedRows
from training.statistics import EntityDraws, Floats, Ranking

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate")
OF_EVENTS = (*RATES, "mean_forecast", "observed", "level_error", "auc")
OF_ANSWERS = ("selection_rate", "mean_forecast", "observed", "level_error")


def rates_by_group(tested: JudgedRows, group: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return what fairlearn's ``MetricFrame`` says of each group: counts, rates and mean forecasts.

    Rates are those of Hardt, Price and Srebro, Equality of Opportunity in Supervised Learning, NIPS 2016:
    chosen; chosen among those with the event; chosen among those without.
    """
    # It brings pandas and scikit-learn, which whoever reads a card can do without.
    from fairlearn.metrics import (
        MetricFrame,
        count,
        false_positive_rate,
        mean_prediction,
        selection_rate,
        true_positive_rate,
    )

    chosen = tested.is_selected.astype(np.intp)
    weighed = {"sample_weight": tested.weight}
    metrics: dict[str, Any] = {"selection_rate": selection_rate}
    if tested.is_event:
        metrics |= {"true_positive_rate": true_positive_rate, "false_positive_rate": false_positive_rate}
    truth = tested.outcome.astype(np.intp) if tested.is_event else chosen
    of_choice = MetricFrame(
        metrics={**metrics, "n_rows": count},
        y_true=truth,
        y_pred=chosen,
        sensitive_features=np.asarray(group, dtype=object),
        sample_params=dict.fromkeys(metrics, weighed),
    ).by_group
    of_level = MetricFrame(
        metrics={"mean_forecast": mean_prediction, "observed": _mean_outcome},
        y_true=tested.outcome,
        y_pred=tested.forecast,
        sensitive_features=np.asarray(group, dtype=object),
        sample_params=dict.fromkeys(("mean_forecast", "observed"), weighed),
    ).by_group
    return {
        str(name): {metric: float(value) for metric, value in row.items()}
        for name, row in of_choice.join(of_level).to_dict("index").items()
    }


def _mean_outcome(y_true: Floats, y_pred: Floats, sample_weight: Floats) -> float:  # noqa: ARG001 - fairlearn's form of a metric
    """Return the share of events, or the mean answer."""
    return float(np.average(y_true, weights=sample_weight))


def draw_figures(tested: JudgedRows, *, n_draws: int, seed: int) -> dict[str, Floats]:
    """Return the figures of one group on the rows themselves (first) and on every resample.

    Parameters
    ----------
    tested
        Rows of one group.
    n_draws, seed
        How many resamples of entities; groups want different seeds, so that their resamples are independent.

    Returns
    -------
    dict
        By figure ``[1 + draws]``; NaN where a resample does not allow it. fairlearn resamples rows, which
        counts an entity with many snapshots as many people; so its point figures are kept and the ranges
        are made here. To every resample of a rate two made-up entities are added, one chosen and one not
        (Agresti and Caffo 2000), drawn as often as any other: none of eight chosen is no certainty.
    """
    draws = EntityDraws.of(
        len(tested.entity), entity=tested.entity, weight=tested.weight, n_draws=n_draws, seed=seed
    )
    ranking = Ranking.of(tested.outcome, tested.forecast) if tested.is_event else None
    columns, made_up = _columns(tested), _weigh_one_entity(tested)
    random = np.random.default_rng([seed, 1])

    def figures(weights: Floats, more: Floats) -> Floats:
        sums = {name: weights @ column for name, column in columns.items()}
        with np.errstate(invalid="ignore", divide="ignore"):
            found = _means(sums) | _rates(sums, made_up, more)
        if ranking is not None:
            found["auc"] = ranking.weigh(weights[:, ranking.order]).auc()
        return np.column_stack([found[name] for name in (OF_EVENTS if tested.is_event else OF_ANSWERS)])

    names = OF_EVENTS if tested.is_event else OF_ANSWERS
    resampled = draws.apply(
        lambda weights: figures(weights, random.poisson(1.0, (len(weights), 2)).astype(np.float64))
    )
    table = np.concatenate([figures(draws.weight[None], np.zeros((1, 2))), resampled])
    return dict(zip(names, table.T, strict=True))


def _columns(tested: JudgedRows) -> dict[str, Floats]:
    """Return the columns whose sums make the figures."""
    chosen, outcome = tested.is_selected.astype(np.float64), tested.outcome
    columns = {"rows": np.ones(len(outcome)), "chosen": chosen, "forecast": tested.forecast}
    columns["outcome"] = outcome
    return columns | ({"hits": chosen * outcome} if tested.is_event else {})


def _weigh_one_entity(tested: JudgedRows) -> dict[str, float]:
    """Return how much an entity weighs on average among those that each rate speaks of."""
    among = {"selection_rate": np.ones(len(tested.entity), dtype=np.bool_)}
    if tested.is_event:
        among |= {"true_positive_rate": tested.outcome == 1, "false_positive_rate": tested.outcome == 0}
    return {
        rate: float(tested.weight[rows].sum()) / max(1, np.unique(tested.entity[rows].astype(str)).size)
        for rate, rows in among.items()
    }


def _means(sums: dict[str, Floats]) -> dict[str, Floats]:
    """Return means from sums."""
    rows, outcome = sums["rows"], sums["outcome"]
    return {
        "mean_forecast": sums["forecast"] / rows,
        "observed": outcome / rows,
        "level_error": (sums["forecast"] - outcome) / rows,
    }


def _rates(sums: dict[str, Floats], made_up: dict[str, float], more: Floats) -> dict[str, Floats]:
    """Return rates from sums, with so many more entities that are chosen and that are not."""
    parts = {"selection_rate": (sums["chosen"], sums["rows"])}
    if "hits" in sums:
        parts["true_positive_rate"] = sums["hits"], sums["outcome"]
        parts["false_positive_rate"] = sums["chosen"] - sums["hits"], sums["rows"] - sums["outcome"]
    return {
        rate: (chosen + made_up[rate] * more[:, 0]) / (among + made_up[rate] * more.sum(axis=1))
        for rate, (chosen, among) in parts.items()
    }
