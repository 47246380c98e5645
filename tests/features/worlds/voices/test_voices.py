"""Calls and reviews as written: honest clocks, opening hours, both languages, tone follows mood."""

import numpy as np
import pytest

from features.worlds.vocabulary import DAY, HOUR
from features.worlds.voices.calls import _in_opening_hours

_LIVES = """
    (SELECT customer_id, min(contract_start) AS starts,
        coalesce(min(cancelled_at), 'infinity'::TIMESTAMPTZ) AS ends
     FROM customers LEFT JOIN cancellations USING (customer_id) GROUP BY customer_id)
"""


@pytest.mark.parametrize(
    ("table", "happened", "least"),
    [("calls", "started_at", 2000), ("reviews", "written_at", 1500)],
    ids=["calls", "reviews"],
)
def test_nothing_is_known_before_it_happened_or_outside_the_contract(company, table, happened, least):
    odd = f"ingested_at <= {happened} OR ingested_at >= TIMESTAMPTZ '2026-01-01 00:00+00'"
    assert company.value(f"SELECT count(*) FROM {table} WHERE {odd}") == 0
    joined = f"{table} JOIN {_LIVES} USING (customer_id)"
    assert company.value(f"SELECT count(*) FROM {joined}") == company.value(f"SELECT count(*) FROM {table}")
    outside = f"{happened} < starts OR {happened} >= ends"
    assert company.value(f"SELECT count(*) FROM {joined} WHERE {outside}") == 0
    assert least < company.value(f"SELECT count(*) FROM {table}") < 6000


def test_columns_are_those_promised(company):
    columns = {
        "calls": ["call_id", "customer_id", "started_at", "ingested_at", "agent_id"],
        "call_turns": ["call_id", "speaker", "start_s", "end_s", "text"],
        "reviews": ["review_id", "customer_id", "written_at", "ingested_at", "stars", "text"],
    }
    for table, expected in columns.items():
        assert company.ask(f"SELECT * FROM {table} LIMIT 0").columns.tolist() == expected


@pytest.mark.parametrize(
    ("table", "key"), [("calls", "call_id"), ("reviews", "review_id"), ("truth_texts", "text_id")]
)
def test_ids_are_unique(company, table, key):
    assert company.value(f"SELECT count(*) - count(DISTINCT {key}) FROM {table}") == 0


def test_every_call_has_its_turns_and_every_turn_its_call(company):
    found = company.ask(
        "SELECT call_id, count(t.text) AS turns FROM calls "
        "FULL JOIN call_turns AS t USING (call_id) GROUP BY call_id"
    )
    assert len(found) == company.value("SELECT count(*) FROM calls")
    assert found["turns"].min() >= 8
    assert 9 < found["turns"].mean() < 12


def test_a_call_is_over_before_its_transcript_is_known(company):
    longest = company.value("SELECT max(end_s) FROM call_turns")
    assert longest < 3600
    assert company.value("SELECT count(*) FROM calls WHERE ingested_at < started_at + INTERVAL 1 HOUR") == 0


def test_people_call_on_working_days_in_opening_hours(company):
    odd = "isodow(started_at) > 5 OR hour(started_at) < 7 OR hour(started_at) >= 16"
    assert company.value(f"SELECT count(*) FROM calls WHERE {odd}") == 0


@pytest.mark.parametrize(
    ("day", "expected"),
    [(0, 0), (1, 1), (2, 1), (3, 1), (4, 4)],
    ids=["Thursday", "Friday", "Saturday", "Sunday", "Monday"],
)
def test_weekends_move_to_friday(day, expected):
    """1970-01-01 was a Thursday."""
    moved = _in_opening_hours(np.array([day * DAY + 20 * HOUR]), np.random.default_rng(1))
    assert moved[0] // DAY == expected
    assert 7 * HOUR <= moved[0] % DAY < 16 * HOUR


