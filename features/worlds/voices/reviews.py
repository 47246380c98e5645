"""Public reviews with stars; the very happy and the very unhappy write more often."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.worlds.arrivals import draw_arrivals
from features.worlds.columns import moments, numbered, texts
from features.worlds.period import scatter
from features.worlds.phrases import TONES, TOPICS, load_phrases
from features.worlds.verbatims import draw_topics, pick, type_as_people_do
from features.worlds.vocabulary import LANGUAGES, Integers, Seconds
from features.worlds.voices.scripts import load_review_script
from features.worlds.world import World

_REVIEWS_PER_MONTH = 0.016
_STARS_LEVEL, _STARS_PER_MOOD, _STARS_NOISE, _STARS_INTENDING = 3.4, 1.1, 0.6, -0.6


@dataclass(frozen=True)
class Reviews:
    """Hold the reviews that the export shows, in order of arrival; topic and tone are codes."""

    customer: Integers
    written: Seconds
    known: Seconds
    stars: Integers
    topic: Integers
    tone: Integers


def draw_reviews(world: World) -> Reviews:
    """Draw who writes when, how many stars mood and intention give, and about what."""
    random, lives = world.stream("reviews"), world.lives
    customer, month = world.month_pairs()
    number = random.poisson(_REVIEWS_PER_MONTH * (1.0 + np.abs(lives.mood[customer, month])))
    customer, month = np.repeat(customer, number), np.repeat(month, number)
    written = scatter(world.period, month, random)
    known = draw_arrivals(written, random)
    rows = world.order(customer, written, known)
    customer, month, written = customer[rows], month[rows], written[rows]
    is_intending = lives.intends_at(customer, written)
    content = _STARS_LEVEL + _STARS_PER_MOOD * lives.mood[customer, month] + _STARS_INTENDING * is_intending
    content += _STARS_NOISE * random.standard_normal(rows.size)
    stars = np.clip(np.rint(content), 1, 5).astype(np.int64)
    tone = np.searchsorted((3, 4), stars, side="right").astype(np.int64)
    experience = world.experience
    topic = draw_topics(
        tone, experience.resolution[customer, month], experience.late_share[customer, month], random
    )
    return Reviews(customer, written, known[rows], stars, topic, tone)


def review_table(world: World, reviews: Reviews) -> pa.Table:
    """Return one row per review."""
    columns = {
        "review_id": numbered("J", reviews.customer.size),
        "customer_id": texts(world.customers.customer_id[reviews.customer]),
        "written_at": moments(reviews.written),
        "ingested_at": moments(reviews.known),
        "stars": pa.array(reviews.stars),
        "text": pa.array(_write(world, reviews), type=pa.string()),
    }
    return pa.table(columns)


def _write(world: World, reviews: Reviews) -> list[str]:
    """Write the texts: a title, one or two sentences on the topic, maybe a last one."""
    chances = world.stream("review texts").random((reviews.customer.size, 7)).tolist()
    language = world.customers.language[reviews.customer].tolist()
    each = zip(language, reviews.topic.tolist(), reviews.tone.tolist(), chances, strict=True)
    return [_write_one(LANGUAGES[code], TOPICS[topic], TONES[tone], draw) for code, topic, tone, draw in each]


def _write_one(language: str, topic: str, tone: str, chances: list[float]) -> str:
    script, cores = load_review_script(language), load_phrases(language).cores[topic][tone]
    first, second = pick(cores, chances[0]), pick(cores, chances[1])
    middle = first if first == second or chances[2] < 0.5 else f"{first} {second}"
    parts = (pick(script.titles[tone], chances[3]), middle, pick(script.closings[tone], chances[4]))
    text = " ".join(part for part in parts if part).replace("{n}", str(2 + int(8 * chances[5])))
    return type_as_people_do(text, chances[6])
