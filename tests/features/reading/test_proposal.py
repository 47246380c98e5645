import codecs
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ContractError, SourceError
from features.reading import Place, Readable, hint_at_values, propose_reading, proposing
from features.reading.proposal import write_options
from features.usecase import ReadOptions

PLACE = Place("sources.surveys", "surveys")
EXPORT = [
    "id;at;nps;csat",
    "Id;Date;Would you recommend us?;How satisfied are you?",
    "{import: 1};{import: 2};{import: 3};{import: 4}",
    *(f"{n};{n:02d}.03.2025 10:{n:02d};{'-99' if n == 9 else n % 11};{n % 5},5" for n in range(1, 29)),
]
TOLD = ReadOptions(
    delimiter=";",
    decimal=",",
    encoding="utf-8-sig",
    dates="%d.%m.%Y %H:%M",
    timezone="Europe/Berlin",
    header_rows=3,
    missing=["-99"],
)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "surveys.csv"
    path.write_bytes(codecs.BOM_UTF8 + "\n".join(EXPORT).encode())
    return path


def options_of(proposal: str) -> ReadOptions:
    text = proposal.removeprefix("write read: ")
    return ReadOptions(**yaml.safe_load(text[: text.rindex("} (") + 1]))


def test_proposal_is_the_whole_section_in_words_and_as_yaml(export):
    assert propose_reading(Readable(PLACE, export, ReadOptions())) == (
        "write read: {delimiter: ';', decimal: ',', encoding: utf-8-sig, dates: '%d.%m.%Y %H:%M', "
        "timezone: Europe/Berlin, header_rows: 3, missing: ['-99']} "
        "(semicolons between columns, decimal commas, a byte order mark, three header rows, "
        "dates such as 31.12.2025 14:05, times without a zone: name the one they were written in, "
        "-99 for missing values)"
    )


def test_pasted_proposal_is_the_last_one(export):
    proposal = propose_reading(Readable(PLACE, export, ReadOptions()))
    assert proposal is not None
    assert options_of(proposal) == TOLD
    assert propose_reading(Readable(PLACE, export, TOLD)) is None


def test_declared_zone_and_missing_values_are_kept(export):
    declared = ReadOptions(timezone="Asia/Kolkata", missing=["none"])
    proposal = propose_reading(Readable(PLACE, export, declared))
    assert proposal is not None
    found = options_of(proposal)
    assert found.timezone == "Asia/Kolkata"
    assert found.missing == ["none", "-99"]
    assert "without a zone" not in proposal


def test_mark_alone_needs_nothing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(codecs.BOM_UTF8 + b"id,day\n1,2025-01-01\n2,2025-01-02\n")
    assert propose_reading(Readable(PLACE, path, ReadOptions())) is None


def test_error_of_reading_ends_with_the_proposal(export):
    with pytest.raises(SourceError) as caught, proposing(Readable(PLACE, export, ReadOptions())):
        raise SourceError("sources.surveys.file", "row 3 has 2 values", "mend it")
    assert str(caught.value).startswith("sources.surveys.file: row 3 has 2 values; write read: {delimiter")
    assert len(str(caught.value).splitlines()) == 1


def test_error_about_another_file_is_left_alone(export):
    with (
        pytest.raises(SourceError, match="mend it"),
        proposing(Readable(PLACE, export, ReadOptions())),
    ):
        raise SourceError("sources.surveys_old.file", "row 3 has 2 values", "mend it")


@pytest.mark.parametrize(
    "problem", ["row 3: 'very good' is not a number", "row 11 has 18 values, the header 17 ('a,b')"]
)
def test_hints_that_help_are_not_replaced_by_what_is_odd_elsewhere_in_the_file(tmp_path, problem):
    """Dates to declare are no reason why a word is not a number, or a row too long."""
    path = tmp_path / "dates.csv"
    path.write_text("id,at,mood\n" + "".join(f"{n},{n:02d}.03.2025,very good\n" for n in range(1, 29)))
    file = Readable(PLACE, path, ReadOptions())
    with pytest.raises(SourceError) as caught, proposing(file):
        raise SourceError("sources.surveys.mood", problem, "the hint that helps")
    assert caught.value.hint == "the hint that helps"
    with pytest.raises(SourceError, match=r"write read: \{dates: '%d.%m.%Y'\}"), proposing(file):
        raise SourceError("sources.surveys.at", "row 2: '01.03.2025' is not an ISO date", "another hint")


def test_error_about_a_file_that_is_read_as_written_is_left_alone(export):
    with pytest.raises(SourceError, match="mend it"), proposing(Readable(PLACE, export, TOLD)):
        raise SourceError("surveys.nps", "row 3 is odd", "mend it")


@pytest.mark.parametrize("name", ["gone.csv", "."])
def test_file_that_cannot_be_looked_at_leaves_the_error_alone(tmp_path, name):
    with (
        pytest.raises(SourceError, match="check the name"),
        proposing(Readable(PLACE, tmp_path / name, ReadOptions())),
    ):
        raise SourceError("sources.surveys.file", "is not there", "check the name")


@pytest.mark.parametrize(
    ("where", "problem", "is_mended"),
    [
        ("surveys.nps", "the column is not there", True),
        ("surveys.npx", "the column is not there", False),
        ("surveys.nps", "row 12: -99 is outside the scale 0..10", True),
        ("surveys.nps", "row 12: 12 is outside the scale 0..10", False),
        ("surveys.id", "the id '7' stands twice", False),
    ],
)
def test_broken_contract_is_one_of_reading_only_where_reading_mends_it(export, where, problem, is_mended):
    with pytest.raises(ContractError) as caught, proposing(Readable(PLACE, export, ReadOptions())):
        raise ContractError(where, problem, "as before")
    assert caught.value.hint.startswith("write read:") == is_mended


def test_joined_file_answers_for_itself(export, tmp_path):
    plain = tmp_path / "plain.csv"
    plain.write_text("id,day\n1,2025-01-01\n2,2025-01-02\n")
    files = (
        Readable(Place("table", "table"), plain, ReadOptions()),
        Readable(Place("table.join[0]", "table.join[0]"), export, ReadOptions()),
    )
    with pytest.raises(SourceError, match="three header rows"), proposing(*files):
        raise SourceError("table.join[0].file", "is odd", "mend it")
    with pytest.raises(SourceError, match="mend it"), proposing(*files):
        raise SourceError("table.file", "is odd", "mend it")


def test_values_that_would_be_misread_in_silence_are_told(export):
    declared = TOLD.model_copy(update={"decimal": ".", "missing": []})
    assert hint_at_values(Readable(PLACE, export, declared)) == (
        "it seems better to write read: {delimiter: ';', decimal: ',', encoding: utf-8-sig, "
        "dates: '%d.%m.%Y %H:%M', timezone: Europe/Berlin, header_rows: 3, missing: ['-99']} "
        "(decimal commas, -99 for missing values)"
    )
    assert hint_at_values(Readable(PLACE, export, TOLD)) is None


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=8)


@given(
    st.builds(
        ReadOptions,
        delimiter=st.sampled_from([",", ";", "\t", "|", " "]),
        decimal=st.sampled_from([".", ","]),
        encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "latin-1"]),
        dates=st.sampled_from([None, "%d.%m.%Y", ["%d.%m.%Y", "%d-%b-%y"]]),
        timezone=st.sampled_from([None, "UTC", "Europe/Berlin"]),
        header_rows=st.integers(1, 5),
        missing=st.lists(words, max_size=3),
    )
)
def test_written_options_are_yaml_that_means_the_same(options):
    assert ReadOptions(**yaml.safe_load(write_options(options))) == options
