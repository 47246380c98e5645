"""What acting on forecasts is worth: profit per targeted share, the best cut-off, expected maximum profit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from training.evaluation.rows import LabelledRows
from training.statistics import Estimate, Floats, Ranking, as_column, from_draws

SHARES = np.linspace(0, 1, 101)
REFERENCE_VALUE_EUR = 200.0
_NODES = 32


@dataclass(frozen=True)
class Offer:
    """Say what contacting one entity costs and how often it succeeds.

    Defaults are the reference parameters of Verbraken, Verbeke & Baesens (2013): Beta(6, 14), 10, 1.

    Parameters
    ----------
    success_rate, success_evidence
        Share of leavers that a contact keeps, and the number of past contacts that this rests on; together
        the distribution Beta(rate * evidence, (1 - rate) * evidence).
    incentive_cost_eur, contact_cost_eur
        Paid to those who stay with the offer, and for every contact.
    """

    success_rate: float = 0.3
    success_evidence: float = 20.0
    incentive_cost_eur: float = 10.0
    contact_cost_eur: float = 1.0

    @property
    def beta(self) -> tuple[float, float]:
        """Return both parameters of the distribution of the success rate."""
        return self.success_rate * self.success_evidence, (1 - self.success_rate) * self.success_evidence


@dataclass(frozen=True)
class Money:
    """Hold profits in EUR per row of the cohort; multiply by its size for the whole.

    Attributes
    ----------
    profits
        Profit at each of :data:`SHARES`, at the mean success rate.
    random
        Profit when as many as at the best share are contacted by chance.
    best_share, best_cutoff, best_profit
        Where profit is highest, and the probability from which on one contacts there.
    empc, empc_share
        Expected maximum profit and the share targeted for it.
    at_budget, rules
        Profit at the declared budget, and by name how much more than each simpler rule the model earns at the
        best share; None and empty where nothing is declared.
    """

    profits: tuple[Estimate, ...]
    random: Estimate
    best_share: Estimate
    best_cutoff: Estimate
    best_profit: Estimate
    empc: Estimate
    empc_share: float
    at_budget: Estimate | None
    rules: Mapping[str, Estimate]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        single = ("random", "best_share", "best_cutoff", "best_profit", "empc")
        return {
            "shares": SHARES.tolist(),
            "profits": [profit.to_json() for profit in self.profits],
            **{name: getattr(self, name).to_json() for name in single},
            "empc_share": self.empc_share,
            "at_budget": None if self.at_budget is None else self.at_budget.to_json(),
            "gain_over": {name: gain.to_json() for name, gain in self.rules.items()},
        }


def expected_maximum_profit(gains: Floats, costs: Floats, offer: Offer) -> tuple[float, Floats]:
    """Return the expected maximum profit, and the chance that each cut is the best one.

    The profit of a cut is ``rate * gain - cost``: a line over the success rate. The highest line at each rate
    is the upper envelope, and its mean under the Beta distribution has a closed form by the incomplete beta
    function (Verbraken, Verbeke & Baesens 2013, "A novel profit maximizing metric for measuring
    classification performance of customer churn prediction models").

    Parameters
    ----------
    gains, costs
        ``[k]`` per cut; the first is to contact nobody (0, 0).
    """
    kept, starts = _envelope(gains, costs)
    alpha, beta = offer.beta
    ends = np.append(starts, 1.0)
    chance = np.diff(special.betainc(alpha, beta, ends))
    mean_part = alpha / (alpha + beta) * np.diff(special.betainc(alpha + 1, beta, ends))
    chances = np.zeros(gains.size)
    chances[kept] = chance
    return float(gains[kept] @ mean_part - costs[kept] @ chance), chances


def _envelope(gains: Floats, costs: Floats) -> tuple[list[int], list[float]]:
    """Return the lines that are highest somewhere between 0 and 1, and where each begins to be."""
    kept: list[int] = []
    starts: list[float] = []
    for line in np.lexsort((costs, gains)):
        if kept and gains[line] == gains[kept[-1]]:
            continue
        start = 0.0
        while kept:
            last = kept[-1]
            start = max(0.0, (costs[line] - costs[last]) / (gains[line] - gains[last]))
            if start > starts[-1]:
                break
            kept.pop()
            starts.pop()
            start = 0.0
        if start < 1:
            kept.append(int(line))
            starts.append(start)
    return kept, starts


@dataclass(frozen=True)
class _Curves:
    """Hold gains and costs per cut, ``[draws, k]`` per row of the cohort."""

    gains: Floats
    costs: Floats

    def profits(self, rate: float) -> Floats:
        """Return the profit at one success rate."""
        return self.gains * rate - self.costs

    def expected_maximum(self, offer: Offer) -> Floats:
        """Return the expected maximum profit of each draw by Gauss-Jacobi quadrature."""
        alpha, beta = offer.beta
        nodes, weights = special.roots_sh_jacobi(_NODES, alpha + beta - 1, alpha)
        best = np.stack([self.profits(float(node)).max(axis=1) for node in nodes], axis=1)
        means: Floats = best @ weights / weights.sum()
        return means


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
    A contacted stayer costs incentive and contact. Intervals resample entities; the best share is sought anew
    in each resample, so that its range holds the doubt of the choice. The profit at the best share is that of
    the share found on the same rows, thus a little optimistic.

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
    terms = offer or Offer()
    labels = as_column("target", target)
    worth = (
        np.full(labels.size, REFERENCE_VALUE_EUR)
        if value_eur is None
        else np.nan_to_num(np.asarray(value_eur))
    )
    rows = LabelledRows.of(labels, weight=weight, entity=entity, value=worth, n_draws=n_draws, seed=seed)
    ranking = Ranking.of(labels, probability)
    own, drawn = _on_shares(rows, ranking, terms)
    rate, n = terms.success_rate, labels.size
    curve, curves = own.profits(rate)[0], drawn.profits(rate)
    best, drawn_best = int(curve.argmax()), curves.argmax(axis=1)
    exact, chances = _exact(rows, ranking, terms)
    other = {name: _on_shares(rows, Ranking.of(labels, rule), terms) for name, rule in (rules or {}).items()}
    return Money(
        profits=tuple(from_draws(curve[cut], curves[:, cut], n) for cut in range(SHARES.size)),
        random=from_draws(curve[-1] * SHARES[best], curves[:, -1] * SHARES[best], n),
        best_share=from_draws(SHARES[best], SHARES[drawn_best], n),
        best_cutoff=_cutoff(ranking, rows, best, drawn_best),
        best_profit=from_draws(curve[best], curves[:, best], n),
        empc=from_draws(exact, drawn.expected_maximum(terms), n),
        empc_share=chances,
        at_budget=None if budget_share is None else _at(budget_share, curve, curves, n),
        rules={
            name: from_draws(
                curve[best] - its.profits(rate)[0, best],
                curves[:, best] - its_drawn.profits(rate)[:, best],
                n,
            )
            for name, (its, its_drawn) in other.items()
        },
    )


def _at(share: float, curve: Floats, curves: Floats, n: int) -> Estimate:
    """Return the profit at a share between two cuts."""
    drawn = np.array([np.interp(share, SHARES, one) for one in curves])
    return from_draws(float(np.interp(share, SHARES, curve)), drawn, n)


def _curves(rows: LabelledRows, ranking: Ranking, offer: Offer, weights: Floats) -> tuple[_Curves, Floats]:
    """Return gains and costs after every group of equal forecasts, and the share contacted there."""
    mass = ranking.weigh(weights)
    whole = mass.rows[:, -1:]
    lost = ranking.weigh_amount(weights, rows.lost[ranking.order])
    gains = (lost - offer.incentive_cost_eur * mass.events) / whole
    stayers = mass.rows - mass.events
    costs = (offer.contact_cost_eur * mass.rows + offer.incentive_cost_eur * stayers) / whole
    return _Curves(gains, costs), mass.rows / whole


def _exact(rows: LabelledRows, ranking: Ranking, offer: Offer) -> tuple[float, float]:
    """Return the expected maximum profit over all cuts, and the share targeted for it."""
    curves, shares = _curves(rows, ranking, offer, rows.draws.weight[ranking.order][None])
    profit, chances = expected_maximum_profit(curves.gains[0], curves.costs[0], offer)
    return profit, float(chances @ shares[0])


def _on_shares(rows: LabelledRows, ranking: Ranking, offer: Offer) -> tuple[_Curves, _Curves]:
    """Return the curves at :data:`SHARES` on the rows themselves and on each resample."""

    def cut(weights: Floats) -> Floats:
        curves, shares = _curves(rows, ranking, offer, weights)
        parts = zip(shares, curves.gains, curves.costs, strict=True)
        return np.stack(
            [np.stack([np.interp(SHARES, at, gain), np.interp(SHARES, at, cost)]) for at, gain, cost in parts]
        )

    draws = rows.draws.ordered(ranking.order)
    own, drawn = cut(draws.weight[None]), draws.apply(cut)
    return _Curves(own[:, 0], own[:, 1]), _Curves(drawn[:, 0], drawn[:, 1])


def _cutoff(ranking: Ranking, rows: LabelledRows, best: int, drawn_best: npt.NDArray[np.intp]) -> Estimate:
    """Return the lowest forecast contacted at the best share; 1 where nobody is."""
    shares = np.cumsum(rows.draws.weight[ranking.order])
    shares /= shares[-1]
    places = np.minimum(np.searchsorted(shares, SHARES - 1e-12), shares.size - 1)
    cutoffs = np.where(SHARES == 0, 1.0, ranking.forecast[places])
    return from_draws(float(cutoffs[best]), cutoffs[drawn_best], shares.size)
