from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from features.catalogue import Catalogue, Feature
from features.frame import Frame
from features.usecase import parse
from training.rows import FollowUp, LabelOutcome, rows_of

SOURCES = {
    "people": {"file": "p.csv", "valid_from": "since", "known_at": "same"},
    "visits": {"file": "v.csv", "event_time": "at", "known_at": "same"},
    "surveys": {
        "file": "s.csv",
        "event_time": "at",
        "known_at": "same",
        "data": "X",
        "survey": "yearly",
        "answered_by": "entity",
        "scales": {"csat": "1..5", "nps": "0..10"},
    },
}


class Facts:
    """Stand in for the facts of a frame: rows need two of them."""

    catalogue = Catalogue((Feature("o_visits.count_90d", "number", "visits"),))
    observed_until = date(2025, 12, 1)


def usecase(target=None, table=None):
    whole = {"version": 1, "name": "sample"}
    if table is not None:
        return parse(whole | {"table": {"file": "t.csv", "label": "y", **table}}, "sample.yaml")
    snapshots = {"every": "month", "from": date(2025, 1, 1), "to": date(2025, 6, 1)}
    parts = {
        "entity": "person_id",
        "snapshots": snapshots,
        "sources": SOURCES,
        "features": {"visits": {"windows": ["90d"], "count": {}}},
        "cohort": {"from": "people.since"},
        "target": target,
    }
    return parse(whole | parts, "sample.yaml")


def frame(**columns):
    table = pa.table(
        {
            "entity_id": ["a", "b", "c"],
            "snapshot_date": [date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)],
            "o_visits.count_90d": [1.0, None, 3.0],
            **columns,
        }
    )
    return Frame(table=table, latest=table, answers=table, protected=table, waves=table, facts=Facts())


class TestOutcomes:
    def test_the_next_answer_has_a_scale_and_is_known_from_a_day_on(self):
        spec = usecase({"next": "surveys.csat", "within": "90d", "kind": "ordinal", "gap": "7d"})
        rows = rows_of(frame(target=[4.0, None, 2.0], target_known_days=[10.0, None, 80.0]), spec)
        outcome = rows.outcome
        assert isinstance(outcome, LabelOutcome)
        assert (outcome.kind, outcome.scale, outcome.question) == ("ordinal", (1, 5), "surveys.csat")
        assert outcome.is_known.tolist() == [True, False, True]
        assert outcome.timing.known_days[2] == 80
        assert outcome.timing.observed_until == date(2025, 12, 1)
        assert rows.horizon_names == ("90d",)
        assert (rows.primary_index, rows.gap_days) == (0, 7)

    def test_nps_groups_become_answers_of_their_group(self):
        spec = usecase({"next": "surveys.nps", "within": "90d", "kind": "nps_group"})
        rows = rows_of(frame(target=[0.0, 2.0, None], target_known_days=[1.0, 1.0, None]), spec)
        np.testing.assert_array_equal(rows.outcome.target, [0.0, 9.0, np.nan])

    def test_silence_is_a_label_inside_its_window(self):
        rows = rows_of(
            frame(target=[1.0, 0.0, None], target_known_days=[180.0, 180.0, None]),
            usecase({"silence": "visits", "for": "180d"}),
        )
        assert isinstance(rows.outcome, LabelOutcome)
        assert rows.outcome.kind == "binary"
        assert rows.horizon_names == ("180d",)
        assert rows.gap_days == 0

    def test_an_event_is_followed_up(self):
        rows = rows_of(
            frame(target_days=[3.0, 9.0, 9.0], target_event=[1, 0, 0], target_known_days=[4.0, None, None]),
            usecase({"event": "visits", "horizons": ["30d", "90d"], "primary_horizon": "90d", "gap": "7d"}),
        )
        assert isinstance(rows.outcome, FollowUp)
        assert rows.horizon_names == ("30d", "90d")
        assert (rows.primary_index, rows.gap_days) == (1, 7)

    @pytest.mark.parametrize(
        ("table", "kind", "expected"),
        [
            ({"positive": "yes"}, "binary", [0.0, 1.0, 1.0]),
            ({"kind": "ordinal"}, "ordinal", [0.0, 1.0, 1.0]),
            ({"kind": "nps_group"}, "nps_group", [0.0, 7.0, 7.0]),
        ],
        ids=["binary", "ordinal", "nps_group"],
    )
    def test_a_flat_table_has_a_label_without_a_clock(self, table, kind, expected):
        rows = rows_of(frame(target=[0.0, 1.0, 1.0]), usecase(table=table))
        assert isinstance(rows.outcome, LabelOutcome)
        assert rows.outcome.kind == kind
        assert rows.outcome.target.tolist() == expected
        assert rows.horizon_names == ("outcome",)
        assert rows.gap_days is None
        assert rows.outcome.timing is None


class TestRows:
    def test_some_of_the_rows_keep_what_belongs_to_them(self):
        spec = usecase({"next": "surveys.csat", "within": "90d", "kind": "ordinal"})
        rows = rows_of(
            frame(target=[4.0, None, 2.0], target_known_days=[10.0, None, 80.0], weight=[1.0, 2.0, 3.0]), spec
        )
        last = rows.take(np.array([2]))
        assert len(last) == 1
        assert last.entity.tolist() == ["c"]
        assert last.outcome.target.tolist() == [2.0]
        assert str(last.outcome.timing.snapshot_date[0]) == "2025-03-01"
        assert last.weight.tolist() == [3.0]
        assert last.value is None
        assert last.columns["o_visits.count_90d"].tolist() == [3.0]

    def test_a_declared_group_keeps_rows_together(self):
        spec = usecase(table={"positive": "yes", "group": "house"})
        rows = rows_of(frame(target=[0.0, 1.0, 1.0], entity_group=["x", "x", "y"]), spec)
        assert rows.group.tolist() == ["x", "x", "y"]
        assert rows.entity.tolist() == ["a", "b", "c"]
