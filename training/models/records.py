"""Read plain records from a bundle with suspicion: what does not fit is a BundleError, never a guess."""

import json
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from features.errors import BundleError

_HINT = "train again or fetch the bundle again"


def to_bytes(record: Mapping[str, Any]) -> bytes:
    """Return strict, stable JSON: sorted keys, no NaN, floats that read back to the same bits."""
    return (json.dumps(record, sort_keys=True, allow_nan=False, indent=1) + "\n").encode()


def read_record(contents: Mapping[str, bytes], name: str, kind: str | None = None) -> "Record":
    """Return the record in one file; ``kind`` is what it has to say it is, if that is asked.

    Raises
    ------
    BundleError
        If the file is missing, not a JSON object, or of another kind.
    """
    try:
        record = Record(name, json.loads(contents[name]))
    except KeyError as error:
        raise BundleError(name, "is missing", _HINT) from error
    except ValueError as error:
        raise BundleError(name, f"is not JSON ({error})", _HINT) from error
    if kind is not None and record.text("kind") != kind:
        raise record.fail("kind", f"'{kind}'")
    return record


class Record:
    """Hold a JSON object of which every value is checked when it is taken.

    Parameters
    ----------
    where
        File, and place in it, for messages.
    content
        What JSON gave.

    Examples
    --------
    >>> Record("model.json", {"weights": [0.5, 1]}).floats("weights").tolist()
    [0.5, 1.0]
    """

    def __init__(self, where: str, content: object) -> None:
        if not isinstance(content, dict):
            raise BundleError(where, f"is not an object but {type(content).__name__}", _HINT)
        self.where = where
        self._content = content

    def fail(self, key: str, wanted: str) -> BundleError:
        """Return the error that says what ``key`` should have been."""
        found = repr(self._content.get(key))[:60]
        return BundleError(f"{self.where}: {key}", f"{found} is not {wanted}", _HINT)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; ``default`` where an older version did not write the key."""
        value = self._content.get(key, default)
        if not isinstance(value, str):
            raise self.fail(key, "a text")
        return value

    def whole(self, key: str) -> int:
        """Return a whole number of at least zero."""
        value = self._content.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fail(key, "a whole number")
        return value

    def number(self, key: str) -> float:
        """Return a finite number."""
        return float(self._array(key, 0)[()])

    def floats(self, key: str) -> NDArray[np.float64]:
        """Return a list of finite numbers."""
        return self._array(key, 1)

    def table(self, key: str, n_columns: int) -> NDArray[np.float64]:
        """Return a list of equally long lists of finite numbers, shape (rows, ``n_columns``)."""
        if self._content.get(key) == []:
            return np.empty((0, n_columns))
        found = self._array(key, 2)
        if found.shape[1] != n_columns:
            raise self.fail(key, f"a table of {n_columns} columns")
        return found

    def records(self, key: str) -> "list[Record]":
        """Return a list of objects."""
        value = self._content.get(key)
        if not isinstance(value, list):
            raise self.fail(key, "a list")
        return [Record(f"{self.where}: {key}[{place}]", item) for place, item in enumerate(value)]

    def _array(self, key: str, n_dimensions: int) -> NDArray[np.float64]:
        """Return finite numbers in an array of as many dimensions."""
        wanted = ("a finite number", "a list of finite numbers", "a table of finite numbers")[n_dimensions]
        try:
            found = np.asarray(self._content[key])
        except (KeyError, ValueError) as error:
            raise self.fail(key, wanted) from error
        if found.size == 0 and found.ndim == n_dimensions:
            return cast("NDArray[np.float64]", found.astype(np.float64))
        if found.ndim != n_dimensions or found.dtype.kind not in "if" or not np.isfinite(found).all():
            raise self.fail(key, wanted)
        return cast("NDArray[np.float64]", found.astype(np.float64))
