import codecs
import gzip
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.reading.detection import detect
from features.usecase import ReadOptions

FIRST = date(2024, 3, 1)
SURVEY = [
    ["ResponseId", "RecordedDate", "Q1_NPS", "Q2", "Amount", "Comment"],
    ["Response ID", "Recorded Date", "How likely are you to recommend us?", "Overall", "Spent", "Why?"],
    ['{"ImportId":"_id"}', '{"ImportId":"date"}', '{"ImportId":"Q1"}', "{}", "{}", '{"ImportId":"c"}'],
]


def write(path: Path, lines: list[str], encoding: str = "utf-8", mark: bytes = b"") -> Path:
    path.write_bytes(mark + "\r\n".join([*lines, ""]).encode(encoding))
    return path


def row(number: int, form: str = "%d.%m.%Y %H:%M") -> list[str]:
    moment = FIRST + timedelta(days=number)
    rating = "-99" if number % 7 == 3 else str(number % 11)
    level = "N/A" if number % 9 == 4 else str(number % 5 + 1)
    shown = moment.strftime(form)
    return [f"R_{number:03d}", shown, rating, level, f"{number},{number % 10}5", "gut für mich"]


def survey(headers: int = 3, delimiter: str = ";", count: int = 60) -> list[str]:
    rows = [*SURVEY[:headers], *(row(number) for number in range(count))]
    return [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in cells) for cells in rows]


def test_export_of_a_survey_tool_is_known_in_all_its_ways_at_once(tmp_path):
    found = detect(write(tmp_path / "a.csv", survey(), mark=codecs.BOM_UTF8))
    assert found is not None
    assert found.options == ReadOptions(
        delimiter=";",
        decimal=",",
        encoding="utf-8-sig",
        dates="%d.%m.%Y %H:%M",
        timezone="Europe/Berlin",
        header_rows=3,
        missing=["-99", "N/A"],
    )
    assert found.names == tuple(SURVEY[0])
    assert found.has_mark
    assert found.guesses_zone


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("headers", [1, 2, 3])
def test_sign_between_columns_and_header_rows_are_found(tmp_path, delimiter, headers):
    lines = survey(headers, delimiter)
    if delimiter == ",":
        lines = [
            ",".join(f'"{cell}"' for cell in cells)
            for cells in [*SURVEY[:headers], *map(row, range(60))]
            if '"' not in "".join(cells)
        ]
        headers = min(headers, 2)
    found = detect(write(tmp_path / "a.csv", lines))
    assert found is not None
    assert (found.options.delimiter, found.options.header_rows) == (delimiter, headers)


@pytest.mark.parametrize(
    ("encoding", "mark", "expected"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("cp1252", b"", "cp1252"),
        ("latin-1", b"", "cp1252"),
    ],
)
def test_encoding_is_found(tmp_path, encoding, mark, expected):
    found = detect(write(tmp_path / "a.csv", survey(), encoding, mark))
    assert found is not None
    assert found.options.encoding == expected


def test_bytes_that_windows_does_not_have_are_latin(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\n1,Gr\x81n\n2,Blau\xe4\n".encode("latin-1"))
    found = detect(path)
    assert found is not None
    assert found.options.encoding == "latin-1"


def test_packed_file_is_looked_into(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress("\n".join(survey()).encode()))
    found = detect(path)
    assert found is not None
    assert found.options.header_rows == 3


def test_runs_of_blanks_part_columns(tmp_path):
    lines = [" id     date  count   value", *(f" {n:05d} 199701{n:02d}  {n}   {n}.77" for n in range(10, 29))]
    found = detect(write(tmp_path / "a.txt", lines))
    assert found is not None
    assert (found.options.delimiter, found.names) == (" ", ("id", "date", "count", "value"))


def test_plain_file_needs_nothing(tmp_path):
    lines = ["id,day,score,city", *(f"{n},2025-01-{n:02d},{n}.5,Ulm" for n in range(1, 29))]
    found = detect(write(tmp_path / "a.csv", lines))
    assert found is not None
    assert found.options == ReadOptions()
    assert not found.guesses_zone


def test_columns_in_different_forms_are_all_read(tmp_path):
    days = [FIRST + timedelta(days=step) for step in range(40)]
    lines = ["start,born,closed", *(f"{d:%d-%b-%y},{d:%d/%m/%Y},{d:%Y-%m-%d}" for d in days)]
    found = detect(write(tmp_path / "a.csv", lines))
    assert found is not None
    assert set(found.options.forms) == {"%d-%b-%y", "%d/%m/%Y", "%Y-%m-%d"}


def test_several_forms_in_one_column_are_all_read_the_most_frequent_first(tmp_path):
    days = [FIRST + timedelta(days=step) for step in range(40)]
    texts = [f"{day:%d/%m/%Y}" if at % 4 else f"{day:%d-%b-%y}" for at, day in enumerate(days)]
    found = detect(write(tmp_path / "a.csv", ["id,at", *(f"{at},{text}" for at, text in enumerate(texts))]))
    assert found is not None
    assert found.options.forms == ("%d/%m/%Y", "%d-%b-%y")


def test_columns_that_do_not_matter_ask_for_nothing(tmp_path):
    days = [FIRST + timedelta(days=step) for step in range(40)]
    lines = ["id,day,odd", *(f"{at},{d:%Y-%m-%d},{d:%d/%m/%Y}" for at, d in enumerate(days))]
    path = write(tmp_path / "a.csv", lines)
    chosen, every = detect(path, ["id", "day"]), detect(path)
    assert chosen is not None
    assert every is not None
    assert chosen.options.dates is None
    assert set(every.options.forms) == {"%Y-%m-%d", "%d/%m/%Y"}


def test_declared_scale_shows_codes_that_values_alone_do_not(tmp_path):
    lines = ["id,wait", *(f"{at},{99 if at % 5 == 0 else at % 60}" for at in range(60))]
    path = write(tmp_path / "a.csv", lines)
    plain, scaled = detect(path), detect(path, scales={"wait": (0, 60)})
    assert plain is not None
    assert scaled is not None
    assert plain.options.missing == []
    assert scaled.options.missing == ["99"]


@pytest.mark.parametrize("content", [b"", b"one\n", b"one,two\n", b"just a text\nof two lines\n"[:12]])
def test_what_is_no_table_gives_nothing(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert detect(path) is None


def test_line_breaks_inside_values_do_not_disturb(tmp_path):
    lines = ["id;comment;score", *(f'{n};"two\nlines";{n},5' for n in range(30))]
    found = detect(write(tmp_path / "a.csv", lines))
    assert found is not None
    assert (found.options.delimiter, found.options.decimal) == (";", ",")


@given(content=st.binary(max_size=400))
def test_no_bytes_whatever_break_the_look(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "a.csv"
    path.write_bytes(content)
    found = detect(path)
    assert found is None or len(found.names) >= 2
