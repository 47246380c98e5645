import hashlib
import json

import numpy as np
import pytest

from features.errors import BundleError
from features.text.sentiment import SentimentModel
from features.text.sentiment_files import NUMBERS, RECORD
from tests.features.text.rated import learnt, write_rated


def with_record(contents, **changes):
    record = {**json.loads(contents[RECORD]), **changes}
    return {**contents, RECORD: json.dumps(record).encode()}


def with_numbers(contents, numbers):
    return with_record({**contents, NUMBERS: numbers}, sha256=hashlib.sha256(numbers).hexdigest())


@pytest.mark.parametrize("make", [learnt, lambda: SentimentModel.from_lexicon("en")], ids=["learnt", "words"])
def test_what_comes_back_answers_with_the_same_bits(make):
    model = make()
    back = SentimentModel.from_files(model.to_files())
    texts = write_rated(200, seed=11)[0]
    np.testing.assert_array_equal(back.predict(texts), model.predict(texts))
    assert back.to_files() == model.to_files()
    assert (back.reason, back.table.classes) == (model.reason, model.table.classes)
    assert back.macro_f1 == pytest.approx(model.macro_f1, nan_ok=True)


def test_files_are_small_and_hold_no_text():
    contents = learnt().to_files()
    assert sum(map(len, contents.values())) < 1_000_000
    assert set(contents) == {RECORD, NUMBERS}
    assert b"freundlich" not in contents[NUMBERS] + contents[RECORD]


@pytest.mark.parametrize("name", [RECORD, NUMBERS])
def test_a_missing_file_is_named(name):
    contents = learnt().to_files()
    del contents[name]
    with pytest.raises(BundleError, match=f"{name}: is missing"):
        SentimentModel.from_files(contents)


def test_a_changed_byte_is_noticed():
    contents = learnt().to_files()
    numbers = bytearray(contents[NUMBERS])
    numbers[1000] ^= 1
    with pytest.raises(BundleError, match=f"{NUMBERS}: its sum is [0-9a-f]{{12}}, not"):
        SentimentModel.from_files({**contents, NUMBERS: bytes(numbers)})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "format: 2 is not 1; update"),
        ({"classes": [1, 0, -1]}, r"classes: \[1, 0, -1\] do not rise"),
        ({"classes": [-1, 1]}, "intercepts: there are 3 for 2 classes"),
        ({"intercepts": [0, 0, float("nan")]}, "intercepts.2"),
        ({"n_lexicon_rows": 4}, "n_lexicon_rows: 4 is not the 13"),
        ({"code": "import os"}, "code.*not permitted"),
        ({"sources": [{"role": "said"}]}, r"sources.0.kind"),
        ({"language": 7}, "language: '7'"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(changes, message):
    with pytest.raises(BundleError, match=message):
        SentimentModel.from_files(with_record(learnt().to_files(), **changes))


def test_a_record_that_is_no_json_is_refused():
    with pytest.raises(BundleError, match=RECORD):
        SentimentModel.from_files({**learnt().to_files(), RECORD: b"{"})


def test_a_source_of_what_was_said_before_needs_contexts():
    contents = learnt().to_files()
    sources = json.loads(contents[RECORD])["sources"]
    sources[0]["role"] = "before"
    with pytest.raises(BundleError, match="knows_before: False contradicts"):
        SentimentModel.from_files(with_record(contents, sources=sources))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda numbers: numbers[:-2], "ends at byte"),
        (lambda numbers: numbers + b"\0\0", "has 2 bytes too many"),
        (lambda numbers: numbers[:-2] + b"\xff\xff", "not all numbers before byte .* are finite"),
        (lambda numbers: numbers[4:8] + numbers[:4] + numbers[8:], "columns of words do not rise"),
        (lambda numbers: b"\xff\xff\xff\xff" + numbers[4:], "columns of words do not rise"),
    ],
    ids=["short", "long", "not finite", "falling", "negative"],
)
def test_numbers_that_do_not_fit_are_refused(change, message):
    contents = learnt().to_files()
    with pytest.raises(BundleError, match=message):
        SentimentModel.from_files(with_numbers(contents, change(contents[NUMBERS])))
