"""Trees asked through the C interface of LightGBM's library, without its Python package.

The package brings in pandas and scikit-learn where they are installed: seconds at the start of every worker,
and more memory than all models together. The library alone needs neither, and it answers a single row in a
tenth of the time that the package takes to prepare the question.
"""

import ctypes
import importlib.util
import threading
import weakref
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from features.errors import XmError
from training.models.odds import Floats

Question = Literal["log_odds", "attributions"]

# Numbers of the C interface (LightGBM/c_api.h).
_KINDS: dict[Question, int] = {"log_odds": 1, "attributions": 3}
_FLOAT64 = 1
_ALL_TREES = -1
# One thread: more would wait for each other on busy cores, even for one row.
_SETTINGS = b"num_threads=1 verbosity=-1"
_NAMES = ("lib_lightgbm.so", "lib_lightgbm.dylib", "lib_lightgbm.dll")


class LibraryError(XmError):
    """Report that LightGBM's library is not there, or refused something."""


class Trees:
    """Hold a model that LightGBM has read.

    Parameters
    ----------
    text
        Model in LightGBM's own text format; only what a hash has vouched for.

    Raises
    ------
    LibraryError
        If the library is not installed or cannot read the text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._library = load_library()
        self._handle = _Handle()
        n_trees, n_columns = ctypes.c_int(), ctypes.c_int()
        self._call(
            "LGBM_BoosterLoadModelFromString",
            text.encode(),
            ctypes.byref(n_trees),
            ctypes.byref(self._handle),
        )
        weakref.finalize(self._handle, self._library.LGBM_BoosterFree, ctypes.c_void_p(self._handle.value))
        self._call("LGBM_BoosterGetNumFeature", self._handle, ctypes.byref(n_columns))
        self.n_trees, self.n_columns = n_trees.value, n_columns.value
        self._desks = threading.local()

    def __reduce__(self) -> tuple[type["Trees"], tuple[str]]:
        """Copy the text, not the address that the library gave: it means nothing elsewhere."""
        return Trees, (self._text,)

    def ask(self, matrix: Floats, question: Question) -> Floats:
        """Return log-odds, shape (rows,), or attributions with the base last, shape (rows, columns + 1).

        Parameters
        ----------
        matrix
            Shape (rows, columns), NaN where missing.
        question
            What to answer.

        Raises
        ------
        ValueError
            If the matrix has another number of columns than the trees: the library would read beyond it.
        """
        self._demand_columns(matrix.shape[1])
        rows = np.ascontiguousarray(matrix, dtype=np.float64)
        shape = (len(rows),) if question == "log_odds" else (len(rows), self.n_columns + 1)
        found, n_found = np.empty(shape), ctypes.c_int64()
        self._call(
            "LGBM_BoosterPredictForMat",
            self._handle,
            ctypes.c_void_p(rows.ctypes.data),
            _FLOAT64,
            ctypes.c_int32(len(rows)),
            ctypes.c_int32(rows.shape[1]),
            1,
            _KINDS[question],
            0,
            _ALL_TREES,
            _SETTINGS,
            ctypes.byref(n_found),
            ctypes.c_void_p(found.ctypes.data),
        )
        return found

    def ask_periods(self, row: list[float], periods: Sequence[float], question: Question) -> list[Any]:
        """Answer for one row in each of its periods: the same numbers as :meth:`ask`, in a tenth of the time.

        Parameters
        ----------
        row
            Values of the features, NaN where missing.
        periods
            Values of the last column; without any, all columns are features, and there is one answer.
        question
            What to answer.

        Returns
        -------
        list
            Per period a number, or an array of attributions with the base last.
        """
        desk = self._desk(question)
        width = len(row)
        self._demand_columns(width + bool(periods))
        desk.row[:width] = row
        return desk.answer(width, periods) if periods else desk.answer(0, row[:1])

    def _desk(self, question: Question) -> "_Desk":
        """Return what this thread asks one question with."""
        desk: _Desk | None = getattr(self._desks, question, None)
        if desk is None:
            desk = _Desk(self, question)
            setattr(self._desks, question, desk)
        return desk

    def _demand_columns(self, n_columns: int) -> None:
        """Demand as many columns as the trees were made with."""
        if n_columns != self.n_columns:
            message = f"a row has {n_columns} columns, the trees were made with {self.n_columns}"
            raise ValueError(message)

    def _call(self, name: str, *arguments: Any) -> None:
        """Call a function of the library."""
        if getattr(self._library, name)(*arguments):
            raise _refusal(self._library)


class _Handle(ctypes.c_void_p):
    """Address of a model in the library; freed when neither trees nor a desk hold it any more."""


class _Desk:
    """Place where one thread writes a row and reads the answer.

    LightGBM prepares the question once (``SingleRowFastInit``); afterwards nothing is parsed or allocated.
    """

    def __init__(self, trees: Trees, question: Question) -> None:
        # Not the trees: with a circle of references, a model that was replaced would never be freed.
        self._handle = trees._handle  # noqa: SLF001 - one thing in two classes
        self.row: Any = (ctypes.c_double * trees.n_columns)()
        n_numbers = 1 if question == "log_odds" else trees.n_columns + 1
        self._found = (ctypes.c_double * n_numbers)()
        self._array = None if n_numbers == 1 else np.ctypeslib.as_array(self._found)
        self._prepared = ctypes.c_void_p()
        trees._call(  # noqa: SLF001 - as above
            "LGBM_BoosterPredictForMatSingleRowFastInit",
            self._handle,
            _KINDS[question],
            0,
            _ALL_TREES,
            _FLOAT64,
            ctypes.c_int32(trees.n_columns),
            _SETTINGS,
            ctypes.byref(self._prepared),
        )
        library = load_library()
        weakref.finalize(self, library.LGBM_FastConfigFree, self._prepared)
        self._ask = library.LGBM_BoosterPredictForMatSingleRowFast
        self._n_found = ctypes.c_int64()
        self._arguments = (self._prepared, self.row, ctypes.byref(self._n_found), self._found)

    def answer(self, place: int, values: Sequence[float]) -> list[Any]:
        """Return the answers for the row with each of some values in one place."""
        ask, arguments, row, found, array = self._ask, self._arguments, self.row, self._found, self._array
        answers: list[Any] = []
        for value in values:
            row[place] = value
            if ask(*arguments):
                raise _refusal(load_library())
            answers.append(found[0] if array is None else array.copy())
        return answers


def _refusal(library: ctypes.CDLL) -> LibraryError:
    """Return the error that the library tells of."""
    return LibraryError("LightGBM", library.LGBM_GetLastError().decode(errors="replace"), "train again")


@cache
def load_library() -> ctypes.CDLL:
    """Load LightGBM's library from where its Python package keeps it.

    Raises
    ------
    LibraryError
        If it is not there.
    """
    found = importlib.util.find_spec("lightgbm")
    folders = [] if found is None or found.origin is None else [Path(found.origin).parent]
    for folder in folders:
        for path in (folder / part / name for part in ("lib", "bin") for name in _NAMES):
            if path.is_file():
                library = ctypes.CDLL(str(path))
                library.LGBM_GetLastError.restype = ctypes.c_char_p
                return library
    raise LibraryError("LightGBM", "its library is not installed", "install xm-predict again")
