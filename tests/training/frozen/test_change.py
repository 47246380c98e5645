"""Change since a baseline: only of what means the same, and clear only where its range leaves out zero."""

import numpy as np
import pytest

from tests.training.frozen import frozen_samples as samples
from training.frozen import changes_since
from training.statistics import mean, nps


def only(*newest, **more):
    (found,) = changes_since(samples.baseline(**more), newest)
    return found


def test_a_small_change_is_not_clear():
    found = only(samples.nps_level("2026 Q1", 124, 98))
    assert (found.wave_before, found.wave) == ("2025 Q4", "2026 Q1")
    assert found.change.value == pytest.approx(2.0)
    assert found.change.low < 0 < found.change.high
    assert found.verdict == "no clear change"
    assert found.detectable == samples.nps_level().detectable


@pytest.mark.parametrize(("promoters", "verdict"), [(180, "better"), (40, "worse")])
def test_a_large_change_has_a_side(promoters, verdict):
    found = only(samples.nps_level("2026 Q1", promoters))
    assert found.verdict == verdict
    assert (found.change.value > 0) is (verdict == "better")


def test_no_newer_wave_is_no_change():
    found = only(samples.nps_level("2025 Q4", 180))
    assert (found.change, found.verdict) == (None, "no newer wave")


def test_a_metric_that_one_of_both_lacks_is_left_out():
    assert changes_since(samples.baseline(levels=()), (samples.nps_level("2026 Q1"),)) == ()
    assert changes_since(samples.baseline(), ()) == ()


@pytest.mark.parametrize("more", [{"good_from": 5.0}, {"scale_high": 7.0}])
def test_another_scale_is_another_metric(more):
    assert changes_since(samples.baseline(), (samples.csat_level("2026 Q1", **more),)) == ()
    assert len(changes_since(samples.baseline(), (samples.csat_level("2026 Q1"),))) == 1


def test_the_range_holds_the_true_change_in_95_of_100_cases():
    random, n, start, end = np.random.default_rng(2), 300, (0.40, 0.27, 0.33), (0.45, 0.25, 0.30)
    truth = 100 * ((end[0] - end[2]) - (start[0] - start[2]))
    held = []
    for before, now in zip(random.multinomial(n, start, 800), random.multinomial(n, end, 800), strict=True):
        first = samples.nps_level("2025 Q4", int(before[0]), int(before[2]))
        second = samples.nps_level("2026 Q1", int(now[0]), int(now[2]))
        change = only(second, levels=(first,)).change
        held.append(change.low <= truth <= change.high)
    assert 0.93 <= np.mean(held) <= 0.98


def test_where_the_same_people_answer_the_range_is_careful():
    random = np.random.default_rng(6)
    before = random.choice([100.0, 0.0, -100.0], 300, p=[0.4, 0.27, 0.33])
    now = np.where(random.random(300) < 0.8, before, random.choice([100.0, 0.0, -100.0], 300))
    levels = [
        samples.nps_level(wave, int((worth > 0).sum()), int((worth < 0).sum()))
        for wave, worth in (("2025 Q4", before), ("2026 Q1", now))
    ]
    change, paired = only(levels[1], levels=(levels[0],)).change, mean(now - before)
    assert change.value == pytest.approx(paired.value)
    assert change.low < paired.low
    assert paired.high < change.high
    assert nps(*(int((now == worth).sum()) for worth in (100, 0, -100))).value == levels[1].estimate.value
