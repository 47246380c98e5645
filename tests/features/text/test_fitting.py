from dataclasses import replace

import numpy as np
import pytest

from features.text.corrections import Corrections
from features.text.fitting import WORD_LIST, fit_text_model, to_classes
from features.text.model import Plan
from tests.features.text.spoken import PLAN, make_lesson


@pytest.mark.parametrize(
    ("scale", "ratings", "classes"),
    [
        ((1, 5), [1, 2, 3, 4, 5], [-1, -1, 0, 1, 1]),
        ((1, 7), [1, 3, 4, 5, 7], [-1, -1, 0, 1, 1]),
        ((0, 10), [0, 6, 7, 8, 9, 10], [-1, -1, 0, 0, 1, 1]),
        ((0, 1), [0, 1], [-1, 1]),
    ],
)
def test_ratings_become_three_classes(scale, ratings, classes):
    assert to_classes(np.array(ratings, float), scale).tolist() == classes


def test_learnt_tone_tells_how_well_it_does_on_texts_not_learnt_from():
    learnt = fit_text_model(make_lesson()).learnt["de"]
    assert learnt["reason"] is None
    assert learnt["rows"] > 200
    assert (
        0.6 < learnt["macro_f1"]["low"] <= learnt["macro_f1"]["estimate"] <= learnt["macro_f1"]["high"] <= 1
    )


def test_too_few_ratings_leave_the_word_list_with_a_reason():
    learnt = fit_text_model(make_lesson(30)).learnt
    assert {found["from"] for found in learnt.values()} == {WORD_LIST}
    assert "10 are needed" in learnt["de"]["reason"]


def test_without_a_rating_the_word_list_reads():
    model = fit_text_model(make_lesson(plan=replace(PLAN, learn_from=None)))
    assert model.learnt["en"]["from"] == WORD_LIST
    assert model.read(["Terrible, nobody helped me."]).sentiment[0] < 0


def test_a_class_that_hardly_occurs_is_left_out():
    lesson = make_lesson()
    ratings = np.where(lesson.ratings == 3.0, 4.5, lesson.ratings)
    ratings[:3] = 3.0
    learnt = fit_text_model(replace(lesson, ratings=ratings)).learnt["de"]
    assert learnt["from"] == "csat"


def test_no_topics_where_none_are_wanted():
    assert fit_text_model(make_lesson(200, Plan(("de",), None, 0))).topics is None


def test_topics_that_go_on_keep_their_names():
    before = fit_text_model(make_lesson())
    renamed = replace(
        before.topics,
        topics=tuple(
            replace(topic, label={"de": "Eigener Name", "en": "Own name"}) if topic.id == "price" else topic
            for topic in before.topics.topics
        ),
    )
    after = fit_text_model(make_lesson(seed=6), replace(before, topics=renamed))
    assert after.topics.topic("price").label["en"] == "Own name"


def test_corrections_teach_the_next_fit():
    words = ["eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht"]
    odd = {f"kaputtgespart nummer {word}": -2.0 for word in words}
    plain = fit_text_model(make_lesson())
    taught = fit_text_model(make_lesson(), corrections=Corrections({"sentiment": odd}))
    text = ["Das ist kaputtgespart."]
    assert taught.read(text).sentiment[0] < plain.read(text).sentiment[0]
