"""The measure of recall: it counts what is left over, gives the same figures again, and holds its floor."""

import json

import pytest
from scipy import stats

from features.text.planted_identifiers import PlantedText
from features.text.redaction import KINDS, Redactor
from features.text.redaction_recall import is_found, measure_recall

FLOORS = {"email": 0.95, "phone": 0.94, "card": 0.97, "name": 0.9}


@pytest.fixture(scope="module", params=["de", "en"])
def measured(request):
    return measure_recall(request.param, seed=11, n=1800)


def test_recall_holds_its_floor(measured):
    assert {
        kind: share.value for kind, share in measured.recall.items() if share.value < FLOORS.get(kind, 0.99)
    } == {}
    assert all(share.n == 200 for share in measured.recall.values())


def test_few_harmless_numbers_and_words_go(measured):
    assert measured.false_removals_per_1000 <= 10
    assert measured.untouched.value >= 0.99
    assert measured.untouched.n == 1800


def test_intervals_are_those_of_wilson(measured):
    share = measured.recall["name"]
    low, high = stats.binomtest(share.hits, share.n).proportion_ci(method="wilson")
    assert (share.low, share.high) == pytest.approx((low, high))
    assert share.low < share.value < share.high


def test_the_card_gets_plain_values(measured):
    written = json.loads(json.dumps(measured.to_json()))
    assert set(written["recall"]) == set(KINDS)
    assert written["recall"]["iban"]["hits"] == measured.recall["iban"].hits
    assert measured == measure_recall(measured.language, seed=11, n=1800)


@pytest.mark.parametrize(
    ("identifier", "cleaned", "found"),
    [
        ("a@b.example", "Mail [email]!", True),
        ("a@b.example", "Mail [email].example!", False),
        ("a@b.example", "Mail a@b.example!", False),
        ("Anna Lang", "Mail [name] Lang!", False),
        ("Anna Lang", "[name]!", True),
        ("Anna Lang", "[name] anna!", False),
    ],
)
def test_one_letter_that_is_left_is_a_miss(identifier, cleaned, found):
    class Says(Redactor):
        def clean(self, text: str) -> str:
            assert text == f"Mail {identifier}!"
            return cleaned

    assert is_found(Says(), PlantedText("Mail ", identifier, "!", "email")) is found


def test_too_few_texts_are_refused():
    with pytest.raises(ValueError, match="5 texts do not reach for 9 kinds"):
        measure_recall("de", seed=1, n=5)
