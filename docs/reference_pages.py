"""Pages of the site that are made of the code, so that they can never be out of date; a hook of MkDocs.

Nothing of it is written to the repository: what has to agree with the code is drawn from it at each build.
"""

import ast
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
# What people import: a page each, drawn from docstrings.
MODULES = (
    "features.usecase",
    "features.frame",
    "features.worlds",
    "features.calls",
    "features.text",
    "features.errors",
    "training.notebook",
    "training.scoring",
    "training.bundle",
    "training.monitoring",
    "training.statistics",
    "training.spark",
    "serving.client",
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to those of the folder; MkDocs calls this before it reads the navigation."""
    for name, text in pages().items():
        files.append(File.generated(config, name, content=text))
    return files


def pages() -> dict[str, str]:
    """Return the text of every page by its path in the site."""
    made = {
        "reference/command-line.md": command_line(),
        "reference/usecase.md": usecase_file(),
        "reference/http.md": interface(),
        "reference/settings.md": settings(),
        "decisions/index.md": decisions(),
        "reference/python/index.md": modules(),
    }
    return made | {f"reference/python/{name}.md": f"# {name}\n\n::: {name}\n" for name in MODULES}


def cell(text: str) -> str:
    """Return a text as it may stand in a cell of a table."""
    parts = " ".join(text.split()).replace("|", "\\|").split("`")
    parts[::2] = [part.replace("<", "&lt;") for part in parts[::2]]  # between backticks it stays
    return "`".join(parts)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines: list[Sequence[str]] = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def command_line() -> str:
    """Describe every verb with its parameters, from the table that the parser is made of."""
    from training.commands import VERBS

    parts = ["# Command line\n\nEvery verb also has `--json`: one JSON object on stdout, progress on stderr."]
    parts.append("Exit codes: 0 done, 1 failed, 2 wrong usage or input.\n")
    for verb in VERBS:
        offered = " `mlflow run` offers it too." if verb.is_entry_point else ""
        parts += [f"## {verb.name}\n\n{cell(verb.help[:1].upper() + verb.help[1:])}.{offered}\n"]
        parts += [f"```console\n{verb.example}\n```\n"]
        if verb.parameters:
            parts.append(
                table(("parameter", "default", "meaning"), [_row_of(one) for one in verb.parameters])
            )
    return "\n".join(parts)


def _row_of(parameter: Any) -> tuple[str, str, str]:
    """Return one parameter of a verb as a row."""
    name = parameter.name if parameter.is_positional else f"--{parameter.name}"
    default = (
        "required" if parameter.default is None else f"`{parameter.default}`" if parameter.default else ""
    )
    choices = f" One of: {', '.join(parameter.choices)}." if parameter.choices else ""
    return f"`{name}`", default, cell(parameter.help) + f".{choices}"


def usecase_file() -> str:
    """Describe the keys of a use-case file, from its JSON schema."""
    schema = json.loads((ROOT / "mlproject/usecases/usecase.schema.json").read_text(encoding="utf-8"))
    text = (
        "# Use-case file\n\nDrawn from the JSON schema that `xm-predict schema` prints.\n\n## Top level\n\n"
    )
    parts = [text + _keys_of(schema)]
    for name, part in sorted(schema["$defs"].items()):
        words = cell(part.get("description", "").split("\n\n")[0])
        parts.append(f"## {name}\n\n{words}\n\n{_keys_of(part)}")
    return "\n".join(parts)


def _keys_of(part: Mapping[str, Any]) -> str:
    """Return the table of the keys of one part of the schema."""
    required = part.get("required", ())
    rows = [
        (f"`{key}`", _type_of(value), _default_of(key, value, required), cell(value.get("description", "")))
        for key, value in part.get("properties", {}).items()
    ]
    return table(("key", "value", "default", "meaning"), rows) if rows else _type_of(part) + "\n"


def _type_of(value: Mapping[str, Any]) -> str:
    """Return the type of a value as people say it; parts of the schema are links."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in value or "oneOf" in value:
        kinds = [_type_of(one) for one in value.get("anyOf", value.get("oneOf")) if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in value or "const" in value:
        return ", ".join(f"`{one}`" for one in value.get("enum", [value.get("const")]))
    if value.get("type") == "array":
        return f"list of {_type_of(value.get('items', {}))}"
    if value.get("type") == "object" and isinstance(value.get("additionalProperties"), dict):
        return f"names with {_type_of(value['additionalProperties'])}"
    words = {"string": "text", "boolean": "true or false", "object": "mapping", "integer": "whole number"}
    kind = str(value.get("type", "anything"))
    return words.get(kind, kind)


def _default_of(key: str, value: Mapping[str, Any], required: tuple[str, ...]) -> str:
    """Return the default of a key."""
    if key in required:
        return "required"
    default = value.get("default")
    return "" if default in (None, [], {}, "") else f"`{json.dumps(default)}`"


def interface() -> str:
    """Describe every route, from the OpenAPI document that a test holds beside the running service."""
    document = json.loads((ROOT / "tests/serving/openapi.json").read_text(encoding="utf-8"))
    parts = ["# Interface over HTTP\n\nWhat the answers mean stands in [the interface](../api.md).\n"]
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            parts.append(f"## {method.upper()} {path}\n\n{cell(route['summary'])}.\n")
            asked = [
                (
                    f"`{one['name']}`",
                    one["in"],
                    "yes" if one.get("required") else "no",
                    cell(one.get("description", "")),
                )
                for one in route.get("parameters", ())
            ]
            parts.append(table(("parameter", "in", "required", "meaning"), asked) if asked else "")
            answers = [(status, cell(one["description"])) for status, one in route["responses"].items()]
            parts.append(table(("status", "meaning"), answers))
    return "\n".join(parts)


def settings() -> str:
    """Describe the environment variables of the service, from the docstrings of its settings."""
    from serving.settings import Settings

    rows = [(name, default, cell(words)) for name, default, words in _settings_of(Settings)]
    head = "# Settings of the service\n\nEnvironment variables, checked once at start.\n\n"
    return head + table(("variable", "default", "meaning"), sorted(rows))


def _settings_of(kind: type) -> Iterator[tuple[str, str, str]]:
    """Yield variables, default and meaning of the settings of a class, and of classes inside it."""
    default = kind()
    described = attributes_of(inspect.getdoc(kind) or "")
    for field in fields(kind):
        value = getattr(default, field.name)
        if is_dataclass(value):
            yield from _settings_of(type(value))
            continue
        names, _, meaning = described[field.name].partition(": ")
        yield names.rstrip(".").replace("``", "`"), _shown(value), meaning.replace("``", "`") or field.name


def _shown(value: Any) -> str:
    """Return a default as one would write it into the environment."""
    if isinstance(value, tuple):
        value = ":".join(map(str, value))
    if isinstance(value, bool):
        value = int(value)
    return "" if value in (None, "") else f"`{value}`"


def attributes_of(docstring: str) -> dict[str, str]:
    """Return the attributes that a numpydoc docstring describes, with their words on one line."""
    section = docstring.partition("Attributes\n----------\n")[2].partition("\n\n")[0]
    found: dict[str, str] = {}
    for names, words in re.findall(r"^(\S[^\n]*)\n((?:    [^\n]*\n?)+)", section, re.MULTILINE):
        found |= dict.fromkeys(names.split(", "), " ".join(words.split()))
    return found


def decisions() -> str:
    """List the decision records with their titles."""
    records = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    rows = [
        (
            f"[{path.stem[:4]}]({path.name})",
            path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ").strip(),
        )
        for path in records
    ]
    return "# Decisions\n\nWhat was decided, on which evidence, and what was left out.\n\n" + table(
        ("no.", "title"), rows
    )


def modules() -> str:
    """List the modules that people import, with the first line of their docstrings."""
    rows = [(f"[{name}]({name}.md)", cell(_first_line(name))) for name in MODULES]
    return (
        "# Python\n\nWhat programs and notebooks import; the rest may change with any version.\n\n"
        + table(("module", ""), rows)
    )


def _first_line(module: str) -> str:
    """Return the first line of a module's docstring; the module is read, not imported."""
    path = ROOT / module.replace(".", "/")
    source = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
    return (ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or "").partition("\n")[0]
