"""Risk of an event where other causes compete: who has left for another cause can no longer have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from training.models.binary import MODEL_FILE, Attributions
from training.models.hazard import HazardModel
from training.models.odds import Floats, softplus
from training.models.records import read_record, to_bytes
from training.models.walk import walk

_EVENT, _COMPETING = "event/", "competing/"


@dataclass(frozen=True)
class IncidenceModel:
    """Give the calibrated share that has the event up to each horizon while other causes take people away.

    The share is the cumulative incidence (crude risk) ``sum over k of S(k - 1) h1(k)``, with ``S`` the
    probability that neither cause came (cause-specific hazards; Prentice et al. 1978; Fine and Gray 1999).
    One minus the product of ``1 - h1`` would be the share in a world without other causes. It cannot fall
    from one horizon to the next, and both shares together never exceed 1.

    Parameters
    ----------
    event
        Hazard ``h1`` of the event in a period for those still at risk.
    competing
        Hazard of a competing exit in a period for those still at risk to whom the event did not happen in it:
        ``h2 = (1 - h1) * competing``, so that ``h1 + h2 <= 1`` whatever both models say. Same horizons.
    """

    event: HazardModel
    competing: HazardModel

    @property
    def horizons(self) -> tuple[int, ...]:
        """Return the horizons in days, rising."""
        return self.event.horizons

    @property
    def horizon_names(self) -> tuple[str, ...]:
        """Return the names of the columns of probabilities, such as ``("30d", "90d")``."""
        return self.event.horizon_names

    @property
    def output_names(self) -> tuple[str, ...]:
        """Return the names of the columns of a forecast: those of the horizons."""
        return self.event.output_names

    def log_odds(self, matrix: Floats) -> Floats:
        """Return the log-odds of the event up to each horizon, shape (rows, horizons)."""
        risk, rest, _ = log_shares(*self._period_log_odds(matrix))
        return risk - rest

    def probabilities(self, matrix: Floats) -> Floats:
        """Return the share with the event up to each horizon, shape (rows, horizons); it never falls.

        Parameters
        ----------
        matrix
            Rows as the encoder gives them, shape (rows, features).
        """
        return _to_shares(log_shares(*self._period_log_odds(matrix))[0])

    def probabilities_of(self, row: list[float]) -> list[float]:
        """Return the share with the event of one row up to each horizon; see :meth:`probabilities`."""
        found: list[float] = self.probabilities(np.array([row]))[0].tolist()
        return found

    def competing_probabilities(self, matrix: Floats) -> Floats:
        """Return the share that leaves for a competing cause up to each horizon, shape (rows, horizons)."""
        return _to_shares(log_shares(*self._period_log_odds(matrix))[2])

    def _period_log_odds(self, matrix: Floats) -> tuple[Floats, Floats]:
        """Return the log-odds of both causes in each period, each of shape (rows, periods)."""
        return self.event.period_log_odds(matrix), self.competing.period_log_odds(matrix)

    def attributions(self, matrix: Floats, horizon_index: int) -> Attributions:
        """Return exact reasons in log-odds of the share with the event up to a horizon.

        As :meth:`training.models.hazard.HazardModel.attributions`, along one straight line through the
        log-odds of both causes: what makes a competing exit likelier lowers the share with the event. The
        competing cause of the last period changes nothing any more and is left out.

        Parameters
        ----------
        matrix
            Rows as the encoder gives them.
        horizon_index
            Position among :attr:`horizons`.

        Raises
        ------
        IndexError
            If there is no such horizon.
        """
        starts, shares = self.event.period_attributions(matrix, horizon_index + 1)
        if horizon_index:
            others = self.competing.period_attributions(matrix, horizon_index)
            starts, shares = np.concatenate([starts, others[0]]), np.concatenate([shares, others[1]])
        return walk_incidence(starts, shares)

    def attributions_of(self, row: list[float], horizon_index: int) -> tuple[float, Floats]:
        """Return base and contributions of one row; see :meth:`attributions`."""
        found = self.attributions(np.array([row]), horizon_index)
        return float(found.base[0]), found.contributions[0]

    def to_files(self) -> dict[str, bytes]:
        """Return all files of the model by name: JSON and LightGBM text only."""
        files = {MODEL_FILE: to_bytes({"kind": "incidence"})}
        for folder, hazard in ((_EVENT, self.event), (_COMPETING, self.competing)):
            files |= {f"{folder}{name}": content for name, content in hazard.to_files().items()}
        return files

    @classmethod
    def from_files(cls, contents: Mapping[str, bytes]) -> Self:
        """Read what :meth:`to_files` wrote.

        Raises
        ------
        BundleError
            If a file is missing, altered or of another kind, or the two hazards have different horizons.
        """
        read_record(contents, MODEL_FILE, "incidence")
        event, competing = (
            HazardModel.from_files(
                {
                    name.removeprefix(folder): content
                    for name, content in contents.items()
                    if name.startswith(folder)
                }
            )
            for folder in (_EVENT, _COMPETING)
        )
        if event.horizons != competing.horizons:
            where = read_record(contents, f"{_COMPETING}{MODEL_FILE}")
            raise where.fail("horizons", f"{list(event.horizons)} as for the event")
        return cls(event, competing)


def walk_incidence(starts: Floats, shares: Floats) -> Attributions:
    """Split the log-odds of the share with the event along the straight path.

    Parameters
    ----------
    starts
        Log-odds at the base, shape (steps, rows): n periods of the event, then n - 1 of the competing cause.
    shares
        What each feature adds to each of them, shape (steps, rows, features).
    """
    return walk(starts, shares, _log_odds_at, _slopes_at)


def log_shares(event: Floats, competing: Floats) -> tuple[Floats, Floats, Floats]:
    """Return logarithms of the shares with the event, without it, and gone for a competing cause.

    Sums of logarithms alone, so that shares near 0 and near 1 keep their digits.

    Parameters
    ----------
    event, competing
        Log-odds of both causes in each period, shape (rows, periods); see :class:`IncidenceModel`.

    Returns
    -------
    tuple
        Up to the end of each period, each of shape (rows, periods).
    """
    stays, is_kept = -softplus(event), -softplus(competing)  # log(1 - h1), log(1 - h2 / (1 - h1))
    survived = np.cumsum(stays + is_kept, axis=1)
    before = np.concatenate([np.zeros((len(event), 1)), survived[:, :-1]], axis=1)
    risk = np.logaddexp.accumulate(before - softplus(-event), axis=1)
    gone = np.logaddexp.accumulate(before + stays - softplus(-competing), axis=1)
    rest = np.logaddexp(gone, survived)
    return risk, rest, gone


def _to_shares(logarithms: Floats) -> Floats:
    """Return shares; the rounding of a logarithm must not make one greater than 1."""
    shares: Floats = np.exp(np.minimum(logarithms, 0.0))
    return shares


def _split(log_odds: Floats) -> tuple[Floats, Floats]:
    """Part stacked log-odds: n periods of the event, then n - 1 of the competing cause."""
    n_periods = (len(log_odds) + 1) // 2
    return log_odds[:n_periods], log_odds[n_periods:]


def _log_odds_at(log_odds: Floats) -> Floats:
    """Return cumulative log-odds at stacked log-odds of the periods, shape (rows,)."""
    event, competing = _split(log_odds)
    never = np.full((1, event.shape[1]), -np.inf)
    risk, rest, _ = log_shares(event.T, np.concatenate([competing, never]).T)
    return np.asarray(risk[:, -1] - rest[:, -1])


def _slopes_at(log_odds: Floats) -> Floats:
    """Return the slopes of the cumulative log-odds in each of the stacked log-odds, shape (steps, rows).

    With ``R`` the share with the event among those who enter the next period, and ``Q = 1 - R``: raising the
    event's log-odds gains ``h1 (1 - h1) S (1 - (1 - p2) R)``, raising the other cause's loses
    ``p2 (1 - p2) S (1 - h1) R``, where ``p2`` is the other cause's hazard among the event-free.
    """
    event, competing = _split(log_odds)
    n_periods, n_rows = event.shape
    stays, comes = -softplus(event), -softplus(-event)
    is_kept, goes = -softplus(competing), -softplus(-competing)
    before = np.concatenate([np.zeros((1, n_rows)), np.cumsum(stays[:-1] + is_kept, axis=0)])
    slopes = np.empty(log_odds.shape)
    risk, rest = comes[-1], stays[-1]
    slopes[n_periods - 1] = comes[-1] + stays[-1] + before[-1]
    for period in range(n_periods - 2, -1, -1):
        ahead, without = is_kept[period] + risk, np.logaddexp(goes[period], is_kept[period] + rest)
        slopes[period] = comes[period] + stays[period] + before[period] + without
        slopes[n_periods + period] = goes[period] + before[period] + stays[period] + ahead
        risk = np.logaddexp(comes[period], stays[period] + ahead)
        rest = stays[period] + without
    signs = np.where(np.arange(len(slopes)) < n_periods, 1.0, -1.0)[:, None]
    return np.asarray(signs * np.exp(slopes - risk - rest))
