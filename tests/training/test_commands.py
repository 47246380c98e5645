import ast
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version

import pytest

from tests.training.examples import ROOT
from training.commands import DEFAULT_FOLDER, VERBS, build_parser, module_of

BY_NAME = {verb.name: verb for verb in VERBS}


def required_words(verb):
    """Return what has to be said for a verb."""
    words = [verb.name]
    for parameter in verb.parameters:
        if parameter.is_positional:
            words.append(word_of(parameter))
        elif parameter.default is None:
            words += [f"--{parameter.name}", word_of(parameter)]
    return words


def word_of(parameter):
    """Return what is said for a parameter that has to be said."""
    return parameter.choices[0] if parameter.choices else "3"


def refusal_of(capsys, words):
    """Return the line that a wrong use of the command line ends with."""
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(words)
    written = capsys.readouterr()
    assert caught.value.code == 2
    assert written.out == ""
    assert written.err.count("\n") == 1
    return written.err


def test_every_verb_has_a_name_of_its_own_and_an_example_of_itself():
    assert len(BY_NAME) == len(VERBS)
    for verb in VERBS:
        words = shlex.split(verb.example.partition(">")[0])
        assert words[:2] == ["xm-predict", verb.name]
        assert build_parser().parse_args(words[1:]).verb == verb.name


@pytest.mark.parametrize("name", BY_NAME)
def test_a_verb_runs_a_function_with_its_parameters(name):
    tree = ast.parse((ROOT / "training" / "runs" / f"{module_of(name)}.py").read_text(encoding="utf-8"))
    (run,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "run")
    taken = [argument.arg for argument in run.args.args]
    assert taken[0] == "console"
    assert set(taken[1:]) == {parameter.argument for parameter in BY_NAME[name].parameters}
    kinds = {argument.arg: ast.unparse(argument.annotation) for argument in run.args.args}
    for parameter in BY_NAME[name].parameters:
        assert kinds[parameter.argument] == parameter.kind.__name__


@pytest.mark.parametrize("name", BY_NAME)
def test_defaults_arrive_with_their_type(name):
    verb = BY_NAME[name]
    found = vars(build_parser().parse_args(required_words(verb)))
    assert found.pop("verb") == name
    assert found.pop("json") is False
    assert set(found) == {parameter.argument for parameter in verb.parameters}
    for parameter in verb.parameters:
        assert found[parameter.argument] == parameter.kind(
            word_of(parameter) if parameter.default is None else parameter.default
        )


@pytest.mark.parametrize("name", BY_NAME)
def test_every_verb_answers_programs(name):
    assert build_parser().parse_args([*required_words(BY_NAME[name]), "--json"]).json is True


@pytest.mark.parametrize("name", BY_NAME)
def test_help_shows_example_and_defaults(capsys, name):
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args([name, "--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert f"example: {BY_NAME[name].example}" in shown
    for parameter in BY_NAME[name].parameters:
        words = f"{{{','.join(parameter.choices)}}}" if parameter.is_positional else f"--{parameter.name}"
        assert words in shown
        assert not parameter.default or f"(default:{parameter.default})" in "".join(shown.split())


def test_a_positional_word_may_stand_before_or_behind_the_options():
    before = build_parser().parse_args(["baseline", "show", "--usecase", "a.yaml"])
    behind = build_parser().parse_args(["baseline", "--usecase", "a.yaml", "show"])
    assert before == behind
    assert before.action == "show"


def test_help_lists_all_verbs_and_exit_codes(capsys):
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--help"])
    shown = capsys.readouterr().out
    assert all(f"    {name}" in shown for name in BY_NAME)
    assert "0 done, 1 failed, 2 wrong usage or input" in " ".join(shown.split())


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([], "VERB"),
        (["trian"], "trian"),
        (["train"], "--usecase"),
        (["train", "--usecase", "a.yaml", "--seed", "seven"], "seven"),
        (["train", "--usecase", "a.yaml", "--promote", "always"], "always"),
        (["train", "--usecase", "a.yaml", "--out"], "--out"),
        (["promote", "--name", "churn", "--version", "champion"], "champion"),
        (["score", "--name", "churn", "--reasons", "1.5"], "1.5"),
        (["check", "--usecase", "a.yaml", "--colour", "red"], "--colour"),
        (["schema", "churn.yaml"], "churn.yaml"),
        (["baseline", "--usecase", "a.yaml"], "action"),
        (["baseline", "thaw", "--usecase", "a.yaml"], "thaw"),
        (["baseline", "freeze", "show", "--usecase", "a.yaml"], "show"),
        (["baseline", "freeze"], "--usecase"),
    ],
)
def test_wrong_use_is_refused_with_the_word_and_the_way_to_help(capsys, words, named):
    line = refusal_of(capsys, words)
    assert line.startswith("xm-predict")
    assert named in line
    assert "--help" in line


def test_a_missing_parameter_is_told_with_what_it_is(capsys):
    line = refusal_of(capsys, ["drivers"])
    assert line == (
        "xm-predict drivers: --name (name of the use case, as its file says it) is missing; "
        "see xm-predict drivers --help\n"
    )


@pytest.mark.parametrize(
    ("words", "meant"),
    [(["chek"], "check"), (["baseline", "frieze", "--usecase", "a.yaml"], "freeze")],
)
def test_a_slip_of_the_pen_names_the_word_that_was_meant(capsys, words, meant):
    assert f"; did you mean '{meant}'?; see xm-predict" in refusal_of(capsys, words)


def test_a_word_like_no_other_gets_no_guess(capsys):
    assert "did you mean" not in refusal_of(capsys, ["xyzzy"])


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"xm-predict {version('xm-predict')}\n"


def test_a_source_tree_that_is_not_installed_tells_its_version(capsys, monkeypatch):
    """Take the product away from the installed ones, as where ``mlflow run`` makes an environment."""

    def find(library):
        raise PackageNotFoundError(library)

    monkeypatch.setattr("training.installed.version", find)
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--version"])
    told = capsys.readouterr().out
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert told == f"xm-predict {tomllib.loads(pyproject)['project']['version']}\n"


def test_help_says_where_to_begin(capsys):
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    _, _, begin = shown.partition("To begin: ")
    verbs = begin.partition(",")[0], *begin.split(", ")[1:5]
    assert set(verbs) <= set(BY_NAME)


def test_what_is_written_goes_to_one_folder_unless_told_otherwise():
    folders = [parameter for verb in VERBS for parameter in verb.parameters if parameter.name == "out"]
    assert {parameter.default for parameter in folders} == {DEFAULT_FOLDER}
    assert {verb.name for verb in VERBS} - {verb.name for verb in VERBS if verb.parameters[-1:]} == {"schema"}


def test_help_does_not_wait_for_mlflow():
    code = "import sys, training.__main__; sys.exit('mlflow' in sys.modules or 'lightgbm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
