"""Rated verbatims of known tone, from the phrases of the example company."""

from functools import cache

import numpy as np

from features.text.sentiment import SentimentModel
from features.worlds.verbatims import write_comments
from features.worlds.vocabulary import LANGUAGES


def write_rated(n_texts, seed, language="de"):
    """Return verbatims and their tone (-1, 0, 1); most are good, few bad."""
    random = np.random.default_rng(seed)
    tones = random.choice(3, n_texts, p=[0.2, 0.25, 0.55])
    topics = random.integers(0, 6, n_texts)
    codes = np.full(n_texts, LANGUAGES.index(language))
    texts = write_comments(codes, topics, tones, random)
    is_there = np.array([len(text) > 8 for text in texts])
    return [text for text in texts if len(text) > 8], (tones - 1)[is_there]


@cache
def learnt(language="de"):
    """Return a model of 600 written verbatims, learnt once for all tests."""
    texts, tones = write_rated(600, seed=1, language=language)
    return SentimentModel.fit(texts, tones, language=language, groups=np.arange(len(texts)))
