import random

import pytest
import yaml

from features.errors import ContractError, LeakError
from features.frame import Frame, build
from features.usecase import load

SPEC = {
    "version": 1,
    "name": "telco",
    "table": {"file": "rows.csv", "label": "left", "positive": "Yes", "id": "customer"},
}


def make_rows(n_rows=200, seed=4):
    dice = random.Random(seed)
    return [
        {
            "customer": f"k{number:03d}",
            "tenure": dice.randrange(60),
            "plan": dice.choice(["basic", "pro", ""]),
            "region": "north",
            "revenue": 100 + number,
            "importance": 1 + number % 3,
            "household": f"h{number // 2}",
            "left": "Yes" if dice.random() < 0.3 else "No",
        }
        for number in range(n_rows)
    ]


def load_flat(folder, rows=None, *, table=None, **changes):
    folder.mkdir(exist_ok=True)
    rows = make_rows() if rows is None else rows
    lines = [",".join(rows[0]), *(",".join(str(value) for value in row.values()) for row in rows)]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n")
    (folder / "telco.yaml").write_text(
        yaml.safe_dump({**SPEC, "table": {**SPEC["table"], **(table or {})}, **changes})
    )
    return load(folder / "telco.yaml")


def test_a_flat_table_becomes_features_and_a_target(tmp_path):
    rows = make_rows()
    frame = build(load_flat(tmp_path / "raw", rows), tmp_path / "frame")
    names = ["entity_id", "tenure", "plan", "revenue", "importance", "household", "target"]
    assert frame.table.column_names == names
    for found, row in zip(frame.table.to_pylist(), rows, strict=True):
        assert found["entity_id"] == row["customer"]
        assert found["tenure"] == row["tenure"]
        assert found["plan"] == (row["plan"] or None)
        assert found["target"] == (row["left"] == "Yes")
    assert str(frame.table.schema.field("target").type) == "int8"
    assert frame.facts.event_count == sum(row["left"] == "Yes" for row in rows)
    assert frame.facts.dropped_features == {"region": "all values are 'north'"}
    assert (frame.facts.shape, frame.facts.snapshot_dates, frame.facts.observed_until) == ("table", (), None)
    assert Frame.read(tmp_path / "frame").facts == frame.facts


def test_a_flat_table_has_no_log_to_fold_elsewhere_and_says_so(tmp_path):
    lines = []
    found = build(load_flat(tmp_path / "raw"), fold_log=pytest.fail, report=lines.append)
    assert lines[0] == "a flat table has no log to fold elsewhere: everything is done here"
    assert found.table.equals(build(load_flat(tmp_path / "again")).table)


def test_rows_are_ordered_by_id_whatever_the_order_of_the_file(tmp_path):
    rows = make_rows()
    shuffled = random.Random(1).sample(rows, len(rows))
    ordered = build(load_flat(tmp_path / "a", rows))
    assert build(load_flat(tmp_path / "b", shuffled)).table.equals(ordered.table)


def test_without_ids_the_order_of_the_file_stays(tmp_path):
    rows = [{key: value for key, value in row.items() if key != "customer"} for row in make_rows()]
    frame = build(load_flat(tmp_path, rows, table={"id": None}))
    assert frame.table.column("entity_id").to_pylist()[:11] == [str(number) for number in range(1, 12)]
    assert frame.table.column("revenue").to_pylist() == [row["revenue"] for row in rows]


def test_what_is_declared_stands_after_the_target(tmp_path):
    columns = {"weight": "importance", "group": "household"}
    frame = build(load_flat(tmp_path, table=columns, value={"revenue": "revenue"}))
    reserved = ["target", "weight", "value_revenue", "entity_group"]
    assert frame.table.column_names[-4:] == reserved
    first = frame.table.slice(0, 1).to_pylist()[0]
    assert (first["weight"], first["value_revenue"], first["entity_group"]) == (1.0, 100.0, "h0")
    features = [name for name in frame.table.column_names if name not in reserved]
    assert frame.latest.column_names == [*features, "weight"]
    assert frame.latest.num_rows == frame.table.num_rows


def test_without_a_column_to_learn_from_it_is_said_what_became_of_all(tmp_path):
    rows = [{"customer": row["customer"], "size": 7, "left": row["left"]} for row in make_rows()]
    with pytest.raises(ContractError) as caught:
        build(load_flat(tmp_path, rows))
    assert str(caught.value) == (
        "table: no column is left to learn from (left out size: all values are 7); "
        "take columns out of table.exclude, or join a file with some"
    )


