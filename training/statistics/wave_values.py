"""A metric over waves as one series, with the sampling error that its waves share."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Floats, Ints, as_column, as_weight
from training.statistics.changes import pseudo_answers
from training.statistics.levels import SurveyMetric
from training.statistics.overlap import PartedMean


@dataclass(frozen=True)
class WaveValues:
    """Hold the value of a metric in each wave, oldest first.

    Parameters
    ----------
    position
        ``[k]`` when each wave was, rising, in the unit that slopes shall have (waves, quarters, years).
    value
        ``[k]`` the metric.
    covariance
        ``[k, k]`` of the sampling errors: squared standard errors on the diagonal; beside it what people who
        answered several waves bring into all of them.
    n
        ``[k]`` answers of each wave.
    """

    position: Floats
    value: Floats
    covariance: Floats
    n: Ints

    @classmethod
    def of(
        cls,
        value: npt.ArrayLike,
        standard_error: npt.ArrayLike,
        n: npt.ArrayLike,
        position: npt.ArrayLike | None = None,
    ) -> Self:
        """Return a series of waves that have no people in common.

        Raises
        ------
        ValueError
            If columns differ in length, positions do not rise or a standard error is not positive.

        Examples
        --------
        >>> WaveValues.of([30, 32], [2, 2.5], [400, 300]).position.tolist()
        [0.0, 1.0]
        """
        values = as_column("value", value)
        errors = as_column("standard_error", standard_error, values.size)
        counts = as_column("n", n, values.size).astype(np.int64)
        where = np.arange(values.size) if position is None else position
        places = as_column("position", where, values.size)
        return cls(places, values, np.diag(errors**2), counts).checked()

    def checked(self) -> Self:
        """Return the series itself if it can be judged.

        Raises
        ------
        ValueError
            If positions do not rise or a standard error is not positive.
        """
        if (np.diff(self.position) <= 0).any():
            message = f"the positions {self.position.tolist()} do not rise; sort the waves by time"
            raise ValueError(message)
        variance = np.diag(self.covariance)
        if variance.min() <= 0:
            place = self.position[int(variance.argmin())]
            message = f"the wave at {place:g} has the standard error 0: its answers do not vary; leave it out"
            raise ValueError(message)
        return self

    @property
    def standard_error(self) -> Floats:
        """Return the standard error of each wave, ``[k]``."""
        errors: Floats = np.sqrt(np.diag(self.covariance))
        return errors

    @property
    def is_shared(self) -> bool:
        """Return whether people in several waves tie the errors of waves together."""
        return bool(np.any(self.covariance != np.diag(np.diag(self.covariance))))

    def noise(self, n_draws: int, seed: int) -> Floats:
        """Return what sampling alone does to a metric that never changes, ``[n_draws, k]``."""
        chance = np.random.default_rng(seed)
        return chance.multivariate_normal(
            np.zeros(self.value.size), self.covariance, size=n_draws, method="eigh"
        )


def measure_waves(
    metric: SurveyMetric,
    ratings: npt.ArrayLike,
    position: npt.ArrayLike,
    people: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
    minimum_answers: int = 5,
) -> WaveValues:
    """Return a metric in each wave from its answers, with the covariance that repeated answers bring.

    Values are the plain ones; errors of shares and NPS hold the pseudo-answers of
    :func:`training.statistics.changes.measure_change`, so that a wave of equal answers is no certainty.

    Parameters
    ----------
    ratings, position, people
        ``[n]`` what was answered (NaN: skipped), when its wave was, and by whom.
    minimum_answers
        A wave with fewer answers is left out.

    Raises
    ------
    ValueError
        If columns differ in length, no wave has enough answers, or the answers of a wave do not vary (mean).
    """
    worth, people_given = metric.worth(ratings), np.asarray(people)
    places, weights = as_column("position", position, worth.size), as_weight(weight, worth.size)
    if people_given.shape != worth.shape:
        message = f"there are {worth.size} ratings and {people_given.size} people; give one person per rating"
        raise ValueError(message)
    known = np.isfinite(worth) & (weights > 0)
    codes = np.unique(people_given, return_inverse=True)[1].astype(np.int64)
    shown = [place for place in np.unique(places) if (places[known] == place).sum() >= minimum_answers]
    if not shown:
        message = f"no wave of {np.unique(places).size} has {minimum_answers} answers"
        raise ValueError(message)
    parts, pseudo, values, counts = np.zeros((codes.max() + 1, len(shown))), [], [], []
    for column, place in enumerate(shown):
        rows = known & (places == place)
        found = PartedMean.of(worth[rows], codes[rows], weights[rows], pseudo_answers(metric))
        parts[found.people, column] = found.parts * np.sqrt(found.factor)
        pseudo.append(float(found.pseudo_mass @ found.pseudo_parts**2))
        values.append(float(np.average(worth[rows], weights=weights[rows])))
        counts.append(int(rows.sum()))
    covariance = parts.T @ parts + np.diag(pseudo)
    return WaveValues(np.array(shown), np.array(values), covariance, np.array(counts)).checked()
