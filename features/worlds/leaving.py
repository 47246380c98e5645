"""How customers feel month by month, and who forms the intention to leave: the heart of the planted truth.

Nothing here knows the tables. Experience changes ease and mood; experience, ease and mood change the
hazard; the intention sours the mood and comes out as a cancellation some months later.
"""

from dataclasses import dataclass

import numpy as np

from features.worlds.action import PlantedAction
from features.worlds.customers import Customers
from features.worlds.effects import (
    FEELINGS,
    HAZARD,
    LAG_SHARES,
    MOOD_DROP_IN_PLANTED_WAVE,
    TYPICAL_LATE_SHARE,
    probability,
)
from features.worlds.experience import Experience
from features.worlds.period import PLANTED_WAVE, Period, stream
from features.worlds.vocabulary import DAY, NEVER, Flags, Floats, Integers, Seconds

_PERSISTENCE = 0.85
_OFFER_MOOD, _OFFER_STEEPNESS, _OFFER_SHARE = -1.25, 5.0, 0.85


@dataclass(frozen=True)
class Lives:
    """Hold what happens inside each customer; shapes are [customers] and [customers, months].

    ``log_odds`` is the hazard of forming the intention in a month, ``is_at_risk`` tells where it applied
    (a customer without intention). ``mood`` has no unit; its spread is about 0.9.
    """

    intends: Seconds
    ends: Seconds
    took_offer: Flags
    mood: Floats
    ease: Floats
    log_odds: Floats
    is_at_risk: Flags

    def intends_at(self, customer: Integers, moment: Seconds) -> Flags:
        """Tell whether a customer has the intention to leave at a moment."""
        return np.asarray(self.intends[customer] <= moment)


def log_odds_of_leaving(
    customers: Customers, month_start: int, states: tuple[Floats, Floats, Floats, Floats]
) -> Floats:
    """Return each customer's log-odds of forming the intention to leave in the month that begins.

    Parameters
    ----------
    customers
        Who they are.
    month_start
        First moment of the month.
    states
        Resolution (doublings), ease, share of late deliveries and own mood, each [customers], as the
        month begins.
    """
    resolution, ease, late_share, own_mood = states
    is_new = month_start - customers.starts < 365 * DAY
    context = (
        np.asarray(HAZARD.size)[customers.size]
        + np.asarray(HAZARD.plan)[customers.plan_at(month_start)]
        + np.asarray(HAZARD.region)[customers.region]
        + HAZARD.first_year * is_new
    )
    felt = HAZARD.resolution_direct * resolution + HAZARD.ease * (ease - FEELINGS.ease_level)
    lived = HAZARD.late_share * (late_share - TYPICAL_LATE_SHARE) + HAZARD.mood * own_mood
    return np.asarray(HAZARD.intercept + context + felt + lived, dtype=np.float64)


def live(
    seed: int,
    customers: Customers,
    experience: Experience,
    period: Period,
    action: PlantedAction | None = None,
) -> Lives:
    """Let the customers live through the period: feel, form intentions, leave."""
    company = _Company(seed, customers, experience, period)
    is_treated = None if action is None else action.reaches(customers)
    columns: list[tuple[Floats, Floats, Floats, Flags]] = []
    planted = period.waves[PLANTED_WAVE - 1 : PLANTED_WAVE + 1]
    for month in range(period.months):
        start = int(period.edges[month])
        states = (
            experience.resolution[:, month],
            company.ease(month),
            experience.late_share[:, month],
            company.own_mood,
        )
        log_odds = log_odds_of_leaving(customers, start, states)
        if action is not None and is_treated is not None:
            log_odds = log_odds + action.relief(start, is_treated)
            if start <= action.moment < period.edges[month + 1]:
                company.win_back(action, is_treated, stream(seed, "action"))
        is_at_risk = (customers.starts <= start) & (company.intends == NEVER)
        company.form_intentions(month, log_odds, is_at_risk)
        is_held = planted[0] < month <= planted[1]
        if month == planted[0] + 1:
            company.hold_mood(columns[-1][0], month)
            company.make_offer(month, columns[-1][0], is_at_risk & (company.intends == NEVER))
        mood = company.feel(month, is_held=bool(is_held))
        columns.append((mood, company.ease(month + 1), log_odds, is_at_risk))
    mood, ease, log_odds, is_at_risk = (np.stack(column, axis=1) for column in zip(*columns, strict=True))
    return Lives(company.intends, company.ends, company.took_offer, mood, ease, log_odds, is_at_risk)


