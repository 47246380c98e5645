"""Other times, orders and lengths speak of news that came later than declared; planned times do not."""

from dataclasses import replace

import numpy as np
import pytest

from features.leaks.late import EventRows, find_late

GRID = np.arange(60, 400, 30.0)


def tickets(seed=0, rows=2_000, **changes):
    """Return tickets that are opened over a year and closed some days later, known when they are opened."""
    rng = np.random.default_rng(seed)
    opened = np.sort(rng.uniform(0, 399, rows))
    left = np.where(rng.random(rows) < 0.4, opened + rng.uniform(1, 200, rows), np.nan)
    found = EventRows("tickets", opened, opened, left, GRID, 400.0)
    return rng, replace(found, **changes)


def told(rows):
    return [(found.column, found.kind, found.severity) for found in find_late(rows)]


SETTLED = [("tickets.hours", "settled_late", "error")]


@pytest.mark.parametrize("seed", range(5))
class TestValues:
    def closing(self, seed):
        rng, rows = tickets(seed)
        days = rng.gamma(2, 4, len(rows.happened))
        return rng, rows, days, rows.happened + days

    def test_value_that_grows_with_a_later_moment(self, seed):
        rng, rows, days, closed = self.closing(seed)
        closed[closed > rows.end] = np.nan
        hours = np.where(np.isnan(closed), np.nan, days * 24 + rng.normal(0, 5, len(days)))
        (found,) = find_late(replace(rows, moments={"closed": closed}, numbers={"hours": hours}))
        assert (found.column, found.kind, found.severity) == SETTLED[0]
        assert "it grows with the time until 'closed'" in found.evidence
        assert "known_at: closed" in found.remedy

    def test_value_that_is_there_only_once_a_moment_is(self, seed):
        rng, rows, _, closed = self.closing(seed)
        closed[(closed > rows.end) | (rng.random(len(closed)) < 0.1)] = np.nan
        grade = np.where(np.isnan(closed), np.nan, rng.integers(1, 6, len(closed)))
        (found,) = find_late(replace(rows, moments={"closed": closed}, numbers={"hours": grade}))
        assert "it is there only where there is 'closed'" in found.evidence

    @pytest.mark.parametrize(("unit", "per_day"), [("days", 1), ("hours", 24), ("minutes", 1440)])
    def test_length_that_never_reaches_beyond_the_end(self, seed, unit, per_day):
        _, rows, days, closed = self.closing(seed)
        lengths = np.where(closed > rows.end, np.nan, days * per_day)
        (found,) = find_late(replace(rows, numbers={"hours": lengths}))
        assert (found.column, found.kind, found.severity) == SETTLED[0]
        assert f"taken as {unit} after the event" in found.evidence

    def test_declared_clocks_make_it_honest(self, seed):
        _, rows, days, closed = self.closing(seed)
        kept = closed <= rows.end
        honest = EventRows(
            "tickets",
            rows.happened[kept],
            closed[kept],
            rows.exit[kept],
            GRID,
            rows.end,
            {"done": closed[kept]},
            {"hours": days[kept] * 24},
        )
        assert told(honest) == []

    def test_values_of_their_own_are_honest(self, seed):
        rng, rows, _, closed = self.closing(seed)
        closed[closed > rows.end] = np.nan
        numbers = {"price": rng.lognormal(3, 1, len(closed)), "days": rng.gamma(2, 4, len(closed))}
        assert told(replace(rows, moments={"closed": closed}, numbers=numbers)) == []

    def test_planned_terms_are_honest(self, seed):
        rng, rows, _, _ = self.closing(seed)
        months = rng.choice([1.0, 3.0, 12.0], len(rows.happened))
        due = rows.happened + 30 * months
        assert told(replace(rows, moments={"due": due}, numbers={"months": months})) == []
        inside = np.where(due > rows.end, np.nan, due)
        assert told(replace(rows, moments={"due": inside})) == []


def backfilled(seed):
    """Return rows of which a third was written when somebody left, in the order of writing."""
    rng = np.random.default_rng(seed)
    count = 1_500
    happened = rng.uniform(0, 390, count)
    written = happened + rng.exponential(0.2, count)
    left = np.where(rng.random(count) < 0.4, happened + rng.uniform(1, 60, count), np.nan)
    is_late = ~np.isnan(left) & (rng.random(count) < 0.8)
    written[is_late] = left[is_late] + rng.uniform(0, 3, int(is_late.sum()))
    order = np.argsort(written)
    rows = EventRows("complaints", happened[order], happened[order], left[order], GRID, 460.0)
    return rng, rows, written[order]


