"""Who objected: read strictly, since a list that is overlooked lets people be scored who said no."""

from datetime import date

import pyarrow as pa
import pytest

from features.errors import ContractError
from features.objections import Objections, changing

DAY = date(2026, 3, 28)


def test_a_list_comes_back_as_it_was_written_whatever_the_ids_are(tmp_path):
    path = tmp_path / "churn.csv"
    found = Objections().add(["Ünal 🙂", 'a,"b"', "c-1"], DAY)
    found.write(path)
    assert Objections.read(path) == found
    assert path.stat().st_mode & 0o077 == 0


def test_nobody_has_objected_where_there_is_no_list(tmp_path):
    assert len(Objections.read(tmp_path / "none.csv")) == 0


def test_whoever_stands_there_keeps_the_day_and_can_be_taken_off():
    found = Objections().add(["a"], DAY).add(["a", "b"], date(2026, 4, 1))
    assert found.since == {"a": DAY, "b": date(2026, 4, 1)}
    assert found.remove(["a", "z"]).since == {"b": date(2026, 4, 1)}


def test_rows_of_all_others_are_kept_in_their_order():
    table = pa.table({"entity_id": ["c", "a", None, "b"], "n": [1, 2, 3, 4]})
    found = Objections().add(["a", "zz"], DAY)
    assert found.take_out(table).column("n").to_pylist() == [1, 3, 4]
    assert Objections().take_out(table) is table
    assert found.take_out(table.select(["n"])).num_rows == 4


def test_ids_that_are_numbers_in_the_table_are_found():
    table = pa.table({"entity_id": [7, 8]})
    assert Objections().add(["7"], DAY).take_out(table).column("entity_id").to_pylist() == [8]


def test_a_file_written_by_hand_is_read(tmp_path):
    path = tmp_path / "churn.csv"
    path.write_bytes("\ufeffentity_id,since\r\nK-1,2026-03-28\r\n\r\n".encode())
    assert Objections.read(path).since == {"K-1": DAY}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "begins with nothing"),
        ("id,day\nK-1,2026-03-28\n", "begins with"),
        ("entity_id,since\nK-1,yesterday\n", "line 2 is 'K-1,yesterday'"),
        ("entity_id,since\nK-1\n", "line 2 is 'K-1'"),
        (b"\xff\xfe", "cannot be read"),
    ],
    ids=range(5),
)
def test_a_damaged_list_is_refused_with_its_place(tmp_path, content, message):
    path = tmp_path / "churn.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ContractError, match=message):
        Objections.read(path)


def test_two_who_write_wait_for_each_other(tmp_path):
    path = tmp_path / "deep" / "churn.csv"
    for one in ("a", "b"):
        with changing(path) as found:
            found.add([one], DAY).write(path)
    assert set(Objections.read(path).since) == {"a", "b"}
