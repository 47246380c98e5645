"""The verbs of the command line and the entry points of ``mlflow run`` are the same words."""

import argparse
import re
import shlex

import pytest
import yaml

from tests.contracts.repository import ROOT
from training.commands import build_parser, module_of

PROJECT = yaml.safe_load((ROOT / "mlproject" / "MLproject").read_text(encoding="utf-8"))
ENTRY_POINTS = PROJECT["entry_points"]
ALLOWED = {"check", "build", "train", "compare", "drivers", "report", "score", "monitor", "promote"}
VERBS = next(
    action.choices for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction)
)


def parameters_of(verb: str) -> dict[str, argparse.Action]:
    """Return the parameters of a verb that carry a value; --help and --json are switches of the terminal."""
    return {
        action.option_strings[-1].removeprefix("--"): action
        for action in VERBS[verb]._actions
        if action.option_strings and action.nargs != 0
    }


def declaration_of(parameter: object) -> dict[str, str]:
    """Return type and default of a parameter of an entry point, whichever way it is written."""
    return {"type": parameter} if isinstance(parameter, str) else dict(parameter)  # type: ignore[call-overload]


def test_entry_points_are_verbs():
    assert set(ENTRY_POINTS) <= set(VERBS)
    assert set(ENTRY_POINTS) <= ALLOWED


def test_verbs_that_data_scientists_run_are_entry_points():
    assert set(VERBS) & ALLOWED == set(ENTRY_POINTS)


@pytest.mark.parametrize("verb", sorted(ENTRY_POINTS))
def test_entry_point_has_the_parameters_of_the_verb(verb):
    assert set(ENTRY_POINTS[verb]["parameters"]) == set(parameters_of(verb))


@pytest.mark.parametrize("verb", sorted(ENTRY_POINTS))
def test_entry_point_has_the_defaults_of_the_verb(verb):
    for name, action in parameters_of(verb).items():
        declared = declaration_of(ENTRY_POINTS[verb]["parameters"][name])
        assert ("default" in declared) is not action.required, name
        if not action.required:
            assert str(declared["default"]) == str(action.default), name


@pytest.mark.parametrize("verb", sorted(ENTRY_POINTS))
def test_files_that_must_exist_are_declared_as_paths(verb):
    for name in {"usecase"} & set(ENTRY_POINTS[verb]["parameters"]):
        assert declaration_of(ENTRY_POINTS[verb]["parameters"][name])["type"] == "path"


@pytest.mark.parametrize("verb", sorted(ENTRY_POINTS))
def test_command_of_the_entry_point_is_that_verb_and_nothing_more(verb):
    start, sign, command = ENTRY_POINTS[verb]["command"].partition(" && ")
    assert (start, sign) == ("cd ..", " && ")
    words = shlex.split(re.sub(r"\{([\w-]+)\}", r"value-of-\1", command))
    assert words[:4] == ["python", "-m", "training", verb]
    filled = re.findall(r"--([\w-]+)[= ]\{([\w-]+)\}", command)
    assert filled == [(name, name) for name in ENTRY_POINTS[verb]["parameters"]]


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_verb_has_help_with_an_example(verb):
    shown = VERBS[verb].format_help()
    assert f"xm-predict {verb}" in shown
    assert "example:" in shown
    assert "--json" in shown


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_parameter_says_what_it_is(verb):
    assert [name for name, action in parameters_of(verb).items() if not action.help] == []


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_example_of_the_help_can_be_parsed(verb):
    example = (VERBS[verb].epilog or "").removeprefix("example: xm-predict ").split(" > ")[0]
    settings = build_parser().parse_args(shlex.split(example))
    assert settings.verb == verb


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_its_file(verb):
    place = ROOT / "training" / "runs"
    module = module_of(verb)
    assert (place / f"{module}.py").is_file() or (place / module / "__init__.py").is_file()
