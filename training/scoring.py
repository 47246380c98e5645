"""Rows become scores with reasons: the same code in the pipeline, in batch, over HTTP and under MLflow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Feature
from features.errors import BundleError, InputError
from features.usecase import Language
from training.bundle import Bundle
from training.groups import GroupScore, RiskBand, load_parts, risk_band, score_groups
from training.leave import IndividualLeave, IndividualScoreRefusedError, demand_leave
from training.models import RatingModel
from training.reasons import describe, driver_label
from training.text_names import read_topic_labels
from training.usability import ModelNotUsableError, doubts_of, refuse_unusable

if TYPE_CHECKING:
    from training.disclosure import ShownCuts

__all__ = [
    "CANARY_TOLERANCE",
    "GroupScore",
    "IndividualLeave",
    "IndividualScoreRefusedError",
    "ModelNotUsableError",
    "Reason",
    "Row",
    "RowScore",
    "Scorer",
    "check_canary",
]

Value = float | int | str | None
Row = Mapping[str, Value]
Floats = NDArray[np.float64]

CANARY_TOLERANCE = 1e-9
_TYPED = (float, str)  # a union would be made anew for every value


@dataclass(frozen=True)
class Reason:
    """Hold the share of one prediction that goes to one feature.

    Attributes
    ----------
    attribution
        Share in calibrated log-odds, positive raises the probability; of an answer in its own unit, positive
        raises it.
    words
        Driver, function, window and value in plain words.
    """

    feature: str
    driver: str
    role: str | None
    value: float | str | None
    attribution: float
    words: str


@dataclass(frozen=True)
class RowScore:
    """Hold the answer for one row.

    Attributes
    ----------
    probabilities
        One per asked horizon, in 0..1; where an answer is forecast, one per level.
    risk_band
        ``high`` from twice the average risk of the newest rows, ``medium`` from the average, else ``low``; at
        the primary horizon. Of a good event the risk is that of missing it. None where an answer is forecast.
    base_log_odds
        Where the reasons start: base + all attributions = log-odds of the probability at the primary horizon.
    value, low, high
        Expected answer, and ends of its 90 % interval; None where an event is forecast.
    base_value
        Where the reasons of an answer start: base + all attributions = expected answer.
    surprising_gaps
        Features that are missing here and never were in training: how the model takes that, no figure tells.
    """

    probabilities: dict[str, float]
    risk_band: RiskBand | None
    reasons: tuple[Reason, ...]
    base_log_odds: float | None
    warnings: tuple[str, ...]
    value: float | None = None
    low: float | None = None
    high: float | None = None
    base_value: float | None = None
    surprising_gaps: tuple[str, ...] = ()


class Scorer:
    """Score rows with one bundle; immutable, safe to share between threads.

    Parameters
    ----------
    bundle
        A loaded bundle.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._features: tuple[Feature, ...] = tuple(bundle.catalogue)
        self._is_category = {feature.name: feature.kind == "category" for feature in self._features}
        self._primary = bundle.primary_index
        self._topics = read_topic_labels(bundle.facts.get("texts"))
        self._horizons = bundle.horizons
        self._doubts = doubts_of(bundle)
        if not self.is_individual:
            load_parts()

    @property
    def is_individual(self) -> bool:
        """Tell whether single persons are scored; people at work are spoken of in groups."""
        return not self.bundle.usecase.privacy.is_about_employees

    @property
    def doubts(self) -> tuple[str, ...]:
        """Return the reasons why no scores are given, in words; none when they are."""
        return self._doubts

    @property
    def horizons(self) -> tuple[str, ...]:
        """Return the names of the horizons, shortest first."""
        return self._horizons

    @property
    def primary_horizon(self) -> str:
        """Return the horizon that risk bands and reasons speak of."""
        return self.horizons[self._primary]

    def prepare(self) -> None:
        """Work out what reasons are looked up in, which else the first row that asks for them waits for."""
        if self.is_individual:
            self.bundle.model.attributions_of([np.nan] * len(self._features), self._primary)

    def score(
        self,
        rows: Sequence[Row],
        *,
        horizons: Sequence[str] | None = None,
        reasons: int = 0,
        language: Language = "en",
        leave: IndividualLeave | None = None,
    ) -> list[RowScore]:
        """Score rows of features.

        Parameters
        ----------
        rows
            Feature values by name. An absent feature or None is missing and takes the path that training
            learned for missing values; so does a category that training never saw, with a warning.
        horizons
            Names among :attr:`horizons`; all of them if absent.
        reasons
            How many reasons each row gets, largest first.
        leave
            Without it single people at work are not scored.

        Raises
        ------
        InputError
            If a horizon or a feature is not known, or a value has the wrong type.
        IndividualScoreRefusedError
            If the use case is about employees, and there is no leave for it.
        ModelNotUsableError
            If the figures on rows kept back do not support use.
        """
        self._demand_leave(leave)
        asked = self._horizon_indices(horizons)
        self._check_rows(rows)
        if len(rows) == 1:
            cells, unseen = self.bundle.encoder.encode_row(rows[0])
            return [self._score_cells(cells, unseen, rows[0], asked, reasons, language)]
        names = self.bundle.catalogue.names
        encoded = self.bundle.encoder.encode({name: [row.get(name) for row in rows] for name in names})
        forecasts = self._forecast(encoded.matrix)
        explained = self._explain(encoded.matrix, rows, reasons, language)
        answers = []
        for index, row in enumerate(rows):
            base, top = explained[index] if explained else (None, ())
            found = {name: float(column[index]) for name, column in forecasts.items()}
            strange = [name for name, values in encoded.unseen.items() if row.get(name) in values]
            doubts = self.bundle.encoder.doubts(encoded.matrix[index].tolist(), strange)
            answers.append(self._row_score(found, asked, base, top, *doubts))
        return answers

    def score_typed(
        self,
        values: Sequence[object],
        *,
        horizons: Sequence[str] | None = None,
        reasons: int = 0,
        language: Language = "en",
        leave: IndividualLeave | None = None,
    ) -> RowScore:
        """Score one row of values that a strict decoder has checked; otherwise as :meth:`score`.

        Parameters
        ----------
        values
            In the order of the catalogue: a finite float for a number, a text for a category; anything else
            is missing.
        """
        self._demand_leave(leave)
        asked = self._horizon_indices(horizons)
        cells, unseen = self.bundle.encoder.encode_typed(values)
        row: Row = {}
        if reasons:
            known = zip(self._is_category, values, strict=True)
            row = {name: value for name, value in known if isinstance(value, _TYPED)}
        return self._score_cells(cells, unseen, row, asked, reasons, language)

    def _score_cells(
        self,
        cells: list[float],
        unseen: Collection[str],
        row: Row,
        asked: Sequence[int],
        reasons: int,
        language: Language,
    ) -> RowScore:
        """Score a single row, as most requests have: the same numbers without columns of one value."""
        model = self.bundle.model
        if isinstance(model, RatingModel):
            found = {name: float(column[0]) for name, column in self._forecast(np.array([cells])).items()}
        else:
            found = dict(zip(self._horizons, model.probabilities_of(cells), strict=True))
        doubts = self.bundle.encoder.doubts(cells, unseen)
        if not reasons:
            return self._row_score(found, asked, None, (), *doubts)
        base, contributions = model.attributions_of(cells, self._primary)
        top = self._top_reasons(contributions, row, reasons, language)
        return self._row_score(found, asked, base, top, *doubts)

    def probabilities(self, columns: Mapping[str, Sequence[Value] | NDArray[np.generic]]) -> Floats:
        """Return probabilities of whole columns, shape (rows, horizons), or (rows, levels) of an answer.

        Raises
        ------
        IndividualScoreRefusedError
            If the use case is about employees.
        ModelNotUsableError
            If the figures on rows kept back do not support use.
        """
        self._demand_leave()
        return self.bundle.model.probabilities(self.bundle.encoder.encode(columns).matrix)

    def forecasts(self, columns: Mapping[str, Sequence[Value] | NDArray[np.generic]]) -> dict[str, Floats]:
        """Return the columns of a forecast by name: probabilities, or answer, interval and levels.

        Raises what :meth:`probabilities` raises.
        """
        self._demand_leave()
        return self._forecast(self.bundle.encoder.encode(columns).matrix)

    def score_groups(
        self,
        columns: Mapping[str, Sequence[Value] | NDArray[np.generic]],
        cuts: ShownCuts,
        cut: str,
    ) -> list[GroupScore]:
        """Score the groups of one cut of everybody in the cohort, also of employees.

        See :func:`training.groups.score_groups`.

        Raises
        ------
        ModelNotUsableError
            If the figures on rows kept back do not support use.
        """
        refuse_unusable(self.bundle)
        return score_groups(self.bundle, columns, cuts, cut)

    def _demand_leave(self, leave: IndividualLeave | None = None) -> None:
        """Answer for customers only, since people at work are spoken of in groups; and only if usable."""
        if not self.is_individual:
            demand_leave(leave, self.bundle.usecase.name)
        if self._doubts:
            refuse_unusable(self.bundle)

    def _forecast(self, matrix: Floats) -> dict[str, Floats]:
        """Return the columns of a forecast by name."""
        model = self.bundle.model
        probabilities = model.probabilities(matrix)
        if not isinstance(model, RatingModel):
            return dict(zip(self.horizons, probabilities.T, strict=True))
        low, high = model.interval(matrix)
        levels = zip(model.level_names, probabilities.T, strict=False)
        return {"value": model.expected(matrix), "low": low, "high": high, **dict(levels)}

    def _row_score(
        self,
        found: dict[str, float],
        asked: Sequence[int],
        base: float | None,
        reasons: tuple[Reason, ...],
        warnings: tuple[str, ...],
        gaps: tuple[str, ...],
    ) -> RowScore:
        """Put the answer for one row together."""
        if self.bundle.is_of_answers:
            value, low, high = (found.pop(name) for name in ("value", "low", "high"))
            return RowScore(found, None, reasons, None, warnings, value, low, high, base, gaps)
        probabilities = {self.horizons[place]: found[self.horizons[place]] for place in asked}
        band = risk_band(self.bundle, found[self.primary_horizon])
        return RowScore(probabilities, band, reasons, base, warnings, surprising_gaps=gaps)

    def _horizon_indices(self, horizons: Sequence[str] | None) -> list[int]:
        """Return the positions of the asked horizons."""
        if horizons is None:
            return list(range(len(self.horizons)))
        for horizon in horizons:
            if horizon not in self.horizons:
                hint = f"ask for one of {', '.join(self.horizons)}"
                where = f"{self.bundle.usecase.name}: horizons"
                raise InputError(where, f"'{horizon}' is not a horizon", hint)
        return [self.horizons.index(horizon) for horizon in horizons]

    def _check_rows(self, rows: Sequence[Row]) -> None:
        """Demand known features with values of their kind."""
        for index, row in enumerate(rows):
            where = f"rows.{index}.features"
            if not self._is_category.keys() >= row.keys():
                stranger = next(name for name in row if name not in self._is_category)
                problem = "is not a feature of this model"
                raise InputError(f"{where}.{stranger}", problem, "see the model schema")
            for name, value in row.items():
                if value is None or isinstance(value, str) == self._is_category[name]:
                    continue
                wanted = "a text" if self._is_category[name] else "a number"
                raise InputError(f"{where}.{name}", f"is not {wanted}", f"send {wanted} or null")

    def _explain(
        self, matrix: Floats, rows: Sequence[Row], reasons: int, language: Language
    ) -> list[tuple[float, tuple[Reason, ...]]]:
        """Return base and largest attributions of each row at the primary horizon."""
        if not reasons:
            return []
        base, contributions, _ = self.bundle.model.attributions(matrix, self._primary)
        bases = np.broadcast_to(base, (len(rows),))
        return [
            (float(bases[index]), self._top_reasons(contributions[index], row, reasons, language))
            for index, row in enumerate(rows)
        ]

    def _top_reasons(
        self, contributions: Floats, row: Row, count: int, language: Language
    ) -> tuple[Reason, ...]:
        """Return the ``count`` largest contributions, ties by feature order."""
        largest = np.argsort(-np.abs(contributions), kind="stable")[:count].tolist()
        return tuple(self._reason(self._features[j], row, float(contributions[j]), language) for j in largest)

    def _reason(self, feature: Feature, row: Row, attribution: float, language: Language) -> Reason:
        """Put one contribution into words."""
        value = row.get(feature.name)
        return Reason(
            feature=feature.name,
            driver=driver_label(feature, self.bundle.usecase, language, self._topics),
            role=feature.role,
            value=value,
            attribution=attribution,
            words=describe(feature, value, self.bundle.usecase, language, self._topics),
        )


def check_canary(bundle: Bundle) -> None:
    """Score the canary rows and compare with what the bundle promises.

    Raises
    ------
    BundleError
        If any probability differs by more than 1e-9.
    """
    cells = {name: [row.get(name) for row in bundle.canary.rows] for name in bundle.catalogue.names}
    matrix = bundle.encoder.encode(cells).matrix
    found = bundle.model.probabilities(matrix)
    promised = np.asarray(bundle.canary.probabilities, dtype=np.float64)
    if found.shape != promised.shape or not np.all(np.abs(found - promised) <= CANARY_TOLERANCE):
        raise BundleError(
            bundle.model_version, "does not repeat its own canary scores", "train again on this machine"
        )
