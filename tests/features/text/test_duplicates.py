"""Near-duplicates: the groups of a comparison of all with all, for texts that are alike or not at all."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from features.text.duplicates import SHINGLE, SIMILAR, _strip, group_near_duplicates
from tests.properties import law

_WORDS = """lieferung rechnung warten support preis vertrag kaputt telefon woche antwort bestellung falsch
danke freundlich langsam niemand zurück termin gerät monat filiale adresse
kündigung tarif störung techniker"""
WORDS = _WORDS.split()


def similarity_of(one, other):
    """Compare two texts as the definition says: shared letter groups over all of them."""
    groups = [
        {text[place : place + SHINGLE] for place in range(len(text) - SHINGLE + 1)}
        for text in (_strip(one), _strip(other))
    ]
    if not all(groups):
        return float(_strip(one) == _strip(other))
    return len(groups[0] & groups[1]) / len(groups[0] | groups[1])


def is_alike(one, other):
    return _strip(one) == _strip(other) or similarity_of(one, other) >= SIMILAR


def compare_all(texts):
    """Return the groups by comparing every text with every other one."""
    rows = range(len(texts))
    alike = [(one, other) for one, other in combinations(rows, 2) if is_alike(texts[one], texts[other])]
    pairs = np.array(alike, dtype=np.int64).reshape(-1, 2)
    links = csr_array((np.ones(len(pairs)), pairs.T), shape=(len(texts), len(texts)))
    component = connected_components(links, directed=False)[1]
    return [int(np.flatnonzero(component == one)[0]) for one in component]


def write_texts(seed, count=60):
    """Write texts of random words, a third of them copies with other numbers, names or one word more."""
    random = np.random.default_rng(seed)
    texts = [" ".join(random.choice(WORDS, size=int(random.integers(6, 14)))) for _ in range(count)]
    for place in range(0, count, 3):
        copied = texts[int(random.integers(count))]
        way = int(random.integers(4))
        texts[place] = [f"RT @someone {copied}!", copied.upper(), f"{copied} 4711", f"{copied} ach"][way]
    return texts


@pytest.mark.parametrize("seed", range(8))
def test_groups_are_those_of_comparing_all_with_all(seed):
    texts = write_texts(seed)
    found = group_near_duplicates(texts).tolist()
    assert found == compare_all(texts)
    assert 30 < len(set(found)) < 50


def test_texts_at_the_limit_are_never_linked_below_it_and_seldom_missed():
    random = np.random.default_rng(3)
    wanted = found = 0
    for _ in range(150):
        words = random.choice(WORDS, size=10)
        changed = words.copy()
        changed[: int(random.integers(1, 5))] = "anders"
        texts = [" ".join(words), " ".join(changed)]
        is_linked = group_near_duplicates(texts).tolist() == [0, 0]
        should_be = similarity_of(*texts) >= SIMILAR
        assert should_be or not is_linked
        wanted, found = wanted + should_be, found + is_linked
    assert 20 < wanted < 130
    assert found >= 0.93 * wanted


@pytest.mark.parametrize(
    "copy",
    [
        "Die Lieferung 4712 kam am 13.04. zu spät, sagt Frau Meier aus Bonn",
        "die lieferung 4711 kam am 12.03. zu spät sagt frau meier aus bonn!!!",
        "RT @anna: Die Lieferung 1 kam am 1.1. zu spät, sagt Frau Meier aus Bonn https://a.example/x",
        "Die Lieferung 4711 kam am 12.03. zu spät, sagt Frau Schulze aus Bonn",
        "Die Lieferung 4711 kam am 12.03. zu spa\u0308t, sagt Frau Meier aus Bonn",
    ],
)
def test_copies(copy):
    text = "Die Lieferung 4711 kam am 12.03. zu spät, sagt Frau Meier aus Bonn"
    assert group_near_duplicates([text, "etwas ganz anderes", copy]).tolist() == [0, 1, 0]


def test_chains_are_one_group():
    words = WORDS[:14]
    texts = [" ".join(words[place : place + 8]) for place in range(5)]
    assert similarity_of(texts[0], texts[4]) < SIMILAR
    assert similarity_of(texts[0], texts[1]) >= SIMILAR
    assert group_near_duplicates(texts).tolist() == [0] * 5


@pytest.mark.parametrize(
    ("texts", "groups"),
    [
        ([], []),
        (["a"], [0]),
        (["", "", "-", "5", "5", "gut", "Gut!", "so"], [0, 0, 2, 3, 3, 5, 5, 7]),
        (["abcde", "abcdf", "abcde "], [0, 1, 0]),
    ],
)
def test_few_and_short_texts(texts, groups):
    assert group_near_duplicates(texts).tolist() == groups


@law(40, st.lists(st.text(alphabet="ab \u00e41", max_size=12), max_size=8), many=2000)
def test_a_group_is_named_after_its_first_row_and_equal_texts_share_it(texts):
    found = group_near_duplicates(texts).tolist()
    assert all(group <= row and found[group] == group for row, group in enumerate(found))
    for one, other in combinations(range(len(texts)), 2):
        assert texts[one] != texts[other] or found[one] == found[other]
    assert found == group_near_duplicates(texts).tolist()


def test_the_order_of_texts_does_not_change_who_is_alike():
    texts = write_texts(99, 45)
    order = np.random.default_rng(1).permutation(len(texts))
    found = group_near_duplicates(texts)
    moved = group_near_duplicates([texts[row] for row in order])
    same = found[order][:, None] == found[order][None, :]
    assert np.array_equal(same, moved[:, None] == moved[None, :])


def test_thousands_of_texts():
    random = np.random.default_rng(5)
    plain = [" ".join(random.choice(WORDS, size=12)) for _ in range(5000)]
    found = group_near_duplicates([*plain, *(f"RT {text} 99" for text in plain)])
    assert np.array_equal(found[:5000], found[5000:])
    assert len(set(found.tolist())) > 4950
