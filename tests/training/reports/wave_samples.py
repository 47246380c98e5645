"""Waves of a survey made by hand: who answered what, who belonged, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np

from features.usecase import Metric, counts_in_points
from training.reports import WaveRows, WaveSeries, build_series

Answers = Mapping[str | None, float]
FIRST_QUARTER = 222
"""2025 Q3, counted from 1970."""


def name_of(number: int) -> str:
    return f"{1970 + number // 4} Q{number % 4 + 1}"


def closing_of(number: int) -> date:
    """Return the first day after a quarter."""
    return date(1970 + (number + 1) // 4, (number + 1) % 4 * 3 + 1, 1)


def make_rows(
    waves: Sequence[Answers],
    *,
    members: Sequence[Collection[str]] | None = None,
    metric: Metric = "nps",
    open_waves: Collection[int] = (),
    first: int = FIRST_QUARTER,
    **more: object,
) -> WaveRows:
    """Return the rows of a survey.

    Parameters
    ----------
    waves
        Per quarter the worth of what each person answered.
    members
        Per quarter who belonged; everybody in all of them when absent.
    open_waves
        Places of quarters that are still open.
    """
    everybody = {who for wave in waves for who in wave if who is not None}
    cohorts = [everybody] * len(waves) if members is None else members
    rows = [
        (who, first + place, wave.get(who, np.nan), np.nan if who is None else float(who in cohort))
        for place, (wave, cohort) in enumerate(zip(waves, cohorts, strict=True))
        for who in sorted({*wave, *cohort}, key=str)
    ]
    entities, numbers, worth, status = zip(*rows, strict=True) if rows else ((), (), (), ())
    named = range(first, first + len(waves))
    settings = {
        "survey": None,
        "names": {number: name_of(number) for number in named},
        "closes_on": {number: closing_of(number) for number in named},
        "open_waves": frozenset(first + place for place in open_waves),
        "is_own": True,
        **({} if counts_in_points(metric) else {"good_from": 5.0, "scale_high": 7.0}),
    }
    return WaveRows(
        metric=metric,
        entities=np.array(entities, dtype=object),
        waves=np.array(numbers, dtype=np.int64),
        worth=np.array(worth, dtype=np.float64),
        was_member=np.array(status, dtype=np.float64),
        **settings | more,  # type: ignore[arg-type]  # settings of any kind
    )


def make_series(*args: object, minimum: int = 5, **more: object) -> WaveSeries:
    found = build_series(make_rows(*args, **more), minimum=minimum)  # type: ignore[arg-type]  # handed on
    assert found is not None
    return found


def people(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number:04d}" for number in range(count)]


def survivors(n: int = 600, *, fall: float = 12.0, seed: int = 3) -> WaveRows:
    """Return three waves: a third, the unhappy, leave before the last; the mood of the others falls.

    Everybody answers; levels of mind are lasting, single answers are noisy.
    """
    random = np.random.default_rng(seed)
    mind = random.normal(10, 60, n)
    names = people("k", n)
    leavers = mind < np.quantile(mind, 1 / 3)

    def answers(shift: float) -> np.ndarray:
        felt = mind + shift + random.normal(0, 25, n)
        return np.select([felt > 40, felt < -20], [100.0, -100.0], 0.0)

    waves: list[Answers] = [dict(zip(names, answers(0), strict=True)) for _ in range(2)]
    stayed = [name for name, has_left in zip(names, leavers, strict=True) if not has_left]
    last = dict(zip(names, answers(-fall), strict=True))
    return make_rows([*waves, {name: last[name] for name in stayed}], members=[names, names, stayed])


def risen(n: int = 600, *, rise: float = 60.0, seed: int = 3) -> WaveRows:
    """Return three waves in which the minds of the same people change for the better before the last,
    in which 200 fall silent."""
    random = np.random.default_rng(seed)
    mind, names = random.normal(10, 60, n), people("k", n)
    waves: list[dict[str | None, float]] = []
    for shift in (0.0, 0.0, rise):
        felt = mind + shift + random.normal(0, 25, n)
        waves.append(dict(zip(names, np.select([felt > 40, felt < -20], [100.0, -100.0], 0.0), strict=True)))
    for wave in waves[2:]:
        for name in names[:200]:
            del wave[name]
    return make_rows(waves)
