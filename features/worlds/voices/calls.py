"""The calls of the service line with their transcripts."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.worlds.arrivals import draw_arrivals
from features.worlds.columns import moments, numbered, texts
from features.worlds.period import scatter
from features.worlds.phrases import TONES, TOPICS
from features.worlds.verbatims import draw_tones, draw_topics
from features.worlds.vocabulary import DAY, HOUR, LANGUAGES, Flags, Integers, Seconds
from features.worlds.voices.dialogue import NUMBERS_PER_CALL, Matter, hold_dialogue
from features.worlds.voices.scripts import load_call_script
from features.worlds.world import World

_CALLS_PER_MONTH = 0.035
_AGENTS = 40
_OPENING_HOURS = (7, 16)
_TURN_COLUMNS = ("call_id", "speaker", "start_s", "end_s", "text")


@dataclass(frozen=True)
class Calls:
    """Hold the calls that the export shows, in order of arrival; topic and tone are codes of the phrases."""

    customer: Integers
    started: Seconds
    known: Seconds
    agent: Integers
    topic: Integers
    tone: Integers
    is_solved: Flags
    is_escalated: Flags


def draw_calls(world: World) -> Calls:
    """Draw who calls when and about what: mood sets the tone, experience the topic, support the outcome."""
    random, experience = world.stream("calls"), world.experience
    customer, month = world.month_pairs()
    number = random.poisson(_CALLS_PER_MONTH, customer.size)
    customer, month = np.repeat(customer, number), np.repeat(month, number)
    started = _in_opening_hours(scatter(world.period, month, random), random)
    known = draw_arrivals(started + HOUR, random)
    rows = world.order(customer, started, known)
    customer, started, known = customer[rows], started[rows], known[rows]
    month = world.period.month_of(started)
    resolution, mood = experience.resolution[customer, month], world.lives.mood[customer, month]
    tone = draw_tones(mood, world.lives.intends_at(customer, started), random)
    topic = draw_topics(tone, resolution, experience.late_share[customer, month], random)
    chance = np.clip(0.72 - 0.15 * resolution + 0.06 * (tone - 1), 0.1, 0.95)
    is_solved = random.random(rows.size) < chance
    is_escalated = (tone == 0) & ~is_solved & (random.random(rows.size) < 0.6)
    agent = random.integers(1, _AGENTS + 1, rows.size)
    return Calls(customer, started, known, agent, topic, tone, is_solved, is_escalated)


def _in_opening_hours(moment: Seconds, random: np.random.Generator) -> Seconds:
    """Move moments to a working day (Saturdays and Sundays to the Friday before) in opening hours (UTC)."""
    day = moment // DAY
    weekday = (day + 3) % 7
    opens, closes = _OPENING_HOURS
    seconds = opens * HOUR + random.random(moment.size) * (closes - opens) * HOUR
    return (day - np.clip(weekday - 4, 0, 2)) * DAY + seconds.astype(np.int64)


def call_table(world: World, calls: Calls) -> pa.Table:
    """Return one row per call; it is known once it is transcribed, an hour later or with a delay."""
    columns = {
        "call_id": numbered("Z", calls.customer.size),
        "customer_id": texts(world.customers.customer_id[calls.customer]),
        "started_at": moments(calls.started),
        "ingested_at": moments(calls.known),
        "agent_id": pa.array([f"G-{agent:03d}" for agent in calls.agent.tolist()], type=pa.string()),
    }
    return pa.table(columns)


def turn_table(world: World, calls: Calls) -> pa.Table:
    """Return one row per turn, calls in their order, turns as they begin."""
    chances = world.stream("call turns").random((calls.customer.size, NUMBERS_PER_CALL)).tolist()
    call_ids = numbered("Z", calls.customer.size).to_pylist()
    languages = world.customers.language[calls.customer].tolist()
    matters = zip(call_ids, languages, _list_matters(world, calls), chances, strict=True)
    rows = [
        (call_id, *turn)
        for call_id, language, matter, numbers in matters
        for turn in hold_dialogue(load_call_script(LANGUAGES[language]), matter, numbers)
    ]
    each = zip(*rows, strict=True) if rows else ((),) * len(_TURN_COLUMNS)
    kinds = (pa.string(), pa.string(), pa.float64(), pa.float64(), pa.string())
    arrays = [pa.array(list(column), type=kind) for column, kind in zip(each, kinds, strict=True)]
    return pa.table(dict(zip(_TURN_COLUMNS, arrays, strict=True)))


def _list_matters(world: World, calls: Calls) -> list[Matter]:
    """Return what each call is about."""
    month = world.period.month_of(calls.started)
    slowness = world.experience.resolution[calls.customer, month].tolist()
    each = (calls.topic.tolist(), calls.tone.tolist(), calls.is_solved.tolist(), calls.is_escalated.tolist())
    return [
        Matter(TOPICS[topic], TONES[tone], is_solved, is_escalated, slow)
        for topic, tone, is_solved, is_escalated, slow in zip(*each, slowness, strict=True)
    ]
