"""Rated verbatims of the example company, for tests of whole text models."""

from datetime import date

import numpy as np

from features.text.fitting import Lesson
from features.text.model import Plan
from features.worlds.phrases import TONES, TOPICS
from features.worlds.verbatims import write_comments

PLAN = Plan(("de", "en"), "csat", 8)
UNTIL = date(2025, 7, 1)


def draw_verbatims(n_verbatims=1200, seed=5):
    """Return verbatims with tone (0 bad, 1 neutral, 2 good) and topic of each; some are empty."""
    random = np.random.default_rng(seed)
    tones = random.integers(0, len(TONES), n_verbatims)
    topics = random.integers(0, len(TOPICS), n_verbatims)
    texts = write_comments(random.integers(0, 2, n_verbatims), topics, tones, random)
    return texts, tones, topics


def make_lesson(n_verbatims=1200, plan=PLAN, until=UNTIL, seed=5):
    """Return a lesson whose ratings follow the tone: 1 or 2, 3, 4 or 5."""
    texts, tones, _ = draw_verbatims(n_verbatims, seed)
    ratings = np.array([1.5, 3.0, 4.5])[tones]
    return Lesson(plan, until, texts, ratings, (1.0, 5.0) if plan.learn_from else None)
