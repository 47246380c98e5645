"""Topics over time: which topic of a new fit continues which old one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.text.topics.model import TopicModel
from features.text.topics.themes import load_themes
from features.text.topics.topic import Topic
from features.text.topics.words import ANY

_SAME = 0.3
_PART = 0.3

_Table = NDArray[np.float64]


@dataclass(frozen=True)
class TopicMatch:
    """Say what became of topics between two fits.

    Attributes
    ----------
    model
        The new topics; those that continue an old one have its id, labels and pins.
    continued
        New id (before the match) and id of the old topic that it continues.
    similarity
        Id of each old topic that goes on, and how alike the words are, 0 to 1.
    new, gone
        Ids of new topics that continue none, and of old ones that nothing continues.
    split
        Id of an old topic and the ids, in ``model``, of two or more topics that its words went to.
    merged
        Id of a topic in ``model`` and the ids of two or more old ones whose words came together in it.
    """

    model: TopicModel
    continued: Mapping[str, str]
    similarity: Mapping[str, float]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    split: Mapping[str, tuple[str, ...]]
    merged: Mapping[str, tuple[str, ...]]


def match_topics(old: TopicModel, new: TopicModel) -> TopicMatch:
    """Give the topics of a new fit the ids and names of the old ones that they continue.

    Parameters
    ----------
    old
        The model that is in use, edits of a person included.
    new
        A model fitted on later verbatims.

    Returns
    -------
    TopicMatch
        Pairs chosen by the Hungarian method on the cosine of word evidence; a pair of the same theme counts
        as alike. Pairs below .3 are no pairs. A topic was split when two or more new ones have at least .3
        of the evidence of its words, merged the other way round.
    """
    weights = _weigh(old.topics, new.topics)
    alike = _compare(*weights)
    pairs = _pair(old.topics, new.topics, alike)
    names = _rename(old.topics, new.topics, pairs)
    topics = tuple(
        _continue(old.topics[pairs[place]], topic) if place in pairs else replace(topic, id=names[place])
        for place, topic in enumerate(new.topics)
    )
    ids = tuple(topic.id for topic in old.topics)
    return TopicMatch(
        model=TopicModel(topics, new.n_verbatims),
        continued={new.topics[column].id: ids[row] for column, row in pairs.items()},
        similarity={ids[row]: round(float(alike[row, column]), 3) for column, row in pairs.items()},
        new=tuple(names[place] for place in range(len(names)) if place not in pairs),
        gone=tuple(each for row, each in enumerate(ids) if row not in pairs.values()),
        split=_find_parts(weights[0], weights[1], ids, names),
        merged=_find_parts(weights[1], weights[0], names, ids),
    )


def _pair(old: Sequence[Topic], new: Sequence[Topic], alike: _Table) -> dict[int, int]:
    """Return the place of the old topic for the place of each new one that continues it."""
    from scipy.optimize import linear_sum_assignment

    themes = {theme.id for theme in load_themes()}
    is_same = [[before.id == after.id and before.id in themes for after in new] for before in old]
    gain = alike + np.array(is_same, dtype=np.float64).reshape(alike.shape)
    rows, columns = linear_sum_assignment(-gain)
    chosen = zip(rows.tolist(), columns.tolist(), strict=True)
    return {column: row for row, column in chosen if gain[row, column] >= _SAME}


def _weigh(old: Sequence[Topic], new: Sequence[Topic]) -> tuple[_Table, _Table]:
    """Return topics by found words (language and stem), evidence as values, for both models."""
    sides = [[_found_words(topic) for topic in topics] for topics in (old, new)]
    vocabulary = sorted({word for side in sides for words in side for word in words})
    place = {word: column for column, word in enumerate(vocabulary)}
    tables = []
    for side in sides:
        table = np.zeros((len(side), len(vocabulary)))
        for row, words in enumerate(side):
            for word, evidence in words.items():
                table[row, place[word]] = evidence
        tables.append(table)
    return tables[0], tables[1]


def _found_words(topic: Topic) -> dict[tuple[str, str], float]:
    """Return the evidence of words; those of a theme that were not found in verbatims count little."""
    return {
        (language, key): 0.1 * evidence if ANY in key else evidence
        for language, words in topic.words.items()
        for key, evidence in words.items()
    }


def _compare(one: _Table, other: _Table) -> _Table:
    """Return the cosine of every row of one table with every row of another."""
    lengths = np.linalg.norm(one, axis=1)[:, None], np.linalg.norm(other, axis=1)[:, None]
    return np.asarray((one / np.maximum(lengths[0], 1e-12)) @ (other / np.maximum(lengths[1], 1e-12)).T)


def _rename(old: Sequence[Topic], new: Sequence[Topic], pairs: Mapping[int, int]) -> tuple[str, ...]:
    """Return the ids after the match: no new topic takes the id of an old one that it does not continue."""
    taken = {topic.id for topic in old} | {topic.id for place, topic in enumerate(new) if place not in pairs}
    names: list[str] = []
    for place, topic in enumerate(new):
        if place in pairs:
            names.append(old[pairs[place]].id)
        elif any(topic.id == before.id for before in old):
            number = next(n for n in range(2, len(taken) + 3) if f"{topic.id}_{n}" not in taken)
            names.append(f"{topic.id}_{number}")
            taken.add(names[-1])
        else:
            names.append(topic.id)
    return tuple(names)


def _continue(old: Topic, new: Topic) -> Topic:
    """Return a new topic under the name of the old one, with what a person pinned."""
    return replace(
        new, id=old.id, label=old.label, always=old.always, never=old.never, is_hidden=old.is_hidden
    )


def _find_parts(
    whole: _Table, parts: _Table, names: Sequence[str], part_names: Sequence[str]
) -> Mapping[str, tuple[str, ...]]:
    """Return which rows of one table have their evidence in two or more rows of the other."""
    found = {}
    for row, name in zip(whole, names, strict=True):
        shared = np.minimum(row, parts).sum(axis=1) / max(float(row.sum()), 1e-12)
        within = np.minimum(row, parts).sum(axis=1) / np.maximum(parts.sum(axis=1), 1e-12)
        is_part = (shared >= _PART) & (within >= 0.5)
        if np.count_nonzero(is_part) >= 2:
            found[name] = tuple(part_names[place] for place in np.flatnonzero(is_part).tolist())
    return found
