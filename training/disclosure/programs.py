"""Linear programs over what people who are alike could be; one that fails means that nothing goes out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from training.disclosure.refusals import ReleaseRefusedError
from training.statistics import Floats

_SOLVED = 0


@dataclass(frozen=True)
class Limits:
    """Hold what a search may cost.

    Attributes
    ----------
    seconds
        Longest time of one linear program; one that needs longer has failed.
    rounds
        Most rounds of hiding one more neighbour of each group that is told too closely.
    """

    seconds: float = 60.0
    rounds: int = 200


class Program:
    """Hold what is known of unknown numbers, each at least 0: sums they have, and sums they do not exceed.

    Parameters
    ----------
    equal, sums
        Shape (known, columns) and (known,): rows, and what each adds up to.
    upper, most
        Shape (bounded, columns) and (bounded,): rows, and what each is at most.
    limits
        What one program may cost.
    columns_most
        Shape (columns,): what each number is at most; absent where nothing is known.
    """

    def __init__(
        self,
        equal: Floats,
        sums: Floats,
        upper: Floats,
        most: Floats,
        limits: Limits,
        columns_most: Floats | None = None,
    ) -> None:
        self._rows: Any = csr_array(equal), csr_array(upper)
        self._sums, self._most, self._limits = sums, most, limits
        ends = np.full(equal.shape[1], np.inf) if columns_most is None else columns_most
        self._bounds: Any = np.column_stack([np.zeros(ends.size), ends])

    def least(self, objective: Floats) -> Floats:
        """Return numbers that fit and of which the objective is as small as can be.

        Raises
        ------
        ReleaseRefusedError
            If the program fails or runs into its limit.
        """
        found = linprog(
            objective,
            A_eq=self._rows[0],
            b_eq=self._sums,
            A_ub=self._rows[1],
            b_ub=self._most,
            bounds=self._bounds,
            method="highs",
            options={"time_limit": self._limits.seconds},
        )
        if found.status != _SOLVED or found.x is None:
            problem = f"a linear program failed, so it is not known what could be told: {found.message}"
            hint = "release fewer tables at once, or allow more seconds for one program"
            raise ReleaseRefusedError("disclosure control", problem, hint)
        return np.asarray(found.x, dtype=np.float64)
