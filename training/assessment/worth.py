"""What acting on the forecasts of unseen rows is worth, at the values that the use case declares."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from features.usecase import UseCase
from training.assessment.forecasting import Forecasts, RatingForecasts
from training.assessment.judging import primary_labels
from training.evaluation.money import Offer, judge_money
from training.rows import TrainingRows
from training.statistics import Estimate

_TERMS = ("success_rate", "success_evidence", "incentive_cost_eur", "contact_cost_eur")


def judge_worth(
    rows: TrainingRows,
    forecasts: Forecasts | RatingForecasts,
    usecase: UseCase,
    cohort_size: int,
    seed: int = 0,
) -> dict[str, Any]:
    """Return the money figures at the primary horizon under the key ``money``; empty for ratings.

    Values that the use case leaves out are those of reference (:class:`~training.evaluation.money.Offer`),
    and ``reference_defaults`` names them.

    Parameters
    ----------
    cohort_size
        How many are scored at a time; a budget buys a share of them.
    """
    if isinstance(forecasts, RatingForecasts):
        return {}
    labels, is_known = primary_labels(rows, forecasts.positions)
    tested = rows.take(forecasts.positions[is_known])
    offer, missing = offer_of(usecase)
    margin = 1.0 if usecase.value is None else usecase.value.margin
    found = judge_money(
        labels[is_known],
        forecasts.probabilities[is_known, rows.primary_index],
        value_eur=None if tested.value is None else tested.value * margin,
        offer=offer,
        budget_share=budget_share(usecase, offer, cohort_size),
        rules={name: rule[is_known] for name, rule in forecasts.baselines.items()},
        weight=tested.weight,
        entity=tested.entity,
        seed=seed,
    )
    facts = {"horizon": rows.horizon_names[rows.primary_index], "cohort_size": cohort_size}
    return {"money": {**facts, "reference_defaults": missing, **found.to_json()}}


def offer_of(usecase: UseCase) -> tuple[Offer, list[str]]:
    """Return costs and success of a contact, and which of them are reference values."""
    if usecase.value is None:
        return Offer(), ["revenue", *_TERMS]
    stated = usecase.value.model_dump(include=usecase.value.model_fields_set & set(_TERMS), exclude_none=True)
    return Offer(**stated), [name for name in _TERMS if name not in stated]


def budget_share(usecase: UseCase, offer: Offer, cohort_size: int) -> float | None:
    """Return the share of the cohort that the budget pays for, even if every contact takes the incentive."""
    value = usecase.value
    if value is None or cohort_size == 0:
        return None
    contacts = [] if value.budget_contacts is None else [float(value.budget_contacts)]
    price = offer.contact_cost_eur + offer.incentive_cost_eur
    if value.budget_eur is not None and price > 0:
        contacts.append(value.budget_eur / price)
    return min(1.0, float(np.min(contacts)) / cohort_size) if contacts else None


def tell_worth(evaluation: Mapping[str, Any]) -> list[str]:
    """Return the best cut-off and what it is worth in words; nothing for bundles without money figures."""
    money = evaluation.get("money")
    if money is None:
        return []
    cutoff, best = Estimate.from_json(money["best_cutoff"]), Estimate.from_json(money["best_profit"])
    if best.value <= 0:
        return ["money: at the declared costs no contact pays for itself"]
    size = money["cohort_size"]
    worth = f"{best.value * size:,.0f} EUR ({best.low * size:,.0f} to {best.high * size:,.0f})"
    line = f"money: contact from a risk of {cutoff} on; worth {worth} for {size:,} scored"
    missing = money["reference_defaults"]
    return [line + (f"; reference values for {', '.join(missing)}" if missing else "")]
