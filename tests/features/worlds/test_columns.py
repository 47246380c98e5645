"""Columns and files: times in UTC, missing moments null, bytes that do not depend on the day of writing."""

import gzip

import numpy as np
import pyarrow as pa

from features.worlds.arrivals import draw_arrivals
from features.worlds.columns import (
    flags,
    moments,
    words,
    write_gzipped_csv,
    write_plain_csv,
    write_windows_csv,
)
from features.worlds.vocabulary import DAY, NEVER

TABLE = pa.table({"name": ["a, b", "c"], "since": moments(np.array([0, 86_400]))})


def test_moments_are_utc_and_never_is_missing():
    found = moments(np.array([0, NEVER], dtype=np.int64))
    assert found.type == pa.timestamp("us", tz="UTC")
    assert [None if each is None else each.isoformat() for each in found.to_pylist()] == [
        "1970-01-01T00:00:00+00:00",
        None,
    ]


def test_words_and_flags():
    assert words(np.array([1, 0, 1]), ("a", "b")).to_pylist() == ["b", "a", "b"]
    assert flags(np.array([True, False])).to_pylist() == [1, 0]


def test_gzip_holds_the_same_csv_and_no_clock(tmp_path):
    write_plain_csv(TABLE, tmp_path / "plain.csv")
    write_gzipped_csv(TABLE, tmp_path / "packed.csv.gz")
    packed = (tmp_path / "packed.csv.gz").read_bytes()
    assert gzip.decompress(packed) == (tmp_path / "plain.csv").read_bytes()
    assert packed[4:8] == b"\0\0\0\0"
    assert b"1970-01-02 00:00:00" in (tmp_path / "plain.csv").read_bytes()


def test_a_windows_file_quotes_what_holds_its_delimiter(tmp_path):
    write_windows_csv([["größe", "text"]], [["1", 'er sagte "ja"; dann ging er']], tmp_path / "windows.csv")
    assert (tmp_path / "windows.csv").read_bytes().decode("utf-8-sig") == (
        'größe;text\r\n1;"er sagte ""ja""; dann ging er"\r\n'
    )


def test_one_in_ten_arrives_days_late_and_none_early():
    happened = np.zeros(50_000, dtype=np.int64)
    waits = draw_arrivals(happened, np.random.default_rng(1)) / DAY
    assert waits.min() > 0
    assert 0.09 < (waits > 1).mean() < 0.11
    assert waits[waits > 1].min() >= 3
    assert waits.max() < 36
