"""Survey invitations and answers: a quarterly relationship survey and one after some tickets.

Who answers depends on the person (a third never do), on mood (the unhappy answer a little more) and on
the intention to leave (who wants to go falls silent).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.worlds.arrivals import draw_arrivals
from features.worlds.columns import moments, texts, words
from features.worlds.contacts import Contacts
from features.worlds.effects import FEELINGS, GOAL_HOURS, probability
from features.worlds.support import ClosedTickets
from features.worlds.vocabulary import DAY, HOUR, Flags, Floats, Integers, Seconds
from features.worlds.world import World

SURVEYS = ("relationship", "after_ticket")
NEVER_ANSWER_SHARE = 0.30
_INVITED_TICKETS = 0.40
_FIRST_WEEKS = 30 * DAY
_LONGEST_LAG_DAYS = 25.0


@dataclass(frozen=True)
class Invites:
    """Hold one element per invitation, in order of sending; ``ticket`` is -1 for the relationship survey."""

    customer: Integers
    contact: Integers
    sent: Seconds
    ticket: Integers

    @property
    def is_relationship(self) -> Flags:
        """Tell which invitations belong to the quarterly survey."""
        return np.asarray(self.ticket < 0)


@dataclass(frozen=True)
class Habits:
    """Hold one element per customer: how readily they answer, and whether they never do."""

    readiness: Floats
    is_silent: Flags


@dataclass(frozen=True)
class Answers:
    """Hold one element per answered invitation; NaN where a question was not asked or not answered.

    ``habits`` are those of all customers.
    """

    habits: Habits
    invite: Integers
    answered: Seconds
    mood: Floats
    is_intending: Flags
    nps: Floats
    csat: Floats
    ces: Floats
    layout_rating: Floats


def send_invites(world: World, contacts: Contacts, tickets: ClosedTickets) -> Invites:
    """Invite every customer in the middle of each wave's month, and two in five after a ticket."""
    random = world.stream("invites")
    sent = world.period.edges[world.period.waves] + 9 * DAY + 8 * HOUR
    wave, customer = np.nonzero(
        [world.is_active(int(moment)) & (world.customers.starts + _FIRST_WEEKS <= moment) for moment in sent]
    )
    is_drawn = random.random(tickets.customer.size) < _INVITED_TICKETS
    after = np.flatnonzero(is_drawn)
    after_sent = tickets.closed[after] + (random.uniform(1, 24, after.size) * HOUR).astype(np.int64)
    is_sent = (after_sent < world.lives.ends[tickets.customer[after]]) & (after_sent < world.period.until)
    after, after_sent = after[is_sent], after_sent[is_sent]
    who = np.concatenate([customer, tickets.customer[after]])
    when = np.concatenate([sent[wave], after_sent])
    ticket = np.concatenate([np.full(customer.size, -1), after])
    rows = np.argsort(when, kind="stable")
    who, when = who[rows], when[rows]
    return Invites(who, contacts.pick(who, when, random), when, ticket[rows])


def invite_ids(invites: Integers) -> list[str]:
    """Return the ids of invitations."""
    return [f"I-{number:07d}" for number in (invites + 1).tolist()]


def invite_table(world: World, contacts: Contacts, invites: Invites) -> pa.Table:
    """Return one row per invitation that the export shows."""
    known = draw_arrivals(invites.sent, world.stream("invites: arrivals"))
    rows = world.order(invites.customer, invites.sent, known)
    columns = {
        "invite_id": pa.array(invite_ids(rows)),
        "customer_id": texts(world.customers.customer_id[invites.customer[rows]]),
        "contact_id": pa.array(contacts.id_of(invites.contact[rows])),
        "survey": words((~invites.is_relationship[rows]).astype(np.int64), SURVEYS),
        "sent_at": moments(invites.sent[rows]),
        "ingested_at": moments(known[rows]),
    }
    return pa.table(columns)


