from dataclasses import fields

import pyarrow as pa
import pytest

from features.calls import CallMeasures, RiskModel, batch, measure_calls, take_start
from features.errors import ContractError
from tests.features.calls.tone_words import EchoReader

ROWS = [
    ("b", "agent", 0.0, 2.0, "Hello"),
    ("a", "customer", 4.0, 6.0, "-1 0.5 price -"),
    ("b", "customer", 2.0, 4.0, "1 0 invoice -"),
    ("a", "agent", 0.0, 3.0, "Hello"),
    ("a", "customer", 9.0, 10.0, "-2 0.5 price !"),
]
NAMES = ("call_id", "speaker", "start_s", "end_s", "text")


def table(rows=ROWS):
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(NAMES)})


def test_one_row_per_call_by_its_id_with_every_measure_as_a_column():
    found = measure_calls(table(), EchoReader())
    assert found.column_names == ["call_id", *(field.name for field in fields(CallMeasures))]
    assert found["call_id"].to_pylist() == ["a", "b"]
    assert found["topic"].to_pylist() == ["price", "invoice"]
    assert found["escalation"].to_pylist() == [True, False]
    assert found["turn_count"].to_pylist() == [3, 2]
    assert found["sentiment"].to_pylist() == [-1.5, 1.0]


def test_types_are_the_same_for_any_calls():
    silent = measure_calls(table([("a", None, 0.0, None, None)]), EchoReader())
    nothing = measure_calls(table()[:0], EchoReader())
    assert silent.schema == nothing.schema == measure_calls(table(), EchoReader()).schema
    assert nothing.num_rows == 0
    assert silent["sentiment"].type == pa.float64()
    assert silent["escalation"].type == pa.bool_()


def test_the_order_of_the_rows_makes_no_difference():
    assert measure_calls(table(ROWS[::-1]), EchoReader()) == measure_calls(table(), EchoReader())


def test_ends_may_be_absent_as_a_column():
    without = table().drop_columns(["end_s"])
    found = measure_calls(without, EchoReader()).to_pylist()
    assert [row["duration_s"] for row in found] == [9.0, 2.0]


def test_the_customer_may_have_another_name_and_the_risk_another_model():
    rows = [(call, "caller" if who == "customer" else who, *rest) for call, who, *rest in ROWS]
    even = RiskModel((), 0.0, is_probability=False)
    found = measure_calls(table(rows), EchoReader(), customer="caller", risk=even)
    assert found["risk"].to_pylist() == [0.5, 0.5]
    assert found["sentiment"].to_pylist() == [-1.5, 1.0]


@pytest.mark.parametrize("name", ["call_id", "speaker", "start_s", "text"])
def test_a_missing_column_is_named(name):
    with pytest.raises(ContractError, match=f"column '{name}' is missing"):
        measure_calls(table().drop_columns([name]), EchoReader())


def test_turns_without_a_call_are_counted():
    with pytest.raises(ContractError, match="1 of 6 turns have no call_id"):
        measure_calls(table([*ROWS, (None, "agent", 0.0, 1.0, "")]), EchoReader())


@pytest.mark.parametrize(("start", "end"), [(None, 1.0), (5.0, 1.0), (-1.0, None)])
def test_a_time_that_cannot_be_names_its_call_and_not_the_words(start, end):
    with pytest.raises(ContractError, match="turns of call 'c'") as caught:
        measure_calls(table([*ROWS, ("c", "agent", start, end, "secret")]), EchoReader())
    assert "secret" not in str(caught.value)


def test_a_reader_gets_the_texts_of_many_calls_at_once_and_each_call_its_own(monkeypatch):
    rows = [
        (f"{call:04}", "customer", float(turn), None, f"{(call + turn) % 5 - 2} 0 - -")
        for call in range(40)
        for turn in range(call % 4 + 1)
    ]
    sizes = []

    class CountingReader(EchoReader):
        def read(self, texts):
            sizes.append(len(texts))
            return super().read(texts)

    expected = measure_calls(table(rows), EchoReader())
    monkeypatch.setattr(batch, "_TURNS_AT_ONCE", 30)
    assert measure_calls(table(rows), CountingReader()) == expected
    assert sum(sizes) == len(rows)
    assert len(sizes) < 5
    assert expected["turn_count"].to_pylist() == [1, 2, 3, 4] * 10


class TestStart:
    def test_it_has_the_first_turns_of_every_call(self):
        found = take_start(table(), 2).to_pylist()
        assert [(row["call_id"], row["start_s"]) for row in found] == [
            ("a", 0.0),
            ("a", 4.0),
            ("b", 0.0),
            ("b", 2.0),
        ]

    def test_short_calls_are_whole(self):
        assert measure_calls(take_start(table(), 9), EchoReader()) == measure_calls(table(), EchoReader())

    def test_other_columns_stay(self):
        more = table().append_column("mark", pa.array(range(5)))
        assert take_start(more, 1)["mark"].to_pylist() == [3, 0]

    @pytest.mark.parametrize("n_turns", [0, -3])
    def test_a_start_without_turns_is_refused(self, n_turns):
        with pytest.raises(ContractError, match=str(n_turns)):
            take_start(table(), n_turns)

    def test_a_missing_column_is_named(self):
        with pytest.raises(ContractError, match="column 'start_s' is missing"):
            take_start(table().drop_columns(["start_s"]), 1)
