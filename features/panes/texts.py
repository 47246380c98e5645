"""Texts as 64-bit numbers that are the same on every machine, and the way back."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.errors import ContractError
from features.panes.compiled import Places, compiled

Hashes = npt.NDArray[np.int64]
MISSING = 0  # the number of no text; no text has it
_OFFSET = np.uint64(14695981039346656037)
_PRIME = np.uint64(1099511628211)


@compiled
def mix(bits: int) -> np.uint64:
    """Spread 64 bits evenly: the finalizer of splitmix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    word = np.uint64(bits) + np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@compiled
def _hash_all(starts: Places, letters: npt.NDArray[np.uint8], hashes: Hashes) -> None:
    """Hash each run of bytes by FNV-1a, spread it, and avoid the number of no text."""
    for place in range(len(hashes)):
        word = _OFFSET
        for at in range(starts[place], starts[place + 1]):
            word = (word ^ np.uint64(letters[at])) * _PRIME
        number = np.int64(mix(int(word)))
        hashes[place] = number if number != MISSING else 1


def hash_text(text: str) -> int:
    """Return the number of one text.

    Examples
    --------
    >>> hash_text("basic") == hash_text("basic"), hash_text("basic") == hash_text("Basic")
    (True, False)
    """
    return int(_hash_array(pa.array([text], pa.large_string()))[0])


class Texts:
    """Remember which text each number stands for.

    Examples
    --------
    >>> texts = Texts()
    >>> texts.read(texts.hash(pa.array(["basic", None, "pro"]))).to_pylist()
    ['basic', None, 'pro']
    """

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def hash(self, values: pa.Array) -> Hashes:
        """Return the numbers of texts, plain or as a dictionary, and remember them; an empty one is missing.

        Raises
        ------
        ContractError
            If two texts have the same number.
        """
        coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
        names = coded.dictionary.cast(pa.large_string())
        numbers = _hash_array(names)
        numbers[pc.fill_null(pc.equal(names, ""), False).to_numpy(zero_copy_only=False)] = MISSING
        self.learn(
            {number: text for number, text in zip(numbers.tolist(), names.to_pylist(), strict=True) if text}
        )
        codes = pc.fill_null(coded.indices.cast(pa.int64()), len(numbers)).to_numpy(zero_copy_only=False)
        return np.asarray(np.append(numbers, MISSING)[codes], np.int64)

    @property
    def known(self) -> dict[int, str]:
        """Return all texts by their numbers."""
        return dict(self._known)

    def learn(self, known: Mapping[int, str]) -> None:
        """Remember texts by their numbers."""
        for number in known.keys() & self._known.keys():
            if known[number] != self._known[number]:
                problem = f"'{known[number]}' and '{self._known[number]}' have the same 64-bit hash"
                raise ContractError("sources", problem, "rename one of the two")
        self._known.update(known)

    def read(self, numbers: Hashes) -> pa.Array:
        """Return the texts of numbers; null for no text."""
        distinct, places = np.unique(numbers, return_inverse=True)
        names = pa.array([self._known.get(number) for number in distinct.tolist()], pa.string())
        return names.take(pa.array(places))


def hash_ids(values: pa.Array) -> Hashes:
    """Return the numbers of an array of texts without remembering them."""
    return _hash_array(values if _is_hashable(values) else values.cast(pa.string()))


def _is_hashable(values: pa.Array) -> bool:
    """Tell whether texts can be hashed where they lie."""
    return bool(pa.types.is_string(values.type) or pa.types.is_large_string(values.type))


def _hash_array(values: pa.Array) -> Hashes:
    """Return a number per text of an array of texts; that of no text where it is null."""
    hashes = np.zeros(len(values), np.int64)
    if not len(values):
        return hashes
    _, starts, letters = values.buffers()
    width = np.int64 if pa.types.is_large_string(values.type) else np.int32
    offsets = np.frombuffer(starts, width)[values.offset : values.offset + len(values) + 1]
    _hash_all(offsets, np.frombuffer(letters or b"\0", np.uint8), hashes)
    if values.null_count:
        hashes[values.is_null().to_numpy(zero_copy_only=False)] = MISSING
    return hashes
