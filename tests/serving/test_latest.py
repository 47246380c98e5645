from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from features.errors import ContractError, SourceError
from features.usecase import Privacy
from serving.latest import LatestRows
from tests.serving.company import FEATURES, write_latest

NAMES = [feature.name for feature in FEATURES]


def test_finds_known_entities_in_the_order_asked_and_lists_the_others(tmp_path):
    latest = LatestRows.read(write_latest(tmp_path))
    found, unknown = latest.find(["Ünal 🙂", "c-2", "c-3", "", "zz"], NAMES)
    assert [row.entity_id for row in found] == ["Ünal 🙂", "c-3"]
    assert unknown == ["c-2", "", "zz"]
    assert found[1].features == {
        "o_tickets.count_90d": 4.0,
        "o_tickets.hours.mean_90d": 51.5,
        "x_surveys.nps.last": 3.0,
        "o_customers.plan": "basic",
    }
    assert found[0].features["o_tickets.count_90d"] is None


def test_every_row_carries_its_own_day_and_the_table_the_newest(tmp_path):
    latest = LatestRows.read(write_latest(tmp_path))
    found, _ = latest.find(["c-1", "Ünal 🙂"], NAMES)
    assert [row.as_of for row in found] == ["2025-06-01", "2025-05-01"]
    assert latest.as_of == "2025-06-01"
    assert len(latest) == 3


def test_a_flat_table_has_no_days(tmp_path):
    latest = LatestRows.read(write_latest(tmp_path, snapshot_date=None))
    found, _ = latest.find(["c-1"], NAMES)
    assert found[0].as_of is None
    assert latest.as_of is None


def test_repeated_ids_are_answered_once(tmp_path):
    found, unknown = LatestRows.read(write_latest(tmp_path)).find(["c-1", "x", "c-1", "x"], NAMES)
    assert [row.entity_id for row in found] == ["c-1"]
    assert unknown == ["x"]


def test_finds_each_of_many_ids_whatever_their_order_in_the_file():
    ids = [f"{(7919 * number) % 1000:x}" for number in range(1000)]
    latest = LatestRows(pa.table({"entity_id": ids, "n": [float(int(one, 16)) for one in ids]}), "many")
    found, unknown = latest.find(ids, ["n"])
    assert not unknown
    assert [row.features["n"] for row in found] == [float(int(one, 16)) for one in ids]


def test_an_empty_table_knows_nobody():
    empty = pa.table({"entity_id": pa.array([], pa.string()), "n": pa.array([], pa.float64())})
    latest = LatestRows(empty, "empty")
    assert latest.find(["a"], ["n"]) == ([], ["a"])


def test_ids_that_are_numbers_in_the_file_are_found_as_text(tmp_path):
    latest = LatestRows.read(write_latest(tmp_path, entity_id=[30, 1, 7]))
    assert [row.entity_id for row in latest.find(["7", "30"], NAMES)[0]] == ["7", "30"]


def test_a_feature_that_the_table_lacks_is_named(tmp_path):
    latest = LatestRows.read(write_latest(tmp_path))
    with pytest.raises(ContractError, match=r"lacks 1 features of the champion, first 'o_tickets\.sum_30d'"):
        latest.find(["c-1"], [*NAMES, "o_tickets.sum_30d"])


@pytest.mark.parametrize("ids", [["a", "b", "a"], ["a", "b", None]], ids=["twice", "absent"])
def test_refuses_ids_that_do_not_tell_entities_apart(tmp_path, ids):
    with pytest.raises(
        ContractError, match="holds 1 rows without an id, or with one that stands there already"
    ):
        LatestRows.read(write_latest(tmp_path, entity_id=ids))


def test_refuses_a_file_without_ids(tmp_path):
    with pytest.raises(SourceError, match="has no column 'entity_id'"):
        LatestRows.read(write_latest(tmp_path, entity_id=None))


@pytest.mark.parametrize("content", [b"", b"not parquet", b"PAR1 half a file"])
def test_refuses_what_is_no_parquet(tmp_path, content):
    path = tmp_path / "latest.parquet"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="cannot be read as Parquet; build the feature table again"):
        LatestRows.read(path)


def test_reads_dates_whether_day_or_instant(tmp_path):
    instants = pa.array([date(2025, 6, 1), date(2025, 6, 1), date(2025, 5, 1)], pa.date64())
    latest = LatestRows.read(write_latest(tmp_path, snapshot_date=instants))
    assert latest.as_of == "2025-06-01"


class TestCuts:
    def rows(self):
        table = pa.table(
            {
                "entity_id": ["c", "a", "b"],
                "load": [3.0, 1.0, None],
                "cut_site": ["north", None, "south"],
                "cut_level": [2, 1, 2],
            }
        )
        return LatestRows(table, "latest.parquet")

    def test_cuts_are_the_columns_with_the_prefix(self):
        assert self.rows().cuts == ("site", "level")

    def test_features_and_groups_are_those_of_everybody_in_one_order(self):
        rows = self.rows()
        assert rows.read_features(["load"]) == {"load": [1.0, None, 3.0]}
        cuts = rows.show(Privacy(subject="employee"))
        assert cuts.labels == {"site": (None, "south", "north"), "level": ("1", "2", "2")}

    def test_what_may_be_shown_is_decided_once_for_equal_minimums(self):
        rows = self.rows()
        cuts = rows.show(Privacy(subject="employee"))
        assert rows.show(Privacy(subject="employee")) is cuts
        assert rows.show(Privacy(subject="employee", minimum_group=7)) is not cuts

    def test_a_missing_feature_is_named(self):
        with pytest.raises(ContractError, match="first 'speed'"):
            self.rows().read_features(["load", "speed"])


class TestParts:
    def test_features_of_some_rows_are_a_part_of_those_of_everybody(self, tmp_path):
        latest = LatestRows.read(write_latest(tmp_path))
        names = ["o_tickets.count_90d", "o_customers.plan"]
        whole = latest.read_features(names)
        assert len(whole["o_customers.plan"]) == 3
        for start, count in ((0, 2), (1, 1), (2, 5), (0, None)):
            end = None if count is None else start + count
            assert latest.read_features(names, start, count) == {
                name: cells[start:end] for name, cells in whole.items()
            }

    def test_revenue_is_known_of_some(self, tmp_path):
        latest = LatestRows.read(write_latest(tmp_path, value_revenue=[100, None, 50]))
        # In the order of ids: c-1, c-3, and the one that does not begin with a letter of ASCII.
        found = latest.read_revenue()
        assert found is not None
        assert found.tolist()[1:] == [100.0, 50.0]
        assert found[0] != found[0]
        assert LatestRows.read(write_latest(tmp_path / "without")).read_revenue() is None

    def test_ids_are_told_by_place(self, tmp_path):
        latest = LatestRows.read(write_latest(tmp_path))
        assert latest.name(np.array([2, 0], dtype=np.int32)) == ["Ünal 🙂", "c-1"]
        assert latest.name(np.array([], dtype=np.int32)) == []

    def test_groups_and_who_is_in_them(self, tmp_path):
        latest = LatestRows.read(write_latest(tmp_path, cut_region=["South", None, "North"]))
        assert latest.list_groups("region") == ("North", "South")
        assert latest.is_within("region", "South").tolist() == [False, True, False]
        assert latest.is_within("region", "West").tolist() == [False] * 3
