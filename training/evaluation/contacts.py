"""Whom to contact: the best cut-off of a ranking, and what it earns on rows that had no say in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import special

from training.evaluation.rows import LabelledRows
from training.statistics import EntityDraws, Floats, Ranking

N_FOLDS = 5
N_REPEATS = 4


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
class Choice:
    """Say which cuts of a ranking are taken; cut ``k`` contacts the first ``k`` groups of equal forecasts.

    Attributes
    ----------
    chances
        ``[g + 1]`` chance that each cut is taken; they add up to 1.
    kept
        ``[g + 1]`` that chance times the mean success rate where it is taken.
    """

    chances: Floats
    kept: Floats

    def profit(self, gains: Floats, costs: Floats) -> float:
        """Return the profit of running gains and costs, each ``[g + 1]``."""
        return float(gains @ self.kept - costs @ self.chances)


Chooser = Callable[[Floats, Floats, Offer], Choice]


def choose_best(gains: Floats, costs: Floats, offer: Offer) -> Choice:
    """Take the cut of highest profit at the mean success rate; of equal ones the shortest."""
    chances = np.zeros(gains.size)
    chances[int(np.argmax(gains * offer.success_rate - costs))] = 1.0
    return Choice(chances, chances * offer.success_rate)


def choose_by_rate(gains: Floats, costs: Floats, offer: Offer) -> Choice:
    """Take for each success rate the cut that is best there: its profit is the expected maximum profit.

    The profit of a cut is ``rate * gain - cost``: a line over the success rate. The highest line at each rate
    is the upper envelope, and its mean under the Beta distribution has a closed form by the incomplete beta
    function (Verbraken, Verbeke & Baesens 2013, "A novel profit maximizing metric for measuring
    classification performance of customer churn prediction models").

    Parameters
    ----------
    gains, costs
        ``[g + 1]`` per cut; the first is to contact nobody (0, 0).
    """
    lines, starts = _envelope(gains.tolist(), costs.tolist(), np.lexsort((costs, gains)).tolist())
    alpha, beta = offer.beta
    ends = np.append(starts, 1.0)
    chances, kept = np.zeros(gains.size), np.zeros(gains.size)
    chances[lines] = np.diff(special.betainc(alpha, beta, ends))
    kept[lines] = alpha / (alpha + beta) * np.diff(special.betainc(alpha + 1, beta, ends))
    return Choice(chances, kept)


def _envelope(gains: list[float], costs: list[float], order: list[int]) -> tuple[list[int], list[float]]:
    """Return the lines that are highest somewhere between 0 and 1, and where each begins to be."""
    kept: list[int] = []
    starts: list[float] = []
    for line in order:
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
            kept.append(line)
            starts.append(start)
    return kept, starts


def _from_above(by_cut: Floats) -> Floats:
    """Return for each group the sum over all cuts that contact it."""
    return np.cumsum(by_cut[:0:-1])[::-1]


@dataclass(frozen=True)
class Contacts:
    """Hold rows by falling forecast, with what contacting each of them brings and costs.

    Attributes
    ----------
    gain, cost
        ``[n]`` earned times the success rate, and paid whatever comes of it.
    """

    ranking: Ranking
    draws: EntityDraws
    gain: Floats
    cost: Floats
    offer: Offer

    @classmethod
    def of(cls, rows: LabelledRows, ranking: Ranking, offer: Offer) -> Self:
        """Price the rows.

        A contacted leaver stays with the success rate: his value less the incentive is earned, less the
        contact. A contacted stayer costs incentive and contact.
        """
        gain = rows.lost[ranking.order] - offer.incentive_cost_eur * ranking.target
        cost = offer.contact_cost_eur + offer.incentive_cost_eur * (1 - ranking.target)
        return cls(ranking, rows.draws.ordered(ranking.order), gain, cost, offer)

    def running(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return gains and costs of every cut for some weightings, each ``[draws, g + 1]``, in EUR."""
        return self.ranking.weigh_amount(weights, self.gain), self.ranking.weigh_amount(weights, self.cost)

    def judge_within(self, chooser: Chooser) -> "Earnings":
        """Choose on all rows and return what they earn by that: flattering, since they had a say in it."""
        chances, kept = self._choose(chooser, self.draws.weight)
        return self._earn(chances, kept)

    def judge_apart(self, chooser: Chooser) -> "Earnings":
        """Return what rows earn when others have chosen.

        The cut-off that is best on the rows it is judged on looks better than it is. So entities are parted
        into folds, each row is contacted from the cut-off chosen on the other folds, and profits are averaged
        over all folds and over repeated partings (cross-fitting: Chernozhukov et al. 2018, "Double/debiased
        machine learning for treatment and structural parameters").
        """
        chances, kept = np.zeros(self.gain.size), np.zeros(self.gain.size)
        for repeat in range(N_REPEATS):
            random = np.random.default_rng([self.draws.seed, repeat])
            fold = (random.permutation(self.draws.n_entities) % N_FOLDS)[self.draws.codes]
            for held_back in np.unique(fold):
                here = fold == held_back
                chosen = self._choose(chooser, self.draws.weight * ~here)
                chances[here] += chosen[0][here] / N_REPEATS
                kept[here] += chosen[1][here] / N_REPEATS
        return self._earn(chances, kept)

    def _choose(self, chooser: Chooser, weight: Floats) -> tuple[Floats, Floats]:
        """Return for each row its chance to be contacted by what is chosen, and that times the success."""
        gains, costs = self.running(weight[None])
        choice = chooser(gains[0], costs[0], self.offer)
        sizes = np.diff(np.append(self.ranking.first_rows, self.gain.size))
        chances, kept = (np.repeat(_from_above(part), sizes) for part in (choice.chances, choice.kept))
        return chances, kept

    def _earn(self, chances: Floats, kept: Floats) -> "Earnings":
        """Return what rows earn when each is contacted with its chance."""
        share = float(np.average(chances, weights=self.draws.weight))
        return Earnings(kept * self.gain - chances * self.cost, share)


@dataclass(frozen=True)
class Earnings:
    """Hold the ``[n]`` profit of each row by falling forecast, and the share of rows contacted."""

    profit: Floats
    share: float
