"""A parameter that may stand alone means the same as with its value."""

import argparse

import pytest

from training.parameters import Parameter, module_of

LATEST = Parameter("latest", "", "no", choices=("yes", "no"), alone="yes")


def parse(parameter, *words):
    parser = argparse.ArgumentParser(exit_on_error=False)
    parameter.add_to(parser)
    return vars(parser.parse_args(words))[parameter.argument]


@pytest.mark.parametrize(
    ("words", "value"),
    [([], "no"), (["--latest"], "yes"), (["--latest=no"], "no"), (["--latest", "yes"], "yes")],
    ids=str,
)
def test_a_flag_with_a_value(words, value):
    assert parse(LATEST, *words) == value


def test_another_value_is_refused():
    with pytest.raises(argparse.ArgumentError, match="invalid choice"):
        parse(LATEST, "--latest=maybe")


def test_one_that_cannot_stand_alone():
    with pytest.raises(argparse.ArgumentError, match="expected one argument"):
        parse(Parameter("to", "", ""), "--to")


def test_names():
    assert module_of("explain-change") == "explain_change"
    assert parse(Parameter("webhook-secret-file", "", ""), "--webhook-secret-file", "x") == "x"
