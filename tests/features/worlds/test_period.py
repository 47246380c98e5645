"""The calendar and the random streams of a company."""

import numpy as np
import pytest

from features.errors import InputError
from features.worlds.period import PLANTED_WAVE, Period, scatter, stream


def _day(seconds) -> str:
    return str(np.datetime64(int(seconds), "s"))[:10]


def test_months_begin_on_their_first_day_in_utc():
    period = Period(24)
    assert [_day(period.edges[month]) for month in (0, 1, 2, 12, 24)] == [
        "2024-01-01",
        "2024-02-01",
        "2024-03-01",
        "2025-01-01",
        "2026-01-01",
    ]
    assert (period.since, period.until) == (period.edges[0], period.edges[-1])


def test_a_moment_belongs_to_the_month_that_holds_it():
    period = Period(12)
    edge = int(period.edges[3])
    found = period.month_of(np.array([edge - 1, edge, edge + 1, period.since - 5, period.until + 5]))
    assert found.tolist() == [2, 3, 3, 0, 11]


def test_there_is_a_wave_per_quarter():
    period = Period(24)
    assert period.waves.tolist() == [1, 4, 7, 10, 13, 16, 19, 22]
    names = [period.name_wave(wave) for wave in range(8)]
    assert names == [f"{year}-Q{quarter}" for year in (2024, 2025) for quarter in (1, 2, 3, 4)]


def test_the_shortest_period_holds_the_planted_wave():
    assert len(Period(9).waves) > PLANTED_WAVE
    with pytest.raises(InputError, match="8 months are too few"):
        Period(8)


def test_a_part_has_its_own_stream():
    same, again, other = stream(1, "a").random(5), stream(1, "a").random(5), stream(1, "b").random(5)
    assert (same == again).all()
    assert (same != other).all()
    assert (same != stream(2, "a").random(5)).all()


def test_scattered_moments_stay_in_their_month():
    period = Period(24)
    month = np.repeat(np.arange(24), 200)
    moments = scatter(period, month, stream(1, "scatter"))
    assert (period.month_of(moments) == month).all()
    assert len(np.unique(moments)) > 0.99 * moments.size
