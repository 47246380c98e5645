import numpy as np
import pytest

from training.statistics import share
from training.themes.figures import is_alike, measure_share, measure_tone, tell_share


def test_who_writes_once_gets_the_interval_of_wilson():
    found = measure_share(np.arange(80) < 20, np.arange(80))
    assert found == share(20, 80)


def test_who_writes_often_counts_once_in_the_range():
    once = measure_share(np.arange(200) < 50, np.arange(200))
    often = measure_share(np.arange(200) < 50, np.arange(200) // 4)
    assert often.value == once.value
    assert often.n == once.n == 200
    assert often.high - often.low == pytest.approx(2 * (once.high - once.low), rel=0.05)
    everything = measure_share(np.ones(200, dtype=np.bool_), np.arange(200) // 4)
    assert everything.low == pytest.approx(share(50, 50).low)


@pytest.mark.parametrize("measure", ["share", "tone"])
def test_ranges_hold_the_truth_as_often_as_promised(measure):
    """People have a temper, and write one to four times: 95 % of 600 waves, give or take three errors."""
    random = np.random.default_rng(5)
    held = 0
    for _ in range(600):
        people = np.repeat(np.arange(60), random.integers(1, 5, 60))
        temper = random.normal(0, 0.8, 60)
        tones = temper[people] + random.normal(0, 0.6, people.size)
        if measure == "tone":
            found, truth = measure_tone(tones / 2, people), 0.0
        else:
            found, truth = measure_share(tones > 0, people), 0.5
        held += found.low <= truth <= found.high
    assert 0.95 - 3 * 0.0089 <= held / 600 <= 0.95 + 3 * 0.0089


def test_a_tone_stays_on_its_scale_and_needs_two_people():
    found = measure_tone(np.array([2.0, 2.0, -2.0]), np.array([0, 1, 2]))
    assert (found.low, found.high, found.n) == (-2.0, 2.0, 3)
    with pytest.raises(ValueError, match="2 verbatims of 1 people"):
        measure_tone(np.array([1.0, 2.0]), np.array([3, 3]))


@pytest.mark.parametrize(
    ("count", "told"), [(0, "under"), (1, "under"), (10, "exact"), (19, "over"), (20, "over")]
)
def test_at_work_a_share_near_the_ends_is_a_bound(count, told):
    people = np.arange(20)
    found = tell_share(people < count, people, is_bounded=True)
    assert found.told == told
    assert tell_share(people < count, people, is_bounded=False).told == "exact"
    if told != "exact":
        assert found.estimate.value in (found.estimate.low, found.estimate.high)


@pytest.mark.parametrize(
    ("tones", "alike"),
    [
        ([-2.0] * 12, True),
        ([-0.6, -1.7] * 6, True),
        ([-0.4, 0.3] * 6, True),
        ([-0.6, -0.4] * 6, False),
        ([-1.0] * 11 + [1.0], True),
        ([-1.0] * 6 + [1.0] * 6, False),
        ([0.0] * 12, True),
    ],
    ids=[
        "all-bad",
        "all-rather-bad",
        "all-between-grades",
        "bad-and-between",
        "nearly-all-bad",
        "mixed",
        "all-between",
    ],
)
def test_tones_on_one_side_are_alike(tones, alike):
    assert is_alike(np.array(tones)) is alike
