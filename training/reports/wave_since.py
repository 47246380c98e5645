"""The newest wave of a question against that of a frozen baseline, whose people are still in the table."""

import math
from dataclasses import dataclass, replace

from training.disclosure import Ledger, Minimums, Released
from training.frozen import FrozenLevel, means_the_same
from training.reports.levels import to_level
from training.reports.wave_pairs import WavePair
from training.reports.wave_release import is_change_told, name_pair, release_waves
from training.reports.wave_rows import WaveRows
from training.reports.waves import Doubt, WavePoint, WaveSeries, change_of, level_of
from training.statistics import Estimate
from training.statistics.composition import Composition

_ROUNDING = 1e-9


def set_against(
    series: WaveSeries,
    rows: WaveRows,
    frozen: FrozenLevel,
    *,
    minimum: int = 5,
    history: Ledger | None = None,
) -> WaveSeries:
    """Lay the newest wave of a series beside the wave of a baseline, person by person.

    The baseline holds no people, but the table of today may still hold those of its wave. They count only if
    the wave gives the level that was frozen: late answers, corrections and erasures make it another wave.

    Parameters
    ----------
    series, rows
        A question over its waves, and who answered what.
    frozen
        The level of the baseline.
    minimum, history
        As of :func:`~training.reports.build_series`.

    Returns
    -------
    WaveSeries
        With ``since``, or with ``doubt`` where the wave of the baseline cannot be used. Unchanged where no
        wave is newer, or the levels do not mean the same.
    """
    if not series.points or not _is_newer(series, frozen):
        return series
    found = _Beside.find(series, rows, frozen)
    doubt = found.doubt(frozen, minimum)
    if doubt is not None or found.before is None:
        return replace(series, doubt=doubt)
    level = level_of(found.rows, found.before)
    pair = WavePair.of(found.rows, found.before, found.after)
    released, is_told = found.release(series, pair, Minimums(people=minimum), history)
    split = None if pair is None else pair.split()
    change = split.total if isinstance(split, Composition) else change_of(rows, found.before, found.after)
    since = replace(
        series,
        points=(WavePoint(frozen.wave, level), series.points[-1]),
        change=change,
        split=split,
        open_wave=None,
        altered=(),
        released=released if is_told else None,
    )
    return replace(series, since=since, released=released)


def _is_newer(series: WaveSeries, frozen: FrozenLevel) -> bool:
    """Tell whether the newest wave is another than that of the baseline, told in full, on the same scale."""
    newest = series.points[-1]
    return newest.told == "exact" and newest.wave != frozen.wave and means_the_same(frozen, to_level(series))


@dataclass(frozen=True)
class _Beside:
    """Hold the two waves by their numbers; ``before`` is None where it is not there."""

    rows: WaveRows
    shown: tuple[int, ...]
    before: int | None
    after: int
    is_altered: bool

    @classmethod
    def find(cls, series: WaveSeries, rows: WaveRows, frozen: FrozenLevel) -> "_Beside":
        """Find the waves by their names; those that are not as they were reported stay out."""
        numbers = {name: number for number, name in rows.names.items()}
        shown = tuple(numbers[point.wave] for point in series.points)
        altered = [numbers[name] for name in series.altered]
        before = numbers.get(frozen.wave)
        return cls(rows.without(altered), shown, before, shown[-1], before in altered)

    def doubt(self, frozen: FrozenLevel, minimum: int) -> Doubt | None:
        """Return why the wave of the baseline cannot be used; None where it can."""
        if self.before is None:
            return "missing"
        n = int((self.rows.waves[self.rows.is_answer] == self.before).sum())
        is_usable = not self.is_altered and minimum <= n == frozen.estimate.n and self.before < self.after
        if not is_usable or self.before in self.rows.open_waves:
            return "altered"
        return None if _agree(level_of(self.rows, self.before), frozen.estimate) else "altered"

    def release(
        self, series: WaveSeries, pair: WavePair | None, minimums: Minimums, history: Ledger | None
    ) -> tuple[Released | None, bool]:
        """Decide whether the groups behind the change may be told beside those that are told already.

        All of them or none: if one has to stay hidden the release remains the one of the series.
        """
        if pair is None:
            return series.released, False
        if self.before in self.shown[-2:]:
            return series.released, series.is_split_told
        names = self.rows.names
        title = f"{names[pair.before]} to {names[pair.after]}"
        newest = WavePair.of(self.rows, *self.shown[-2:]) if series.split is not None else None
        both = release_waves(self.rows, self.shown, {**name_pair(newest), title: pair}, minimums, history)
        return (both, True) if is_change_told(both) else (series.released, False)


def _agree(now: Estimate, frozen: Estimate) -> bool:
    """Tell whether a level is still the one that was frozen."""
    return all(
        math.isclose(one, other, rel_tol=_ROUNDING, abs_tol=_ROUNDING)
        for one, other in ((now.value, frozen.value), (now.low, frozen.low), (now.high, frozen.high))
    )
