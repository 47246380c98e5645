from dataclasses import replace

import pytest

from tests.training.card.conftest import TODAY
from training.card.breakdown import (
    describe_feature_kinds,
    describe_learning_curve,
    describe_segments,
    describe_waves,
)
from training.card.build import build_card, render_card
from training.statistics import Estimate

FIGURE = Estimate(0.7, 0.6, 0.8, 100).to_json()
PART = {"n_rows": 90, "n_entities": 40, "n_events": 12, "words": None, "figures": {"auc": FIGURE}}
SILENT = {**PART, "n_events": None, "figures": {}, "words": "too few"}
GROUPS = {"groups": {"north": PART, "south": SILENT}, "suppressed": ["island"]}


@pytest.fixture
def cut(company):
    """Return the company's bundle with a cut."""
    segments = {"horizon": "90d", "minimum_group": 5, "cuts": {"home_region": GROUPS}}
    return replace(company.bundle, evaluation={**company.bundle.evaluation, "segments": segments})


def test_segments_keep_their_figures_and_the_names_of_the_suppressed(cut):
    (found,) = describe_segments(cut.evaluation)
    assert (found.cut, found.suppressed) == ("home_region", ("island",))
    north, south = found.parts
    assert (north.name, north.n_events, north.figures["auc"].value) == ("north", 12, 0.7)
    assert (south.n_events, south.figures) == (None, {})


def test_tables_are_those_of_the_bundle(company):
    evaluation = company.bundle.evaluation
    waves = describe_waves(evaluation)
    assert [part.name for part in waves.parts] == list(evaluation["waves"]["groups"])
    kinds = describe_feature_kinds(evaluation)
    assert kinds.x_adds["log_loss"].high == evaluation["parts"]["x_adds"]["log_loss"]["high"]
    curve = describe_learning_curve(evaluation)
    assert [point.share for point in curve.points] == ["1/8", "1/4", "1/2", "all"]
    assert curve.helps == evaluation["learning_curve"]["helps"]


def test_old_bundles_have_no_tables():
    assert describe_segments({}) == ()
    assert describe_waves({}) is describe_feature_kinds({}) is describe_learning_curve({}) is None


def test_a_flat_table_has_no_waves():
    assert describe_waves({"waves": {"groups": {}, "suppressed": []}}) is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["By segment: home region", "Not shown, since", "island", "Would more data help?", "By day of"],
        ),
        ("de", ["Nach Segment: home region", "Nicht gezeigt", "Würden mehr Daten helfen?", "Nach Tag der"]),
    ],
)
def test_the_page_shows_all_tables(cut, language, words):
    page = render_card(build_card(cut, made_on=TODAY), language)
    for word in words:
        assert word in page
    kinds = {"en": "What people said and what happened", "de": "Was Menschen sagten und was geschah"}
    assert kinds[language] in page


def test_the_page_of_a_bundle_without_tables_is_whole(members):
    evaluation = {"all_rows": members.bundle.evaluation["all_rows"]}
    page = render_card(build_card(replace(members.bundle, evaluation=evaluation), made_on=TODAY), "en")
    assert "Would more data help?" not in page
    assert page.rstrip().endswith("</html>")
