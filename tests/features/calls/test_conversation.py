"""Batch, turn by turn and in any parts and order: the same figures to the last digit."""

from dataclasses import asdict

import pyarrow as pa
import pytest
from hypothesis import strategies as st

from features.calls import (
    ColdStartReader,
    Conversation,
    HeardTurn,
    RiskModel,
    Turn,
    measure_calls,
)
from features.errors import ContractError
from tests.features.calls.tone_words import EchoReader
from tests.properties import law

HELLO = Turn("agent", 0.0, 2.0, "Hello, how can I help you?")
ANGRY = Turn("customer", 2.5, 6.0, "-2 0.9 invoice !")
CALM = Turn("customer", 20.0, 24.0, "1 0.1 invoice -")

NUMBERS = st.sampled_from(["-", "-2", "-1.37", "0", "0.1", "0.3333", "2"])
EFFORTS = st.sampled_from(["-", "0", "0.1", "0.7", "1"])
WORDS = st.builds(
    lambda tone, effort, topic, mark: f"{tone} {effort} {topic} {mark}",
    NUMBERS,
    EFFORTS,
    st.sampled_from(["-", "price", "invoice"]),
    st.sampled_from(["-", "!"]),
)
# Few moments, so that turns overlap, begin together, have no length, and come twice.
MOMENTS = st.one_of(st.integers(0, 12).map(float), st.floats(0, 12, allow_nan=False))
TURNS = st.lists(
    st.builds(
        lambda speaker, start, length, text: Turn(
            speaker, start, None if length is None else start + length, text
        ),
        st.sampled_from(["customer", "agent", "agent 2", "", None]),
        MOMENTS,
        st.one_of(
            st.none(), st.just(0.0), st.sampled_from([0.1, 0.2, 0.3, 2.7]), st.integers(0, 9).map(float)
        ),
        st.one_of(st.just(""), WORDS),
    ),
    min_size=1,
    max_size=14,
)


def table_of(turns, call_id="a"):
    columns = {name: [turn[place] for turn in turns] for place, name in enumerate(Turn._fields)}
    kinds = {"speaker": pa.string(), "start_s": pa.float64(), "end_s": pa.float64(), "text": pa.string()}
    arrays = {name: pa.array(cells, kinds[name]) for name, cells in columns.items()}
    return pa.table({"call_id": [call_id] * len(turns), **arrays})


def measure_in_batch(turns):
    (row,) = measure_calls(table_of(turns), EchoReader()).to_pylist()
    return {name: cell for name, cell in row.items() if name != "call_id"}


@law(150, TURNS, st.data(), many=3000)
def test_batch_turn_by_turn_any_parts_and_any_order_agree_to_the_digit(turns, draw):
    one_by_one = Conversation(EchoReader())
    for turn in turns:
        measures = one_by_one.add(turn)
    assert measure_in_batch(turns) == asdict(measures)

    shuffled = draw.draw(st.permutations(turns))
    in_parts = Conversation(EchoReader())
    while shuffled:
        size = draw.draw(st.integers(1, len(shuffled)))
        measures_in_parts = in_parts.extend(shuffled[:size])
        shuffled = shuffled[size:]
    assert measures_in_parts == measures
    assert in_parts.heard == one_by_one.heard
    assert measure_in_batch(turns[::-1]) == asdict(measures)


@law(50, TURNS, many=1000)
def test_after_every_turn_the_measures_are_those_of_the_turns_so_far(turns):
    call = Conversation(EchoReader())
    for place, turn in enumerate(turns, start=1):
        assert asdict(call.add(turn)) == measure_in_batch(turns[:place])


@law(50, TURNS, st.integers(0, 14), many=1000)
def test_a_call_goes_on_elsewhere_from_what_was_kept(turns, place):
    whole = Conversation(EchoReader()).extend(turns)
    begun = Conversation(EchoReader())
    if turns[:place]:
        begun.extend(turns[:place])
    kept = [HeardTurn(*turn) for turn in begun.heard]
    going_on = Conversation(EchoReader(), heard=kept)
    going_on.extend(turns[place:])
    assert going_on.measure() == whole


