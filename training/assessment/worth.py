"""What acting on the forecasts of unseen rows is worth, at the values that the use case declares."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from features.usecase import UseCase
from training.assessment.forecasting import Forecasts, RatingForecasts
from training.assessment.judging import primary_labels
from training.evaluation.contacts import Offer
from training.evaluation.money import REFERENCE_VALUE_EUR, judge_money
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
    """Return the money figures at the primary horizon under ``money``; nothing for ratings and employees.

    Employees are never picked out one by one, so there is no cut-off from which on to contact them. What is
    lost is the value of those who leave: of other events nothing is returned either.

    Values that the use case leaves out are those of reference (:class:`~training.evaluation.money.Offer`),
    and ``reference_defaults`` names them.

    Parameters
    ----------
    cohort_size
        How many are scored at a time; a budget buys a share of them.
    """
    if isinstance(forecasts, RatingForecasts) or usecase.privacy.is_about_employees:
        return {}
    if usecase.means != "leaving":
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
    stated = usecase.value.model_dump(include=set(_TERMS), exclude_none=True)
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
    """Return whom to contact and what that is worth, a line each; none for bundles without money figures."""
    money = evaluation.get("money")
    if money is None:
        return []
    best, size = Estimate.from_json(money["best_profit"]), money["cohort_size"]
    if best.value <= 0:
        seen = f"{_tell_eur(best, size)}; {size:,} are scored"
        return [f"money: no profit of contacts is seen at these costs: {seen}{_tell_references(money)}"]
    share, cutoff = (Estimate.from_json(money[name]) for name in ("best_share", "best_cutoff"))
    doubt = "" if best.low > 0 else ", not clearly worth it"
    lines = [
        f"money: contact the {share.value:.1%} with the highest forecasts: those of {cutoff} or more",
        f"  that earns {_tell_eur(best, size)} more than contacting nobody{doubt}; {size:,} are scored",
    ]
    if "gain_over_random" in money:
        over = Estimate.from_json(money["gain_over_random"])
        lines.append(f"  and {_tell_eur(over, size)} more than contacting as many at random")
    return [*lines[:-1], lines[-1] + _tell_references(money)]


def _tell_eur(per_row: Estimate, size: int) -> str:
    """Return an amount for all who are scored, to three figures."""
    value, low, high = (float(f"{one * size:.3g}") for one in (per_row.value, per_row.low, per_row.high))
    return f"{value:,.0f} EUR ({low:,.0f} to {high:,.0f})"


def _tell_references(money: Mapping[str, Any]) -> str:
    """Say which values the use case does not declare, and what stands for them."""
    known = {"revenue": REFERENCE_VALUE_EUR, **asdict(Offer())}
    missing = ", ".join(f"{name} {known[name]:g}" for name in money["reference_defaults"])
    return f"; not declared under value, so taken from the literature: {missing}" if missing else ""
