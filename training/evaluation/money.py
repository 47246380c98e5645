"""What acting on forecasts is worth: profit per targeted share, the best cut-off, expected maximum profit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.evaluation.contacts import Contacts, Offer, choose_best, choose_by_rate
from training.evaluation.rows import LabelledRows
from training.statistics import Estimate, Floats, Ranking, as_column, from_draws, plain_values

SHARES = np.linspace(0, 1, 101)
REFERENCE_VALUE_EUR = 200.0


@dataclass(frozen=True)
class Money:
    """Hold profits in EUR per row of the cohort; multiply by its size for the whole.

    Attributes
    ----------
    profits
        Profit at each of :data:`SHARES`, at the mean success rate.
    best_share, best_cutoff
        Where profit is highest, and the probability from which on one contacts there.
    best_profit
        What contacting from the best cut-off on earns more than contacting nobody, on rows without a say in
        where it lies.
    random, over_random
        Profit when as many are contacted by chance, and how much more the forecasts earn.
    empc, empc_share
        Expected maximum profit, judged likewise, and the share contacted for it.
    at_budget
        Profit at the declared budget; None where nothing is declared.
    over_rules
        By name how much more the forecasts earn than each simpler rule, both from their best cut-off on.
    """

    profits: tuple[Estimate, ...]
    best_share: Estimate
    best_cutoff: Estimate
    best_profit: Estimate
    random: Estimate
    over_random: Estimate
    empc: Estimate
    empc_share: float
    at_budget: Estimate | None
    over_rules: Mapping[str, Estimate]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        single = ("best_share", "best_cutoff", "best_profit", "random", "empc")
        return {
            "shares": SHARES.tolist(),
            "profits": plain_values(self.profits),
            **{name: getattr(self, name).to_json() for name in single},
            "empc_share": self.empc_share,
            "at_budget": plain_values(self.at_budget),
            "gain_over_random": self.over_random.to_json(),
            "gain_over": plain_values(self.over_rules),
        }


def judge_money(
    target: npt.ArrayLike,
    probability: npt.ArrayLike,
    *,
    value_eur: npt.ArrayLike | None = None,
    offer: Offer | None = None,
    budget_share: float | None = None,
    rules: Mapping[str, npt.ArrayLike] | None = None,
    weight: npt.ArrayLike | None = None,
    entity: npt.ArrayLike | None = None,
    n_draws: int = 500,
    seed: int = 0,
) -> Money:
    """Judge what contacting the highest forecasts earns on rows that no part of the model has seen.

    A contacted leaver stays with the success rate: his value less the incentive is earned, less the contact.
    A contacted stayer costs incentive and contact. Intervals resample entities. The best cut-off is sought
    anew in each resample, so that its range holds the doubt of the choice; what it earns is judged on folds
    of entities that had no say in it (:meth:`~training.evaluation.contacts.Contacts.judge_apart`).

    Parameters
    ----------
    target, probability, weight, entity, n_draws, seed
        As for :func:`~training.evaluation.evaluate`.
    value_eur
        ``[n]`` value of each row; the reference 200 when absent, NaN counts as 0.
    budget_share
        Share of the cohort that the budget allows to contact.
    rules
        Forecasts of simpler rules, by name.

    Raises
    ------
    TooFewEventsError
        If the rows hold one class only.
    """
    labels = as_column("target", target)
    worth = np.full(labels.size, REFERENCE_VALUE_EUR) if value_eur is None else value_eur
    rows = LabelledRows.of(labels, weight=weight, entity=entity, value=worth, n_draws=n_draws, seed=seed)

    def price(forecast: npt.ArrayLike) -> Contacts:
        return Contacts.of(rows, Ranking.of(labels, forecast), offer or Offer())

    contacts = price(probability)
    return Money(
        **_read_curve(contacts, budget_share),
        **_judge_best(contacts, {name: price(rule) for name, rule in (rules or {}).items()}),
    )


def _read_curve(contacts: Contacts, budget_share: float | None) -> dict[str, Any]:
    """Return the profits at all shares and at the budget, and where they are highest."""
    budget = [] if budget_share is None else [budget_share]
    places, n = np.append(SHARES, budget), contacts.gain.size
    cutoffs = np.append(1.0, contacts.ranking.forecast[contacts.ranking.first_rows])

    def read(weights: Floats) -> Floats:
        gains, costs = contacts.running(weights)
        mass = contacts.ranking.weigh(weights).rows
        profits, shares = gains * contacts.offer.success_rate - costs, mass / mass[:, -1:]
        best = profits.argmax(axis=1)
        at = [np.interp(places, x, y) for x, y in zip(shares, profits / mass[:, -1:], strict=True)]
        return np.column_stack([at, shares[np.arange(best.size), best], cutoffs[best]])

    own, drawn = read(contacts.draws.weight[None])[0], contacts.draws.apply(read)
    found = [from_draws(float(value), draws, n) for value, draws in zip(own, drawn.T, strict=True)]
    return {
        "profits": tuple(found[: SHARES.size]),
        "at_budget": found[SHARES.size] if budget else None,
        "best_share": found[-2],
        "best_cutoff": found[-1],
    }


def _judge_best(contacts: Contacts, rules: Mapping[str, Contacts]) -> dict[str, Any]:
    """Return what the best cut-off earns, alone and against others, and the expected maximum profit."""
    apart, within = contacts.judge_apart(choose_best), contacts.judge_within(choose_best)
    expected, expected_within = contacts.judge_apart(choose_by_rate), contacts.judge_within(choose_by_rate)
    everyone = contacts.gain * contacts.offer.success_rate - contacts.cost
    random = everyone * within.share

    def less(rule: Contacts) -> Floats:
        its = np.empty(random.size)
        its[rule.ranking.order] = rule.judge_apart(choose_best).profit
        return apart.profit - its[contacts.ranking.order]

    return {
        "best_profit": _bracket(contacts, apart.profit, within.profit),
        "random": _bracket(contacts, random, random),
        "over_random": _bracket(contacts, apart.profit - everyone * apart.share, within.profit - random),
        "empc": _bracket(contacts, expected.profit, expected_within.profit),
        "empc_share": expected_within.share,
        "over_rules": {name: _bracket(contacts, less(rule), less(rule)) for name, rule in rules.items()},
    }


def _bracket(contacts: Contacts, apart: Floats, within: Floats) -> Estimate:
    """Return the mean per row of a cautious amount, with the upper end of a hopeful one.

    What a choice earns lies between its profit on rows apart from it, chosen with fewer rows and thus a
    little worse, and its profit on its own rows, which flatters it. The range goes from the lower end of the
    one to the upper end of the other (Mak, Morton & Wood 1999, "Monte Carlo bounding techniques for
    determining solution quality in stochastic programs"). Each end resamples entities.
    """
    amounts = np.column_stack([apart, within])

    def average(weights: Floats) -> Floats:
        means: Floats = weights @ amounts / weights.sum(axis=1, keepdims=True)
        return means

    own, drawn = average(contacts.draws.weight[None])[0], contacts.draws.apply(average)
    cautious, hopeful = (from_draws(float(own[side]), drawn[:, side], apart.size) for side in (0, 1))
    return Estimate.around(cautious.value, cautious.low, max(cautious.high, hopeful.high), apart.size)
