"""Promises about topics of verbatims, in many worlds of known truth, and on public texts where they are."""

import numpy as np
import pytest

from features.text.topics import TopicModel, find_emerging
from tests.bench.topics import (
    Found,
    draw_comments,
    match_over_waves,
    measure_public,
    read_public,
    score_held_out,
    search_world,
    split_by_phrase,
)

pytestmark = pytest.mark.long
N_WORLDS = 60


@pytest.fixture(scope="module")
def searches() -> list[Found]:
    return [search_world(5_000 + seed) for seed in range(N_WORLDS)]


def test_a_new_topic_of_one_percent_is_found_within_two_waves(searches):
    assert np.mean([found.is_found for found in searches]) >= 0.9


def test_at_most_one_false_topic_in_twenty_waves(searches):
    assert 20 * sum(found.n_false for found in searches) <= sum(found.n_searched for found in searches)


def test_topics_are_the_same_over_waves():
    pairs = [match_over_waves(6_000 + seed) for seed in range(N_WORLDS // 2)]
    assert sum(same for same, _ in pairs) >= 0.9 * sum(total for _, total in pairs)


@pytest.mark.parametrize("seed", range(5))
def test_planted_topics_are_recovered(seed):
    model, held_out = TopicModel.fit(*draw_comments(seed, 6000).pair), draw_comments(100 + seed, 6000)
    for language in ("de", "en", None):
        purity, covered = score_held_out(model, held_out, language)
        assert purity >= 0.8
        assert covered >= 0.75


@pytest.mark.parametrize("seed", range(3))
def test_planted_topics_are_recovered_in_words_never_seen(seed):
    seen, unseen = split_by_phrase(draw_comments(200 + seed, 8000))
    purity, covered = score_held_out(TopicModel.fit(*seen.pair), unseen)
    assert purity >= 0.8
    assert covered >= 0.7


@pytest.mark.parametrize(
    ("name", "again"),
    [("womens-clothing-reviews", 0.75), ("germeval2017-db", 0.25)],
)
def test_topics_of_public_texts_are_steadier_than_those_of_plain_nmf(shared_data, name, again):
    sets = read_public(shared_data)
    if name not in sets:
        pytest.skip(f"no {name} in {shared_data}")
    figures = measure_public(*sets[name])
    assert figures["found_in_other_half"] >= again


def test_nothing_is_new_in_reviews_dealt_out_by_chance(shared_data):
    sets = read_public(shared_data)
    if "womens-clothing-reviews" not in sets:
        pytest.skip(f"no womens-clothing-reviews in {shared_data}")
    language, texts = sets["womens-clothing-reviews"]
    model = TopicModel.fit(texts[:5000], [language] * 5000)
    n_false = 0
    for seed in range(10):
        order = np.random.default_rng(seed).permutation(len(texts))[:8000].reshape(8, 1000)
        waves = [([texts[row] for row in rows], [language] * 1000) for rows in order.tolist()]
        n_false += len(find_emerging(waves, model, seed=seed))
    assert n_false <= 1
