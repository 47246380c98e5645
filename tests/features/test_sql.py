import os
import signal
import threading

import duckdb
import pytest

from features.errors import SourceError
from features.sql import fetch_row, open_database, quoted_name, quoted_text, quoted_texts


@pytest.mark.parametrize("text", ["plain", "it's", 'say "hi"', "a'; DROP TABLE x; --", "Zürich\n2", ""])
def test_quoted_texts_come_back_unchanged(text):
    with open_database() as connection:
        assert fetch_row(connection, f"SELECT {quoted_text(text)}") == (text,)


@pytest.mark.parametrize("name", ["plain", "Churn Score", 'say "hi"', 'a"; DROP TABLE x; --', "x.y"])
def test_quoted_names_name_one_column(name):
    with open_database() as connection:
        relation = connection.sql(f"SELECT 1 AS {quoted_name(name)}")
        assert relation.columns == [name]


def test_list_of_texts():
    assert quoted_texts([]) == ""
    assert quoted_texts(["a", "it's"]) == "'a', 'it''s'"


def test_no_extension_is_fetched():
    with open_database() as connection:
        wanted = "('autoinstall_known_extensions', 'autoload_known_extensions')"
        found = connection.execute(f"SELECT value FROM duckdb_settings() WHERE name IN {wanted}").fetchall()
        assert found == [("false",), ("false",)]
        with pytest.raises(duckdb.Error):
            connection.execute("SELECT * FROM read_csv('https://localhost:1/x.csv')")


def test_times_are_utc_and_threads_are_two():
    with open_database() as connection:
        found = fetch_row(connection, "SELECT current_setting('TimeZone'), current_setting('threads')")
        assert found == ("UTC", 2)


def test_guest_can_neither_write_nor_reach_other_files(tmp_path):
    path = tmp_path / "theirs.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with open_database(str(path), is_guest=True) as connection:
        assert fetch_row(connection, "SELECT a FROM t") == (1,)
        with pytest.raises(duckdb.Error):
            connection.execute("CREATE TABLE u AS SELECT 1")
        with pytest.raises(duckdb.Error):
            connection.execute(f"SELECT * FROM read_csv('{secret}')")


@pytest.fixture
def listening():
    """Let SIGINT mean Ctrl-C: whoever starts the tests in the background may have had it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("attempt", [1, 2, 3])
@pytest.mark.usefixtures("listening")
def test_ctrl_c_in_a_query_is_ctrl_c_and_ends_it(attempt):
    """DuckDB alone would often go on to the end, and would raise a bare RuntimeError when it noticed."""
    seen = []
    with pytest.raises(KeyboardInterrupt), open_database() as connection:
        timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
        timer.start()
        # Minutes of work, so no machine is done before the interrupt comes.
        connection.execute("SELECT sum(hash(range)) FROM range(50000000000)")
        seen.append("the end")
    assert seen == []
    assert not timer.is_alive()


@pytest.mark.usefixtures("listening")
def test_who_listened_to_signals_before_hears_them_all_and_listens_again():
    read, write = os.pipe()
    os.set_blocking(write, False)
    before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        with pytest.raises(KeyboardInterrupt), open_database():
            signal.raise_signal(signal.SIGINT)
        assert os.read(read, 8) == bytes([signal.SIGINT])
        assert signal.set_wakeup_fd(before) == write
    finally:
        signal.set_wakeup_fd(before)
        os.close(read)
        os.close(write)


def test_other_threads_can_use_a_database():
    found = []

    def look():
        with open_database() as connection:
            found.append(fetch_row(connection, "SELECT 42"))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [(42,)]


def test_other_errors_pass_as_they_are():
    with pytest.raises(RuntimeError, match="something else"), open_database():
        raise RuntimeError("something else")


def test_what_does_not_fit_into_memory_goes_to_the_scratch_folder(tmp_path):
    with open_database(scratch=str(tmp_path), memory_bytes=48 << 20) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT range AS a, md5(CAST(range AS VARCHAR)) AS b FROM range(2000000)"
        )
        found = fetch_row(connection, "SELECT count(*), count(DISTINCT b) FROM t")
        spilled = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert found == (2_000_000, 2_000_000)
    assert spilled > 10 << 20


def test_room_that_runs_out_all_the_same_is_one_line(tmp_path):
    with (
        pytest.raises(SourceError) as caught,
        open_database(scratch=str(tmp_path), memory_bytes=32 << 20) as connection,
    ):
        connection.execute("SET max_temp_directory_size = '1MB'")
        connection.execute("CREATE TABLE t AS SELECT md5(CAST(range AS VARCHAR)) AS b FROM range(3000000)")
    assert str(caught.value) == (
        "sources: 0.0 GiB of memory and the folder for temporary files are not enough; "
        "let TMPDIR name a folder with more room, write the files as Parquet, or name fewer columns"
    )


def test_nothing_is_drawn_on_standard_output():
    with open_database() as connection:
        assert fetch_row(connection, "SELECT current_setting('enable_progress_bar')") == (False,)


def test_every_database_has_a_limit():
    with open_database() as connection:
        assert fetch_row(connection, "SELECT current_setting('memory_limit')") == ("1.0 GiB",)
