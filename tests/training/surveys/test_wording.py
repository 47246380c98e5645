import pytest

from tests.training.surveys.made import flat
from training.statistics import Estimate
from training.statistics.levels import SurveyMetric
from training.surveys.wording import (
    explain_metric,
    in_points,
    join,
    name_points,
    name_question,
    write_ends,
    write_level,
    write_points,
    write_points_range,
    write_size,
    write_value,
)

NPS, CSAT = SurveyMetric.of("nps"), SurveyMetric.of("csat", (1, 5))


def test_points_and_percent():
    assert (write_value(NPS, -12.34), write_value(CSAT, 0.1234)) == ("-12.3", "12.3 %")
    assert (name_points(NPS), name_points(CSAT)) == ("points", "percentage points")
    assert (in_points(NPS, 3.0), in_points(CSAT, 0.03)) == (3.0, 3.0)
    assert write_size(NPS, -7.0) == "7.0 points"


@pytest.mark.parametrize(
    ("value", "text"), [(0.04, "0.0"), (-0.04, "0.0"), (0.06, "+0.1"), (-0.06, "-0.1"), (150.0, "+150.0")]
)
def test_nothing_has_no_sign(value, text):
    assert write_points(NPS, value) == text


def test_ranges_stand_beside_values():
    found = Estimate(0.5, 0.4, 0.95, 60)
    assert write_level(CSAT, found) == "50.0 % (likely 40.0 % to 95.0 %)"
    assert write_ends(CSAT, found, is_bounded=True) == "40.0 % to over 90 %"
    assert write_points_range(NPS, Estimate(1, -2, 4, 9)) == "-2.0 to +4.0"


def test_questions_are_named_with_their_survey_where_several_ask_the_same():
    assert name_question(flat(9)) == "NPS"
    assert name_question(flat(9, survey="yearly")) == "NPS (yearly)"


def test_what_a_value_is_made_of_is_said():
    assert explain_metric(NPS).startswith("promoters minus detractors")
    assert explain_metric(SurveyMetric.of("ces", (1, 7))).endswith("5 or more of 7")


def test_lists_in_a_sentence():
    assert [join([]), join(["a"]), join(["a", "b"]), join(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
