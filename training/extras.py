"""What a verb misses where only a part of the product is installed, in one line that says what to install."""

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution, requires

from features.errors import InputError

_PRODUCT = "xm-predict"
_OURS = ("features", "training", "serving")
# Requirements of one platform alone have more than the extra in their marker; they are passed over.
_OF_AN_EXTRA = re.compile(r"""(?P<package>[\w.-]+)[^;]*; *extra *== *['"](?P<extra>[\w-]+)['"] *""")


def find_absent(extras: Iterable[str]) -> list[str]:
    """Return the packages of extras that are not installed; none where the product itself is not.

    A source tree on the path has no metadata to read; what it lacks is found when it is imported.

    Examples
    --------
    >>> find_absent(["serve"])
    []
    """
    try:
        declared = [_OF_AN_EXTRA.fullmatch(text) for text in requires(_PRODUCT) or ()]
    except PackageNotFoundError:
        return []
    wanted = [found["package"] for found in declared if found is not None and found["extra"] in set(extras)]
    return [package for package in wanted if not _is_installed(package)]


def demand(verb: str, extras: tuple[str, ...], now: Iterable[str]) -> None:
    """Stop a verb at once where an extra is absent that it would miss only after minutes of work.

    Parameters
    ----------
    verb
        Its name.
    extras
        All that it needs.
    now
        Those of them that are looked for.

    Raises
    ------
    InputError
        With the first package that is absent.
    """
    if absent := find_absent(set(extras) & set(now)):
        raise InputError(verb, f"needs {absent[0]}, which is not installed", _hint(extras))


def explain(verb: str, extras: tuple[str, ...], error: ModuleNotFoundError) -> InputError | None:
    """Return what to install for an import that failed; None if the module is one of ours, hence a fault.

    Examples
    --------
    >>> print(explain("schema", (), ModuleNotFoundError(name="boto3")))
    schema: needs boto3, which is not installed; install the package that brings it
    """
    module = (error.name or "").partition(".")[0]
    if not module or module in _OURS:
        return None
    hint = _hint(extras) if find_absent(extras) else "install the package that brings it"
    return InputError(verb, f"needs {module}, which is not installed", hint)


def _hint(extras: tuple[str, ...]) -> str:
    """Return the command that installs all extras of a verb."""
    return f"pip install '{_PRODUCT}[{','.join(extras)}]'"


def _is_installed(package: str) -> bool:
    """Tell whether any version of a package is there."""
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True
