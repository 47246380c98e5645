"""Turn what pydantic finds into one line: file, key, value, remedy."""

import typing
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from features.errors import SpecError
from features.usecase.model import UseCase
from features.usecase.vocabulary import propose

_LONGEST_SHOWN = 60
_REMEDIES = {
    "string_type": "write a text",
    "list_type": "write a list: [first, second]",
    "dict_type": "write keys with values: {{key: value}}",
    "model_type": "write keys with values: {{key: value}}",
    "model_attributes_type": "write keys with values: {{key: value}}",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "finite_number": "write a finite number",
    "greater_than": "write more than {gt:g}",
    "greater_than_equal": "write {ge:g} or more",
    "less_than_equal": "write {le:g} or less",
    "too_short": "write at least one entry",
    "string_too_short": "write at least one character",
    "string_too_long": "write one character",
}


def to_spec_error(error: ValidationError, content: Mapping[Any, Any], file_name: str) -> SpecError:
    """Turn the most telling finding into one line.

    A wrong version comes first, as nothing else can be trusted then; then the deepest finding, which is
    nearest to the fault when a value could have been of several types; a wrong key comes before a missing
    one, as it often is the missing one in another spelling.
    """
    findings = [(_path_of(finding, content), finding) for finding in error.errors(include_url=False)]
    path, finding = min(
        findings, key=lambda one: (one[0] != ["version"], -len(one[0]), one[1]["type"] == "missing")
    )
    found = path[-1] if finding["loc"][-1:] == ("[key]",) else _value_at(content, path)
    problem, hint = _explain(finding, path, found)
    return SpecError(f"{file_name}: {'.'.join(path)}" if path else file_name, problem, hint)


def _path_of(finding: Mapping[str, Any], content: Mapping[Any, Any]) -> list[str]:
    """Return the keys of the file that lead to a finding, without the names of types between them."""
    path: list[str] = []
    here: Any = content
    for part in finding["loc"]:
        if _holds(here, part):
            here = here[part]
            path.append(str(part))
    return [*path, str(finding["loc"][-1])] if finding["type"] == "missing" else path


def _holds(section: object, part: int | str) -> bool:
    """Tell whether ``part`` is a key or position of a section of the file."""
    if isinstance(section, list):
        return isinstance(part, int) and part < len(section)
    return isinstance(section, dict) and part in section


def _value_at(content: object, path: list[str]) -> object:
    """Return what the file holds at ``path``, or None."""
    here: Any = content
    for part in path:
        keys = range(len(here)) if isinstance(here, list) else here if isinstance(here, dict) else ()
        matching = [key for key in keys if str(key) == part]
        if not matching:
            return None
        here = here[matching[0]]
    return here


def _explain(finding: Mapping[str, Any], path: list[str], found: object) -> tuple[str, str]:
    """Return problem and remedy for one finding."""
    context = finding.get("ctx", {})
    match finding["type"]:
        case "value_error":
            problem, _, hint = str(context["error"]).partition("; ")
            return problem, hint
        case "extra_forbidden":
            known = sorted(_fields_beside(path, finding["loc"]))
            hint = propose(path[-1], known) if known else "write {}"
            return f"'{path[-1]}' is not a key of this section", hint
        case "missing":
            return "is missing", _remedy_for_missing(path, finding["loc"])
        case "literal_error":
            return f"{_show(found)} is not allowed", f"write {context['expected']}"
        case kind if kind.startswith("date"):
            return f"{_show(found)} is not a day", "write year-month-day, for example 2025-01-31"
        case _:
            return f"{_show(found)} does not fit", _remedy_for_misfit(finding, found)


def _remedy_for_misfit(finding: Mapping[str, Any], found: object) -> str:
    """Say what belongs where a value of another type or size was found."""
    context = finding.get("ctx", {})
    kind, message = str(finding["type"]), str(finding["msg"])
    if kind == "string_type" and isinstance(found, dict) and len(found) == 1:
        return f"put names with a colon into quotes: '{': '.join(map(str, *found.items()))}'"
    if kind == "string_type" and isinstance(found, (int, float)):
        return f"put it into quotes: {_show(found)}"
    if kind == "model_type" and context["class_name"] == "Flag":
        return "write {}, or leave the key out"
    return _REMEDIES.get(kind, message).format(**context)


def _show(found: object) -> str:
    """Return a value as a person would recognise it in the file, cut when it is long."""
    if found is None:
        return "nothing"
    if isinstance(found, (dict, list)):
        kind = "section" if isinstance(found, dict) else "list"
        return f"a {kind}" if found else f"an empty {kind}"
    text = str(found).lower() if isinstance(found, bool) else str(found)
    return f"'{text}'" if len(text) <= _LONGEST_SHOWN else f"'{text[:_LONGEST_SHOWN]}...'"


def _remedy_for_missing(path: list[str], loc: tuple[int | str, ...]) -> str:
    """Say which key to add and, where the format describes it, what belongs there."""
    field = _fields_beside(path, loc).get(path[-1])
    meaning = f": {field.description}" if field is not None and field.description else ""
    return f"add the key '{path[-1]}'{meaning}"


def _fields_beside(path: list[str], loc: tuple[int | str, ...]) -> dict[str, FieldInfo]:
    """Return the keys allowed in the section that holds the last part of ``path``, with their meaning.

    Where a section may be of several types, ``loc`` names the one that its keys were compared with.
    """
    sections: list[Any] = [UseCase]
    for part in path[:-1]:
        sections = [inner for section in sections for inner in _step(section, part)]
        sections = [inner for inner in sections if getattr(inner, "__name__", "") in loc] or sections
    fields: dict[str, FieldInfo] = {}
    for section in sections:
        fields |= _fields(section)
    return fields


def _fields(section: Any) -> dict[str, FieldInfo]:
    """Return the keys of a section type as the file writes them; none for plain values."""
    if not (isinstance(section, type) and issubclass(section, BaseModel)):
        return {}
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _step(section: Any, part: str) -> list[Any]:
    """Return the types found under the key ``part`` of a section type."""
    if part in _fields(section):
        return _members(_fields(section)[part].annotation)
    origin, arguments = typing.get_origin(section), typing.get_args(section)
    if origin is dict:
        return _members(arguments[1])
    return _members(arguments[0]) if origin is list else []


def _members(annotation: Any) -> list[Any]:
    """Return the members of a union, seen through annotations, or the annotation alone."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _members(typing.get_args(annotation)[0])
    arguments = typing.get_args(annotation)
    if arguments and typing.get_origin(annotation) not in (dict, list, tuple):
        return [inner for argument in arguments for inner in _members(argument)]
    return [annotation]
