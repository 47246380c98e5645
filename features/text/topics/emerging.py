"""Emerging topics: what people begin to say in the newest waves and no topic explains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.errors import ContractError
from features.text.topics.model import TopicModel
from features.text.topics.novelty import Unknown, find_unknown
from features.text.topics.rising import WINDOWS, Rise, measure_chance, scan
from features.text.topics.topic import to_slug
from features.text.topics.words import LANGUAGES

Wave = tuple[Sequence[str], Sequence[str | None]]
"""Cleaned verbatims and the language code of each."""

_FALSE_RATE = 0.01
_N_ROUNDS = 199
_TOO_SMALL = 3.0
_N_SHOWN = 6
_ALIKE = 5
_Z = 1.959963984540054


class Range(NamedTuple):
    """Hold an estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class EmergingTopic:
    """Describe a topic that is new.

    Attributes
    ----------
    id
        Slug of its first words.
    label
        Its most telling words, by language of the reader.
    words
        By language of the verbatims: words that tell it, most frequent first.
    share
        Share of the verbatims of the newest wave, with Wilson's interval.
    demand
        People among those asked who would say it, with the interval; None where nobody told how many were
        asked. It takes those who wrote nothing to be like those who wrote.
    first_wave
        Place of the wave in which it began.
    p_value
        How often chance, dealing out the verbatims to the waves, finds anything as surprising.
    counts
        Verbatims with one of the words, by wave.
    """

    id: str
    label: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    share: Range
    demand: Range | None
    first_wave: int
    p_value: float
    counts: tuple[int, ...]


@dataclass(frozen=True)
class _Candidate:
    """Hold a rise in one language that chance does not explain."""

    table: Unknown
    rise: Rise
    p_value: float

    @property
    def has(self) -> NDArray[np.bool_]:
        """Tell which verbatims have one of the words."""
        return np.asarray(self.table.presence[:, list(self.rise.columns)].sum(axis=1)).ravel() > 0

    def list_words(self) -> list[str]:
        """Return the words, those most frequent in the newest waves first."""
        newest = self.table.presence[np.flatnonzero(self.table.wave >= self.table.wave.max() - 1)]
        often = np.asarray(newest.sum(axis=0)).ravel()
        order = sorted(self.rise.columns, key=lambda place: (-often[place], place))
        return [self.table.spelled[place] for place in order]


def find_emerging(
    waves: Sequence[Wave],
    model: TopicModel,
    *,
    n_asked: int | None = None,
    seed: int = 0,
) -> list[EmergingTopic]:
    """Find topics that rise in the newest waves and that no topic of the model explains.

    Parameters
    ----------
    waves
        Verbatims of each wave, oldest first, two waves at least; from four earlier ones on the search is
        sharp, and from a year on it knows the seasons.
    model
        The topics in use; what they explain, hidden ones included, is not new.
    n_asked
        People who belong to the newest wave, whether they answered or not.
    seed
        Where chance begins.

    Returns
    -------
    list of EmergingTopic
        The most frequent first; empty where nothing is new.

    Raises
    ------
    ContractError
        If there are fewer than two waves, or a wave has not as many languages as texts.

    Notes
    -----
    Words that rise together in the newest wave, or the newest two, make a group. The largest surprise over
    all groups, windows and languages is compared with the largest when chance deals out the waves
    (Westfall and Young, 1993), so that the false rate holds for the whole search.
    """
    _check(waves)
    tables = [find_unknown(waves, model, language) for language in LANGUAGES]
    found = [(table, rise) for table in tables for rise in scan(table, table.wave, len(waves))]
    if max((rise.surprise for _, rise in found), default=0.0) < _TOO_SMALL:
        return []
    chance = measure_chance(tables, len(waves), _N_ROUNDS, np.random.default_rng(seed))
    candidates = []
    for table, rise in found:
        p_value = (1 + int(np.count_nonzero(chance >= rise.surprise))) / (_N_ROUNDS + 1)
        if p_value <= _FALSE_RATE:
            candidates.append(_Candidate(table, rise, p_value))
    sizes = [sum(code in LANGUAGES for code in languages) for _, languages in waves]
    topics = [_describe(group, sizes, n_asked) for group in _gather(candidates)]
    return sorted(topics, key=lambda topic: (-topic.share.value, topic.id))


def _check(waves: Sequence[Wave]) -> None:
    """Demand waves that can be compared."""
    if len(waves) < max(WINDOWS):
        hint = "give the waves before the newest one too"
        raise ContractError("emerging topics: waves", f"got {len(waves)} waves", hint)
    for place, (texts, languages) in enumerate(waves):
        if len(texts) != len(languages):
            problem = f"got {len(texts)} texts and {len(languages)} languages"
            raise ContractError(f"emerging topics: wave {place}", problem, "give one code per text")


def _gather(candidates: Sequence[_Candidate]) -> list[list[_Candidate]]:
    """Put together what is one topic: groups that share verbatims, or words that begin alike."""
    groups: list[list[_Candidate]] = []
    for candidate in candidates:
        same = [group for group in groups if any(_is_same(candidate, other) for other in group)]
        groups = [group for group in groups if group not in same]
        groups.append([candidate, *(other for group in same for other in group)])
    return groups


def _is_same(one: _Candidate, other: _Candidate) -> bool:
    """Tell whether two rises are one topic."""
    starts = {word[:_ALIKE] for word in one.list_words()}
    if starts & {word[:_ALIKE] for word in other.list_words()}:
        return True
    if one.table is not other.table:
        return False
    both = np.count_nonzero(one.has & other.has)
    return bool(2 * both >= min(np.count_nonzero(one.has), np.count_nonzero(other.has)))


def _describe(group: Sequence[_Candidate], sizes: Sequence[int], n_asked: int | None) -> EmergingTopic:
    """Return one topic with its words, share and demand."""
    words: dict[str, list[str]] = {}
    counts = np.zeros(len(sizes))
    for language in LANGUAGES:
        theirs = [each for each in group if each.table.language == language]
        if theirs:
            has = np.any([each.has for each in theirs], axis=0)
            counts += np.bincount(theirs[0].table.wave[has], minlength=len(sizes))
            ranked = sorted(theirs, key=lambda each: -each.rise.surprise)
            words[language] = list(dict.fromkeys(word for each in ranked for word in each.list_words()))
    share = _estimate_share(int(counts[-1]), sizes[-1])
    demand = None if n_asked is None else Range(*(n_asked * value for value in share))
    first = next(iter(words.values()))
    label = {language: ", ".join(words.get(language, first)[:3]) for language in LANGUAGES}
    shares = counts / np.maximum(sizes, 1)
    return EmergingTopic(
        id=to_slug("_".join(first[:2])),
        label=dict(label),
        words={language: tuple(each[:_N_SHOWN]) for language, each in words.items()},
        share=share,
        demand=demand,
        first_wave=int(np.flatnonzero(shares >= 0.5 * shares[-2:].max())[0]),
        p_value=min(each.p_value for each in group),
        counts=tuple(counts.astype(int).tolist()),
    )


def _estimate_share(count: int, total: int) -> Range:
    """Return a share with Wilson's 95 % interval."""
    if total == 0:
        return Range(0.0, 0.0, 1.0)
    share, z2 = count / total, _Z**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z / (1 + z2 / total) * np.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    return Range(share, max(float(middle - half), 0.0), min(float(middle + half), 1.0))
