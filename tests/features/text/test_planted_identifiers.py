"""Planted texts: the identifier stands where the truth says, every kind and language has frames."""

import numpy as np
import pytest

from features.text.planted_identifiers import list_names, plant, write_harmless
from features.text.redaction import KINDS

LANGUAGES = ("de", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_planted_in_every_language(language, kind):
    random = np.random.default_rng(1)
    planted = [plant(language, kind, random) for _ in range(200)]
    assert all(one.kind == kind and one.identifier for one in planted)
    assert all(one.text == one.before + one.identifier + one.after for one in planted)
    assert not any("{" in one.before + one.after for one in planted)
    assert len({one.text for one in planted}) > 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_harmless_texts_hold_no_identifier_and_no_empty_slot(language):
    random = np.random.default_rng(1)
    texts = [write_harmless(language, random) for _ in range(400)]
    assert all(one.identifier == one.kind == "" and "{" not in one.text for one in texts)
    assert sum(any(map(str.isdigit, one.text)) for one in texts) > 250


@pytest.mark.parametrize("language", LANGUAGES)
def test_planted_names_are_those_of_the_list(language):
    random = np.random.default_rng(2)
    spelt = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
    parts = {part for name in list_names(language) for part in name.lower().split()}
    parts |= {part.translate(spelt) for part in parts}
    for _ in range(300):
        name = plant(language, "name", random).identifier.lower()
        bare = [word.removesuffix("'s").removesuffix("'") for word in name.split()]
        assert all(word in parts or word.removesuffix("s") in parts for word in bare), name


def test_the_seed_decides():
    def texts(seed):
        random = np.random.default_rng(seed)
        return [plant("de", kind, random).text for kind in KINDS] + [write_harmless("en", random).text]

    assert texts(1) == texts(1)
    assert texts(1) != texts(2)
