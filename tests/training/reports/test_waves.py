import numpy as np
import pytest

from training.reports import experience_waves
from training.statistics import nps, share

FIRST, SECOND = np.datetime64("2026-03-31"), np.datetime64("2026-04-01")


def test_quarters_begin_on_their_first_day() -> None:
    days = np.array([FIRST] * 5 + [SECOND] * 5)
    series = experience_waves("nps", [9] * 5 + [3] * 5, days, np.arange(10))
    assert series is not None
    assert [(point.wave, point.estimate.value) for point in series.points] == [
        ("2026 Q1", 100.0),
        ("2026 Q2", -100.0),
    ]


def test_nps_is_the_plain_score_with_the_range_of_the_statistics() -> None:
    scores = [10, 9, 9, 8, 7, 6, 0]
    series = experience_waves("nps", scores, [FIRST] * 7, np.arange(7))
    assert series is not None
    assert series.points[0].estimate == nps(3, 2, 2)
    assert (series.change, series.good_from) == (None, None)


@pytest.mark.parametrize(
    ("scale", "good_from"), [((1, 5), 4.0), ((1, 7), 5.0), ((0, 10), 7.0)], ids=["five", "seven", "eleven"]
)
def test_good_is_the_upper_third_of_the_scale(scale, good_from: float) -> None:
    ratings = np.arange(scale[0], scale[1] + 1)
    series = experience_waves("ces", ratings, np.full(ratings.size, FIRST), ratings, scale=scale)
    assert series is not None
    assert (series.good_from, series.scale_high) == (good_from, scale[1])
    assert series.points[0].estimate == share(int((ratings >= good_from).sum()), ratings.size)


def test_skipped_questions_and_small_waves_are_absent() -> None:
    days = np.array([FIRST] * 6 + [SECOND] * 6)
    scores = [9.0] * 6 + [3.0] * 4 + [np.nan] * 2
    series = experience_waves("nps", scores, days, np.arange(12))
    assert series is not None
    assert [(point.wave, point.estimate.n) for point in series.points] == [("2026 Q1", 6)]
    assert experience_waves("nps", [9.0] * 4, [FIRST] * 4, np.arange(4)) is None


def test_only_the_newest_waves_are_kept() -> None:
    days = np.repeat(np.datetime64("2024-01-15") + 92 * np.arange(8), 5)
    series = experience_waves("nps", np.full(40, 9), days, np.arange(40), keep=6)
    assert series is not None
    assert len(series.points) == 6
    assert series.points[-1].wave == "2025 Q4"


def test_people_who_answered_twice_are_compared_with_themselves() -> None:
    """Everyone keeps their spread and 30 of 200 rise: paired the change is clear, as strangers it is not."""
    random = np.random.default_rng(4)
    before = random.choice([3.0, 8.0, 10.0], size=200)
    after = before.copy()
    after[np.flatnonzero(before == 8)[:30]] = 10
    scores, days = np.concatenate([before, after]), np.repeat([FIRST, SECOND], 200)
    paired = experience_waves("nps", scores, days, np.tile(np.arange(200), 2))
    strangers = experience_waves("nps", scores, days, np.arange(400))
    assert paired is not None
    assert strangers is not None
    assert paired.change is not None
    assert strangers.change is not None
    assert paired.change.value == strangers.change.value == pytest.approx(15.0)
    assert paired.change.low > 0 > strangers.change.low


def test_no_change_is_called_clear_in_no_more_than_one_of_twenty() -> None:
    random = np.random.default_rng(9)
    days, people = np.repeat([FIRST, SECOND], 300), np.concatenate([np.arange(300), np.arange(150, 450)])
    clear = 0
    for _ in range(300):
        mood = random.normal(7, 2, size=450)[people]
        series = experience_waves(
            "nps", np.clip(np.round(mood + random.normal(0, 1, size=600)), 0, 10), days, people
        )
        assert series is not None
        assert series.change is not None
        clear += not series.change.low <= 0 <= series.change.high
    assert clear <= 0.085 * 300  # five in a hundred, and three standard errors


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="have 3, 2 and 3 rows"):
        experience_waves("nps", [1, 2, 3], [FIRST, FIRST], [1, 2, 3])
