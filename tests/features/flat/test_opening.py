import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError, InputError, SpecError
from features.flat import read_flat
from features.usecase import load, parse

HEADER = "id,plan,tenure,total,age,left"
ROWS = [
    "a,basic,1,10.5,30,Yes",
    "b,pro,2, ,40,No",
    "c,basic,3,30,50,No",
    "d,,4,40,60,Yes",
]


@pytest.fixture
def read(tmp_path):
    """Write files and read the flat table of a use case whose ``table`` holds the given keys."""

    def run(text=None, files=None, report=None, parts=None, **table):
        (tmp_path / "people.csv").write_text("\n".join([HEADER, *ROWS]) if text is None else text)
        for name, content in (files or {}).items():
            (tmp_path / name).write_text(content)
        content = {"version": 1, "name": "leavers", **(parts or {})}
        content["table"] = {"file": "people.csv", "label": "left", "positive": "Yes", "id": "id", **table}
        usecase = parse(content, "leavers.yaml")
        usecase._folder = tmp_path
        return read_flat(usecase) if report is None else read_flat(usecase, report=report)

    return run


def fault(read, *arguments, **table):
    with pytest.raises(InputError) as found:
        read(*arguments, **table)
    line = str(found.value)
    assert "\n" not in line
    assert found.value.exit_code == 2
    return line


def plain(values):
    """Return a list in which every missing value is None."""
    return [None if value is None or value != value else value for value in values.tolist()]  # noqa: PLR0124


class TestColumns:
    def test_numbers_and_categories_by_value(self, read):
        found = read()
        assert found.kinds == {"plan": "category", "tenure": "number", "total": "number", "age": "number"}
        assert plain(found.columns["plan"]) == ["basic", "pro", "basic", None]
        assert plain(found.columns["total"]) == [10.5, None, 30, 40]
        assert found.columns["total"].dtype == np.float64
        assert found.entity_id.tolist() == ["a", "b", "c", "d"]

    def test_target(self, read):
        found = read()
        assert found.target.tolist() == [1, 0, 0, 1]
        assert found.target.dtype == np.int8
        assert (found.facts.rows, found.facts.kept, found.facts.positives) == (4, 4, 2)

    def test_declared_categories_stay_texts(self, read):
        assert plain(read(categories=["tenure"]).columns["tenure"]) == ["1", "2", "3", "4"]

    def test_left_out_columns(self, read):
        assert list(read(exclude=["plan", "age"]).columns) == ["tenure", "total"]

    def test_rows_get_numbers_where_there_is_no_id(self, read):
        found = read(id=None, exclude=["id"])
        assert found.entity_id.tolist() == ["1", "2", "3", "4"]

    def test_weight_group_and_revenue(self, read):
        found = read(weight="tenure", group="plan", parts={"value": {"revenue": "total"}})
        assert found.weight.tolist() == [1, 2, 3, 4]
        assert plain(found.group) == ["basic", "pro", "basic", None]
        assert plain(found.value_revenue) == [10.5, None, 30, 40]
        assert list(found.columns) == ["total", "age"]

    def test_what_is_not_declared_is_none(self, read):
        found = read()
        assert found.weight is None
        assert found.group is None
        assert found.value_revenue is None

    def test_protected_columns_are_kept_apart(self, read):
        found = read(parts={"privacy": {"protected": ["age"]}})
        assert "age" not in found.columns
        assert found.protected["age"].tolist() == [30, 40, 50, 60]

    def test_experience_is_told_from_operations(self, read):
        found = read(experience=["age"], not_applicable={"columns": ["age"], "value": 30})
        data = {feature.name: feature.data for feature in found.features}
        assert data == {"plan": "O", "tenure": "O", "total": "O", "age": "X", "age_not_applicable": "X"}
        assert {feature.source for feature in found.features} == {"table"}

    def test_parquet(self, read, tmp_path):
        table = pa.table({
            "id": [1, 2, 3], "plan": ["x", None, "y"], "flag": [True, False, None],
            "size": [1.5, math.nan, 2.0], "left": [1, 0, 1],
        })  # fmt: skip
        pq.write_table(table, tmp_path / "people.parquet")
        found = read(file="people.parquet", positive=1)
        assert found.entity_id.tolist() == ["1", "2", "3"]
        assert found.target.tolist() == [1, 0, 1]
        assert found.kinds == {"plan": "category", "flag": "category", "size": "number"}
        assert plain(found.columns["flag"]) == ["true", "false", None]
        assert plain(found.columns["size"]) == [1.5, None, 2.0]

    def test_files_come_out_in_their_order(self, read):
        count = 20_000
        body = [
            f"{row * 7919 % count},p{row % 3},{row},1,2,{'Yes' if row % 4 else 'No'}" for row in range(count)
        ]
        found = read("\n".join([HEADER, *body]))
        assert found.columns["tenure"].tolist() == list(range(count))

    def test_facts_are_plain_values(self, read):
        facts = read().facts.to_json()
        assert json.loads(json.dumps(facts)) == facts
        assert list(facts["fingerprints"]) == ["people.csv"]


