import gzip
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import SourceError
from features.reading import Place, transcript
from features.reading.transcript import Transcript, fingerprint_file, unreadable
from features.usecase import ReadOptions

PLACE = Place("sources.calls", "calls")
LETTERS = st.text(st.sampled_from('aZ9,;"\n\r äöüß€–'), max_size=60)


def transcribe(path, encoding="utf-8", step=None):
    """Return what the transcript gives, read whole or in steps."""
    stream = Transcript(path, ReadOptions(encoding=encoding), PLACE)
    if step is None:
        return stream.read().decode()
    return b"".join(iter(lambda: stream.read(step), b"")).decode()


@pytest.fixture
def small_pieces(monkeypatch):
    """Let files be read in pieces so small that letters and line ends are cut."""
    monkeypatch.setattr(transcript, "_CHUNK", 3)


@given(st.text(st.sampled_from("ab \n"), max_size=40), st.integers(1, 7))
def test_runs_of_blanks_part_columns_in_any_pieces(tmp_path_factory, text, step):
    path = tmp_path_factory.mktemp("text") / "calls.txt"
    path.write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transcript, "_CHUNK", step)
        found = Transcript(path, ReadOptions(delimiter=" "), PLACE).read().decode()
    assert found == "\n".join(" ".join(line.split()) for line in text.split("\n"))


@given(LETTERS, st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]), st.integers(1, 7), st.booleans())
def test_any_text_comes_through_in_any_pieces(tmp_path_factory, text, encoding, step, is_packed):
    path = tmp_path_factory.mktemp("text") / "calls.csv"
    # A text that is pure ASCII or UTF-8 under both names is no case for the one-byte encoding.
    content = ("ÿ" + text).encode(encoding)
    path.write_bytes(gzip.compress(content) if is_packed else content)
    expected = "ÿ" + text.replace("\r\n", "\n").replace("\r", "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transcript, "_CHUNK", step)
        assert transcribe(path, encoding, step) == expected
    assert transcribe(path, encoding) == expected


def test_line_end_cut_by_the_edge_of_a_piece_is_one(tmp_path, small_pieces):
    path = tmp_path / "calls.csv"
    path.write_bytes(b"ab\r\ncd\r\n")
    assert transcribe(path) == "ab\ncd\n"


def test_position_of_a_wrong_byte_does_not_depend_on_pieces(tmp_path, small_pieces):
    path = tmp_path / "calls.csv"
    for before in range(12):
        path.write_bytes(b"x" * before + "ü".encode() + b"\xff rest")
        with pytest.raises(SourceError, match=rf"byte {before + 2} \(0xff\) is not utf-8"):
            transcribe(path)


def test_position_of_a_nul_byte_does_not_depend_on_pieces(tmp_path, small_pieces):
    path = tmp_path / "calls.csv"
    for before in range(1, 12):
        path.write_bytes(b"x" * before + b"\0")
        with pytest.raises(SourceError, match=f"byte {before} is NUL"):
            transcribe(path)


def test_utf8_under_another_name_is_known_across_pieces(tmp_path, small_pieces):
    path = tmp_path / "calls.csv"
    path.write_bytes("xx ü yy".encode())
    with pytest.raises(SourceError, match="is UTF-8, not cp1252"):
        transcribe(path, "cp1252")


def test_ascii_fits_every_declared_encoding(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_bytes(b"plain")
    assert {transcribe(path, name) for name in ("utf-8", "utf-8-sig", "cp1252", "latin-1")} == {"plain"}


def test_text_pushed_back_is_read_again(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_bytes("kopf\nrümpf\n".encode())
    stream = Transcript(path, ReadOptions(), PLACE)
    assert stream.first_text() == "kopf\nrümpf\n"
    stream.push_back("rümpf\n")
    assert stream.read().decode() == "rümpf\n"
    assert stream.first_text() == ""


def test_quotes_are_counted(tmp_path, small_pieces):
    path = tmp_path / "calls.csv"
    path.write_bytes(b'"a""b"\n"c')
    stream = Transcript(path, ReadOptions(), PLACE)
    stream.read()
    assert stream.quotes == 5


def test_file_that_the_system_refuses(tmp_path):
    error = PermissionError(13, "Permission denied")
    line = str(unreadable("sources.calls.file", tmp_path / "calls.csv", error))
    assert line.startswith("sources.calls.file: 'calls.csv' cannot be read (Permission denied); ")


def test_folder_given_as_a_text_file(tmp_path):
    with pytest.raises(SourceError, match=r"cannot be read \(Is a directory\)"):
        transcribe(tmp_path)


def test_fingerprint(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_bytes(b"x" * 100_000)
    assert fingerprint_file(path) == hashlib.sha256(b"x" * 100_000).hexdigest()