@pytest.mark.parametrize("seed", range(5))
class TestRows:
    def test_another_time_tells_what_was_written_at_the_exit(self, seed):
        rng, rows, written = backfilled(seed)
        shuffled = rng.permutation(len(written))
        mixed = EventRows(
            "complaints", *(part[shuffled] for part in (rows.happened, rows.known, rows.exit)), GRID, 460.0
        )
        (found,) = find_late(replace(mixed, moments={"loaded": written[shuffled]}))
        assert (found.column, found.kind, found.severity) == ("complaints", "known_late", "error")
        assert "as 'loaded' tells" in found.evidence
        assert told(mixed) == []

    def test_so_does_the_order_of_rows_or_ids(self, seed):
        rng, rows, _ = backfilled(seed)
        (found,) = find_late(rows)
        assert (found.kind, found.severity) == ("known_late", "error")
        assert "the order of the rows tells" in found.evidence
        shuffled = rng.permutation(len(rows.happened))
        ids = np.array([str(number) for number in range(len(shuffled))], object)[shuffled]
        mixed = EventRows(
            "complaints", *(part[shuffled] for part in (rows.happened, rows.known, rows.exit)), GRID, 460.0
        )
        (found,) = find_late(replace(mixed, ids=ids))
        assert "the order of the ids tells" in found.evidence

    def test_newest_first_is_an_order_too(self, seed):
        _, rows, _ = backfilled(seed)
        turned = EventRows(
            "complaints", *(part[::-1] for part in (rows.happened, rows.known, rows.exit)), GRID, 460.0
        )
        assert [found.severity for found in find_late(turned)] == ["error"]

    def test_declared_clock_makes_it_honest(self, seed):
        _, rows, written = backfilled(seed)
        assert told(replace(rows, known=written, moments={"loaded": written})) == []

    def test_late_news_of_all_are_a_warning(self, seed):
        rng = np.random.default_rng(seed)
        happened = rng.uniform(0, 390, 2_000)
        written = happened + np.where(rng.random(2_000) < 0.1, rng.uniform(10, 60, 2_000), 0.1)
        order = np.argsort(written)
        nobody = np.full(2_000, np.nan)
        late = EventRows("calls", happened[order], happened[order], nobody, GRID, 460.0)
        (found,) = find_late(late)
        assert (found.kind, found.severity) == ("known_late", "warning")
        assert told(replace(late, known=written[order])) == []

    def test_a_moment_that_many_still_wait_for_says_nothing_of_the_row(self, seed):
        rng, rows = tickets(seed)
        delivered = rows.happened + rng.gamma(2, 4, len(rows.happened))
        delivered[delivered > rows.end] = np.nan
        assert told(replace(rows, moments={"delivered": delivered})) == []

    def test_rows_that_are_there_only_once_it_came_are_a_warning(self, seed):
        rng, rows = tickets(seed)
        delivered = rows.happened + rng.gamma(2, 4, len(rows.happened))
        kept = delivered <= rows.end
        whole = EventRows(
            "orders",
            rows.happened[kept],
            rows.known[kept],
            rows.exit[kept],
            GRID,
            rows.end,
            {"delivered": delivered[kept]},
        )
        assert told(whole) == [("orders", "known_late", "warning")]

    def test_files_in_another_order_say_nothing(self, seed):
        rng, rows = tickets(seed)
        customer = rng.integers(0, 200, len(rows.happened))
        order = np.lexsort((rows.happened, customer))
        assert (
            told(EventRows("t", rows.happened[order], rows.known[order], rows.exit[order], GRID, 400.0)) == []
        )


def test_nights_between_event_and_load_are_no_delay():
    rng, rows = tickets()
    loaded = np.floor(rows.happened) + 1 + rng.uniform(0, 0.2, len(rows.happened))
    assert told(replace(rows, moments={"loaded": loaded})) == []


def test_one_typing_error_in_a_date_spoils_no_order():
    _, rows = tickets()
    happened = rows.happened.copy()
    happened[100] += 250.0
    assert told(replace(rows, happened=happened, known=happened, end=700.0)) == []


def test_few_rows_say_nothing():
    rng, rows = tickets(rows=150)
    closed = rows.happened + rng.gamma(2, 4, 150)
    assert told(replace(rows, moments={"closed": closed}, numbers={"hours": closed - rows.happened})) == []
