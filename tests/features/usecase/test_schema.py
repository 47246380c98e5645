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


def keys_in(node, place):
    """Yield every key of a part of the schema, however deep, with its place and what is said of it."""
    for name, part in node.get("properties", {}).items():
        yield f"{place}.{name}", part
        yield from keys_in(part, f"{place}.{name}")
    inner = [node.get("items"), node.get("additionalProperties")]
    inner += [member for word in ("anyOf", "oneOf", "allOf") for member in node.get(word, ())]
    for part in inner:
        if isinstance(part, dict):
            yield from keys_in(part, place)


def all_keys(schema):
    yield from keys_in(schema, schema["title"])
    for name, part in schema["$defs"].items():
        yield from keys_in(part, name)


def undescribed(schema):
    """Return the keys of which nothing, or no more than two words, are said."""
    return [place for place, part in all_keys(schema) if len(part.get("description", "").split()) < 3]


def test_every_key_is_described():
    assert undescribed(SCHEMA) == [], "say what it means: Field(description=...) in features/usecase"
    assert len(list(all_keys(SCHEMA))) > 150


def test_descriptions_are_short():
    told = {place: part["description"] for place, part in all_keys(SCHEMA)}
    assert {place: words for place, words in told.items() if len(words) > 250} == {}


def test_every_part_is_described():
    assert [name for name, part in SCHEMA["$defs"].items() if not part.get("description")] == []


@pytest.mark.parametrize(
    "part", [{"type": "string"}, {"type": "string", "description": "a name"}, {"properties": {"deep": {}}}]
)
def test_a_key_without_a_description_would_be_named(part):
    found = undescribed(
        {"title": "Sample", "properties": {}, "$defs": {"Part": {"properties": {"key": part}}}}
    )
    assert "Part.key" in found
    assert ("Part.key.deep" in found) == ("properties" in part)


def test_defaults_are_written_as_in_a_file():
    """A span of days is a text such as 180d, never what it is inside."""
    assert SCHEMA["$defs"]["Journey"]["properties"]["restart_after"]["default"] == "180d"
    assert SCHEMA["$defs"]["Streak"]["properties"]["patience"]["default"] == "14d"


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
