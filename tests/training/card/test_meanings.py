import json

import pytest

from training.card import render_schema
from training.card.meanings import MEANINGS, describe_keys

SCHEMA = json.loads(render_schema())
PARTS = {"Card": SCHEMA, **SCHEMA["$defs"]}


def test_every_key_of_every_part_has_a_meaning():
    silent = [
        f"{name}.{key}"
        for name, part in PARTS.items()
        for key, value in part["properties"].items()
        if len(value.get("description", "").split()) < 3
    ]
    assert silent == []


def test_no_meaning_is_of_a_key_that_is_gone():
    assert {name: set(keys) for name, keys in MEANINGS.items()} == {
        name: set(part["properties"]) for name, part in PARTS.items()
    }


def test_meanings_are_short_and_plain():
    told = [words for keys in MEANINGS.values() for words in keys.values()]
    assert [words for words in told if len(words) > 100 or words.endswith(".")] == []


@pytest.mark.parametrize(
    "sample", [{"Member": {"properties": {"colour": {}}}}, {"Colour": {"properties": {}}}]
)
def test_a_key_that_nobody_has_described_ends_the_drawing(sample):
    with pytest.raises(KeyError, match=r"(?i)colour"):
        describe_keys({"properties": {}, "$defs": sample})
