"""What can go wrong, as types: each error is one line that says where, what was found and how to mend it."""

import re

_OF_OURS = re.compile(
    rf"^{re.escape(__name__)}\.(?P<kind>\w+): (?P<where>.*?): (?P<problem>.*)$", re.MULTILINE
)
_RAISED = re.compile(r"Traceback \(most recent call last\):\n(?:[ \t].*\n)*(?P<raised>\S.*)")
_SAYS_NOTHING = re.compile(r"An error occurred while calling |\s*$")


class XmError(Exception):
    """Report a failure in one line: ``where: problem; hint``.

    Parameters
    ----------
    where
        The place a person can open: file and key (``churn.yaml: target.gap``), source and column, a folder.
    problem
        What was found, with the offending value.
    hint
        What to do about it; may be empty when ``problem`` says it already.

    Examples
    --------
    >>> print(XmError("churn.yaml: target.gap", "'7' is not a duration", "write '7d'"))
    churn.yaml: target.gap: '7' is not a duration; write '7d'
    """

    exit_code = 1

    def __init__(self, where: str, problem: str, hint: str = "") -> None:
        self.where = where
        self.problem = problem
        self.hint = hint
        super().__init__(where, problem, hint)

    def __str__(self) -> str:
        line = f"{self.where}: {self.problem}; {self.hint}" if self.hint else f"{self.where}: {self.problem}"
        return " ".join(line.split())


class InputError(XmError):
    """Report input that a person has to mend; the command line ends with exit code 2."""

    exit_code = 2


class SpecError(InputError):
    """Report a use-case file that cannot be used."""


class SourceError(InputError):
    """Report a source that cannot be read: missing, empty, wrong delimiter, encoding or type."""


class ContractError(InputError):
    """Report rows that break what the use-case file says of them: keys, columns, labels, ranges."""


class LeakError(InputError):
    """Report features that know the outcome; the build stops unless the spec accepts them with a reason."""


class TooFewEventsError(InputError):
    """Report data with too few events for any honest model."""


class BundleError(XmError):
    """Report a bundle that is incomplete, altered or of another format; it is never loaded."""


class RegistryError(XmError):
    """Report a model registry that cannot be reached or does not hold what was asked for."""


def find_reported(report: str) -> XmError | None:
    r"""Return the error of this module in a report of another process, such as a worker of Spark.

    Examples
    --------
    >>> find_reported("Traceback:\n  ...\nfeatures.errors.SourceError: log: has no rows; name another")
    SourceError('log', 'has no rows; name another', '')
    """
    found = _OF_OURS.search(report)
    return None if found is None else globals()[found["kind"]](found["where"], found["problem"])


def first_line(error: Exception) -> str:
    r"""Return the first line of a library's message that tells something: what a worker raised, if any did.

    Examples
    --------
    >>> first_line(ValueError("An error occurred while calling o1.load.\n: disk is full\n  at a(B.java)"))
    'disk is full'
    """
    if raised := _RAISED.findall(str(error)):
        return str(raised[-1])
    lines = [line.removeprefix(": ") for line in str(error).splitlines() if not _SAYS_NOTHING.match(line)]
    return (lines or [type(error).__name__])[0]
