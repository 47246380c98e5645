"""One model of the example company's comments, and one in one language made by hand."""

import pytest

from features.text.topics import Topic, TopicModel
from tests.bench.topic_worlds import Wave
from tests.bench.topics import draw_comments


@pytest.fixture(scope="session")
def comments() -> Wave:
    return draw_comments(1, 4000)


@pytest.fixture(scope="session")
def held_out() -> Wave:
    return draw_comments(2, 4000)


@pytest.fixture(scope="session")
def model(comments) -> TopicModel:
    return TopicModel.fit(*comments.pair)


@pytest.fixture
def by_hand() -> TopicModel:
    """Three topics whose every word is known."""
    return TopicModel(
        (
            Topic(
                "price",
                {"de": "Preis", "en": "Price"},
                {"de": {"preis": 1.0, "*preis*": 0.8, "kost": 0.4}, "en": {"price": 1.0, "cost": 0.4}},
                {"de": ("preis", "kosten"), "en": ("price", "costs")},
                1.0,
                30,
            ),
            Topic(
                "delivery",
                {"de": "Lieferung", "en": "Delivery"},
                {"de": {"liefer": 0.9, "*liefer*": 0.8}, "en": {"deliveri": 0.9, "parcel": 0.7, "cost": 0.2}},
                {"de": ("lieferung",), "en": ("delivery", "parcel")},
                0.9,
                20,
            ),
            Topic("cable", {"de": "cable", "en": "cable"}, {"en": {"cabl": 0.6}}, {"en": ("cable",)}, 0.7, 5),
        ),
        100,
    )