class _Company:
    """Carry the inner states of all customers from month to month."""

    def __init__(self, seed: int, customers: Customers, experience: Experience, period: Period) -> None:
        self.random = stream(seed, "leaving")
        self.experience, self.period = experience, period
        count = customers.count
        self.intends = np.full(count, NEVER)
        self.ends = np.full(count, NEVER)
        self.took_offer = np.zeros(count, dtype=bool)
        self.style = self.random.standard_normal(count)
        self.own_mood = self.random.standard_normal(count)
        self.own_ease = 0.6 * self.random.standard_normal(count)
        self.is_held = customers.starts < period.edges[period.waves[PLANTED_WAVE - 1] + 1]
        self.held_mood = np.zeros(count)

    def ease(self, state: int) -> Floats:
        """Return the ease of getting help that the experience up to a state (0 = before the start) gives."""
        felt = (
            FEELINGS.ease_level
            + FEELINGS.ease_per_doubling * self.experience.resolution[:, state]
            + self.own_ease
        )
        return np.asarray(felt, dtype=np.float64)

    def form_intentions(self, month: int, log_odds: Floats, is_at_risk: Flags) -> None:
        """Draw who forms the intention in this month and when the cancellation follows."""
        start, end = self.period.edges[month], self.period.edges[month + 1]
        is_forming = is_at_risk & (self.random.random(log_odds.size) < probability(log_odds))
        intends = start + (self.random.random(log_odds.size) * (end - start)).astype(np.int64)
        lag_months = self.random.choice(len(LAG_SHARES), log_odds.size, p=LAG_SHARES)
        wait_days = 3 + 30 * lag_months + 25 * self.random.random(log_odds.size)
        ends = intends + (wait_days * DAY).astype(np.int64)
        self._decide(is_forming, intends, ends)

    def make_offer(self, month: int, mood: Floats, is_at_risk: Flags) -> None:
        """Let a rival's offer draw away the unhappy within a month; mood alone decides."""
        start, end = self.period.edges[month], self.period.edges[month + 1]
        share = _OFFER_SHARE * probability(_OFFER_STEEPNESS * (_OFFER_MOOD - mood))
        takes = is_at_risk & (self.random.random(mood.size) < share)
        ends = start + ((0.1 + 0.85 * self.random.random(mood.size)) * (end - start)).astype(np.int64)
        self.took_offer |= takes
        self._decide(takes, ends - 2 * DAY, ends)

    def win_back(self, action: PlantedAction, is_treated: Flags, random: np.random.Generator) -> None:
        """Let some of the treated who mean to leave stay after all."""
        is_leaving = is_treated & (self.intends < action.moment) & (self.ends > action.moment)
        stays = is_leaving & (random.random(is_leaving.size) < action.won_back)
        self._decide(stays, np.full_like(self.intends, NEVER), np.full_like(self.ends, NEVER))

    def hold_mood(self, mood: Floats, month: int) -> None:
        """Remember how everybody feels as a month begins, the intention to leave apart."""
        self.held_mood = mood - FEELINGS.mood_intending * self._is_intending(month - 1)

    def feel(self, month: int, *, is_held: bool) -> Floats:
        """Return the mood at the end of a month.

        While mood is held (the months before the planted wave) nobody feels better than at the wave
        before: the own part of the mood takes up whatever experience would have changed.
        """
        souring = FEELINGS.mood_intending * self._is_intending(month)
        explained = self._explain_mood(month)
        fresh = self.random.standard_normal(explained.size)
        self.own_mood = _PERSISTENCE * self.own_mood + np.sqrt(1.0 - _PERSISTENCE**2) * fresh
        if is_held:
            held = (self.held_mood - MOOD_DROP_IN_PLANTED_WAVE - explained) / FEELINGS.mood_own
            self.own_mood = np.where(self.is_held, held, self.own_mood)
        return np.asarray(explained + FEELINGS.mood_own * self.own_mood + souring, dtype=np.float64)

    def _explain_mood(self, month: int) -> Floats:
        """Return the part of mood at the end of a month that experience and answering style explain."""
        resolution = FEELINGS.mood_per_doubling * self.experience.resolution[:, month + 1]
        late_share = self.experience.late_share[:, month + 1] - TYPICAL_LATE_SHARE
        return np.asarray(
            resolution + FEELINGS.mood_per_late_share * late_share + FEELINGS.mood_style * self.style
        )

    def _is_intending(self, month: int) -> Flags:
        """Tell who has the intention to leave at the end of a month."""
        return np.asarray(self.intends < self.period.edges[month + 1])

    def _decide(self, who: Flags, intends: Seconds, ends: Seconds) -> None:
        """Write down the decisions of some customers."""
        self.intends = np.where(who, intends, self.intends)
        self.ends = np.where(who, ends, self.ends)
