import pytest

from features.usecase import counts_in_points, good_from


@pytest.mark.parametrize(
    ("scale", "good"), [((1, 5), 4.0), ((1, 7), 5.0), ((0, 10), 7.0), ((1, 6), 5.0), ((0, 100), 67.0)]
)
def test_good_is_the_upper_third_of_the_scale(scale, good):
    assert good_from(scale) == good


def test_a_scale_that_parts_evenly_is_not_rounded_up_by_a_hair():
    assert good_from((0.1, 0.4)) == 1.0
    assert good_from((1, 4)) == 3.0
    assert good_from((0, 3)) == 2.0


@pytest.mark.parametrize(
    ("metric", "is_so"), [("nps", True), ("enps", True), ("csat", False), ("ces", False)]
)
def test_only_recommendation_counts_in_points(metric, is_so):
    assert counts_in_points(metric) is is_so
