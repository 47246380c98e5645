"""Files of rows in, files of scores out."""

import csv
import io

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError, SourceError
from training.batch import BATCH_ROWS, read_rows, score_table, write_scores

HEADER = "entity_id,price,visits,plan,noise,region,mood"


def write_text(folder, *lines, header=HEADER, name="rows.csv"):
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def catalogue(members):
    return members.bundle.catalogue


def read_back(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


class TestReading:
    def test_csv_and_parquet_give_the_same_rows(self, members, tmp_path):
        latest = members.frame.latest
        pq.write_table(latest, tmp_path / "rows.parquet")
        pa_csv.write_csv(latest, tmp_path / "rows.csv")
        tables = [
            read_rows(tmp_path / f"rows.{suffix}", members.bundle.catalogue) for suffix in ("parquet", "csv")
        ]
        assert tables[0].to_pylist() == tables[1].to_pylist() == latest.to_pylist()

    def test_types_are_those_of_the_model(self, catalogue, tmp_path):
        table = read_rows(write_text(tmp_path, "1,2,3,basic,,north,"), catalogue)
        types = {field.name: str(field.type) for field in table.schema}
        assert types == {
            "entity_id": "string",
            "price": "double",
            "visits": "double",
            "plan": "string",
            "noise": "double",
            "region": "string",
            "mood": "double",
        }
        assert table.column("noise").to_pylist() == [None]

    @pytest.mark.parametrize("name", ["0017", "1e5", "true", "2025-01-01", "-7", "NA", "null", " x"])
    def test_ids_and_categories_stay_the_texts_they_are(self, catalogue, tmp_path, name):
        table = read_rows(write_text(tmp_path, f"{name},2,3,{name},,north,"), catalogue)
        assert table.column("entity_id").to_pylist() == [name]
        assert table.column("plan").to_pylist() == [name]

    def test_empty_cells_are_missing(self, catalogue, tmp_path):
        row = read_rows(write_text(tmp_path, ",,,,,,", "a,1,1,x,1,y,1"), catalogue).to_pylist()[0]
        assert set(row.values()) == {None}

    def test_order_and_further_columns_do_not_matter(self, members_scorer, catalogue, tmp_path):
        plain = write_text(tmp_path, "a,40,6,trial,0,north,3", name="a.csv")
        turned = write_text(
            tmp_path,
            "3,x,north,0,trial,6,40,a",
            header="mood,more,region,noise,plan,visits,price,entity_id",
            name="b.csv",
        )
        scores = [
            score_table(members_scorer, read_rows(path, catalogue), as_of=None) for path in (plain, turned)
        ]
        assert scores[0].to_pylist() == scores[1].to_pylist()

    def test_rows_need_no_ids(self, members_scorer, catalogue, tmp_path):
        path = write_text(tmp_path, "40,6,trial,0,north,3", header=HEADER.removeprefix("entity_id,"))
        assert (
            "entity_id"
            not in score_table(members_scorer, read_rows(path, catalogue), as_of=None).column_names
        )

    @pytest.mark.parametrize("name", ["price", "visits", "plan", "noise", "region", "mood"])
    def test_a_missing_column_is_named(self, catalogue, tmp_path, name):
        path = write_text(tmp_path, "a,1,1,x,1,y,1", header=HEADER.replace(name, "other"))
        with pytest.raises(ContractError, match=f"rows.csv: has no column '{name}'; .*latest.parquet"):
            read_rows(path, catalogue)

    def test_a_column_that_is_there_twice_is_named(self, catalogue, tmp_path):
        path = write_text(tmp_path, "a,1,1,x,1,y,1,2", header=f"{HEADER},price")
        with pytest.raises(ContractError, match=r"rows.csv: has 2 columns 'price'"):
            read_rows(path, catalogue)

    @pytest.mark.parametrize("value", ["many", "1 000", '"1,5"', "NA", "2025-01-01", "12:30"])
    def test_a_text_for_a_number_is_named(self, catalogue, tmp_path, value):
        with pytest.raises(ContractError, match=r"rows.csv: price: does not hold double") as caught:
            read_rows(write_text(tmp_path, "a,5,1,x,1,y,1", f"b,{value},1,x,1,y,1"), catalogue)
        assert "\n" not in str(caught.value)

    def test_nested_values_are_refused(self, members, tmp_path):
        table = members.frame.latest.slice(0, 2)
        spoilt = table.set_column(1, "price", pa.array([[1.0], [2.0]]))
        pq.write_table(spoilt, tmp_path / "rows.parquet")
        with pytest.raises(ContractError, match="price: does not hold double"):
            read_rows(tmp_path / "rows.parquet", members.bundle.catalogue)

    def test_other_types_of_parquet_that_hold_the_same_are_taken(self, members, tmp_path):
        latest = members.frame.latest
        place = latest.schema.get_field_index("visits")
        other = latest.set_column(place, "visits", latest.column("visits").cast(pa.int16()))
        place = latest.schema.get_field_index("plan")
        other = other.set_column(place, "plan", other.column("plan").dictionary_encode())
        pq.write_table(other, tmp_path / "rows.parquet")
        assert (
            read_rows(tmp_path / "rows.parquet", members.bundle.catalogue).to_pylist() == latest.to_pylist()
        )

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("absent.csv", None),
            ("absent.parquet", None),
            ("empty.csv", b""),
            ("broken.parquet", b"PAR1 no table PAR1"),
            ("latin.csv", HEADER.encode() + b"\na,1,1,gr\xfc\xdfe,1,x,1\n"),
            ("ragged.csv", HEADER.encode() + b"\na,1\n"),
        ],
    )
    def test_a_file_that_cannot_be_read_ends_in_one_line(self, catalogue, tmp_path, name, content):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceError) as caught:
            read_rows(tmp_path / name, catalogue)
        assert str(caught.value).startswith(f"{tmp_path / name}: cannot be read (")
        assert "\n" not in str(caught.value)

    def test_a_wrong_delimiter_shows_as_a_missing_column(self, catalogue, tmp_path):
        with pytest.raises(ContractError, match="has no column 'price'"):
            read_rows(write_text(tmp_path, "a;1", header=HEADER.replace(",", ";")), catalogue)