class TestRowsWithoutALabel:
    """Nothing is learned from them, and they are the ones to be scored."""

    TABLE = {"not_applicable": {"columns": ["revenue"], "value": 107}}

    @staticmethod
    def unlabelled(rows, numbers):
        return [{**row, "left": "" if number in numbers else row["left"]} for number, row in enumerate(rows)]

    def test_they_wait_among_the_newest_rows_with_the_same_features(self, tmp_path):
        rows, waiting = make_rows(), (3, 7, 150)
        whole = build(load_flat(tmp_path / "a", rows, table=self.TABLE))
        frame = build(load_flat(tmp_path / "b", self.unlabelled(rows, waiting), table=self.TABLE))
        ids = [row["customer"] for row in rows]
        assert frame.table.column("entity_id").to_pylist() == [
            name for number, name in enumerate(ids) if number not in waiting
        ]
        assert frame.latest.column("entity_id").to_pylist() == ids
        names = [name for name in frame.latest.column_names if not name.endswith("_not_applicable")]
        assert frame.latest.select(names).equals(whole.latest.select(names))
        assert (frame.facts.latest_count, frame.facts.row_count) == (200, 197)

    def test_an_indicator_is_there_for_them_too(self, tmp_path):
        rows = self.unlabelled(make_rows(), (3, 4))
        latest = build(load_flat(tmp_path, rows, table=self.TABLE)).latest
        assert latest.column("revenue_not_applicable").to_pylist()[3:9] == [0, 0, 0, 0, 1, 0]

    def test_their_ids_have_to_be_unique_too(self, tmp_path):
        rows = self.unlabelled(make_rows(), (3, 4))
        rows[3]["customer"] = rows[9]["customer"]
        with pytest.raises(ContractError, match=f"the id '{rows[9]['customer']}' stands twice"):
            build(load_flat(tmp_path, rows))

    def test_without_ids_they_keep_the_numbers_of_their_rows(self, tmp_path):
        rows = self.unlabelled(make_rows(), (3, 7))
        frame = build(load_flat(tmp_path, rows, table={"id": None, "exclude": ["customer"]}))
        assert frame.latest.column("entity_id").to_pylist()[-2:] == ["4", "8"]


def test_a_feature_may_not_have_the_name_of_a_column_of_the_frame(tmp_path):
    rows = [{**row, "target_days": row["tenure"]} for row in make_rows()]
    with pytest.raises(ContractError, match=r"table.target_days: has a name that the feature table needs"):
        build(load_flat(tmp_path, rows))


def test_a_copy_of_the_label_stops_the_build(tmp_path):
    rows = [{**row, "status": "gone" if row["left"] == "Yes" else "here"} for row in make_rows()]
    with pytest.raises(LeakError, match="'status' knows the outcome"):
        build(load_flat(tmp_path, rows))


def test_rows_without_a_label_are_counted(tmp_path):
    rows = make_rows()
    rows[3] = {**rows[3], "left": ""}
    frame = build(load_flat(tmp_path, rows))
    assert frame.facts.dropped_rows == {"no label": 1}
    assert rows[3]["customer"] not in frame.table.column("entity_id").to_pylist()


def test_drivers_are_named_by_column(tmp_path):
    drivers = {"loyalty": {"features": ["tenure"], "role": "context"}}
    frame = build(load_flat(tmp_path, drivers=drivers))
    assert frame.facts.catalogue.by_name["tenure"].driver == "loyalty"


class TestAnswersOfTheSameSurvey:
    """A label that is an answer is predicted from answers given with it."""

    @staticmethod
    def warned(folder, rows=None, **table):
        findings = build(load_flat(folder, rows, table=table)).facts.findings
        return [finding["column"] for finding in findings if finding["kind"] == "same_survey"]

    def test_a_rating_from_other_answers(self, tmp_path):
        rows = [{**row, "mood": 1 + number % 5} for number, row in enumerate(make_rows())]
        ordinal = {"kind": "ordinal", "label": "mood", "positive": None, "exclude": ["left"]}
        assert self.warned(tmp_path / "a", rows, **ordinal, experience=["tenure"]) == ["mood"]
        assert self.warned(tmp_path / "b", rows, **ordinal) == []

    def test_behaviour_from_answers_is_no_such_case(self, tmp_path):
        assert self.warned(tmp_path, experience=["tenure"]) == []

    def test_a_binary_label_that_is_an_answer_is_declared(self, tmp_path):
        assert self.warned(tmp_path, experience=["tenure", "left"]) == ["left"]

    def test_answers_that_are_left_out_do_not_count(self, tmp_path):
        assert self.warned(tmp_path, experience=["tenure", "left"], exclude=["tenure"]) == []


def test_a_direction_that_no_feature_has_is_refused_before_training(tmp_path):
    usecase = load_flat(tmp_path / "raw", monotone={"plan": "rising"})
    with pytest.raises(ContractError, match="monotone: 'plan' takes plan, a category"):
        build(usecase, tmp_path / "frame")
    usecase = load_flat(tmp_path / "raw", monotone={"tenure": "falling"})
    assert build(usecase, tmp_path / "frame").facts.catalogue.directions(usecase.monotone)[0] == -1
