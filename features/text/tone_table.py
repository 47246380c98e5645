"""Weights per piece of text and class: what a learnt sentiment model is, and how it is read off."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features.errors import ContractError
from features.text.lexicon import COLUMNS, load_lexicon
from features.text.spelling import spell
from features.text.weighing import Vocabulary
from features.text.wordlist import LANGUAGES

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]
Role = Literal["said", "before"]

ROLES: tuple[Role, ...] = ("said", "before")
_CHARACTERS_AT_ONCE = 100_000  # what fits into the caches of a core: larger batches are slower


@dataclass(frozen=True, eq=False)
class Source:
    """Hold the pieces of one kind in one role.

    Attributes
    ----------
    role
        ``said``: the verbatim itself; ``before``: what was spoken before it.
    vocabulary
        The pieces that count.
    weights
        What each adds to the log-odds of each class, shape (pieces, classes).
    """

    role: Role
    vocabulary: Vocabulary
    weights: Weights


@dataclass(frozen=True, eq=False)
class ToneTable:
    """Hold all weights of a model.

    Attributes
    ----------
    language
        Whose lexicon is asked.
    classes
        Rising whole numbers, from the worst to the best.
    sources
        Pieces with their weights.
    lexicon_weights
        Shape (roles x columns of the lexicon, classes); no rows where the language has no lexicon.
    intercepts
        Log-odds of a verbatim that says nothing, shape (classes,).
    knows_before
        Whether the model reads what was spoken before.
    """

    language: str
    classes: tuple[int, ...]
    sources: tuple[Source, ...]
    lexicon_weights: Weights
    intercepts: Floats
    knows_before: bool

    def log_odds(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> Floats:
        """Return the score of each class, shape (verbatims, classes); rows do not depend on the batch.

        Raises
        ------
        ContractError
            If contexts are missing, superfluous or of another number than the verbatims.
        """
        check_texts(texts, contexts)
        if self.knows_before != (contexts is not None):
            problem = "are missing" if contexts is None else "were given"
            learnt = "with" if self.knows_before else "without"
            raise ContractError("contexts", problem, f"the model was learnt {learnt} what was spoken before")
        scores = np.empty((len(texts), len(self.classes)))
        for part in _parts(texts, contexts):
            scores[part] = self._score(texts[part], None if contexts is None else contexts[part])
        return scores

    def _score(self, texts: Sequence[str], contexts: Sequence[str] | None) -> Floats:
        """Add up all weights, each row by itself."""
        spelt = {"said": spell(texts)}
        if contexts is not None:
            spelt["before"] = spell(contexts)
        scores = np.tile(self.intercepts, (len(texts), 1))
        for source in self.sources:
            scores += source.vocabulary.weigh(spelt[source.role]) @ source.weights.astype(np.float64)
        if len(self.lexicon_weights):
            columns = lexicon_columns(self.language, texts, contexts)
            # Column by column: a matrix product may add in another order for another number of rows.
            for column, weights in zip(columns.T, self.lexicon_weights.astype(np.float64), strict=True):
                scores += column[:, None] * weights
        return scores


def lexicon_columns(language: str, texts: Sequence[str], contexts: Sequence[str] | None) -> Floats:
    """Return what the lexicon says of verbatims, and of what was spoken before; no columns without one."""
    if language not in LANGUAGES:
        return np.zeros((len(texts), 0))
    lexicon = load_lexicon(language)
    return np.hstack([lexicon.columns(role) for role in (texts, contexts) if role is not None])


def check_texts(texts: Sequence[object], contexts: Sequence[object] | None) -> None:
    """Refuse what is no list of texts.

    Raises
    ------
    ContractError
        If ``texts`` is one text, holds anything but texts, or contexts are of another number.
    """
    for name, listed in (("texts", texts), ("contexts", contexts)):
        if listed is None:
            continue
        if isinstance(listed, str):
            raise ContractError(name, f"is one text, {listed[:30]!r}", "give a list of texts")
        for row, text in enumerate(listed):
            if not isinstance(text, str):
                hint = "write '' where nothing was said"
                raise ContractError(f"{name}[{row}]", f"{text!r} is not a text", hint)
    if contexts is not None and len(contexts) != len(texts):
        problem = f"there are {len(texts)} texts and {len(contexts)} contexts respectively"
        raise ContractError("contexts", problem, "give one for each text, '' where nothing was said before")


def n_lexicon_rows(language: str, *, knows_before: bool) -> int:
    """Return how many columns the lexicon gives."""
    return len(COLUMNS) * (1 + knows_before) if language in LANGUAGES else 0


def _parts(texts: Sequence[str], contexts: Sequence[str] | None) -> Iterator[slice]:
    """Yield runs of verbatims that are read at once."""
    start, n_characters = 0, 0
    for row, text in enumerate(texts):
        n_characters += len(text) + (0 if contexts is None else len(contexts[row]))
        if n_characters >= _CHARACTERS_AT_ONCE:
            yield slice(start, row + 1)
            start, n_characters = row + 1, 0
    if start < len(texts):
        yield slice(start, len(texts))
