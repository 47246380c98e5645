import pytest

from tests.training.reports import lever_samples, samples
from tests.training.reports.test_first_steps import page
from training.drivers import STRONG_FROM
from training.reports import build_report
from training.reports.driver_tables import build_places, build_segment_tables, build_views


def test_places_are_numbered_and_crossed_at_a_met_goal_and_the_mean_importance():
    places = build_places(lever_samples.inputs())
    assert [row.number for row in places.rows] == [1, 2, 3, 4]
    assert places.middle[0] == STRONG_FROM
    assert places.middle[1] == pytest.approx(sum(row.importance.value for row in places.rows) / 4)


def test_a_sign_is_looked_behind_and_never_worked_on():
    words = page(lever_samples.inputs())
    rows = words.partition("Importance and performance")[2].partition("Drivers by segment")[0]
    assert "Ease of getting help 62% 12% look behind it 85% sure" in rows
    assert "Time to resolve tickets 41% 27% work on this first 97% sure" in rows
    assert "Late deliveries 50% 11% open" in rows


def test_without_goals_there_is_no_matrix():
    assert build_places(samples.inputs()) is None
    assert "Importance and performance" not in page(samples.inputs())


def test_views_hold_every_driver_that_a_number_stands_for():
    views = build_views(lever_samples.inputs())
    assert len(views.lines) == len(lever_samples.views()["variance"]["relative_weight"])
    assert (views.agreement, views.verdict, views.apart["en"]) == (0.6, "partly", "Tone of comments")
    assert build_views(samples.inputs()) is None


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("agree", "much the same order"),
        ("partly", "agree on the order of the drivers in part. They differ most about Tone of comments."),
        ("disagree", "the order says little. They differ most about Tone of comments."),
    ],
)
def test_agreement_is_said_in_words(verdict, said):
    tables = {**lever_samples.tables(), "views": lever_samples.views(verdict)}
    words = page(lever_samples.inputs(tables=tables))
    assert said in words
    assert "explains 21.0% of the differences (18.0% to 24.0%)" in words


def test_segments_name_what_differs_and_keep_context_out():
    (table,) = build_segment_tables(lever_samples.inputs())
    south = table.lines[0]
    assert [label["en"] for label, _ in south.first] == [
        "Time to resolve tickets",
        "Ease of getting help",
        "Tone of comments",
    ]
    assert [label["en"] for label in south.more] == ["Time to resolve tickets"]
    assert [label["en"] for label in south.less] == ["Usage trend"]
    assert table.suppressed == ("West",)


def test_segments_on_the_page_say_what_is_not_shown():
    words = page(lever_samples.inputs())
    assert "fewer than 25 people: West." in words
    assert "nothing clear" in words
    assert "Gold" not in words


def test_tables_are_plain_json():
    content = build_report(lever_samples.inputs()).to_json()
    assert content["places"]["rows"][0]["field"] == "fix first"
    assert content["segments"][0]["lines"][0]["first"][0][1]["value"] == 0.3
    assert content["views"]["r2"]["value"] == 0.21
