import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from training.card import Card, render_schema

SCHEMA_FILE = Path(__file__).parents[3] / "docs" / "model-card.schema.json"
SCHEMA = json.loads(render_schema())


def refs(node):
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else ())
        for part in node.values():
            yield from refs(part)
    elif isinstance(node, list):
        for part in node:
            yield from refs(part)


def test_the_schema_in_the_docs_is_the_one_of_the_code():
    assert SCHEMA_FILE.read_text(encoding="utf-8") == render_schema(), (
        "write docs/model-card.schema.json again from training.card.render_schema()"
    )


def test_every_part_of_the_schema_is_defined():
    assert {ref.rpartition("/")[2] for ref in refs(SCHEMA)} == set(SCHEMA["$defs"])
    assert SCHEMA["properties"]["format_version"]["const"] == 1


@pytest.mark.parametrize("name", ["staff_card", "company_card"])
def test_a_card_fits_its_schema_and_reads_back_as_itself(name, request):
    card = request.getfixturevalue(name)
    plain = json.loads(json.dumps(card.to_json(), allow_nan=False))
    assert set(SCHEMA["required"]) == set(plain) == set(SCHEMA["properties"])
    assert plain.pop("format") == "xm-predict model card"
    assert plain.pop("format_version") == 1
    assert TypeAdapter(Card).validate_python(plain) == card


def test_an_unknown_word_is_refused(staff_card):
    plain = staff_card.to_json()
    plain["purpose"]["uses"] = ["dismiss_people"]
    with pytest.raises(ValueError, match="dismiss_people"):
        TypeAdapter(Card).validate_python(plain)
