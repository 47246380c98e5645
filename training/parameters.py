"""What a verb and its parameters are, and who reads them; the verbs stand in ``training.commands``."""

import argparse
import difflib
import keyword
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from training.installed import read_version


@dataclass(frozen=True)
class Parameter:
    """Describe one ``--name value`` of a verb; a positional one is a bare word right after the verb.

    Attributes
    ----------
    alone
        What ``--name`` means without a value; None where it needs one.
    """

    name: str
    help: str
    default: str | None = None
    kind: Callable[[str], Any] = str
    choices: tuple[str, ...] | None = None
    is_positional: bool = False
    alone: str | None = None

    @property
    def argument(self) -> str:
        """Return the name of the argument of ``run``: a hyphen is an underscore, a keyword gets one behind.

        Examples
        --------
        >>> Parameter("from-version", "").argument, Parameter("from", "").argument
        ('from_version', 'from_')
        """
        name = self.name.replace("-", "_")
        return f"{name}_" if keyword.iskeyword(name) else name

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Declare the parameter; one without a default is required, and so is a positional one."""
        if self.is_positional:
            parser.add_argument(self.argument, type=self.kind, choices=self.choices, help=self.help)
            return
        shown = f" (default: {self.default})" if self.default else ""
        parser.add_argument(
            f"--{self.name}",
            nargs=None if self.alone is None else "?",
            const=self.alone,
            dest=self.argument,
            required=self.default is None,
            default=self.default,
            type=self.kind,
            choices=self.choices,
            help=self.help + shown,
            metavar=None if self.choices else self.name.upper(),
        )


@dataclass(frozen=True)
class Verb:
    """Describe one verb: what it does, an example, its parameters, and whether ``mlflow run`` offers it.

    Attributes
    ----------
    extras
        Of the installed product, all that the verb needs; of a cluster and its choice nothing is said here.
    """

    name: str
    help: str
    example: str
    parameters: tuple[Parameter, ...] = ()
    is_entry_point: bool = False
    extras: tuple[str, ...] = ("train",)


def module_of(verb: str) -> str:
    """Return the name of a verb's module in ``training.runs``: a hyphen is an underscore there.

    Examples
    --------
    >>> module_of("explain-change")
    'explain_change'
    """
    return verb.replace("-", "_")


class _Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong and where help is."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {self._reword(message)}; see {self.prog} --help\n")

    def _reword(self, message: str) -> str:
        """Say what a missing parameter is, and which word was probably meant."""
        missing = re.fullmatch(r"the following arguments are required: (.*)", message)
        if missing:
            meant = {name: action.help for action in self._actions for name in action.option_strings}
            names = missing[1].split(", ")
            named = (f"{name} ({meant[name]})" if meant.get(name) else name for name in names)
            return f"{', '.join(named)} {'is' if len(names) == 1 else 'are'} missing"
        wrong = re.fullmatch(r"argument [^:]*: invalid choice: '?([^' ]*)'? \(choose from (.*)\)", message)
        near = wrong and difflib.get_close_matches(wrong[1], re.findall(r"[\w-]+", wrong[2]), 1)
        return f"{message}; did you mean '{near[0]}'?" if near else message


class _ShowVersion(argparse.Action):
    """Show the version, which nobody looks up before it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        sys.stdout.write(f"xm-predict {read_version('xm-predict')}\n")
        parser.exit()


def make_parser(verbs: Iterable[Verb]) -> argparse.ArgumentParser:
    """Return the parser of a command line with these verbs."""
    parser = _Parser(
        prog="xm-predict",
        description="Predict churn, attrition and satisfaction, with reasons one can check.",
        epilog="To begin: check, train, report, score, serve, in this order, with one use-case file. "
        "Exit codes: 0 done, 1 failed, 2 wrong usage or input. Each verb has --help with an example.",
    )
    nothing = argparse.SUPPRESS  # it is no setting of a verb
    parser.add_argument(
        "--version",
        action=_ShowVersion,
        nargs=0,
        dest=nothing,
        default=nothing,
        help="show the version and end",
    )
    parsers = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in verbs:
        sub = parsers.add_parser(
            verb.name,
            help=verb.help,
            description=f"{verb.help[:1].upper()}{verb.help[1:]}.",
            epilog=f"example: {verb.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for parameter in verb.parameters:
            parameter.add_to(sub)
        sub.add_argument("--json", action="store_true", help="one JSON object on stdout, progress on stderr")
    return parser
