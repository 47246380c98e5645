"""Versions of what is installed."""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def read_version(library: str) -> str:
    """Return the version of a library; that of this product also where it runs from its source tree.

    Raises
    ------
    PackageNotFoundError
        If the library is not installed.

    Examples
    --------
    >>> read_version("xm-predict").count(".") >= 1
    True
    """
    try:
        return version(library)
    except PackageNotFoundError:
        if library != "xm-predict":
            raise
        with (Path(__file__).parents[1] / "pyproject.toml").open("rb") as file:
            return str(tomllib.load(file)["project"]["version"])
