import pytest

from training.breakdown import tell_breakdown
from training.statistics import Estimate


def estimate(value, low, high):
    return Estimate(value, low, high, n=100).to_json()


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        ((-0.004, -0.007, -0.001), "what people said adds: log loss -0.004 (-0.007 to -0.001)"),
        ((-0.001, -0.003, 0.002), "what people said adds nothing clear: log loss -0.001 (-0.003 to +0.002)"),
        ((0.003, 0.001, 0.005), "what people said makes forecasts worse: log loss +0.003 (+0.001 to +0.005)"),
    ],
)
def test_what_x_adds_is_said_only_as_far_as_the_interval_goes(loss, words):
    assert tell_breakdown({"parts": {"state": "compared", "x_adds": {"log_loss": estimate(*loss)}}}) == [
        words
    ]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            {"state": "one_kind", "n_features": {"O": 3, "X": 0}},
            "all features tell what happened; if people said some of it, name it: table.experience",
        ),
        ({"state": "one_kind", "n_features": {"O": 0, "X": 3}}, "all features tell what people said"),
        ({"state": "too_few"}, "too few events"),
    ],
)
def test_what_was_not_compared_is_said(parts, words):
    assert words in tell_breakdown({"parts": parts})[0]


@pytest.mark.parametrize(
    ("helps", "words"), [(True, "more data would help:"), (False, "would not clearly help")]
)
def test_more_data(helps, words):
    difference = {"rps": estimate(-0.1, -0.2, -0.05), "rank_correlation": estimate(0.1, 0, 0.2)}
    line = tell_breakdown({"learning_curve": {"state": "judged", "half_to_all": difference, "helps": helps}})[
        0
    ]
    assert words in line
    assert line.endswith("ranked probability score -0.100 (-0.200 to -0.050)")


@pytest.mark.parametrize("curve", [{"state": "too_few"}, {"state": "judged", "half_to_all": None}])
def test_a_curve_without_a_half_says_nothing_of_more_data(curve):
    assert "cannot be told" in tell_breakdown({"learning_curve": curve})[0]


def test_old_bundles_say_nothing():
    assert tell_breakdown({}) == []
