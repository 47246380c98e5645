"""CSV files as they really come, and as they should never come."""

import gzip
import random

import pytest

from features.errors import ContractError, InputError, SourceError
from features.reading import Place, stage_file, to_text
from features.sql import open_database
from features.usecase import ReadOptions

PLACE = Place("sources.answers", "answers")


@pytest.fixture
def connection():
    with open_database() as opened:
        yield opened


@pytest.fixture
def read(connection, tmp_path):
    """Write bytes to a file and return its rows as texts."""

    def run(content, wanted=None, name="answers.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        staged = stage_file(connection, PLACE, path, ReadOptions(**options), wanted)
        shown = ", ".join(to_text(staged, column) for column in staged.columns)
        rows = connection.execute(f"SELECT {shown} FROM {staged.table} ORDER BY rowid").fetchall()
        return list(staged.columns), rows

    return run


def fault(read, *arguments, **options):
    """Return the one line that reading gives."""
    with pytest.raises(InputError) as found:
        read(*arguments, **options)
    line = str(found.value)
    assert found.value.exit_code == 2
    assert "\n" not in line
    return line


def test_plain_file(read):
    assert read("id,nps\n1,9\n2,\n") == (["id", "nps"], [("1", "9"), ("2", None)])


def test_only_wanted_columns_are_loaded(read):
    assert read("id,nps,comment\n1,9,x\n", wanted=["nps"]) == (["nps"], [("9",)])


def test_german_windows_file(read):
    content = "Kunde;Ort;Wert\r\n1;Köln;3,5\r\n2;Übach – Süd;4\r\n".encode("cp1252")
    names, rows = read(content, delimiter=";", decimal=",", encoding="cp1252")
    assert names == ["Kunde", "Ort", "Wert"]
    assert rows == [("1", "Köln", "3,5"), ("2", "Übach – Süd", "4")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["without", "with"])
def test_byte_order_mark_never_gets_into_the_first_name(read, encoding, mark):
    assert read(mark + b"id,nps\n1,9\n", encoding=encoding)[0] == ["id", "nps"]


def test_three_header_rows_with_line_breaks(read):
    content = 'id,nps\n"Respondent\nID","How likely, ""really"", are\nyou?"\n"{""i"":1}","{""i"":2}"\nr1,9\n'
    assert read(content, header_rows=3) == (["id", "nps"], [("r1", "9")])


def test_quotes_around_line_breaks_delimiters_and_quotes(read):
    content = 'id,comment\n1,"first, ""second""\r\nthird"\n2,5" pipe\n'
    assert read(content)[1] == [("1", 'first, "second"\nthird'), ("2", '5" pipe')]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_line_ends(read, line_end):
    assert read(line_end.join(["id,nps", "1,9", "2,8"]))[1] == [("1", "9"), ("2", "8")]


def test_packed_file_is_known_by_its_content(read):
    packed = gzip.compress(b"id\n1\n2\n")
    assert read(packed, name="answers.csv.gz")[1] == [("1",), ("2",)]
    assert read(packed, name="answers.csv")[1] == [("1",), ("2",)]


def test_values_are_trimmed_and_missing_texts_are_missing(read):
    content = "id,nps\n 1 , \n2,N/A\n3, -99\n4,\u00a05\n"
    assert read(content, missing=["N/A", "-99"])[1] == [("1", None), ("2", None), ("3", None), ("4", "5")]


def test_missing_texts_are_those_declared_and_no_others(read):
    assert read("a\nNone\nnull\nNaN\n")[1] == [("None",), ("null",), ("NaN",)]


def test_names_that_differ_in_case_alone_stay_apart(read):
    assert read("Nps,NPS,nps\n1,2,3\n") == (["Nps", "NPS", "nps"], [("1", "2", "3")])


def test_column_without_a_name_gets_its_place(read):
    assert read(",nps\n0,9\n")[0] == ["column 1", "nps"]


def test_order_and_number_of_rows_survive_many_pieces(read):
    count = 300_000
    content = "id,text\n" + "".join(f'{row},"ä, {row}"\n' for row in range(count))
    _, rows = read(content)
    assert len(rows) == count
    assert all(row[0] == str(place) for place, row in enumerate(rows))


def test_letters_cut_by_the_edge_of_a_piece_are_whole(read):
    text = "ü€😀" * 200_000
    assert read(f"a,b\n1,x{text}\n")[1] == [("1", f"x{text}")]


def test_row_numbers_are_those_of_a_spreadsheet(connection, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("a\nx\ny\n1\n")
    assert stage_file(connection, PLACE, path, ReadOptions(header_rows=3)).first_row == 4


def test_fingerprint_is_that_of_the_bytes(connection, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("a\n1\n")
    first = stage_file(connection, PLACE, path, ReadOptions()).fingerprint
    assert stage_file(connection, PLACE, path, ReadOptions()).fingerprint == first
    path.write_text("a\n2\n")
    assert stage_file(connection, PLACE, path, ReadOptions()).fingerprint != first


class TestFaults:
    def test_missing_file_names_its_neighbour(self, connection, tmp_path):
        (tmp_path / "answers.csv.gz").write_bytes(b"")
        with pytest.raises(SourceError) as found:
            stage_file(connection, PLACE, tmp_path / "answers.csv", ReadOptions())
        assert str(found.value) == (
            "sources.answers.file: 'answers.csv' is not there; beside it are: answers.csv.gz"
        )

    def test_missing_folder(self, connection, tmp_path):
        with pytest.raises(SourceError, match="the folder 'no' is not there; name the folder with the data"):
            stage_file(connection, PLACE, tmp_path / "no" / "answers.csv", ReadOptions())

    def test_hidden_files_are_not_proposed(self, connection, tmp_path):
        for name in (".git", ".env", "tickets.csv"):
            (tmp_path / name).touch()
        with pytest.raises(SourceError) as caught:
            stage_file(connection, PLACE, tmp_path / "answers.csv", ReadOptions())
        assert caught.value.hint == "beside it are: tickets.csv"

    def test_folder_instead_of_a_file(self, connection, tmp_path):
        (tmp_path / "answers").mkdir()
        with pytest.raises(SourceError, match="'answers' is a folder without Parquet files"):
            stage_file(connection, PLACE, tmp_path / "answers", ReadOptions())

    @pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"], ids=["nothing", "blank", "mark"])
    def test_empty(self, read, content):
        assert "'answers.csv' is empty" in fault(read, content)

    @pytest.mark.parametrize("content", ["id,nps", "id,nps\n", "id,nps\n\n\n"])
    def test_header_only(self, read, content):
        assert fault(read, content).startswith("sources.answers.file: has a header but no rows")

    def test_fewer_rows_than_header_rows(self, read):
        assert "has no 3 header rows; correct read.header_rows" in fault(read, "a,b\n1,2\n", header_rows=3)

    def test_wrong_delimiter_proposes_the_right_one(self, read):
        line = fault(read, "id;nps\n1;9\n", wanted=["id", "nps"])
        assert line == (
            "sources.answers.read.delimiter: ',' does not part the columns of 'id;nps'; "
            "write read: {delimiter: ';'}"
        )

    @pytest.mark.parametrize(("delimiter", "shown"), [("\t", '"\\t"'), ("|", "'|'")])
    def test_wrong_delimiter_without_wanted_columns(self, read, delimiter, shown):
        assert f"{{delimiter: {shown}}}" in fault(read, f"id{delimiter}nps\n1{delimiter}9\n")

    def test_single_column_is_no_fault(self, read):
        assert read("id\n1\n") == (["id"], [("1",)])

    def test_missing_column_names_the_nearest(self, read):
        with pytest.raises(ContractError) as found:
            read("id,answered_at\n1,2\n", wanted=["id", "answerd_at"])
        assert str(found.value) == (
            "answers.answerd_at: the column is not there; the nearest columns are 'answered_at'"
        )

    def test_same_name_twice_matters_only_where_it_is_read(self, read):
        content = "id,nps,nps\n1,2,3\n"
        assert "answers.nps: the header has this name twice" in fault(read, content, wanted=["nps"])
        assert "answers.nps: the header has this name twice" in fault(read, content)
        assert read(content, wanted=["id"])[1] == [("1",)]

    @pytest.mark.parametrize(("row", "count"), [("2,8,7", 3), ("2", 1)], ids=["long", "short"])
    def test_ragged_row(self, read, row, count):
        line = fault(read, f"id,nps\n1,9\n{row}\n3,7\n")
        assert f"row 3 has {count} values, the header 2 ('{row}')" in line

    def test_ragged_row_below_three_header_rows(self, read):
        assert "row 5 has 3 values" in fault(read, "a,b\nx,x\ny,y\n1,2\n1,2,3\n", header_rows=3)

    def test_quote_that_never_closes(self, read):
        line = fault(read, 'id,comment\n1,fine\n2,"cut off here\n3,lost\n')
        assert "a quote is opened and never closed" in line

    def test_umlauts_of_windows_propose_cp1252_with_the_place(self, read):
        content = b"id,ort\n1,K\xf6ln\n"
        line = fault(read, content)
        assert f"byte {content.index(0xF6)} (0xf6) is not utf-8" in line
        assert "write read: {encoding: cp1252}, in which it reads" in line
        assert "Köln" in line

    def test_place_of_a_wrong_byte_far_inside(self, read):
        content = b"id,ort\n" + b"1,ok\n" * 500_000 + b"2,\xfc\n"
        assert f"byte {content.index(0xFC)} (0xfc)" in fault(read, content)

    def test_place_of_a_letter_cut_off_at_the_end(self, read):
        content = b"id,ort\n1,K\xc3"
        assert f"byte {len(content) - 1} (0xc3)" in fault(read, content)

    @pytest.mark.parametrize("declared", ["cp1252", "latin-1"])
    def test_utf8_declared_as_something_else(self, read, declared):
        line = fault(read, "id,ort\n1,Köln\n", encoding=declared)
        assert f"is UTF-8, not {declared}: 'ö' would read 'Ã¶'; write read: {{encoding: utf-8}}" in line

    def test_byte_that_cp1252_does_not_have(self, read):
        assert "{encoding: latin-1}" in fault(read, b"id,ort\n1,\x81\xf6 \n", encoding="cp1252")

    @pytest.mark.parametrize(
        ("start", "told"),
        [
            (b"PK\x03\x04rest", "is a zip or Excel file, not CSV"),
            (b"\xd0\xcf\x11\xe0rest", "is an old Excel file"),
            ("id,nps\n1,9\n".encode("utf-16"), "is UTF-16 text"),
            (b"%PDF-1.7", "is a PDF file"),
            (b"id,nps\n1,\x00\n", "byte 9 is NUL"),
        ],
        ids=["xlsx", "xls", "utf-16", "pdf", "nul"],
    )
    def test_files_that_are_no_text(self, read, start, told):
        assert told in fault(read, start)

    def test_parquet_magic_alone(self, read):
        assert "cannot be read as Parquet" in fault(read, b"PAR1 and nothing more")

    def test_binary_junk(self, read):
        for seed in range(20):
            content = random.Random(seed).randbytes(5_000)
            assert "sources.answers.file" in fault(read, content)

    def test_gzip_in_name_only(self, read):
        line = fault(read, b"id,nps\n1,9\n", name="answers.csv.gz")
        assert "'answers.csv.gz' is not gzip although its name ends in .gz" in line

    def test_gzip_cut_off(self, read):
        content = gzip.compress(random.Random(1).randbytes(2_000).hex().encode())
        assert "is a damaged gzip file" in fault(read, content[: len(content) // 2], name="answers.csv.gz")

    def test_gzip_with_a_changed_byte(self, read):
        content = bytearray(gzip.compress(b"id,nps\n" + b"1,9\n" * 1_000))
        content[-6] ^= 0xFF
        assert "is a damaged gzip file" in fault(read, bytes(content), name="answers.csv.gz")


def test_blanks_that_align_columns_part_them(read):
    text = " id   day      size\n 001 20250101  1\n 2   20250102 12\n"
    names, rows = read(text, delimiter=" ")
    assert names == ["id", "day", "size"]
    assert rows == [("001", "20250101", "1"), ("2", "20250102", "12")]


def test_blanks_are_proposed_when_they_give_the_wanted_columns(read):
    line = fault(read, " id   day\n 1 20250101\n", ["id", "day"])
    assert "delimiter: ' '" in line
