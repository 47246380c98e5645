"""Verbatims as numbers: their tone, by a list of words or learnt from ratings."""

from features.text.lexicon import Lexicon, load_lexicon
from features.text.sentiment import SentimentModel

__all__ = ["Lexicon", "SentimentModel", "load_lexicon"]
