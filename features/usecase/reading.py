"""Read a use-case file; every fault becomes one line with file, key, value and remedy."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from features.errors import SpecError
from features.usecase.finding import to_spec_error
from features.usecase.model import UseCase

_LONGEST_SHOWN = 100
_REMEDIES = (
    ("\\t", "indent with blanks, not with tabs"),
    ("mapping values are not allowed", "put a text that holds ': ' into quotes, or mend the indentation"),
    ("could not find expected ':'", "write 'key: value', or mend the indentation"),
    ("expected ',' or", "close the bracket, or put a comma between the parts"),
    ("quoted scalar", "close the quotation mark"),
    ("block", "give the keys of one section the same indentation"),
    ("alias", "put a text that begins with '*' into quotes"),
    ("another document", "keep one use case per file: remove the line '---'"),
    ("unhashable key", "write a plain text as the key"),
    ("constructor for the tag", "remove the word that begins with '!'"),
    ("cannot start any token", "put a text that begins with a special character into quotes"),
)


class _Loader(yaml.SafeLoader):
    """YAML 1.2 booleans (only true and false: ``Yes`` stays a text), dates as texts, no repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 (the signature is PyYAML's)
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                mark = node.value[position][0].start_mark
                message = f"the key '{key}' is written twice; keep one of them"
                raise yaml.constructor.ConstructorError(None, None, message, mark)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:timestamp" and (tag != "tag:yaml.org,2002:bool" or first in "tTfF")
    ]
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
        If the file cannot be read, is not YAML, or breaks the format: one line with file, key, value, remedy.
    """
    path = Path(path)
    usecase = parse(_read(path), path.name)
    return usecase.located(Path(data_folder) if data_folder is not None else path.parent)


def parse(content: object, file_name: str) -> UseCase:
    """Check the plain values of a use-case file.

    Raises
    ------
    SpecError
        If the values break the format.
    """
    if content is None:
        raise SpecError(file_name, "is empty", "begin with 'version: 1' and 'name: ...'")
    if not isinstance(content, dict):
        problem = f"holds {'a list' if isinstance(content, list) else 'one value'}, not keys with values"
        raise SpecError(file_name, problem, "begin with 'version: 1' and 'name: ...'")
    try:
        return UseCase.model_validate(content)
    except ValidationError as error:
        raise to_spec_error(error, content, file_name) from error


def _read(path: Path) -> object:
    """Return the plain values of a YAML file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SpecError(str(path), f"cannot be read ({error.strerror})", "name an existing file") from error
    except UnicodeDecodeError as error:
        raise SpecError(path.name, f"is not UTF-8 text (byte {error.start})", "save it as UTF-8") from error
    return _read_yaml(text, path.name)


def _read_yaml(text: str, file_name: str) -> object:
    """Return the plain values of YAML text."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader with fewer implicit types)
    except yaml.reader.ReaderError as error:
        problem = f"holds the control character {chr(error.character)!r}"
        raise SpecError(file_name, problem, "remove it or save the file as plain text") from error
    except yaml.MarkedYAMLError as error:
        raise _to_syntax_error(error, file_name, text) from error
    except (ValueError, RecursionError) as error:
        raise SpecError(file_name, f"is not valid YAML: {error}", "put that value into quotes") from error


def _to_syntax_error(error: yaml.MarkedYAMLError, file_name: str, text: str) -> SpecError:
    """Say on which line YAML ends, what stands there, and what is usually wrong then."""
    problem, _, hint = (error.problem or "syntax").partition("; ")
    context = error.context or ""
    mark = error.context_mark if "quoted scalar" in context else error.problem_mark
    lines = text.splitlines()
    number = min(mark.line if mark else 0, len(lines) - 1)
    where = f"{file_name}: line {number + 1}"
    if hint:
        return SpecError(where, problem, hint)
    told = f"{context} {problem}"
    remedy = next((remedy for sign, remedy in _REMEDIES if sign in told), "mend this line or the one above")
    line = lines[number].strip()
    shown = line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}..."
    return SpecError(where, f"'{shown}' is not valid YAML ({problem})", remedy)
