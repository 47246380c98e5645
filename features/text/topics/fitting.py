"""Find the topics of verbatims: components per language, those that are stable, named, themes joined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.text.topics.counting import Corpus, count_words
from features.text.topics.evidence import weigh_evidence
from features.text.topics.factors import Factors, Floats, factorize
from features.text.topics.themes import Theme, load_themes
from features.text.topics.topic import Topic, to_slug
from features.text.topics.words import ANY, LANGUAGES, to_stem

LEAST_STABILITY = 0.6
"""Share of random halves in which a topic has to be found again."""

_N_SPLITS = 3
_SAME = 0.5
_LEAST_CORPUS = 20
_LEAST_SHARE = 0.005
_LARGEST_CORPUS = 20_000
_OF_UNSEEN_WORDS = 0.8
_N_SHOWN = 10
_TELLING = 0.5


@dataclass(frozen=True)
class _Found:
    """Hold a topic of one language before it has a name; ``evidence`` and ``shown``, most telling first."""

    language: str
    theme: str
    evidence: dict[str, float]
    shown: tuple[str, ...]
    stability: float
    share: float


def find_topics(
    texts: Sequence[str],
    languages: Sequence[str | None],
    n_topics: int,
    seed: int,
    earlier: Sequence[Topic] = (),
) -> tuple[tuple[Topic, ...], int]:
    """Return the topics of verbatims, largest first, and the number of verbatims of a known language."""
    found: list[_Found] = []
    held = _hold(earlier)
    for language in LANGUAGES:
        theirs = [text for text, code in zip(texts, languages, strict=True) if code == language]
        found += _find_in(theirs, language, n_topics, seed, held)
    n_verbatims = sum(code in LANGUAGES for code in languages)
    return _measure(_join(found, held), texts, languages), n_verbatims


def _hold(earlier: Sequence[Topic]) -> list[Theme]:
    """Return the topics of an earlier model that fit no general theme, as themes of their telling stems."""
    general = {theme.id for theme in load_themes()}
    return [
        Theme(topic.id, topic.label, {each: _list_telling(topic, each) for each in LANGUAGES})
        for topic in earlier
        if topic.id not in general
    ]


def _list_telling(topic: Topic, language: str) -> tuple[str, ...]:
    """Return the stems of the words that tell a topic best."""
    words = topic.words.get(language, {})
    shown = [to_stem(word, language) for word in topic.shown.get(language, ())]
    return tuple(stem for stem in shown if words.get(stem, 0.0) >= _TELLING)


def _find_in(
    texts: Sequence[str], language: str, n_topics: int, seed: int, held: Sequence[Theme]
) -> list[_Found]:
    """Return the stable topics of one language."""
    random = np.random.default_rng([seed, LANGUAGES.index(language)])
    if len(texts) > _LARGEST_CORPUS:
        chosen = np.sort(random.choice(len(texts), _LARGEST_CORPUS, replace=False))
        texts = [texts[place] for place in chosen.tolist()]
    corpus = count_words(texts, language)
    if corpus.size < _LEAST_CORPUS:
        return []
    factors = factorize(corpus, n_topics, held)
    evidence = weigh_evidence(corpus, factors)
    stability = _measure_stability(corpus, evidence, random, lambda half: factorize(half, n_topics, held))
    share = factors.shares.mean(axis=0)
    is_kept = (stability >= LEAST_STABILITY) & (share >= _LEAST_SHARE) & evidence.any(axis=1)
    return [
        _describe(corpus, evidence[place], factors.themes[place], stability[place], share[place])
        for place in np.flatnonzero(is_kept).tolist()
    ]


def _measure_stability(
    corpus: Corpus, evidence: Floats, random: np.random.Generator, refit: Callable[[Corpus], Factors]
) -> Floats:
    """Return the share of random halves in which each topic is found again (cosine of evidence from .5)."""
    again = []
    for _ in range(_N_SPLITS):
        order = random.permutation(corpus.size)
        for rows in np.array_split(order, 2):
            half = corpus.half(np.sort(rows))
            theirs = weigh_evidence(half, refit(half))
            again.append(compare(evidence, theirs).max(axis=1, initial=0.0) >= _SAME)
    return np.asarray(np.mean(again, axis=0))


def compare(one: Floats, other: Floats) -> Floats:
    """Return the cosine of every row of one table with every row of another."""
    lengths = np.sqrt((one**2).sum(axis=1))[:, None], np.sqrt((other**2).sum(axis=1))[:, None]
    return np.asarray((one / np.maximum(lengths[0], 1e-12)) @ (other / np.maximum(lengths[1], 1e-12)).T)


def _describe(corpus: Corpus, evidence: Floats, theme: str, stability: float, share: float) -> _Found:
    """Return one topic of a language with its words, most telling first."""
    found_in = np.asarray(corpus.presence.sum(axis=0)).ravel()
    order = np.argsort(-evidence * np.log1p(found_in), kind="stable")
    telling = [place for place in order.tolist() if evidence[place] > 0]
    weighed = {corpus.stems[place]: float(evidence[place]) for place in telling}
    if theme:  # words of the theme that say nothing here must not count as unseen ones
        of_stem = corpus.themes_of()
        weighed |= {
            stem: 0.0
            for place, stem in enumerate(corpus.stems)
            if theme in of_stem[place] and stem not in weighed
        }
    shown = tuple(corpus.spelled[corpus.stems[place]] for place in telling[:_N_SHOWN])
    return _Found(corpus.language, theme, weighed, shown, float(stability), float(share))


def _join(found: Sequence[_Found], held: Sequence[Theme]) -> list[Topic]:
    """Return named topics; those of one theme in several languages are one."""
    themes = {theme.id: theme for theme in (*load_themes(), *held)}
    by_theme: dict[str, list[_Found]] = {}
    for each in found:
        by_theme.setdefault(each.theme or " ".join((each.language, *each.shown)), []).append(each)
    topics: list[Topic] = []
    for name, parts in by_theme.items():
        if name in themes:
            topics.append(_name_by_theme(themes[name], parts))
        else:
            topics.append(_name_by_words(parts[0], {topic.id for topic in topics} | set(themes)))
    return topics


def _name_by_theme(theme: Theme, parts: Sequence[_Found]) -> Topic:
    """Return the topic of a theme: what was found, and the words of the theme that were not seen yet."""
    evidence = {part.language: part.evidence for part in parts}
    words = {
        language: dict.fromkeys(theme.keys[language], _OF_UNSEEN_WORDS) | evidence.get(language, {})
        for language in LANGUAGES
    }
    words = {language: dict(_order(each)) for language, each in words.items()}
    shown = {part.language: part.shown for part in parts}
    stability = float(np.average([part.stability for part in parts], weights=[part.share for part in parts]))
    return Topic(theme.id, theme.label, dict(words), dict(shown), round(stability, 3), 0)


def _order(words: dict[str, float]) -> dict[str, float]:
    """Return found stems before letters with stars, as they came."""
    return dict(sorted(words.items(), key=lambda each: ANY in each[0]))


def _name_by_words(part: _Found, taken: set[str]) -> Topic:
    """Return a topic that fits no theme, named by its most telling words."""
    named = part.shown[:3]
    slug = to_slug("_".join(named[:2]))
    place = 2
    topic_id = slug
    while topic_id in taken:
        topic_id, place = f"{slug}_{place}", place + 1
    label = dict(dict.fromkeys(LANGUAGES, ", ".join(named)))
    words = {part.language: dict(part.evidence)}
    return Topic(topic_id, label, words, {part.language: part.shown}, round(part.stability, 3), 0)


def _measure(
    topics: Sequence[Topic], texts: Sequence[str], languages: Sequence[str | None]
) -> tuple[Topic, ...]:
    """Count the verbatims of each topic; largest first, those that no verbatim has are left out."""
    from features.text.topics.model import TopicModel

    weights = TopicModel(tuple(topics), 0).assign(texts, languages).weights
    has = weights.copy()
    has.data = (weights.data >= 0.5).astype(np.float64)
    sizes = np.asarray(has.sum(axis=0)).ravel().astype(int).tolist()
    sized = [replace(topic, size=size) for topic, size in zip(topics, sizes, strict=True) if size]
    return tuple(sorted(sized, key=lambda topic: (-topic.size, topic.id)))
