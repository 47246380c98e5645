"""What monitoring found last of each use case: ``<folder>/<use case>/latest.json``; earlier days beside it.

``xm-predict monitor`` writes these files; the service reads what it shows of them. A link, a file of
another kind or format, and one that is too large are not read.
"""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from features.errors import SourceError
from features.usecase import AlertKind
from serving import metrics
from serving.driver_schemas import Estimate
from serving.metrics import Sample
from serving.plain_files import Stamp, demand_usecase, find_plain, is_day, list_days

LATEST = "latest.json"
SECONDS_A_DAY = 86_400
State = Literal["alert", "no clear change", "not known"]
FigureName = Literal["auc", "rank_correlation", "calibration_gap"]
_Words = Annotated[str, Meta(max_length=4_000)]
Text = dict[Literal["en", "de"], _Words]


class CheckOutline(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one thing that was watched; see :class:`training.monitoring.Check`."""

    kind: AlertKind
    about: _Words
    label: Text
    value: Estimate | None
    usual: tuple[float, float] | None
    unit: _Words | None
    p_value: float | None
    state: State
    sentence: Text

    @property
    def is_alert(self) -> bool:
        """Tell whether it changed beyond chance."""
        return self.state == "alert"


class PerformanceOutline(msgspec.Struct, frozen=True, kw_only=True):
    """Hold how well the model did at one horizon; see :class:`training.monitoring.Performance`."""

    snapshot_date: date | None
    # It becomes a label of a gauge: short words alone.
    horizon: Annotated[str, Meta(pattern=r"^[\w .-]{1,60}$")]
    figure: FigureName
    promised: Estimate
    estimated: Estimate | None
    realised: Estimate | None


class AdviceOutline(msgspec.Struct, frozen=True, kw_only=True):
    """Say whether to train again, and why."""

    is_due: bool
    reasons: tuple[Text, ...]


class HealthOutline(msgspec.Struct, frozen=True, kw_only=True):
    """Hold all that was watched in one batch; see :class:`training.monitoring.Health`."""

    format: Literal["xm-predict health"]
    format_version: Literal[1]
    usecase: _Words
    model_version: _Words
    as_of: date | None
    made_on: date
    n_rows: int
    checks: tuple[CheckOutline, ...]
    performance: tuple[PerformanceOutline, ...]
    limits: tuple[Text, ...]
    advice: AdviceOutline | None = None
    baseline: _Words | None = None

    @property
    def alerts(self) -> tuple[CheckOutline, ...]:
        """Return what changed beyond chance."""
        return tuple(check for check in self.checks if check.is_alert)


class HealthFiles:
    """Read what monitoring found.

    Parameters
    ----------
    folder
        With one sub-folder per use case. It need not be there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[Stamp, HealthOutline]] = {}

    def find(self, usecase: str) -> HealthOutline | None:
        """Return what was found last; None where nothing was. Blocks while a changed file is read.

        Raises
        ------
        SourceError
            If there is a file that cannot be used.
        """
        return self._find(usecase, LATEST)

    def find_day(self, usecase: str, day: str) -> HealthOutline | None:
        """Return what was found of the rows of a day of :meth:`list_days`; otherwise as :meth:`find`."""
        return self._find(usecase, f"{day}.json") if is_day(day) else None

    def list_days(self, usecase: str) -> list[str]:
        """Return the days of rows that were watched, newest first; none behind a link. Blocks."""
        return list_days(self._folder, usecase)

    def age_days(self, usecase: str) -> float | None:
        """Return how old the newest file is: for so long nobody has looked; None where there is none."""
        try:
            path = self._folder / usecase / LATEST
            return max(0.0, time.time() - path.lstat().st_mtime) / SECONDS_A_DAY
        except OSError:
            return None

    def _find(self, usecase: str, name: str) -> HealthOutline | None:
        """Return one file; the latest is read again only if it has changed."""
        return find_plain(
            self._folder,
            usecase,
            name,
            partial(_read, usecase=usecase),
            problem="is not what monitoring writes",
            hint="run 'xm-predict monitor' again",
            known=self._known if name == LATEST else None,
        )


def list_gauges(files: HealthFiles, usecases: Iterable[str]) -> list[Sample]:
    """Return gauges of what was found last; labels are words of ours and names of use cases with a champion.

    A use case that nobody has watched has none of them; of a damaged file there is the age alone.
    """
    found: list[Sample] = []
    for usecase in usecases:
        age = files.age_days(usecase)
        if age is None:
            continue
        name = ("usecase", usecase)
        found.append((metrics.MONITOR_AGE, (name,), age))
        try:
            health = files.find(usecase)
        except SourceError:
            continue
        if health is not None:
            found += _list_figures(health, name)
    return found


def _list_figures(health: HealthOutline, name: tuple[str, str]) -> list[Sample]:
    """Return alerts by kind, the day of the rows, advice, and how well the model does."""
    counts = Counter(check.kind for check in health.alerts)
    kinds = dict.fromkeys(check.kind for check in health.checks)
    found: list[Sample] = [
        (metrics.MONITOR_ALERTS, (name, ("kind", kind)), float(counts[kind])) for kind in kinds
    ]
    if health.as_of is not None:
        moment = datetime(health.as_of.year, health.as_of.month, health.as_of.day, tzinfo=UTC)
        found.append((metrics.MONITOR_ROWS_OF, (name,), moment.timestamp()))
    if health.advice is not None:
        found.append((metrics.MONITOR_RETRAIN, (name,), float(health.advice.is_due)))
    newest: dict[tuple[str, str, str], float] = {}
    for one in health.performance:
        for basis, figure in (
            ("promised", one.promised),
            ("estimated", one.estimated),
            ("realised", one.realised),
        ):
            if figure is not None and figure.value is not None:
                newest[one.horizon, one.figure, basis] = figure.value
    found += [
        (
            metrics.MONITOR_FIGURE,
            (name, ("horizon", horizon), ("figure", figure), ("basis", basis)),
            value,
        )
        for (horizon, figure, basis), value in newest.items()
    ]
    return found


def _read(content: bytes, usecase: str) -> HealthOutline:
    """Read the file of one use case."""
    outline = msgspec.json.decode(content, type=HealthOutline)
    demand_usecase(outline.usecase, usecase)
    return outline
