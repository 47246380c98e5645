import pytest
from hypothesis import strategies as st

from features.calls.heard import HeardTurn, order_of
from features.calls.timing import Timing, count_cuts, find_timing, list_spans
from tests.properties import law


def turn(start, end, role="company"):
    return HeardTurn(start, end, role)


def both(*turns):
    return sorted(turns, key=order_of)


def test_an_ordinary_exchange():
    turns = [
        turn(1000, 3000),
        turn(3500, 6000, "customer"),
        turn(16_000, 18_000),
        turn(18_000, 18_500, "customer"),
    ]
    assert find_timing(turns) == Timing(
        duration=17_500,
        silence=10_500,
        longest_silence=10_000,
        customer_talk=3000,
        company_talk=4000,
        by_customer=0,
        by_company=0,
    )


@pytest.mark.parametrize(
    ("turns", "silence", "longest"),
    [
        ([turn(0, 5000), turn(1000, 2000, "customer"), turn(7000, 8000)], 2000, 2000),
        ([turn(0, 1000), turn(1000, 2000, "customer")], 0, 0),
        ([turn(4000, 4000)], 0, 0),
        ([turn(0, 0), turn(3000, 3000, "customer")], 3000, 3000),
        ([turn(0, 1000), turn(2000, 2000, "unknown"), turn(5000, 6000)], 4000, 3000),
    ],
    ids=["inside another", "one after the other", "one without length", "two of them", "an unknown speaker"],
)
def test_silence_is_where_nobody_speaks(turns, silence, longest):
    found = find_timing(turns)
    assert (found.silence, found.longest_silence) == (silence, longest)


def test_talk_of_a_side_counts_once_where_two_of_it_speak():
    found = find_timing([turn(0, 4000), turn(1000, 5000), turn(9000, 9500)])
    assert (found.company_talk, found.customer_talk) == (5500, 0)


class TestCuts:
    @pytest.mark.parametrize(
        ("start", "counted"), [(1000, 1), (2750, 1), (2751, 0), (3000, 0), (4000, 0), (0, 0)]
    )
    def test_who_begins_well_before_the_other_is_through_cuts_in(self, start, counted):
        turns = both(turn(0, 3000), turn(start, 5000, "customer"))
        assert count_cuts(turns, list_spans(turns))["customer"] == counted

    def test_each_side_counts_for_itself(self):
        turns = [
            turn(0, 3000),
            turn(2000, 5000, "customer"),
            turn(4000, 7000),
            turn(6000, 9000, "customer"),
        ]
        found = find_timing(turns)
        assert (found.by_customer, found.by_company) == (2, 1)

    def test_a_turn_that_cuts_into_two_counts_once(self):
        found = find_timing([turn(0, 5000), turn(500, 5000), turn(1000, 2000, "customer")])
        assert (found.by_customer, found.by_company) == (1, 0)

    def test_nobody_cuts_in_on_their_own_side_or_as_unknown_or_into_somebody_unknown(self):
        turns = both(
            turn(0, 9000, "unknown"), turn(1000, 3000), turn(2000, 4000), turn(2500, 3000, "unknown")
        )
        found = find_timing(turns)
        assert (found.by_customer, found.by_company) == (0, 0)

    def test_an_early_long_turn_is_still_cut_into(self):
        found = find_timing(
            [
                turn(0, 20_000),
                turn(1000, 1500),
                turn(9000, 9500, "customer"),
                turn(15_000, 16_000, "customer"),
            ]
        )
        assert found.by_customer == 2


class TestMissingEnds:
    def test_a_turn_lasts_until_the_next_begins_and_the_last_has_no_length(self):
        turns = [turn(0, None), turn(4000, None, "customer"), turn(9000, None)]
        assert list_spans(turns) == [(0, 4000), (4000, 9000), (9000, 9000)]
        assert find_timing(turns).silence == 0

    def test_turns_that_begin_together_last_as_long(self):
        turns = both(turn(0, None), turn(0, None, "customer"), turn(3000, 3500))
        assert list_spans(turns) == [(0, 3000), (0, 3000), (3000, 3500)]
        alone = both(turn(0, None), turn(0, None, "customer"))
        assert list_spans(alone) == [(0, 0), (0, 0)]

    def test_nobody_cuts_into_a_turn_whose_end_is_not_known(self):
        assert find_timing([turn(0, None), turn(100, 2000, "customer")]).by_customer == 0


TURNS = st.lists(
    st.builds(
        lambda start, length, role: turn(start, None if length is None else start + length, role),
        st.integers(0, 40),
        st.one_of(st.none(), st.integers(0, 20)),
        st.sampled_from(["customer", "company", "unknown"]),
    ),
    min_size=1,
    max_size=12,
)


@law(100, TURNS, many=2000)
def test_times_are_those_of_a_clock_that_looks_every_millisecond(turns):
    ordered = sorted(turns, key=order_of)
    later = {
        one.start_ms: min((t.start_ms for t in turns if t.start_ms > one.start_ms), default=None)
        for one in turns
    }
    spans = []
    for one in ordered:
        after = later[one.start_ms]
        end = one.end_ms if one.end_ms is not None else one.start_ms if after is None else after
        spans.append((one.start_ms, end, one.role))
    first, last = min(start for start, _, _ in spans), max(end for _, end, _ in spans)

    def speaking(moment, *roles):
        return any(start <= moment < end and role in roles for start, end, role in spans)

    found = find_timing(ordered)
    ticks = range(first, last)
    silent = [not speaking(tick, "customer", "company", "unknown") for tick in ticks]
    starts = {start for start, _, _ in spans}
    # A turn without length takes no time, but one silence ends with it and another begins.
    breaks = [" " if tick in starts else "" for tick in ticks]
    runs = "".join(gap + ("s" if one else " ") for gap, one in zip(breaks, silent, strict=True)).split()
    assert found.duration == len(ticks)
    assert found.silence == sum(silent)
    assert found.longest_silence == max(map(len, runs), default=0)
    assert found.customer_talk == sum(speaking(tick, "customer") for tick in ticks)
    assert found.company_talk == sum(speaking(tick, "company") for tick in ticks)


@law(100, TURNS, many=2000)
def test_cuts_are_those_found_by_comparing_all_pairs(turns):
    ordered = sorted(
        {
            one._replace(start_ms=one.start_ms * 25, end_ms=None if one.end_ms is None else one.end_ms * 25)
            for one in turns
        },
        key=order_of,
    )
    spans = list_spans(ordered)
    pairs = list(zip(ordered, spans, strict=True))
    sides = {"customer", "company"}
    expected = {
        role: sum(
            any(
                other.role in sides - {role} and begin < start and end - start >= 250
                for other, (begin, end) in pairs
            )
            for one, (start, _) in pairs
            if one.role == role
        )
        for role in sides
    }
    assert count_cuts(ordered, spans) == expected