class TestNotApplicable:
    def test_value_becomes_missing_with_an_indicator(self, read):
        found = read(not_applicable={"columns": ["tenure", "age"], "value": 1})
        assert plain(found.columns["tenure"]) == [None, 2, 3, 4]
        assert found.columns["tenure_not_applicable"].tolist() == [1, 0, 0, 0]
        assert "age_not_applicable" not in found.columns
        assert found.facts.not_applicable == {"tenure": 1, "age": 0}

    def test_text(self, read):
        found = read(not_applicable={"columns": ["plan"], "value": "pro"})
        assert plain(found.columns["plan"]) == ["basic", None, "basic", None]

    def test_number_in_a_column_of_codes(self, read):
        found = read(categories=["tenure"], not_applicable={"columns": ["tenure"], "value": 1.0})
        assert plain(found.columns["tenure"]) == [None, "2", "3", "4"]

    def test_text_in_a_column_of_numbers_is_nowhere(self, read):
        assert read(not_applicable={"columns": ["tenure"], "value": "none"}).facts.not_applicable == {
            "tenure": 0
        }


class TestUselessColumns:
    def test_constant_and_empty_columns_are_left_out_and_told(self, read):
        text = "id,same,empty,word,left\n1,7,,x,Yes\n2,7,,x,No\n3,7,,,No\n"
        told = []
        found = read(text, report=told.append)
        assert found.facts.dropped == {"same": "all values are 7", "empty": "all values are missing"}
        assert list(found.columns) == ["word"]
        assert "left out same: all values are 7" in told

    def test_texts_of_their_own_in_every_row_are_left_out(self, read):
        body = [f"{row},K-{row},{row % 2},{'Yes' if row % 2 else 'No'}" for row in range(40)]
        found = read("\n".join(["id,code,size,left", *body]))
        assert found.facts.dropped == {"code": "every row has its own text: an id or free text"}

    def test_few_rows_may_all_differ(self, read):
        assert "plan" in read("id,plan,left\n1,a,Yes\n2,b,No\n").columns


class TestLabel:
    def test_rows_without_a_label_are_left_out(self, read):
        found = read("id,size,left\n1,1,Yes\n2,2,\n3,3,No\n")
        assert (found.facts.rows, found.facts.kept) == (3, 2)
        assert found.entity_id.tolist() == ["1", "3"]
        assert found.columns["size"].tolist() == [1, 3]

    @pytest.mark.parametrize("written", ["1", "1.0", "1e0", "01"])
    def test_number_as_label_matches_every_way_of_writing_it(self, read, written):
        found = read(f"id,size,left\n1,1,{written}\n2,2,0\n", positive=1)
        assert found.target.tolist() == [1, 0]

    def test_more_than_two_labels(self, read):
        assert read("id,size,left\n1,1,Yes\n2,2,No\n3,1,Maybe\n").target.tolist() == [1, 0, 0]

    def test_one_class(self, read):
        line = fault(read, "id,size,left\n1,1,No\n2,2,No\n")
        assert line == (
            "table.left: the label has only one class: 'No'; "
            "both outcomes have to occur; check the file and table.label"
        )

    def test_all_positive_in_two_spellings(self, read):
        assert "every row has the label '1.0'" in fault(read, "id,size,left\n1,1,1\n2,2,1.0\n", positive=1)

    def test_another_spelling_of_the_positive_value_is_refused_and_can_be_recoded(self, read):
        text = "id,size,left\n1,1,Yes\n2,2,No\n3,1,YES\n4,2,NO\n"
        line = fault(read, text)
        assert line == (
            "table.left: 'YES' would not count as 'Yes'; if it is the same, write recode: "
            "{'left': {'YES': 'Yes'}}; else rename it in the file"
        )
        assert read(text, recode={"left": {"YES": "Yes"}}).target.tolist() == [1, 0, 1, 0]

    @pytest.mark.parametrize("positive", [True, "TRUE", "true"])
    def test_truth_is_matched_in_every_way_of_writing_it(self, read, positive):
        text = "id,size,left\n1,1,TRUE\n2,2,FALSE\n3,1,true\n"
        assert read(text, positive=positive).target.tolist() == [1, 0, 1]

    def test_falsehood_can_be_what_is_predicted(self, read):
        assert read("id,size,left\n1,1,TRUE\n2,2,FALSE\n", positive=False).target.tolist() == [0, 1]

    def test_truth_that_no_row_has_is_shown_as_a_word(self, read):
        assert "no row has the label 'true'; found are 'Yes', 'No'" in fault(read, positive=True)

    def test_unknown_positive_value(self, read):
        line = fault(read, positive="yes")
        assert line.startswith(
            "table.left: no row has the label 'yes'; found are 'Yes', 'No'; write one of them"
        )

    def test_many_other_values_are_cut_short(self, read):
        body = "".join(f"{row},{row % 2},v{row}\n" for row in range(9))
        assert "'v4', ...;" in fault(read, f"id,size,left\n{body}")

    def test_no_label_at_all(self, read):
        assert "no row has a label" in fault(read, "id,size,left\n1,1,\n2,2,\n")


