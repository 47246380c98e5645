"""Silence that gives the event away is found; honest decline, bursts of use and late starts are not."""

import numpy as np
import pytest

from features.leaks.feeds import Feed, find_odd_feeds

DAYS = np.arange(0, 400, 5.0)
ENTITIES = 200


def weekly(seed, silent=None, share=1.0):
    """Return a feed of every fifth day that falls silent some days before the event."""
    rng = np.random.default_rng(seed)
    left = np.where(np.arange(ENTITIES) < 80, rng.uniform(150, 390, ENTITIES), np.nan)
    stops = left - (np.zeros(ENTITIES) if silent is None else silent(rng))
    stops = np.where(rng.random(ENTITIES) < share, stops, left)
    entity, day = np.repeat(np.arange(ENTITIES), len(DAYS)), np.tile(DAYS, ENTITIES)
    happened = day + rng.uniform(0, 3, day.size)
    kept = ~(happened > stops[entity])
    return Feed("usage", entity[kept], happened[kept], np.zeros(ENTITIES), left, 400.0, 390.0)


def answers(happened, entity, left, *, is_answers=True):
    order = np.argsort(happened)
    return Feed(
        "surveys", entity[order], happened[order], np.zeros(len(left)), left, 400.0, 390.0, is_answers
    )


def told(feed):
    return [(found.kind, found.severity) for found in find_odd_feeds(feed)]


@pytest.mark.parametrize("seed", range(4))
class TestSilence:
    def test_feed_that_stops_at_one_distance_before_the_event(self, seed):
        (found,) = find_odd_feeds(weekly(seed, lambda rng: 40.0))
        assert (found.column, found.kind, found.severity) == ("usage", "feed_stops", "error")
        assert "falls silent 4" in found.evidence
        assert "accept_leak: {usage:" in found.remedy

    def test_feed_that_goes_on_to_the_event(self, seed):
        assert told(weekly(seed)) == []

    @pytest.mark.parametrize("days", [20, 60])
    def test_honest_loss_of_interest(self, seed, days):
        assert told(weekly(seed, lambda rng: rng.exponential(days, ENTITIES))) == []
        assert told(weekly(seed, lambda rng: rng.uniform(0, 3 * days, ENTITIES))) == []
        assert told(weekly(seed, lambda rng: float(days), share=0.7)) == []

    def test_feed_without_those_who_left(self, seed):
        feed = weekly(seed)
        stayed = np.isnan(feed.exit[feed.entity])
        wiped = Feed("usage", feed.entity[stayed], feed.happened[stayed], feed.start, feed.exit, 400.0, 390.0)
        (found,) = find_odd_feeds(wiped)
        assert (found.kind, found.severity) == ("missingness", "error")
        assert found.evidence.startswith("100% of the entities that left have no event")

    def test_rare_events_miss_in_short_lives(self, seed):
        rng = np.random.default_rng(seed)
        left = np.where(np.arange(ENTITIES) < 80, rng.uniform(10, 150, ENTITIES), np.nan)
        entity, happened = rng.integers(0, ENTITIES, 300), rng.uniform(0, 400, 300)
        kept = ~(happened > left[entity])
        assert told(answers(happened[kept], entity[kept], left)) == []


class TestEnd:
    def cut(self, feed, day):
        kept = feed.happened < day
        return Feed("usage", feed.entity[kept], feed.happened[kept], feed.start, feed.exit, 400.0, 390.0)

    def test_feed_that_ends_for_all(self):
        found = find_odd_feeds(self.cut(weekly(0), 280))
        assert ("feed_ends", "warning") in [(one.kind, one.severity) for one in found]
        ended = next(one for one in found if one.kind == "feed_ends")
        assert "its last event lies 113 days before the newest snapshot" in ended.evidence

    def test_feed_that_is_a_month_behind(self):
        assert told(self.cut(weekly(0), 370)) == []

    def test_waves_are_silent_between(self):
        rng = np.random.default_rng(0)
        nobody = np.full(ENTITIES, np.nan)
        entity = np.tile(np.arange(ENTITIES), 3)
        happened = np.repeat([10.0, 140.0, 270.0], ENTITIES) + rng.uniform(0, 10, 3 * ENTITIES)
        assert told(answers(happened, entity, nobody)) == []
        first = happened < 100
        assert told(answers(happened[first], entity[first], nobody)) == []


class TestLives:
    def surveyed(self, seed=0, rate=3.0):
        rng = np.random.default_rng(seed)
        left = np.where(np.arange(ENTITIES) < 80, rng.uniform(100, 300, ENTITIES), np.nan)
        count = int(ENTITIES * rate)
        return rng, left, rng.integers(0, ENTITIES, count), rng.uniform(0, 400, count)

    def test_answers_that_go_on_after_the_exit(self):
        _, left, entity, happened = self.surveyed()
        (found,) = find_odd_feeds(answers(happened, entity, left))
        assert (found.column, found.kind, found.severity) == ("surveys", "after_exit", "warning")
        count = int((happened > left[entity]).sum())
        assert found.evidence == f"{count} of 600 answers were given after the person had left"

    def test_answers_because_of_the_exit(self):
        rng, left, entity, happened = self.surveyed()
        kept = ~(happened > left[entity])
        leavers = np.flatnonzero(~np.isnan(left))
        happened = np.concatenate([happened[kept], left[leavers] + rng.uniform(0, 14, len(leavers))])
        assert told(answers(happened, np.concatenate([entity[kept], leavers]), left)) == [
            ("after_exit", "warning")
        ]

    def test_answers_before_the_exit_only(self):
        _, left, entity, happened = self.surveyed()
        kept = ~(happened > left[entity])
        assert told(answers(happened[kept], entity[kept], left)) == []

    def test_a_last_answer_on_its_way_is_no_finding(self):
        _, left, entity, happened = self.surveyed()
        kept = ~(happened > left[entity] + 10)
        assert told(answers(happened[kept], entity[kept], left)) == []

    def test_mail_and_bills_may_go_on(self):
        _, left, entity, happened = self.surveyed()
        assert told(answers(happened, entity, left, is_answers=False)) == []

    def test_events_before_the_start(self):
        _, left, entity, happened = self.surveyed()
        start = np.full(ENTITIES, 200.0)
        feed = Feed("tickets", entity, happened, start, left, 400.0, 390.0)
        (found,) = find_odd_feeds(feed)
        assert (found.kind, found.severity) == ("before_start", "warning")
        assert found.evidence.startswith(f"{int((happened < 200).sum())} of 600 rows lie before the start")
        some = Feed("tickets", entity, happened, np.full(ENTITIES, 80.0), left, 400.0, 390.0)
        assert told(some) == []


def test_few_events_say_nothing():
    assert told(answers(np.arange(10.0), np.arange(10), np.full(ENTITIES, 5.0))) == []
