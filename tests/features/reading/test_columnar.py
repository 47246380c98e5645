import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError, SourceError
from features.reading import Place, stage_file
from features.sql import open_database
from features.usecase import ReadOptions

PLACE = Place("sources.usage", "usage")


@pytest.fixture
def stage():
    with open_database() as connection:
        yield lambda path, wanted=None: stage_file(connection, PLACE, path, ReadOptions(), wanted)


def rows_of(staged):
    return staged.connection.execute(f"SELECT * FROM {staged.table} ORDER BY rowid").fetchall()


def write(path, **columns):
    path.parent.mkdir(exist_ok=True, parents=True)
    pq.write_table(pa.table(columns), path)
    return path


def test_file_with_its_types(stage, tmp_path):
    staged = stage(write(tmp_path / "usage.parquet", id=["a", "b"], minutes=[1, 2]))
    assert rows_of(staged) == [("a", 1), ("b", 2)]
    assert [column.type for column in staged.columns.values()] == ["VARCHAR", "BIGINT"]
    assert staged.first_row == 1


def test_only_wanted_columns_are_loaded(stage, tmp_path):
    staged = stage(write(tmp_path / "usage.parquet", id=["a"], minutes=[1], other=[2]), ["other", "id"])
    assert list(staged.columns) == ["id", "other"]


def test_folder_of_files_in_order_of_names(stage, tmp_path):
    write(tmp_path / "usage" / "part-2.parquet", id=["c"])
    write(tmp_path / "usage" / "part-1.parquet", id=["a", "b"])
    write(tmp_path / "usage" / "year" / "part-0.parquet", id=["d"])
    staged = stage(tmp_path / "usage")
    assert rows_of(staged) == [("a",), ("b",), ("c",), ("d",)]
    before = staged.fingerprint
    write(tmp_path / "usage" / "part-2.parquet", id=["x"])
    assert stage(tmp_path / "usage").fingerprint != before


def test_parquet_is_known_by_its_content(stage, tmp_path):
    path = write(tmp_path / "usage.parquet", id=["a"]).rename(tmp_path / "usage.data")
    assert rows_of(stage(path)) == [("a",)]


def test_quote_in_a_file_name(stage, tmp_path):
    assert rows_of(stage(write(tmp_path / "it's.parquet", id=["a"]))) == [("a",)]


def test_no_rows(stage, tmp_path):
    with pytest.raises(SourceError, match=r"usage\.parquet' has no rows"):
        stage(write(tmp_path / "usage.parquet", id=pa.array([], pa.string())))


def test_missing_column(stage, tmp_path):
    with pytest.raises(ContractError, match=r"^usage\.minuts: the column is not there; .* 'minutes'"):
        stage(write(tmp_path / "usage.parquet", minutes=[1]), ["minuts"])


@pytest.mark.parametrize(
    "content", [b"", b"no parquet at all", b"PAR1 cut off"], ids=["empty", "text", "cut"]
)
def test_damaged_file_is_one_line_without_the_folder(stage, tmp_path, content):
    path = tmp_path / "usage.parquet"
    path.write_bytes(content)
    with pytest.raises(SourceError) as found:
        stage(path)
    assert "'usage.parquet' cannot be read as Parquet" in str(found.value)
    assert str(tmp_path) not in str(found.value)


def test_files_of_a_folder_that_disagree(stage, tmp_path):
    write(tmp_path / "usage" / "a.parquet", id=["a"])
    write(tmp_path / "usage" / "b.parquet", other=[1])
    with pytest.raises(SourceError, match="cannot be read as Parquet"):
        stage(tmp_path / "usage")
