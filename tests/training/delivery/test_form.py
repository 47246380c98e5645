"""The form of the tables: names, columns, and what is said of tables that are there in another form."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from sqlalchemy import BigInteger, Numeric, String
from sqlalchemy.types import Date, Double, Text

from features.errors import ContractError, InputError
from training.delivery.form import Stamp, demand_form, lines_of, parse_name, table_of_scores

EVENT = pa.table(
    {
        "entity_id": ["a"],
        "probability_30d": [0.1],
        "probability_90d": [0.2],
        "risk_band": ["low"],
        "reason_1": ["age"],
        "warnings": pa.array([None], pa.string()),
        "model_version": ["v"],
        "as_of": ["2025-12-01"],
    }
)
ANSWER = pa.table(
    {"entity_id": ["a"], "value": [4.0], "low_90": [3.0], "high_90": [5.0], "probability_5": [0.5]}
)
GROUPS = pa.table(
    {
        "cut": ["site"],
        "group": ["north"],
        "people": [12],
        "value": [4.0],
        "value_low": [3.0],
        "value_high": [5.0],
    }
)
STAMP = Stamp("churn", date(2025, 12, 1), "v", "id", datetime(2026, 1, 1, tzinfo=UTC), "90d")
KEYS = ["usecase", "as_of", "model_version", "entity_id"]


def found_in(table, **changes):
    return {column.name: column.type for column in table.columns} | changes


class TestNames:
    def test_the_usual_ones(self):
        assert parse_name("", is_individual=True) == (None, "xm_scores")
        assert parse_name("", is_individual=False) == (None, "xm_group_scores")

    @pytest.mark.parametrize("text", ["a b", "a.b.c", 'x"; DROP TABLE y', ".a", "a.", "1a", "é", "a" * 64])
    def test_what_is_no_plain_name(self, text):
        with pytest.raises(InputError, match="is no plain name of a table"):
            parse_name(text, is_individual=True)

    def test_the_table_of_batches_is_none_of_scores(self):
        with pytest.raises(InputError, match="'xm_score_batches' tells of batches"):
            parse_name("bi.xm_score_batches", is_individual=True)


class TestTables:
    def test_events_answers_and_groups_have_the_same_headline(self):
        for example, is_individual in ((EVENT, True), (ANSWER, True), (GROUPS, False)):
            names = set(table_of_scores((None, "t"), example, is_individual=is_individual).columns.keys())
            assert {"usecase", "as_of", "horizon", "probability", "value", "batch_id", "scored_at"} < names
            assert set(example.column_names) - {"group"} <= names

    def test_keys(self):
        table = table_of_scores((None, "t"), EVENT, is_individual=True)
        assert [column.name for column in table.primary_key.columns] == KEYS
        table = table_of_scores((None, "t"), GROUPS, is_individual=False)
        assert [column.name for column in table.primary_key.columns] == [*KEYS[:3], "cut", "group_name"]

    def test_a_part_without_any_group_has_a_table(self):
        assert "people" in table_of_scores((None, "t"), pa.table({}), is_individual=False).columns

    def test_lines_fit_the_columns(self):
        for example, is_individual in ((EVENT, True), (ANSWER, True), (GROUPS, False)):
            table = table_of_scores((None, "t"), example, is_individual=is_individual)
            (line,) = lines_of(example, STAMP)
            assert set(line) <= set(table.columns.keys())
        (line,) = lines_of(EVENT, STAMP)
        assert (line["probability"], line["horizon"], line["as_of"]) == (0.2, "90d", date(2025, 12, 1))


class TestFound:
    def test_what_is_the_same_needs_nothing(self):
        table = table_of_scores((None, "t"), EVENT, is_individual=True)
        assert demand_form(table, found_in(table), KEYS, "t") == []
        assert demand_form(table, found_in(table, risk_band=String(20)), list(reversed(KEYS)), "t") == []

    def test_figures_of_other_use_cases_may_be_there_or_not(self):
        table = table_of_scores((None, "t"), EVENT, is_individual=True)
        found = found_in(table, probability_365d=Double(), reason_9=Text())
        del found["probability_30d"], found["reason_1"]
        assert demand_form(table, found, KEYS, "t") == ["probability_30d", "reason_1"]

    @pytest.mark.parametrize(
        ("name", "kind", "told"),
        [
            ("as_of", Text(), r"t\.as_of: the column is TEXT, not DATE"),
            ("probability", Numeric(5, 2), r"t\.probability: the column is NUMERIC\(5, 2\), not DOUBLE"),
            ("entity_id", BigInteger(), r"t\.entity_id: the column is BIGINT, not TEXT"),
            ("probability_30d", Date(), r"t\.probability_30d: the column is DATE, not DOUBLE"),
            ("colour", Text(), r"t\.colour: the column is none of a table of scores"),
        ],
    )
    def test_another_column_is_named(self, name, kind, told):
        table = table_of_scores((None, "t"), EVENT, is_individual=True)
        with pytest.raises(ContractError, match=told):
            demand_form(table, found_in(table, **{name: kind}), KEYS, "t")

    def test_a_missing_column_is_named(self):
        table = table_of_scores((None, "t"), EVENT, is_individual=True)
        found = found_in(table)
        del found["batch_id"]
        with pytest.raises(ContractError, match=r"t\.batch_id: the table is there without this column"):
            demand_form(table, found, KEYS, "t")

    def test_another_key_is_told(self):
        table = table_of_scores((None, "t"), EVENT, is_individual=True)
        with pytest.raises(ContractError, match=r"t: the primary key is \(entity_id\), not \(usecase, as_of"):
            demand_form(table, found_in(table), ["entity_id"], "t")
