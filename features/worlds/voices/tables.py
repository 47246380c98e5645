"""Which file holds which table of calls and reviews, and the truth about their texts."""

from collections.abc import Callable

import pyarrow as pa

from features.worlds.columns import numbered, words
from features.worlds.phrases import TONES, TOPICS
from features.worlds.vocabulary import LANGUAGES
from features.worlds.voices.calls import Calls, call_table, draw_calls, turn_table
from features.worlds.voices.reviews import Reviews, draw_reviews, review_table
from features.worlds.world import World


def voice_tables(world: World) -> dict[str, Callable[[], pa.Table]]:
    """Return file name and maker of every table of calls and reviews."""
    calls, reviews = draw_calls(world), draw_reviews(world)
    return {
        "calls.parquet": lambda: call_table(world, calls),
        "call_turns.parquet": lambda: turn_table(world, calls),
        "reviews.parquet": lambda: review_table(world, reviews),
        "truth_texts.parquet": lambda: _truth_of_texts(world, calls, reviews),
    }


def _truth_of_texts(world: World, calls: Calls, reviews: Reviews) -> pa.Table:
    """Return language, topic and tone of every call and review: for tests, never for a model."""
    parts = [
        _describe(world, calls, numbered("Z", calls.customer.size), "call"),
        _describe(world, reviews, numbered("J", reviews.customer.size), "review"),
    ]
    return pa.concat_tables(parts)


def _describe(world: World, each: Calls | Reviews, ids: pa.Array, kind: str) -> pa.Table:
    count = each.customer.size
    nothing = pa.nulls(count, pa.bool_())
    columns = {
        "text_id": ids,
        "kind": pa.array([kind] * count, type=pa.string()),
        "language": words(world.customers.language[each.customer], LANGUAGES),
        "topic": words(each.topic, TOPICS),
        "tone": words(each.tone, TONES),
        "is_solved": pa.array(each.is_solved) if isinstance(each, Calls) else nothing,
        "is_escalated": pa.array(each.is_escalated) if isinstance(each, Calls) else nothing,
    }
    return pa.table(columns)
