import json
from pathlib import Path

import pytest

from features.usecase import UseCase, build_schema, load, parse, render_schema

ROOT = Path(__file__).parents[3]
SCHEMA = build_schema()


def resolve(node):
    while "$ref" in node:
        node = SCHEMA["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def fits(value, node):
    """Tell whether a value fits a schema: the part of JSON schema that ours is made of."""
    node = resolve(node)
    if any(word in node for word in ("anyOf", "oneOf")):
        return any(fits(value, member) for member in node.get("anyOf", node.get("oneOf")))
    if "const" in node:
        return value == node["const"]
    if "enum" in node:
        return value in node["enum"]
    kinds = {"string": str, "object": dict, "array": list, "boolean": bool, "null": type(None)}
    if node["type"] in ("number", "integer"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if not isinstance(value, kinds[node["type"]]):
        return False
    if isinstance(value, list):
        return all(fits(entry, node["items"]) for entry in value)
    if isinstance(value, dict):
        return fits_object(value, node)
    return True


def fits_object(section, node):
    known = node.get("properties", {})
    rest = node.get("additionalProperties", True)
    return set(node.get("required", [])) <= set(section) and all(
        fits(value, known[key]) if key in known else rest is True or (rest and fits(value, rest))
        for key, value in section.items()
    )


def test_schema_says_what_it_is():
    assert SCHEMA["title"] == "Use case of xm-predict"
    assert SCHEMA["$schema"].endswith("2020-12/schema")
    assert set(SCHEMA["required"]) == {"version", "name"}
    assert SCHEMA["additionalProperties"] is False


def test_schema_knows_every_key_by_the_name_in_the_file():
    keys = {field.alias or name for name, field in UseCase.model_fields.items()}
    assert set(SCHEMA["properties"]) == keys
    assert set(SCHEMA["$defs"]["Snapshots"]["properties"]) == {"every", "from", "to"}


@pytest.mark.parametrize("position", range(2))
def test_examples_are_use_cases_and_fit_the_schema(position):
    example = SCHEMA["examples"][position]
    assert parse(example, "example.yaml").to_json() == example
    assert fits(example, SCHEMA)


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent / "valid").glob("*.yaml")), ids=lambda path: path.stem
)
def test_valid_sample_fits_the_schema(path):
    assert fits(json.loads(json.dumps(load(path).to_json())), SCHEMA)


@pytest.mark.parametrize(
    "change",
    [{"version": 2}, {"colour": "blue"}, {"snapshots": "monthly"}, {"privacy": {"subject": "patient"}}],
    ids=lambda change: next(iter(change)),
)
def test_editor_can_mark_a_fault(change):
    assert not fits(SCHEMA["examples"][0] | change, SCHEMA)


def test_checked_in_schema_is_current():
    checked_in = ROOT / "mlproject" / "usecases" / "usecase.schema.json"
    assert checked_in.read_text(encoding="utf-8") == render_schema(), "run: make schema"
