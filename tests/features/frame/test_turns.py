"""Turns of calls: read from their file, measured as a running call measures them."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.calls import Conversation, TextTurnReader, Turn
from features.calls.measures import CallMeasures
from features.errors import ContractError, SourceError
from features.frame.turns import measure_turns, say_as_one, stage_turns
from features.sources import open_sources
from features.text.fitting import fit_text_model
from features.usecase import CALL_COLUMNS
from tests.features.frame.spoken_company import CALLS, load_spoken, make_spoken, make_turns, write_csv
from tests.features.text.spoken import PLAN, make_lesson

SCHEMA = pa.schema(
    [
        ("call_id", pa.string()),
        ("speaker", pa.string()),
        ("start_s", pa.float64()),
        ("end_s", pa.float64()),
        ("text", pa.string()),
    ]
)
WRONG = "z998"


@pytest.fixture(scope="module")
def model():
    """Return a model that knows topics."""
    return fit_text_model(make_lesson(600, PLAN))


def load_calls(folder, turns=None, **settings):
    """Return a use case whose calls have these turns."""
    tables = make_spoken(n_customers=10)
    if turns is not None:
        tables["turns"] = turns
    usecase = load_spoken(folder, tables, calls={"turns": CALLS["turns"] | settings})
    return usecase, usecase.sources["calls"].turns


def stage(folder, turns=None, **settings):
    usecase, table = load_calls(folder, turns, **settings)
    with open_sources(usecase) as sources:
        return stage_turns(sources, "calls", table)


def turn(call="a", speaker="customer", start=0.0, end=1.0, text="Danke, alles gut."):
    return {"call_id": call, "speaker": speaker, "start_s": start, "end_s": end, "text": text}


def measure(turns, model, call_ids, **settings):
    """Return the measures of some calls, one dictionary per call."""
    table = pa.Table.from_pylist(turns, SCHEMA)
    said = say_as_one(table, settings.get("customer", "customer"))
    readings = model.read([said.get(call) or "" for call in call_ids]).to_table()
    wanted = pa.chunked_array([call_ids], pa.string())
    spoken = load_turn_table(**settings)
    return measure_turns(table, wanted, readings, model, spoken, source="calls").to_pylist()


def load_turn_table(**settings):
    from features.usecase import TurnTable

    return TurnTable(file="turns.csv", **settings)


class TestStaging:
    def test_turns_come_by_call_and_start(self, tmp_path):
        rows = make_spoken(n_customers=10)["turns"]
        found = stage(tmp_path).to_pylist()
        expected = sorted(rows, key=lambda row: (row["call_id"], row["start_s"], row["end_s"]))
        assert [list(row.values()) for row in found] == [list(row.values()) for row in expected]

    def test_parquet_gives_the_same_as_csv(self, tmp_path):
        rows = make_spoken(n_customers=10)["turns"]
        usecase, table = load_calls(tmp_path, file="turns.parquet")
        random.Random(2).shuffle(rows)
        pq.write_table(pa.Table.from_pylist(rows, SCHEMA), usecase.folder / "turns.parquet")
        with open_sources(usecase) as sources:
            assert stage_turns(sources, "calls", table).equals(stage(tmp_path / "csv"))

    def test_columns_may_have_other_names(self, tmp_path):
        names = {"call": "id", "speaker": "who", "start": "from", "end": "to", "text": "words"}
        rows = [dict(zip(("id", "who", "from", "to", "words"), turn().values(), strict=True))]
        (found,) = stage(tmp_path, rows, **names).to_pylist()
        assert found == turn()

    def test_other_columns_are_not_read(self, tmp_path):
        found = stage(tmp_path, [turn() | {"agent": "e07", "words": "secret"}])
        assert found.column_names == SCHEMA.names

    def test_nothing_said_and_no_end_are_fine(self, tmp_path):
        (found,) = stage(tmp_path, [turn(end=None, text=None)]).to_pylist()
        assert (found["end_s"], found["text"]) == (None, "")

    def test_a_missing_column_is_named_with_those_that_there_are(self, tmp_path):
        rows = [{key: value for key, value in turn().items() if key != "end_s"}]
        with pytest.raises(ContractError, match=r"calls\.turns.*end_s.*start_s"):
            stage(tmp_path, rows)

    def test_a_number_that_is_none_is_named_with_its_row(self, tmp_path):
        with pytest.raises(SourceError, match=r"calls\.turns\.start_s.*row 3.*'soon'"):
            stage(tmp_path, [turn(), turn(start="soon")])

    def test_the_file_is_read_as_the_source_says(self, tmp_path):
        tables = make_spoken(n_customers=10)
        usecase = load_spoken(
            tmp_path, tables, calls={"read": {"delimiter": ";", "decimal": ",", "missing": ["-"]}}
        )
        for name in ("calls", "turns"):
            path = usecase.folder / f"{name}.csv"
            path.write_text(path.read_text().replace(",", ";"))
        content = "call_id;speaker;start_s;end_s;text\nz001;customer;0,5;-;Danke, gut.\n"
        (usecase.folder / "turns.csv").write_text(content)
        with open_sources(usecase) as sources:
            (found,) = stage_turns(sources, "calls", usecase.sources["calls"].turns).to_pylist()
        assert found == turn("z001", start=0.5, end=None, text="Danke, gut.")

    def test_a_file_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(SourceError, match=r"calls\.turns.*talk\.csv"):
            stage(tmp_path, file="talk.csv")

    def test_a_file_without_turns_is_refused(self, tmp_path):
        usecase, table = load_calls(tmp_path)
        write_csv(usecase.folder / "turns.csv", [])
        (usecase.folder / "turns.csv").write_text("call_id,speaker,start_s,end_s,text\n")
        with (
            open_sources(usecase) as sources,
            pytest.raises((ContractError, SourceError), match=r"calls\.turns"),
        ):
            stage_turns(sources, "calls", table)


class TestSaying:
    def test_what_the_customer_says_is_one_text_in_the_order_of_the_turns(self):
        turns = [turn(text="Hallo."), turn(speaker="agent", text="Ja?"), turn(text=""), turn(text="Danke.")]
        assert say_as_one(pa.Table.from_pylist(turns, SCHEMA), "customer") == {"a": "Hallo. Danke."}

    def test_the_customer_may_be_called_otherwise_and_nobody_is_nobody(self):
        turns = [turn(speaker="caller", text="Hallo."), turn(speaker=None), turn("b", "customer")]
        assert say_as_one(pa.Table.from_pylist(turns, SCHEMA), "caller") == {"a": "Hallo."}


class TestMeasuring:
    def test_the_figures_are_those_of_a_running_call_turn_by_turn(self, model):
        dice = random.Random(4)
        calls = {f"c{place}": make_turns(f"c{place}", dice) for place in range(12)}
        found = measure([row for each in calls.values() for row in each], model, list(calls))
        for (name, turns), row in zip(calls.items(), found, strict=True):
            running = Conversation(TextTurnReader(model))
            dice.shuffle(turns)
            for one in turns:
                said = Turn(one["speaker"], one["start_s"], one["end_s"], one["text"])
                measures = running.add(said)
            kept = {column: getattr(measures, column) for column in CallMeasures.__dataclass_fields__}
            assert {column: row[column] for column in kept} == kept, name

    def test_the_columns_are_those_that_a_use_case_can_ask_for(self, model):
        (row,) = measure([turn()], model, ["a"])
        assert set(row) == set(CALL_COLUMNS)
        beside = set(CALL_COLUMNS) - set(CallMeasures.__dataclass_fields__)
        assert beside == {"language", "is_actionable"}

    def test_every_measure_of_a_call_is_a_column(self):
        assert set(CallMeasures.__dataclass_fields__) <= set(CALL_COLUMNS)

    def test_a_call_without_turns_has_no_measures(self, model):
        with_turns, without = measure([turn()], model, ["a", "b"])
        assert with_turns["turn_count"] == 1
        assert set(without.values()) == {None}

    def test_turns_of_calls_that_nobody_lists_are_passed_over(self, model):
        alone = measure([turn()], model, ["a"])
        wrong = [turn(WRONG, start=-5.0), turn(None, start=None)]
        assert measure([turn(), *wrong], model, ["a"]) == alone

    def test_no_call_with_turns_at_all_gives_rows_of_nothing(self, model):
        assert [set(row.values()) for row in measure([turn(WRONG)], model, ["a", "b", None])] == [{None}] * 3

    def test_a_call_that_is_listed_twice_is_measured_twice(self, model):
        one, _, other = measure([turn(), turn("b", end=9.0)], model, ["a", "b", "a"])
        assert one == other

    def test_what_people_of_the_company_say_changes_nothing(self, model):
        mine = [turn(text="Das ist furchtbar, ich warte seit Wochen auf die Lieferung.")]
        words = ("", "This is terrible, I want your supervisor.", "Die Rechnung ist wunderbar, danke!")
        found = [
            measure([*mine, turn(speaker="agent", start=2.0, end=3.0, text=said)], model, ["a"])
            for said in words
        ]
        assert found[0] == found[1] == found[2]
        assert found[0][0]["sentiment"] < 0

    def test_language_and_whether_one_could_act_are_of_the_call_as_one_text(self, model):
        turns = [turn(text="Die Rechnung ist falsch."), turn(start=2.0, end=3.0, text="Bitte korrigieren.")]
        (row,) = measure(turns, model, ["a"])
        whole = model.read(["Die Rechnung ist falsch. Bitte korrigieren."])
        assert (row["language"], row["is_actionable"]) == ("de", whole.is_actionable[0])

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"start": -1.0}, "start_s: -1.0 is no time of a call"),
            ({"start": 5.0}, "end_s: 1.0 is before the start of the turn, 5.0"),
            ({"start": None}, "start_s: nan is no time of a call"),
            ({"end": 1e6}, "end_s: 1000000.0 is no time of a call"),
        ],
    )
    def test_a_time_that_cannot_be_is_told_with_file_and_call(self, model, wrong, told):
        with pytest.raises(ContractError) as caught:
            measure([turn(), turn("b", **wrong)], model, ["a", "b"])
        assert str(caught.value).startswith(f"sources.calls.turns: 'turns.csv': turns of call 'b': {told}")
