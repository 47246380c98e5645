import math

import pytest

from features.calls import HeardTurn, Turn, TurnReading
from features.calls.heard import find_role, hear, order_of
from features.errors import ContractError
from tests.features.calls.tone_words import EchoReader


def test_words_of_the_customer_are_read_and_dropped():
    (turn,) = hear([Turn("customer", 1.2344, 2.5006, "-1.5 0.25 price !")], EchoReader())
    assert turn == HeardTurn(1234, 2501, "customer", -1.5, 0.25, "price", escalates=True)


def test_nobody_reads_what_the_company_or_somebody_unknown_says_or_an_empty_text():
    reader = EchoReader()
    turns = [
        Turn("agent", 0, 1, "2 1 joy !"),
        Turn("Agent 7", 1, 2, "2 1 joy !"),
        Turn(None, 2, 3, "2 1 joy !"),
        Turn("", 3, 4, "2 1 joy !"),
        Turn("customer", 4, 5, ""),
        Turn("customer", 5, 6, " \n\t"),
        Turn("customer", 6, 7, "1 0 - -"),
    ]
    heard = hear(turns, reader)
    assert reader.seen == ["1 0 - -"]
    assert [turn.role for turn in heard] == ["company"] * 2 + ["unknown"] * 2 + ["customer"] * 3
    assert {turn[3:] for turn in heard[:6]} == {(None, None, None, False)}


def test_a_reader_is_not_asked_about_nothing():
    class NeverReader:
        def read(self, texts):
            raise AssertionError(texts)

    assert len(hear([Turn("agent", 0, 1, "Hello"), Turn("customer", 1, 2, "")], NeverReader())) == 2


def test_the_customer_may_have_another_name():
    assert find_role("caller", "caller") == "customer"
    assert find_role("customer", "caller") == "company"


@pytest.mark.parametrize(
    ("start", "end", "place", "found"),
    [
        (-0.1, 1, "start_s", "-0.1"),
        (math.nan, 1, "start_s", "nan"),
        (math.inf, None, "start_s", "inf"),
        (86_400.5, None, "start_s", "86400.5"),
        (5, 4.9, "end_s", "4.9"),
        (5, 1e9, "end_s", "1000000000.0"),
        (5, -math.inf, "end_s", "-inf"),
    ],
)
def test_times_that_cannot_be_are_refused_with_what_was_found(start, end, place, found):
    with pytest.raises(ContractError) as caught:
        hear([Turn("customer", start, end, "secret words")], EchoReader())
    assert caught.value.where == place
    assert found in caught.value.problem
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("end", [None, math.nan])
def test_an_end_may_be_unknown(end):
    assert hear([Turn("agent", 3, end, "")], EchoReader()) == [HeardTurn(3000, None, "company")]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"sentiment": 2.01}, "sentiment"),
        ({"sentiment": -3}, "sentiment"),
        ({"sentiment": math.nan}, "sentiment"),
        ({"effort": -2.01}, "effort"),
        ({"effort": 2.5}, "effort"),
    ],
)
def test_a_reader_that_reads_numbers_out_of_range_is_told(given, place):
    with pytest.raises(ContractError, match=rf"reading\.{place}"):
        TurnReading(**given)


def test_noise_in_the_last_digits_of_a_reading_is_dropped():
    class NoisyReader:
        def read(self, texts):
            return [TurnReading(sentiment=0.1 + 0.2, effort=1 / 3 + 1e-12), TurnReading(sentiment=-1e-9)]

    first, second = hear([Turn("customer", 0, 1, "a"), Turn("customer", 1, 2, "b")], NoisyReader())
    assert (first.sentiment, first.effort) == (0.3, 0.3333)
    assert math.copysign(1, second.sentiment) == 1


def test_different_turns_have_different_places_and_missing_ends_come_first():
    base = HeardTurn(5, 9, "customer", 1.0, 0.5, "price", escalates=False)
    others = [
        base._replace(start_ms=4),
        base._replace(end_ms=None),
        base._replace(end_ms=10),
        base._replace(role="company"),
        base._replace(sentiment=None),
        base._replace(effort=None),
        base._replace(topic=None),
        base._replace(topic=""),
        base._replace(escalates=True),
    ]
    assert len({order_of(turn) for turn in (base, *others)}) == len(others) + 1
    assert sorted([base, *others], key=order_of)[:2] == others[:2]