class TestScoring:
    def test_every_row_is_scored_as_alone(self, members, members_scorer):
        table = members.frame.latest
        found = score_table(members_scorer, table, as_of="2025-06-01", reasons=2)
        names = members.bundle.catalogue.names
        for index in (0, 1, 349, 699):
            row = table.slice(index, 1).select(list(names)).to_pylist()[0]
            (alone,) = members_scorer.score([row], reasons=2)
            line = found.slice(index, 1).to_pylist()[0]
            assert line["probability_outcome"] == pytest.approx(alone.probabilities["outcome"], abs=1e-12)
            assert line["risk_band"] == alone.risk_band
            assert [line["reason_1"], line["reason_2"]] == [reason.words for reason in alone.reasons]
        assert found.column("entity_id").to_pylist() == table.column("entity_id").to_pylist()
        assert set(found.column("as_of").to_pylist()) == {"2025-06-01"}
        assert set(found.column("model_version").to_pylist()) == {members.bundle.model_version}

    def test_portions_do_not_show(self, members, members_scorer):
        table = members.frame.latest
        many = pa.concat_tables([table] * (BATCH_ROWS // table.num_rows + 1))
        lines = []
        found = score_table(members_scorer, many, as_of=None, report=lines.append)
        assert lines == [
            f"scored {BATCH_ROWS:,} of {many.num_rows:,} rows",
            f"scored {many.num_rows:,} of {many.num_rows:,} rows",
        ]
        once = score_table(members_scorer, table, as_of=None).column("probability_outcome").to_numpy()
        again = found.column("probability_outcome").to_numpy()
        assert np.array_equal(again, np.tile(once, len(again) // len(once)))

    def test_more_reasons_than_features_leave_cells_empty(self, members, members_scorer):
        found = score_table(members_scorer, members.frame.latest.slice(0, 3), as_of=None, reasons=8)
        assert found.column("reason_6").null_count == 0
        assert found.column("reason_7").null_count == 3

    def test_unseen_categories_are_warned_of_in_their_row(self, members, members_scorer):
        table = members.frame.latest.slice(0, 2)
        place = table.schema.get_field_index("plan")
        table = table.set_column(place, "plan", pa.array(["gold", "basic"]))
        warnings = score_table(members_scorer, table, as_of=None).column("warnings").to_pylist()
        assert warnings == ["plan: this value was not seen in training and counts as missing", None]

    def test_features_that_are_missing_and_never_were_are_warned_of(self, members, members_scorer):
        table = members.frame.latest.slice(0, 2)
        place = table.schema.get_field_index("plan")
        table = table.set_column(place, "plan", pa.array([None, "basic"], pa.string()))
        warnings = score_table(members_scorer, table, as_of=None).column("warnings").to_pylist()
        assert warnings == ["plan: is missing here and never was in training", None]


class TestWriting:
    @pytest.fixture
    def scores(self):
        return pa.table(
            {
                "entity_id": ["=1+1", "+49 30 1", "-5", "@sum", "\tx", "\rx", "a=1", "", None],
                "probability_outcome": [0.5, -0.25, 1e-9, 0.1, 0.2, 0.3, 0.4, 0.5, None],
                "as_of": ["2025-06-01"] * 9,
            }
        )

    def test_formulas_are_defused_and_numbers_stay_numbers(self, scores, tmp_path):
        write_scores(scores, tmp_path / "scores.csv")
        rows = read_back(tmp_path / "scores.csv")
        assert [row["entity_id"] for row in rows][:7] == [
            "'=1+1",
            "'+49 30 1",
            "'-5",
            "'@sum",
            "'\tx",
            "'\rx",
            "a=1",
        ]
        assert [float(row["probability_outcome"] or "nan") for row in rows][:3] == [0.5, -0.25, 1e-9]
        assert rows[8]["entity_id"] == rows[8]["probability_outcome"] == ""

    def test_no_cell_of_a_written_file_begins_like_a_formula(self, members, members_scorer, tmp_path):
        table = members.frame.latest.slice(0, 1)
        names = [*"=+-@", "\t=1"]
        spoilt = pa.concat_tables([table] * len(names)).set_column(0, "entity_id", pa.array(names))
        place = spoilt.schema.get_field_index("plan")
        spoilt = spoilt.set_column(place, "plan", pa.array(["=cmd|' /C calc'!A0"] * len(names)))
        write_scores(score_table(members_scorer, spoilt, as_of=None, reasons=6), tmp_path / "s.csv")
        for row in read_back(tmp_path / "s.csv"):
            for name, cell in row.items():
                assert name.startswith("probability") or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))

    def test_parquet_keeps_every_text(self, scores, tmp_path):
        write_scores(scores, tmp_path / "scores.parquet")
        assert pq.read_table(tmp_path / "scores.parquet").equals(scores)

    @pytest.mark.parametrize("name", ["scores.xlsx", "scores", "scores.csv.gz"])
    def test_other_suffixes_are_refused_before_anything_is_written(self, scores, tmp_path, name):
        with pytest.raises(SourceError, match=r"is not a known suffix; end with \.parquet or \.csv"):
            write_scores(scores, tmp_path / name)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("suffix", ["csv", "parquet"])
    def test_a_failed_write_leaves_the_old_file_whole(self, tmp_path, suffix):
        """A column type that neither writer knows how to store ends the writing half way."""
        target = tmp_path / f"scores.{suffix}"
        target.write_bytes(b"old")
        odd = pa.table({"a": pa.array(["x"]), "b": pa.array([{"x": 1}], pa.map_(pa.string(), pa.int8()))})
        if suffix == "parquet":
            odd = odd.append_column("c", pa.array([None], pa.month_day_nano_interval()))
        with pytest.raises(pa.ArrowException):
            write_scores(odd, target)
        assert target.read_bytes() == b"old"
        assert [file.name for file in tmp_path.iterdir()] == [target.name]

    def test_folders_on_the_way_are_made(self, scores, tmp_path):
        write_scores(scores, tmp_path / "a" / "b" / "scores.csv")
        assert len(read_back(tmp_path / "a" / "b" / "scores.csv")) == 9
