"""Survey questions made by hand, with invitations, lags and groups; worlds of which the truth is known."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from features.usecase import Metric
from tests.training.reports.wave_samples import Answers, make_rows
from training.statistics import Floats
from training.statistics.levels import MeanWorth
from training.surveys import SurveyAnswers

SCALES = {"nps": (0, 10), "enps": (0, 10), "ces": (1, 7), "csat": (1, 5)}
NEWEST = 224
"""The third of three waves: 2026 Q1."""


def make_answers(
    waves: Sequence[Answers],
    *,
    metric: Metric = "nps",
    members: Sequence[Collection[str]] | None = None,
    invited: Collection[str] | None = None,
    lags: Mapping[str, float] | None = None,
    cuts: Mapping[str, Mapping[str, str | None]] | None = None,
    is_anonymous: bool = False,
    **more: Any,
) -> SurveyAnswers:
    """Return all that is known of a question.

    Parameters
    ----------
    waves, members
        Per quarter the worth of what each person answered, and who belonged.
    invited
        Who was invited in every quarter; nobody knows when absent.
    lags
        Days from the invitation to each answer of a person.
    cuts
        Group of each person.
    """
    rows = make_rows(waves, metric=metric, members=members, **more)
    names = list(rows.entities)
    asked = [np.nan if invited is None else float(name in invited) for name in names]
    days = [
        np.nan if np.isnan(worth) else (lags or {}).get(name, np.nan)
        for name, worth in zip(names, rows.worth, strict=True)
    ]
    return SurveyAnswers(
        source="surveys",
        metric=MeanWorth.of(metric, SCALES[metric]),
        rows=rows,
        was_invited=np.array(asked),
        lag_days=np.array(days, dtype=np.float64),
        cuts={
            cut: np.array([groups.get(name) for name in names], dtype=object)
            for cut, groups in (cuts or {}).items()
        },
        is_anonymous=is_anonymous,
    )


def give_worth(felt: Floats) -> Floats:
    """Return what moods are worth as NPS."""
    return np.select([felt > 40, felt < -20], [100.0, -100.0], 0.0)


def silence_regions(n: int = 1_200, *, n_waves: int = 3, seed: int = 5) -> tuple[SurveyAnswers, float]:
    """Return a world where unhappy regions stay silent, and the NPS that everybody would have given.

    The mood of the south is low, and few there answer; the north is happy and answers.
    """
    random = np.random.default_rng(seed)
    names = [f"k{number:04d}" for number in range(n)]
    is_south = np.arange(n) % 2 == 0
    mind = random.normal(np.where(is_south, -20.0, 40.0), 40.0)
    worth = [give_worth(mind + random.normal(0, 20, n)) for _ in range(n_waves)]
    speaks = [random.random(n) < np.where(is_south, 0.2, 0.7) for _ in range(n_waves)]
    waves: list[Answers] = [
        {name: value for name, value, is_heard in zip(names, values, heard, strict=True) if is_heard}
        for values, heard in zip(worth, speaks, strict=True)
    ]
    regions = {name: "South" if south else "North" for name, south in zip(names, is_south, strict=True)}
    found = make_answers(waves, members=[names] * n_waves, invited=set(names), cuts={"region": regions})
    return found, float(worth[-1].mean())


def flat(n: int = 300, *, n_waves: int = 3, seed: int = 2, **more: Any) -> SurveyAnswers:
    """Return waves in which nothing ever changes and everybody answers anew."""
    random = np.random.default_rng(seed)
    names = [f"k{number:04d}" for number in range(n)]
    waves: list[Answers] = [
        dict(zip(names, give_worth(random.normal(10, 60, n)), strict=True)) for _ in range(n_waves)
    ]
    return make_answers(waves, **more)


def stepping(levels: Sequence[float], n: int = 300, seed: int = 4, **more: Any) -> SurveyAnswers:
    """Return waves of strangers whose mood has the given level in each."""
    random = np.random.default_rng(seed)
    waves: list[Answers] = [
        {f"w{place}-{number}": value for number, value in enumerate(give_worth(random.normal(level, 60, n)))}
        for place, level in enumerate(levels)
    ]
    everybody = [{str(name) for name in wave} for wave in waves]
    return make_answers(waves, members=everybody, **more)
