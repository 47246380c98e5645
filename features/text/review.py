"""The verbatims that the models doubt most, as a list that people correct."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from features.files import write_atomically
from features.text.corrections import COLUMNS, REVIEW_COLUMNS, Corrections, guard_spreadsheet
from features.text.duplicates import group_near_duplicates

Floats = NDArray[np.float64]


class Doubt(NamedTuple):
    """Hold one verbatim to be looked at.

    Attributes
    ----------
    text
        The verbatim as it was scored, after redaction.
    field
        What is doubted more: ``sentiment`` or ``topic``.
    language
        Its language.
    guess
        What the model says: the grade of sentiment, or the name of the topic.
    probability
        Of that guess, as the model says.
    doubt
        0 (sure) to 1 (all equally likely).
    copies
        Texts in its group of near-duplicates; a correction holds for those that are the same.
    """

    text: str
    field: str
    language: str
    guess: str
    probability: float
    doubt: float
    copies: int


class _Scored(NamedTuple):
    """Hold what a model says of a field: a share for each of its values."""

    field: str
    shares: Floats
    names: list[str]


def list_doubts(
    texts: Sequence[str],
    probabilities: ArrayLike,
    topic_weights: ArrayLike | None = None,
    most: int = 50,
    seed: int = 0,
    *,
    languages: Sequence[str] = (),
    topics: Sequence[str] = (),
    corrections: Corrections | None = None,
) -> list[Doubt]:
    """Return the most doubtful verbatims, one of each group of near-duplicates, the most doubtful first.

    Doubt is the entropy of what the model says, over the entropy of knowing nothing.

    Parameters
    ----------
    texts
        Verbatims after redaction.
    probabilities
        Texts x grades of sentiment, from the worst to the best: five (-2 to 2) or three (-1 to 1).
    topic_weights
        Texts x topics, not negative; a text without any weight has no topic and no doubt about it.
    most
        Length of the list.
    seed
        Decides the order of texts with equal doubt.
    languages
        Language of each text, if known.
    topics
        Names of the topics.
    corrections
        What was corrected already is left out.

    Raises
    ------
    ValueError
        If the shapes do not fit the texts.

    Examples
    --------
    >>> rows = list_doubts(["fine", "so so"], [[0.1, 0.1, 0.8], [0.4, 0.3, 0.3]], most=1)
    >>> rows[0].text, rows[0].guess, round(rows[0].doubt, 2)
    ('so so', '-1', 0.99)
    """
    scored = [_score_sentiment(probabilities, len(texts))]
    if topic_weights is not None:
        scored.append(_score_topics(topic_weights, len(texts), topics))
    doubts = np.array([_open_doubt(one, texts, corrections) for one in scored])
    doubted = np.argmax(doubts, axis=0)
    groups = group_near_duplicates(texts)
    copies = np.bincount(groups, minlength=len(texts))
    found = []
    for row in _choose_rows(doubts.max(axis=0), groups, most, seed):
        field, shares, names = scored[doubted[row]]
        best = int(np.argmax(shares[row]))
        language = languages[row] if languages else ""
        figures = (float(shares[row, best]), float(doubts[doubted[row], row]), int(copies[groups[row]]))
        found.append(Doubt(texts[row], field, language, names[best], *figures))
    return found


def write_review(path: Path, doubts: Sequence[Doubt]) -> None:
    """Write a list of doubts as a file that is one of corrections once its ``value`` column is filled.

    Parameters
    ----------
    path
        CSV in UTF-8 with a mark that spreadsheets know it by; it appears whole. Texts that begin like a
        formula get an apostrophe, which reading takes off again.
    doubts
        What :func:`list_doubts` returned.
    """
    written = io.StringIO(newline="")
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow((*COLUMNS, *REVIEW_COLUMNS))
    for one in doubts:
        figures = (f"{one.probability:.3f}", f"{one.doubt:.3f}", one.copies)
        rows.writerow((guard_spreadsheet(one.text), one.field, "", "", one.language, one.guess, *figures))
    write_atomically(path, "\ufeff" + written.getvalue())


def _score_sentiment(probabilities: ArrayLike, n_texts: int) -> _Scored:
    """Return what the model says of sentiment."""
    shares = _as_shares(probabilities, n_texts, "probabilities")
    if shares.shape[1] not in {3, 5}:
        message = f"probabilities has {shares.shape[1]} columns; 5 (-2 to 2) or 3 (-1 to 1) are needed"
        raise ValueError(message)
    middle = shares.shape[1] // 2
    return _Scored("sentiment", shares, [str(grade) for grade in range(-middle, middle + 1)])


def _score_topics(weights: ArrayLike, n_texts: int, topics: Sequence[str]) -> _Scored:
    """Return what the model says of topics."""
    shares = _as_shares(weights, n_texts, "topic_weights")
    names = list(topics) or [str(column) for column in range(shares.shape[1])]
    if len(names) != shares.shape[1]:
        message = f"topic_weights has {shares.shape[1]} columns for {len(names)} topics"
        raise ValueError(message)
    return _Scored("topic", shares, names)


def _as_shares(given: ArrayLike, n_texts: int, name: str) -> Floats:
    """Return rows that add up to one; rows without any weight stay empty."""
    weights = np.asarray(given, dtype=np.float64)
    if weights.ndim != 2 or weights.shape[0] != n_texts or weights.shape[1] < 2:
        message = f"{name} has the shape {weights.shape}; {n_texts} texts need as many rows of 2 columns"
        raise ValueError(message)
    if np.any(is_wrong := ~((weights >= 0) & (weights < np.inf))):
        message = f"{name} holds {weights[is_wrong][0]}; only finite numbers from 0 on are allowed"
        raise ValueError(message)
    totals = weights.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0))


def _open_doubt(scored: _Scored, texts: Sequence[str], corrections: Corrections | None) -> Floats:
    """Return the doubt of each text; -1 where people have decided, or where there is nothing to decide."""
    shares = scored.shares
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    doubt = np.abs((shares * logs).sum(axis=1)) / np.log(shares.shape[1])
    is_decided = (corrections or Corrections({})).covers(texts, scored.field)
    is_empty = [not text.strip() for text in texts]
    is_settled = np.array(is_decided, dtype=np.bool_) | np.array(is_empty, dtype=np.bool_)
    return np.where(is_settled | (shares.sum(axis=1) == 0), -1.0, doubt)


def _choose_rows(doubt: Floats, groups: NDArray[np.int64], most: int, seed: int) -> list[int]:
    """Return the most doubtful row of each group that has one, the most doubtful first."""
    ties = np.random.default_rng(seed).random(doubt.size)
    chosen: dict[int, int] = {}
    for row in np.lexsort((ties, -doubt)):
        if len(chosen) >= most or doubt[row] < 0:
            break
        chosen.setdefault(int(groups[row]), int(row))
    return list(chosen.values())
