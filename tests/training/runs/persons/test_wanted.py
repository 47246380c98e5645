"""Whom to look for: whole words in every spelling, and no numbers that merely look alike."""

import html
import json
from urllib.parse import quote

import pytest

from features.errors import InputError
from tests.training.runs.persons.lying import look_for, pseudonyms_of
from training.runs.persons import read_ids


@pytest.mark.parametrize("entity", ["K-1", "Ünal 🙂", 'a"b', "x&y", "a b/c"])
@pytest.mark.parametrize(
    "spell",
    [str, json.dumps, lambda one: json.dumps(one, ensure_ascii=False), html.escape, quote],
    ids=["plain", "ascii json", "json", "html", "address"],
)
def test_an_id_is_found_however_it_is_written(tmp_path, entity, spell):
    wanted = look_for(tmp_path, entity)
    assert wanted.stands_in(f"<td>{spell(entity)}</td>")
    assert wanted.stands_in(f"x,{spell(entity)}\n".encode())


def test_a_longer_id_is_another_one(tmp_path):
    wanted = look_for(tmp_path, "K-1")
    assert not wanted.stands_in("K-12, AK-1")
    assert wanted.stands_in("K-12,K-1,K-13")


def test_an_id_that_is_a_number_counts_only_as_a_text(tmp_path):
    wanted = look_for(tmp_path, "250")
    assert not wanted.stands_in('{"rows": 250, "share": 0.250}')
    assert wanted.stands_in('{"entity_id": "250"}')
    assert wanted.stands_in("<td>250</td>")


def test_numbers_and_words_can_be_looked_for_at_once(tmp_path):
    wanted = look_for(tmp_path, "250", "K-1")
    assert wanted.stands_in('"250"')
    assert wanted.stands_in("K-1")
    assert not wanted.stands_in("251 K-2")


def test_a_pseudonym_is_found_where_there_is_a_secret_and_none_is_drawn_for_it(tmp_path):
    assert look_for(tmp_path).pseudonyms == frozenset()
    assert not (tmp_path / "keys").exists()
    known = pseudonyms_of(tmp_path).of("churn", "K-1")
    wanted = look_for(tmp_path, "K-1")
    assert wanted.pseudonyms == {known}
    assert wanted.stands_in(f'"{known}"')
    assert wanted.is_recorded_in(f'{{"entity":"{known}"}}'.encode())
    assert not wanted.is_recorded_in(b'{"entity":"K-1"}')


def test_a_secret_that_cannot_be_read_stops_everything(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "pseudonyms.key").write_text("short")
    (tmp_path / "keys" / "pseudonyms.key").chmod(0o600)
    with pytest.raises(InputError, match=r"pseudonyms\.key: holds no secret"):
        look_for(tmp_path)


def test_ids_come_once_each():
    assert read_ids("a, b,a") == ["a", "b"]
