from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from features.frame import build
from tests.features.frame.test_flat import load_flat
from training.rows import FollowUp, LabelOutcome, feature_columns, numbers, row_at, rows_of, texts


def follow_up_of(rows):
    assert isinstance(rows.outcome, FollowUp)
    return rows.outcome


def labels_of(rows):
    assert isinstance(rows.outcome, LabelOutcome)
    return rows.outcome


class TestSnapshots:
    def test_every_row_of_the_frame_is_there_with_its_outcome(self, company):
        rows, table = company.learned.rows, company.frame.table
        outcome = follow_up_of(rows)
        assert len(rows) == table.num_rows == company.frame.facts.row_count
        assert rows.entity.tolist() == table.column("entity_id").to_pylist()
        assert outcome.snapshot_date.tolist() == table.column("snapshot_date").to_pylist()
        assert outcome.days.tolist() == table.column("target_days").to_pylist()
        assert outcome.event.tolist() == table.column("target_event").to_pylist()
        assert outcome.event.sum() == company.frame.facts.event_count
        assert outcome.observed_until == company.frame.facts.observed_until

    def test_features_are_in_the_order_of_the_catalogue(self, company):
        rows = company.learned.rows
        assert tuple(rows.columns) == company.frame.facts.catalogue.names
        for feature in rows.catalogue:
            column = rows.columns[feature.name]
            assert column.dtype == (np.float64 if feature.kind == "number" else object)

    def test_missing_numbers_are_nan_and_missing_texts_none(self, company):
        name = "o_tickets.hours_to_resolve.mean_90d"
        column = company.frame.table.column(name)
        found = company.learned.rows.columns[name]
        assert column.null_count > 0
        assert np.isnan(found).tolist() == column.is_null().to_pylist()

    def test_horizons_are_named_and_the_primary_one_is_found(self, company):
        rows = company.learned.rows
        assert rows.horizon_names == ("30d", "90d", "180d", "365d")
        assert rows.primary_index == 1
        assert rows.gap_days == 7

    def test_groups_are_entities_where_none_are_declared(self, company):
        assert company.learned.rows.group is company.learned.rows.entity

    def test_revenue_comes_along(self, company):
        rows = company.learned.rows
        assert rows.weight is None
        assert rows.value.tolist() == company.frame.table.column("value_revenue").to_pylist()


class TestTaking:
    @pytest.mark.parametrize("kind", ["positions", "mask"])
    def test_everything_is_taken_alike(self, company, kind):
        rows = company.learned.rows
        places = np.array([5, 8, 200, 4000])
        chosen = places if kind == "positions" else np.isin(np.arange(len(rows)), places)
        taken = rows.take(chosen)
        assert len(taken) == 4
        assert taken.entity.tolist() == rows.entity[places].tolist()
        assert taken.value.tolist() == rows.value[places].tolist()
        assert follow_up_of(taken).days.tolist() == follow_up_of(rows).days[places].tolist()
        assert follow_up_of(taken).snapshot_date.tolist() == follow_up_of(rows).snapshot_date[places].tolist()
        for name, column in taken.columns.items():
            assert column.astype(str).tolist() == rows.columns[name][places].astype(str).tolist()

    def test_the_rest_stays(self, company):
        rows = company.learned.rows
        taken = rows.take(np.arange(3))
        assert (taken.horizon_names, taken.primary_index) == (rows.horizon_names, rows.primary_index)
        assert follow_up_of(taken).observed_until == follow_up_of(rows).observed_until

    def test_order_and_repetition_are_the_callers(self, members):
        taken = members.learned.rows.take(np.array([3, 3, 1]))
        assert taken.entity.tolist() == ["0003", "0003", "0001"]


class TestFlat:
    def test_labels_are_zero_and_one(self, members):
        rows = members.learned.rows
        outcome = labels_of(rows)
        assert outcome.target.tolist() == members.frame.table.column("target").to_pylist()
        assert (outcome.kind, outcome.timing) == ("binary", None)
        assert outcome.is_known.all()
        assert (rows.horizon_names, rows.primary_index, rows.gap_days) == (("outcome",), 0, None)
        assert (rows.weight, rows.value) == (None, None)

    def test_declared_groups_weights_and_revenue_are_read(self, tmp_path):
        declared = {"weight": "importance", "group": "household"}
        usecase = load_flat(tmp_path, table=declared, value={"revenue": "revenue"})
        rows = rows_of(build(usecase), usecase)
        assert rows.group[:4].tolist() == ["h0", "h0", "h1", "h1"]
        assert rows.weight[:4].tolist() == [1, 2, 3, 1]
        assert rows.value[:3].tolist() == [100, 101, 102]
        assert rows.take(np.array([1, 2])).weight.tolist() == [2, 3]


def test_a_frame_that_does_not_say_until_when_it_was_observed_is_refused(company):
    facts = replace(company.frame.facts, observed_until=None)
    with pytest.raises(ValueError, match="until when"):
        rows_of(replace(company.frame, facts=facts), company.usecase)


def test_columns_read_alike_from_any_table():
    table = pa.table({"a": pa.array([1, None], pa.int8()), "b": ["x", None]})
    assert numbers(table, "c") is None
    assert np.array_equal(numbers(table, "a"), [1.0, np.nan], equal_nan=True)
    assert texts(table, "b").tolist() == ["x", None]


def test_one_row_is_told_in_plain_values():
    columns = {"a": np.array([1.5, np.nan]), "b": np.array(["x", None], dtype=object)}
    assert [row_at(columns, place) for place in (0, 1)] == [{"a": 1.5, "b": "x"}, {"a": None, "b": None}]


def test_newest_rows_have_the_same_columns(company):
    latest = feature_columns(company.frame.latest, company.frame.facts.catalogue)
    assert tuple(latest) == tuple(company.learned.rows.columns)
    assert {len(column) for column in latest.values()} == {company.frame.facts.latest_count}
