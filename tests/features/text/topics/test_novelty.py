"""Words that no topic knows, wave by wave."""

from dataclasses import replace

import numpy as np

from features.text.topics import TopicModel
from features.text.topics.novelty import find_unknown

_NEW = ["The giraffe is here", "A giraffe ate it", "Giraffes came"]


def _count(table, stem: str) -> list[int]:
    column = np.asarray(table.presence[:, [table.stems.index(stem)]].todense()).ravel()
    return np.bincount(table.wave, weights=column, minlength=int(table.wave.max()) + 1).astype(int).tolist()


def test_words_of_topics_are_left_out_and_others_counted(by_hand):
    waves = [(["The price of cable"] * 4, ["en"] * 4), (_NEW, ["en"] * 3)]
    table = find_unknown(waves, by_hand, "en")
    assert table.stems == ("giraff",)
    assert table.spelled == ("giraffe",)
    assert _count(table, "giraff") == [0, 3]
    assert table.is_served.tolist() == [True] * 4 + [False] * 3


def test_what_a_hidden_topic_explains_is_not_new(by_hand):
    hidden = TopicModel(tuple(replace(topic, is_hidden=True) for topic in by_hand.topics), 100)
    waves = [(["The price of cable"] * 4, ["en"] * 4)]
    assert find_unknown(waves, hidden, "en").stems == ()
    assert find_unknown(waves, TopicModel((), 0), "en").stems == ("cabl", "price")


def test_other_languages_and_rare_words_are_left_out(by_hand):
    waves = [([*_NEW, "Giraffe", "okapi", "okapi"], ["en", "en", "en", "de", "en", "en"])]
    table = find_unknown(waves, by_hand, "en")
    assert table.stems == ("giraff",)
    assert table.wave.size == 5


def test_long_copies_count_once_per_wave_and_short_ones_each(by_hand):
    long = "This very long text about a giraffe was copied by a machine many times"
    waves = [([long] * 9 + ["giraffe"] * 2, ["en"] * 11), ([long] * 4, ["en"] * 4)]
    assert _count(find_unknown(waves, by_hand, "en"), "giraff") == [3, 1]


def test_german_compounds_count_for_their_parts(by_hand):
    texts = ["Fahrradleasing", "Fahrrad", "Dienstfahrrad", "Leasing", "Das Fahrrad-Leasing"]
    table = find_unknown([(texts, ["de"] * 5)], by_hand, "de")
    assert _count(table, "fahrrad") == [4]
    assert _count(table, "leasing") == [3]


def test_no_verbatims_are_no_error(by_hand):
    table = find_unknown([([], []), ([], [])], by_hand, "de")
    assert table.presence.shape == (0, 0)
