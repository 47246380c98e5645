"""Read a use-case file; every fault becomes one line with file, key, value and remedy."""

import difflib
import typing
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from features.errors import SpecError
from features.usecase.model import UseCase


class _Loader(yaml.SafeLoader):
    """YAML 1.2 booleans (only true and false: ``Yes`` stays a text) and no repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]  # type: ignore[no-untyped-call]
        for key in keys:
            if keys.count(key) > 1:
                message = f"key '{key}' is written twice"
                raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path: Path | str, data_folder: Path | str | None = None) -> UseCase:
    """Read and check a use-case file.

    Parameters
    ----------
    path
        The YAML file.
    data_folder
        Where relative file names in the spec start; the folder of ``path`` when absent.

    Raises
    ------
    SpecError
        If the file cannot be read, is not YAML, or breaks the format: one line with file, key, value and remedy.
    """
    path = Path(path)
    usecase = parse(_read(path), path.name)
    usecase._folder = (Path(data_folder) if data_folder is not None else path.parent).resolve()
    return usecase


def parse(content: object, file_name: str) -> UseCase:
    """Check the plain values of a use-case file.

    Raises
    ------
    SpecError
        If the values break the format.
    """
    if not isinstance(content, dict):
        problem = f"holds {type(content).__name__}, not a mapping of keys"
        raise SpecError(file_name, problem, "begin with 'version: 1' and 'name: ...'")
    try:
        return UseCase.model_validate(content)
    except ValidationError as error:
        raise _to_spec_error(error, content, file_name) from error


def _read(path: Path) -> object:
    """Return the plain values of a YAML file."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise SpecError(str(path), f"cannot be read ({error.strerror})", "name an existing use-case file") from error
    except UnicodeDecodeError as error:
        raise SpecError(path.name, f"is not UTF-8 text (byte {error.start})", "save the file as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise SpecError(f"{path.name}{line}", f"is not valid YAML: {error.problem}", "mend that line") from error


def _to_spec_error(error: ValidationError, content: object, file_name: str) -> SpecError:
    """Turn the most telling of pydantic's findings into one line."""
    findings = error.errors(include_url=False)
    finding = min(findings, key=lambda found: (found["type"] == "missing", -len(found["loc"])))
    path = _path_in_file(finding["loc"], content)
    where = f"{file_name}: {'.'.join(path)}" if path else file_name
    problem, hint = _explain(finding["type"], finding["msg"], finding.get("ctx", {}), path, _value_at(content, path))
    return SpecError(where, problem, hint)


def _path_in_file(location: tuple[int | str, ...], content: object) -> list[str]:
    """Drop the parts of a pydantic location that name union members rather than keys of the file."""
    path: list[str] = []
    here = content
    for position, part in enumerate(location):
        if isinstance(here, dict) and part in here:
            here = here[part]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        elif position < len(location) - 1 or not isinstance(here, dict) or not str(part).isidentifier():
            continue
        elif str(part)[:1].isupper():
            continue
        path.append(str(part))
    return path


def _value_at(content: object, path: list[str]) -> object:
    """Return what the file holds at ``path``, or None."""
    here: Any = content
    for part in path:
        if isinstance(here, dict):
            here = here.get(part, here.get(int(part)) if part.isdigit() else None)
        elif isinstance(here, list) and part.isdigit():
            here = here[int(part)]
        else:
            return None
    return here


def _explain(kind: str, message: str, context: dict[str, Any], path: list[str], found: object) -> tuple[str, str]:
    """Return problem and hint for one kind of finding."""
    if kind == "value_error":
        problem, _, hint = str(context.get("error", message)).partition("; ")
        return problem, hint
    if kind == "extra_forbidden":
        return f"'{path[-1]}' is not a key of this section", _suggest(path)
    if kind == "missing":
        return "is missing", f"add the key '{path[-1]}'"
    if kind == "literal_error":
        return f"'{found}' is not allowed", f"write {context.get('expected', 'an allowed value')}"
    shown = "nothing" if found is None else f"'{found}'"
    return f"{shown} does not fit", message[:1].lower() + message[1:]


def _suggest(path: list[str]) -> str:
    """Name the known key nearest to the last part of ``path``, or list the known ones."""
    known = _known_keys(path)
    nearest = difflib.get_close_matches(path[-1], known, n=1, cutoff=0.6)
    return f"did you mean '{nearest[0]}'?" if nearest else f"known keys: {', '.join(known)}"


def _known_keys(path: list[str]) -> list[str]:
    """Return the keys allowed in the section that holds the last part of ``path``."""
    sections: list[Any] = [UseCase]
    for part in path[:-1]:
        sections = [inner for section in sections for inner in _step(section, part)]
    models = [section for section in sections if isinstance(section, type) and issubclass(section, BaseModel)]
    return sorted({field.alias or name for model in models for name, field in model.model_fields.items()})


def _step(section: Any, part: str) -> list[Any]:
    """Return the types found under the key ``part`` of a section type."""
    if isinstance(section, type) and issubclass(section, BaseModel):
        fields = {field.alias or name: field for name, field in section.model_fields.items()}
        return _members(fields[part].annotation) if part in fields else []
    if typing.get_origin(section) is dict:
        return _members(typing.get_args(section)[1])
    return _members(typing.get_args(section)[0]) if typing.get_origin(section) is list else []


def _members(annotation: Any) -> list[Any]:
    """Return the members of a union, seen through annotations, or the annotation alone."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _members(typing.get_args(annotation)[0])
    arguments = typing.get_args(annotation)
    if arguments and typing.get_origin(annotation) not in (dict, list, tuple):
        return [inner for argument in arguments for inner in _members(argument)]
    return [annotation]
