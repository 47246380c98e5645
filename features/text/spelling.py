"""Verbatims as one array of code points in lower case, with blanks, words and signs told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

BLANK = 32
_LAST_OF_TABLE = 0xFFFF


@dataclass(frozen=True)
class Spelling:
    """Hold a batch of verbatims, one code point per place.

    Attributes
    ----------
    codes
        Code points; every run of white space is one blank, and a blank stands before and after each verbatim.
    rows
        The verbatim to which a place belongs.
    n_rows
        How many verbatims there are; empty ones have a single blank.
    """

    codes: Codes
    rows: Places
    n_rows: int

    @property
    def is_blank(self) -> Flags:
        """Tell which places are blanks."""
        return np.asarray(self.codes == BLANK)


def spell(texts: Sequence[str]) -> Spelling:
    """Return verbatims as code points, in lower case.

    What one verbatim becomes does not depend on its neighbours.

    Parameters
    ----------
    texts
        Verbatims of any length; half characters (lone surrogates) are taken as they are.

    Examples
    --------
    >>> spelling = spell(["Zu  spät!", ""])
    >>> "".join(map(chr, spelling.codes)), int(spelling.rows.max())
    (' zu spät!  ', 1)
    """
    parts = [f" {text.lower()} " for text in texts]
    lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
    encoded = "".join(parts).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(encoded, dtype="<u4").astype(np.uint32)
    rows = np.repeat(np.arange(len(parts)), lengths)
    codes = np.where(_look_up(codes, *_space_table()), np.uint32(BLANK), codes)
    is_doubled = np.zeros(codes.size, dtype=np.bool_)
    is_doubled[1:] = (codes[1:] == BLANK) & (codes[:-1] == BLANK) & (rows[1:] == rows[:-1])
    return Spelling(codes[~is_doubled], rows[~is_doubled], len(parts))


def is_of_words(codes: Codes) -> Flags:
    """Tell which code points are letters, digits or the underscore; signs and pictures are not.

    Examples
    --------
    >>> is_of_words(np.array([ord("ß"), ord("7"), ord("!"), 0x1F600], dtype=np.uint32)).tolist()
    [True, True, False, False]
    """
    return _look_up(codes, *_word_table())


def _look_up(codes: Codes, table: Flags, beyond: bool) -> Flags:  # noqa: FBT001
    """Return the entry of each code point; one answer for all beyond the table."""
    found = table[np.minimum(codes, _LAST_OF_TABLE)]
    return np.where(codes > _LAST_OF_TABLE, beyond, found)


@cache
def _word_table() -> tuple[Flags, bool]:
    """Return which code points are of words; beyond the table are pictures in the main."""
    letters = (chr(code) for code in range(_LAST_OF_TABLE + 1))
    return np.array([letter.isalnum() or letter == "_" for letter in letters]), False


@cache
def _space_table() -> tuple[Flags, bool]:
    """Return which code points are white space or control characters."""
    letters = (chr(code) for code in range(_LAST_OF_TABLE + 1))
    return np.array([letter.isspace() or ord(letter) < BLANK for letter in letters]), False