def draw_answers(
    world: World, invites: Invites, tickets: ClosedTickets, habits: Habits | None = None
) -> Answers:
    """Draw who answers, when and what; with the habits of another world, if given."""
    random, lives = world.stream("answers"), world.lives
    month = world.period.month_of(invites.sent)
    mood = lives.mood[invites.customer, month]
    lag_days = np.minimum(random.exponential(3.0, invites.sent.size), _LONGEST_LAG_DAYS)
    answered = _by_day((invites.sent + (lag_days * DAY).astype(np.int64) + 5 * 60) // 60 * 60)
    draws = random.random(mood.size)
    if habits is None:
        habits = _draw_habits(world, random)
    answers = draws < _willingness(world, invites, mood, habits)
    is_open = (answered < lives.ends[invites.customer]) & (answered < world.period.until - DAY)
    invite = np.flatnonzero(answers & is_open)
    invite = invite[np.argsort(answered[invite], kind="stable")]
    nps, csat, ces = _rate(world, invites, tickets, invite, random)
    layout = np.where(
        random.random(invite.size) < 0.9,
        random.choice(5, invite.size, p=(0.06, 0.1, 0.26, 0.36, 0.22)) + 1.0,
        np.nan,
    )
    is_intending = lives.intends_at(invites.customer[invite], invites.sent[invite])
    return Answers(habits, invite, answered[invite], mood[invite], is_intending, nps, csat, ces, layout)


def _by_day(moment: Seconds) -> Seconds:
    """Move the night (before 5:00 UTC) to the morning, so that no local hour is ambiguous."""
    return np.where(moment % DAY < 5 * HOUR, moment + 5 * HOUR, moment)


def _draw_habits(world: World, random: np.random.Generator) -> Habits:
    """Draw how readily each customer answers."""
    readiness = 0.55 + 1.1 * random.standard_normal(world.customers.count)
    return Habits(readiness, random.random(world.customers.count) < NEVER_ANSWER_SHARE)


def _willingness(world: World, invites: Invites, mood: Floats, habits: Habits) -> Floats:
    """Return the probability that each invitation is answered."""
    is_intending = world.lives.intends_at(invites.customer, invites.sent)
    pull = (
        habits.readiness[invites.customer]
        - 0.20 * mood
        - 1.10 * is_intending
        - 0.50 * ~invites.is_relationship
    )
    return np.where(habits.is_silent[invites.customer], 0.0, probability(pull))


def _rate(
    world: World, invites: Invites, tickets: ClosedTickets, invite: Integers, random: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Return the ratings of each answer: NPS in the relationship survey, CES after a ticket, CSAT in both."""
    customer, month = invites.customer[invite], world.period.month_of(invites.sent[invite])
    mood = world.lives.mood[customer, month]
    is_relationship = invites.is_relationship[invite]
    hours = (
        tickets.hours[np.maximum(invites.ticket[invite], 0)]
        if tickets.hours.size
        else np.full(invite.size, GOAL_HOURS)
    )
    doublings = np.where(is_relationship, 0.0, np.log2(hours / GOAL_HOURS))
    wobble = random.standard_normal((3, invite.size))
    likely = FEELINGS.nps_level + FEELINGS.nps_per_mood * mood + FEELINGS.nps_noise * wobble[0]
    content = 3.6 + 0.8 * mood - 0.15 * doublings + 0.6 * wobble[1]
    easy = world.lives.ease[customer, month] - 0.25 * doublings + 0.8 * wobble[2]
    skips = random.random((2, invite.size)) < 0.06
    nps = np.where(is_relationship, np.clip(np.rint(likely), 0, 10), np.nan)
    csat = np.where(skips[0], np.nan, np.clip(np.rint(content), 1, 5))
    ces = np.where(is_relationship | skips[1], np.nan, np.clip(np.rint(easy), 1, 7))
    return nps, csat, ces