class TestJoins:
    MORE = "key,city,plan\nb,Ulm,pro\na,Bonn,basic\nc,Ulm,basic\nd,Kiel,\n"

    def join(self, **changes):
        return [{"file": "more.csv", "on": {"id": "key"}, **changes}]

    def test_columns_come_to_their_rows(self, read):
        found = read(files={"more.csv": self.MORE}, join=self.join())
        assert plain(found.columns["city"]) == ["Bonn", "Ulm", "Ulm", "Kiel"]
        assert "key" not in found.columns
        assert found.facts.unmatched == {"more.csv": 0}

    def test_rows_without_a_partner_are_missing_and_counted(self, read):
        found = read(files={"more.csv": "id,size\na,1\nc,3\nz,9\n"}, join=[{"file": "more.csv", "on": "id"}])
        assert plain(found.columns["size"]) == [1, None, 3, None]
        assert found.facts.unmatched == {"more.csv": 2}

    def test_join_over_a_joined_column_that_is_no_feature(self, read):
        files = {"more.csv": self.MORE, "cities.csv": "city,people\nUlm,126\nBonn,330\nKiel,246\n"}
        joins = [*self.join(), {"file": "cities.csv", "on": "city"}]
        found = read(files=files, join=joins, exclude=["city"])
        assert found.columns["people"].tolist() == [330, 126, 126, 246]
        assert "city" not in found.columns

    def test_only_listed_columns_are_taken(self, read):
        files = {"more.csv": "key,city,size\na,Bonn,1\nb,Ulm,2\nc,x,3\nd,y,4\n"}
        assert "size" not in read(files=files, join=self.join(columns=["city"])).columns
        assert "size" not in read(files=files, join=self.join(exclude=["size"])).columns

    def test_each_file_has_its_own_missing_texts(self, read):
        files = {"more.csv": "key,city\na,None\nb,Ulm\nc,Ulm\nd,None\n"}
        assert plain(read(files=files, join=self.join()).columns["city"])[0] == "None"
        found = read(files=files, join=self.join(read={"missing": ["None"]}))
        assert plain(found.columns["city"])[0] is None

    def test_columns_of_both_sides_that_disagree(self, read):
        text = self.MORE.replace("Ulm,pro", "Ulm,basic")
        line = fault(read, files={"more.csv": text}, join=self.join())
        assert line == (
            "table.join[0].plan: both tables have it with different values (row 3: 'pro' and 'basic'); "
            "write under this join exclude: ['plan'], or list the columns to take"
        )
        assert "plan" in read(files={"more.csv": text}, join=self.join(exclude=["plan"])).columns
        assert "plan" not in read(files={"more.csv": text}, join=self.join(), exclude=["plan"]).columns

    def test_key_that_stands_twice(self, read):
        line = fault(read, files={"more.csv": self.MORE + "a,Ulm,basic\n"}, join=self.join())
        assert line.startswith("table.join[0].key: the key 'a' stands more than once; ")

    def test_no_partner_at_all(self, read):
        line = fault(read, files={"more.csv": "key,city\n1,Ulm\n"}, join=self.join())
        assert line.startswith("table.join[0].key: no row finds its key: 'a' is not like '1'; ")

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"on": {"di": "key"}}, "table.di: the column is not there; the nearest columns are 'id'"),
            ({"on": {"id": "kay"}}, "table.join[0].kay: the column is not there"),
            ({"columns": ["town"]}, "table.join[0].town: the column is not there"),
            ({"exclude": ["town"]}, "table.join[0].town: the column is not there"),
            ({"file": "mor.csv"}, "table.join[0].file: 'mor.csv' is not there; beside it are: more.csv"),
        ],
        ids=["left key", "right key", "columns", "exclude", "file"],
    )
    def test_what_is_not_there(self, read, changes, told):
        assert told in fault(read, files={"more.csv": self.MORE}, join=self.join(**changes))