@law(50, TURNS, many=1000)
def test_figures_stay_in_their_ranges(turns):
    found = Conversation(EchoReader()).extend(turns)
    for share in (found.silence_share, found.talk_share, found.effort, found.risk):
        assert share is None or 0 <= share <= 1
    for tone in (found.sentiment, found.sentiment_end):
        assert tone is None or -2 <= tone <= 2
    assert 0 <= found.longest_silence_s <= found.duration_s
    assert found.escalation is (found.escalation_s is not None)


def test_a_turn_that_comes_twice_counts_once():
    call = Conversation(EchoReader())
    first = call.extend([HELLO, ANGRY])
    assert call.add(ANGRY) == first
    assert first.turn_count == 2


def test_a_late_turn_takes_its_place():
    call = Conversation(EchoReader())
    assert call.extend([HELLO, CALM]).silence_share == pytest.approx(18 / 24)
    late = call.add(ANGRY)
    assert late == Conversation(EchoReader()).extend([HELLO, ANGRY, CALM])
    assert (late.sentiment_slope > 0, late.escalation_s) == (True, 2.5)


def test_a_turn_that_is_refused_leaves_the_call_as_it_was():
    call = Conversation(EchoReader())
    before = call.extend([HELLO, ANGRY])
    with pytest.raises(ContractError, match="end_s"):
        call.extend([CALM, Turn("agent", 9.0, 8.0, "")])
    assert call.measure() == before


def test_without_a_turn_there_is_nothing_to_measure():
    with pytest.raises(ContractError, match="there are 0"):
        Conversation(EchoReader()).measure()


def test_another_model_rates_the_risk():
    call = Conversation(EchoReader(), risk=RiskModel((), 0.0, is_probability=True))
    assert call.add(ANGRY).risk == 0.5


class TestPeopleAtWork:
    """Nothing about people at work is computed: neither one by one, nor how they feel."""

    TURNS = (HELLO, ANGRY, Turn("agent", 7.0, 9.0, "I am so angry and sad"), CALM)

    def test_who_of_the_company_speaks_makes_no_difference(self):
        renamed = [
            turn._replace(speaker="Jane Doe") if turn.speaker == "agent" else turn for turn in self.TURNS
        ]
        assert Conversation(EchoReader()).extend(renamed) == Conversation(EchoReader()).extend(self.TURNS)

    def test_what_they_say_makes_no_difference_and_reaches_no_reader(self):
        reader = EchoReader()
        reworded = [
            turn._replace(text="2 1 joy !") if turn.speaker == "agent" else turn for turn in self.TURNS
        ]
        found = Conversation(reader).extend(reworded)
        assert found == Conversation(EchoReader()).extend(self.TURNS)
        assert reader.seen == [ANGRY.text, CALM.text]

    def test_a_column_with_their_ids_is_not_read(self):
        plain = table_of(self.TURNS)
        with_ids = plain.append_column("agent_id", pa.array(["G-001", None, "G-001", "G-002"]))
        assert measure_calls(with_ids, EchoReader()) == measure_calls(plain, EchoReader())

    def test_no_measure_is_about_one_of_them_or_about_a_sound(self):
        names = measure_calls(table_of(self.TURNS), EchoReader()).column_names
        assert not [name for name in names if "agent" in name or "company_sentiment" in name]
        assert not [
            name for name in names if any(word in name for word in ("pitch", "loud", "voice", "audio"))
        ]

    def test_a_call_keeps_neither_names_nor_words(self):
        call = Conversation(ColdStartReader())
        call.extend([Turn("Jane Doe", 0, 1, "my name is Jane"), Turn("customer", 1, 2, "secret words")])
        kept = repr(call.heard)
        assert not [word for word in ("Jane", "secret", "words", "name is") if word in kept]