def test_agents_are_pseudonyms_and_many(company):
    agents = company.ask("SELECT DISTINCT agent_id FROM calls")["agent_id"]
    assert 30 < len(agents) <= 40
    assert agents.str.fullmatch(r"G-\d{3}").all()


@pytest.mark.parametrize("kind", ["call", "review"])
def test_both_languages_are_spoken(company, kind):
    counts = company.ask(f"SELECT language, count(*) AS n FROM truth_texts WHERE kind = '{kind}' GROUP BY 1")
    shares = dict(zip(counts["language"], counts["n"] / counts["n"].sum(), strict=True))
    assert 0.6 < shares["de"] < 0.85
    assert 0.15 < shares["en"] < 0.4


def test_the_language_of_the_truth_is_that_of_the_text(company):
    found = company.ask(
        "SELECT language, avg(CAST(regexp_matches(text, '\\b(Guten|Hallo|Schönen)\\b') AS INT)) AS german "
        "FROM calls JOIN call_turns USING (call_id) JOIN truth_texts ON text_id = call_id "
        "WHERE speaker = 'agent' AND start_s < 2 GROUP BY language"
    ).set_index("language")["german"]
    assert found["de"] > 0.95
    assert found["en"] < 0.05


def test_tone_and_stars_follow_mood(company):
    calls = company.ask(
        "SELECT tone, avg(mood) AS mood FROM calls JOIN truth_texts ON text_id = call_id "
        "JOIN truth ON truth.customer_id = calls.customer_id AND month = date_trunc('month', started_at) "
        "GROUP BY tone"
    ).set_index("tone")["mood"]
    assert calls["negative"] < calls["neutral"] < calls["positive"]
    reviews = company.value(
        "SELECT corr(stars, mood) FROM reviews JOIN truth "
        "ON truth.customer_id = reviews.customer_id AND month = date_trunc('month', written_at)"
    )
    assert reviews > 0.7


def test_stars_use_the_whole_scale_and_agree_with_the_tone(company):
    pairs = company.ask(
        "SELECT stars, tone, count(*) AS n FROM reviews JOIN truth_texts ON text_id = review_id GROUP BY ALL"
    )
    assert set(pairs["stars"]) == {1, 2, 3, 4, 5}
    assert dict(zip(pairs["stars"], pairs["tone"], strict=True)) == {
        1: "negative",
        2: "negative",
        3: "neutral",
        4: "positive",
        5: "positive",
    }
    assert len(pairs) == 5


def test_the_unhappy_and_the_happy_write_more_often(company):
    written = company.ask(
        "SELECT abs(mood) > 1.2 AS is_strong, count(review_id) / count(*) AS rate FROM truth "
        "LEFT JOIN reviews ON truth.customer_id = reviews.customer_id "
        "AND month = date_trunc('month', written_at) GROUP BY 1"
    ).set_index("is_strong")["rate"]
    assert written[True] > 1.2 * written[False]


def test_only_unsolved_angry_calls_escalate(company):
    odd = "is_escalated AND (is_solved OR tone <> 'negative')"
    assert company.value(f"SELECT count(*) FROM truth_texts WHERE {odd}") == 0
    assert company.value("SELECT count(*) FROM truth_texts WHERE is_escalated") > 100
    assert (
        company.value("SELECT count(*) FROM truth_texts WHERE kind = 'review' AND is_solved IS NOT NULL") == 0
    )


def test_slow_support_leaves_more_calls_open(company):
    found = company.value(
        "SELECT corr(CAST(is_solved AS INT), resolution_doublings) FROM calls "
        "JOIN truth_texts ON text_id = call_id "
        "JOIN truth ON truth.customer_id = calls.customer_id AND month = date_trunc('month', started_at)"
    )
    assert found < -0.15


def test_reviews_vary(company):
    texts = company.ask("SELECT text FROM reviews")["text"]
    assert texts.nunique() > 0.55 * len(texts)
    assert not texts.str.contains("{", regex=False).any()
    assert texts.str.len().min() > 10
