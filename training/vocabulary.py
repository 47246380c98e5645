"""The codes of one category: frozen in training, the same ever after."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

MIN_LEVEL_ROWS = 5
MAX_LEVELS = 64


@dataclass(frozen=True)
class Vocabulary:
    """Hold the codes of one category, frozen in training.

    Parameters
    ----------
    levels
        Levels with a code of their own: the code is the position.
    rare
        Levels that were too rare for one; they share the code after the last level, with those never seen.

    Examples
    --------
    >>> plan = Vocabulary(levels=("basic", "plus"), rare=("trial",))
    >>> plan.n_codes, plan.codes["plus"], plan.codes["trial"], plan.code_of_unseen
    (3, 1.0, 2.0, 2.0)
    """

    levels: tuple[str, ...]
    rare: tuple[str, ...] = ()

    @classmethod
    def fit(cls, values: Iterable[str | None]) -> Self:
        """Give a code to each level with at least 5 rows, the 64 most frequent at most.

        Parameters
        ----------
        values
            Text of each training row, None where missing.
        """
        counts = Counter(value for value in values if value is not None)
        by_frequency = sorted(counts, key=lambda level: (-counts[level], level))
        kept = {level for level in by_frequency[:MAX_LEVELS] if counts[level] >= MIN_LEVEL_ROWS}
        return cls(tuple(sorted(kept)), tuple(sorted(counts.keys() - kept)))

    @property
    def n_codes(self) -> int:
        """Return the number of codes."""
        return len(self.levels) + bool(self.rare)

    @property
    def code_of_unseen(self) -> float:
        """Return the code of a level that training never saw: that of rare ones, NaN where there are none."""
        return float(len(self.levels)) if self.rare else np.nan

    @property
    def unseen_counts_as(self) -> str:
        """Say what a level that training never saw counts as."""
        return "a rare one" if self.rare else "missing"

    @cached_property
    def codes(self) -> Mapping[str, float]:
        """Return the code of each level seen in training."""
        own = {level: float(code) for code, level in enumerate(self.levels)}
        return own | dict.fromkeys(self.rare, self.code_of_unseen)
