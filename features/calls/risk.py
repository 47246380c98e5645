"""How much a running call is at risk: a sum of weighted measures, squeezed to 0..1, that can be read.

The cold start is a score with weights set by hand: it orders calls and promises no frequency. With outcomes
of one's own the weights are learnt by ridge logistic regression (Newton steps; Hastie, Tibshirani, Friedman,
Elements of Statistical Learning, section 4.4.1), and the number is a probability.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.errors import BundleError, ContractError, TooFewEventsError

FORMAT = 1
# What a model may look at; all of it is known while the call runs, and none of it is about a person at work.
INPUTS = (
    "silence_share",
    "talk_share",
    "interruptions_per_minute",
    "longest_silence_s",
    "sentiment",
    "sentiment_slope",
    "sentiment_end",
    "effort",
    "escalation",
)
FEWEST_EVENTS = 30
_RIDGE = 1.0
_MOST_STEPS = 50
_Floats = NDArray[np.float64]


class Term(NamedTuple):
    """Hold how one measure counts: ``weight * (value - center) / scale``, the value kept inside low..high.

    A measure that is not known counts nothing.
    """

    name: str
    weight: float
    center: float = 0.0
    scale: float = 1.0
    low: float = -math.inf
    high: float = math.inf

    def weigh(self, value: float | None) -> float:
        """Return what the measure adds."""
        if value is None or math.isnan(value):
            return 0.0
        return self.weight * (min(max(value, self.low), self.high) - self.center) / self.scale


_COLD_START = (
    Term("sentiment", -1.0, low=-2, high=2),
    Term("sentiment_end", -0.5, low=-2, high=2),
    Term("effort", -0.5, low=-2, high=2),
    Term("escalation", 2.0, low=0, high=1),
    Term("interruptions_per_minute", 0.3, low=0, high=4),
    Term("longest_silence_s", 0.3, center=10, scale=60, low=0, high=300),
    Term("silence_share", 0.2, center=0.2, scale=0.2, low=0, high=1),
)


@dataclass(frozen=True)
class RiskModel:
    """Rate how much a call is at risk.

    Attributes
    ----------
    terms
        How each measure counts.
    bias
        What an ordinary call has, in log-odds.
    is_probability
        Whether the number was learnt from outcomes; else it is a score.
    """

    terms: tuple[Term, ...]
    bias: float
    is_probability: bool

    @classmethod
    def cold_start(cls) -> Self:
        """Return the model for users without outcomes: weights set by hand, a score.

        Examples
        --------
        >>> model = RiskModel.cold_start()
        >>> model.rate({"sentiment": -1.0, "escalation": 1.0}) > model.rate({"sentiment": 1.0})
        True
        """
        return cls(_COLD_START, -1.5, is_probability=False)

    @classmethod
    def fit(cls, measures: pa.Table, ended_badly: Sequence[bool]) -> Self:
        """Learn the weights from calls whose end is known.

        Parameters
        ----------
        measures
            One row per call, of :func:`features.calls.measure_calls`, at the moment in the call at which the
            model is to be used (:func:`features.calls.take_start`), not at its end.
        ended_badly
            Whether each of the calls ended badly.

        Raises
        ------
        ContractError
            If there is not one outcome per call.
        TooFewEventsError
            With fewer than 30 calls of either kind.
        """
        outcome = np.asarray(ended_badly, dtype=np.float64)
        if outcome.shape != (measures.num_rows,):
            problem = f"got {measures.num_rows} calls and {outcome.size} outcomes"
            raise ContractError("ended_badly", problem, "give one outcome per call, in their order")
        rarer = int(min(outcome.sum(), outcome.size - outcome.sum()))
        if rarer < FEWEST_EVENTS:
            problem = f"{rarer} calls of the rarer kind, {FEWEST_EVENTS} are needed"
            raise TooFewEventsError("ended_badly", problem, "use the cold start until there are more")
        columns = [(name, _numbers(measures, name)) for name in INPUTS]
        spread = [(name, column, *_center_and_scale(column)) for name, column in columns]
        used = [one for one in spread if one[3] > 0]
        matrix = [np.nan_to_num((column - center) / scale) for _, column, center, scale in used]
        bias, weights = _fit_logistic(np.column_stack([np.ones(outcome.size), *matrix]), outcome)
        terms = (
            Term(name, weight, center, scale, float(np.nanmin(column)), float(np.nanmax(column)))
            for (name, column, center, scale), weight in zip(used, weights, strict=True)
        )
        return cls(tuple(terms), bias, is_probability=True)

    def rate(self, figures: Mapping[str, float | None]) -> float:
        """Return the risk of a call, 0 to 1, from its measures by name; unknown ones count nothing."""
        total = self.bias + math.fsum(term.weigh(figures.get(term.name)) for term in self.terms)
        return 1.0 / (1.0 + math.exp(-min(max(total, -30.0), 30.0)))

    def rate_calls(self, measures: pa.Table) -> list[float]:
        """Return the risk of each call of a table of measures."""
        columns = {term.name: _numbers(measures, term.name).tolist() for term in self.terms}
        return [
            self.rate({name: column[row] for name, column in columns.items()})
            for row in range(measures.num_rows)
        ]

    def to_document(self) -> dict[str, Any]:
        """Return the model as plain data for JSON."""
        terms = [
            {**term._asdict(), "low": _bounded(term.low), "high": _bounded(term.high)} for term in self.terms
        ]
        return {"format": FORMAT, **asdict(self), "terms": terms}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the model that :meth:`to_document` wrote.

        Raises
        ------
        BundleError
            If it is of another format or not whole.
        """
        if document.get("format") != FORMAT:
            problem = f"format {document.get('format')!r}, this version reads {FORMAT}"
            raise BundleError("call risk model", problem, "learn it again with this version")
        try:
            terms = tuple(_read_term(given) for given in document["terms"])
            return cls(terms, float(document["bias"]), is_probability=bool(document["is_probability"]))
        except (KeyError, TypeError, ValueError) as error:
            problem = f"is not whole ({type(error).__name__}: {error})"
            raise BundleError("call risk model", problem, "learn it again") from error