class TestFaults:
    @pytest.mark.parametrize(
        "table",
        [
            {"label": "lefft"},
            {"id": "lefft"},
            {"group": "lefft"},
            {"weight": "lefft"},
            {"exclude": ["lefft"]},
            {"experience": ["lefft"]},
            {"categories": ["lefft"]},
            {"not_applicable": {"columns": ["lefft"], "value": 0}},
            {"parts": {"value": {"revenue": "lefft"}}},
            {"parts": {"privacy": {"protected": ["lefft"]}}},
        ],
        ids=lambda table: next(iter(table.get("parts", table))),
    )
    def test_missing_column_names_the_nearest(self, read, table):
        assert fault(read, **table) == "table.lefft: the column is not there; the nearest columns are 'left'"

    def test_id_that_stands_twice(self, read):
        line = fault(read, "\n".join([HEADER, *ROWS, ROWS[0]]))
        assert line == (
            "table.id: the id 'a' stands twice; keep one row with an id for each entity, or, where an entity "
            "has several rows, leave out table.id and write group: id"
        )

    def test_row_without_an_id(self, read):
        text = "\n".join([HEADER, "z,x,1,1,1,", *ROWS, ",x,1,1,1,No"])
        assert fault(read, text).startswith("table.id: row 7 has no id; ")

    def test_weight_below_zero_or_missing(self, read):
        assert fault(read, weight="total").startswith("table.total: row 3: 'nan' is not a weight; ")
        text = "id,size,w,left\n1,1,1,Yes\n2,2,-3,No\n"
        assert fault(read, text, weight="w").startswith("table.w: row 3: '-3' is not a weight; ")

    def test_text_as_weight_or_revenue(self, read):
        assert "table.plan: row 2: 'basic' is not a number" in fault(read, weight="plan")
        line = fault(read, parts={"value": {"revenue": "plan"}})
        assert "table.plan: row 2: 'basic' is not a number" in line

    def test_wrong_delimiter(self, read):
        line = fault(read, "\n".join([HEADER, *ROWS]).replace(",", ";"))
        assert "table.read.delimiter: ',' does not part the columns of 'id;plan" in line

    def test_empty_file(self, read):
        assert "table.file: 'people.csv' is empty" in fault(read, "")
        assert "table.file: has a header but no rows" in fault(read, HEADER)

    def test_use_case_made_from_sources(self, tmp_path):
        content = {
            "version": 1, "name": "x", "entity": "id",
            "snapshots": {"every": "month", "from": "2025-01-01", "to": "2025-02-01"},
            "sources": {"s": {"file": "s.csv", "event_time": "t", "known_at": "same"}},
            "features": {"s": {"windows": ["30d"], "count": {}}},
            "cohort": {"from": "s.t"}, "target": {"event": "s", "horizons": ["30d"]},
        }  # fmt: skip
        with pytest.raises(SpecError, match="x: table: the use case is made from sources"):
            read_flat(parse(content, "x.yaml"))

    def test_missing_file_is_no_contract_error_of_the_columns(self, read):
        assert (
            fault(read, file="poeple.csv")
            == "table.file: 'poeple.csv' is not there; beside it are: people.csv"
        )

    def test_join_conflict_is_a_contract_error(self, read):
        with pytest.raises(ContractError):
            read(files={"more.csv": "id,age\na,1\nb,2\nc,3\nd,4\n"}, join=[{"file": "more.csv", "on": "id"}])


class TestPublicData:
    def test_telco_churn(self, shared_data, request):
        found = read_flat(load(request.path.parents[2] / "usecases" / "telco-churn.yaml", shared_data))
        assert (found.facts.kept, found.facts.positives, len(found.columns)) == (5634, 1495, 19)
        assert found.kinds["TotalCharges"] == "number"
        charges, tenure = found.columns["TotalCharges"], found.columns["tenure"]
        assert np.isnan(charges).sum() > 0
        assert (tenure[np.isnan(charges)] == 0).all()
        assert not found.facts.dropped

    def test_telco_churn_from_six_tables(self, shared_data, request):
        found = read_flat(load(request.path.parents[2] / "usecases" / "telco-churn-11.1.3.yaml", shared_data))
        assert (found.facts.kept, found.facts.positives, len(found.columns)) == (5634, 1495, 37)
        assert found.entity_id[0] == "7495-OOKFY"
        assert set(found.facts.unmatched.values()) == {0}
        assert not found.facts.dropped
        offers = set(found.columns["Offer"].tolist())
        assert None in offers
        assert "None" not in offers
        assert {"Latitude", "Longitude", "Population"} <= set(found.columns)
        assert not {"City", "Zip Code", "CLTV", "Satisfaction Score", "Count", "Quarter"} & set(found.columns)