def _read_term(given: Mapping[str, Any]) -> Term:
    """Return one term; ends that are open are null in JSON."""
    weight, center, scale = (float(given[name]) for name in ("weight", "center", "scale"))
    low = -math.inf if given["low"] is None else float(given["low"])
    high = math.inf if given["high"] is None else float(given["high"])
    return Term(str(given["name"]), weight, center, scale, low, high)


def _bounded(end: float) -> float | None:
    """Return the end of a range, None where it is open."""
    return end if math.isfinite(end) else None


def _numbers(measures: pa.Table, name: str) -> _Floats:
    """Return a column as numbers, NaN where nothing is known."""
    cells = measures[name].to_pylist() if name in measures.column_names else [None] * measures.num_rows
    return np.array([math.nan if cell is None else float(cell) for cell in cells], dtype=np.float64)


def _center_and_scale(column: _Floats) -> tuple[float, float]:
    """Return mean and standard deviation of what is known; a scale of 0 where nothing varies."""
    known = column[~np.isnan(column)]
    if known.size == 0 or known.min() == known.max():
        return 0.0, 0.0
    return float(known.mean()), float(known.std())


def _fit_logistic(matrix: _Floats, outcome: _Floats) -> tuple[float, list[float]]:
    """Return bias and weights of a ridge logistic regression; the first column is for the bias."""
    penalty = np.full(matrix.shape[1], _RIDGE)
    penalty[0] = 0.0
    weights = np.zeros(matrix.shape[1])
    for _ in range(_MOST_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(matrix @ weights, -30, 30)))
        gradient = matrix.T @ (chance - outcome) + penalty * weights
        curvature = (matrix * (chance * (1 - chance))[:, None]).T @ matrix + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-10:
            break
    return float(weights[0]), [float(weight) for weight in weights[1:]]
