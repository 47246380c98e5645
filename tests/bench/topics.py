"""Topics of verbatims in worlds of known truth, and on public data where it is there.

``python -m tests.bench.topics [--worlds N]`` prints one JSON object last: purity on held-out verbatims by
language, share of topics matched over waves, emerging topics found and false ones, seconds per 10,000
verbatims. Public data (``XM_SHARED_DATA``) adds coherence (NPMI), topics found again in the other half, and
processor seconds of the fit. Progress goes to stderr.
"""

import argparse
import csv
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.text.topics import TopicModel, find_emerging, match_topics
from features.text.topics.counting import count_words
from features.text.topics.topic import to_slug
from features.text.topics.words import to_telling_stem
from features.worlds.phrases import TOPICS, load_phrases
from features.worlds.verbatims import draw_tones, draw_topics, write_comments
from features.worlds.vocabulary import LANGUAGES
from features.worlds.voices.calls import draw_calls, turn_table
from features.worlds.voices.reviews import draw_reviews, review_table
from features.worlds.world import draw_world
from tests.bench.quality import data_folder
from tests.bench.topic_worlds import Wave, draw_waves, is_mark, new_topics

N_WAVES = 8
BEGINS = 6


@dataclass(frozen=True)
class Found:
    """Hold what a search for emerging topics brought: planted ones found, and false ones by wave searched."""

    is_found: bool
    n_false: int
    n_searched: int


def draw_comments(seed: int, count: int) -> Wave:
    """Return comments of the example company's surveys with their true topics; short answers are left out."""
    random = np.random.default_rng(seed)
    tones = draw_tones(random.standard_normal(count), np.zeros(count, dtype=np.bool_), random)
    topics = draw_topics(tones, random.standard_normal(count), 0.4 * random.random(count), random)
    language = random.integers(0, 2, count)
    texts = write_comments(language, topics, tones, random)
    rows = [row for row, text in enumerate(texts) if len(text) > 12]
    codes: list[str | None] = [LANGUAGES[language[row]] for row in rows]
    return Wave([texts[row] for row in rows], codes, [TOPICS[topics[row]] for row in rows])


def draw_voices(seed: int, n_customers: int = 1500) -> dict[str, Wave]:
    """Return the reviews, and what customers say in calls, of one example company with their true topics."""
    world = draw_world(seed, n_customers, 12)
    reviews, calls = draw_reviews(world), draw_calls(world)
    said: dict[str, list[str]] = {}
    for turn in turn_table(world, calls).select(["call_id", "speaker", "text"]).to_pylist():
        if turn["speaker"] == "customer":
            said.setdefault(turn["call_id"], []).append(turn["text"])
    texts = {
        "reviews": review_table(world, reviews)["text"].to_pylist(),
        "calls": [" ".join(each) for each in said.values()],
    }
    waves = {}
    for name, each in (("reviews", reviews), ("calls", calls)):
        codes: list[str | None] = [
            LANGUAGES[code] for code in world.customers.language[each.customer].tolist()
        ]
        waves[name] = Wave(texts[name], codes, [TOPICS[topic] for topic in each.topic.tolist()])
    return waves


def split_by_phrase(wave: Wave) -> tuple[Wave, Wave]:
    """Return the verbatims without and with the last phrase of every topic and tone: new ways to say it."""
    last = [
        to_slug(max(cores[-1].split("{n}"), key=len))
        for code in LANGUAGES
        for by_tone in load_phrases(code).cores.values()
        for cores in by_tone.values()
    ]
    plain = [to_slug(text) for text in wave.texts]
    is_last = [any(phrase in text for phrase in last) for text in plain]
    rows = [[row for row, each in enumerate(is_last) if each is wanted] for wanted in (False, True)]
    parts = [
        Wave(
            [wave.texts[row] for row in chosen],
            [wave.languages[row] for row in chosen],
            [wave.truth[row] for row in chosen],
        )
        for chosen in rows
    ]
    return parts[0], parts[1]


def measure_purity(main: Sequence[str | None], truth: Sequence[str]) -> tuple[float, float]:
    """Return the share whose true topic is the commonest of their topic, and the share with any topic."""
    found: dict[str, Counter[str]] = {}
    for topic, true in zip(main, truth, strict=True):
        if topic is not None:
            found.setdefault(topic, Counter())[true] += 1
    n_assigned = sum(each.total() for each in found.values())
    n_common = sum(each.most_common(1)[0][1] for each in found.values())
    return n_common / max(n_assigned, 1), n_assigned / max(len(main), 1)


def score_held_out(model: TopicModel, held_out: Wave, language: str | None = None) -> tuple[float, float]:
    """Return purity and coverage on verbatims of one language, or of all."""
    rows = [row for row, code in enumerate(held_out.languages) if language in {None, code}]
    texts, codes = [held_out.texts[row] for row in rows], [held_out.languages[row] for row in rows]
    return measure_purity(model.assign(texts, codes).main, [held_out.truth[row] for row in rows])


def match_over_waves(seed: int, size: int = 1000) -> tuple[int, int]:
    """Return how many topics of a fit on four waves are the same topic in a fit on the four after them.

    Asked are topics that have a true one: the commonest among verbatims that no fit has seen, at least three
    in five of them. A pair counts when the true topic is the same; a topic that is gone does not.
    """
    waves = draw_waves(seed, 8, size)
    old = TopicModel.fit(*_join(waves[:4]))
    new = TopicModel.fit(*_join(waves[4:]), earlier=old)
    matched = match_topics(old, new)
    (judge,) = draw_waves(seed + 10_000, 1, 4 * size)
    before, after = _list_truths(old, judge), _list_truths(matched.model, judge)
    real = [name for name, (_, share) in before.items() if share >= 0.6]
    return sum(before[name][0] == after.get(name, ("",))[0] for name in real), len(real)


def _list_truths(model: TopicModel, judge: Wave) -> dict[str, tuple[str, float]]:
    """Return the commonest true topic of each topic, and the share of its verbatims with it."""
    found: dict[str, Counter[str]] = {}
    for topic, true in zip(model.assign(*judge.pair).main, judge.truth, strict=True):
        if topic is not None:
            found.setdefault(topic, Counter())[true] += 1
    common = {topic: each.most_common(1)[0] for topic, each in found.items()}
    return {topic: (true, count / found[topic].total()) for topic, (true, count) in common.items()}


def _join(waves: Iterable[Wave]) -> tuple[list[str], list[str | None]]:
    """Return the verbatims of several waves and their languages."""
    kept = list(waves)
    return [text for wave in kept for text in wave.texts], [code for wave in kept for code in wave.languages]


def search_world(seed: int, size: int = 1000, share: float = 0.01) -> Found:
    """Search a world where nothing is new, wave by wave, then the same one with a new topic in two waves."""
    name = new_topics()[seed % len(new_topics())]
    quiet, loud = (draw_waves(seed, N_WAVES, size, planted=each) for each in ((), ((name, BEGINS, share),)))
    model = TopicModel.fit(*_join(quiet[: BEGINS - 2]))
    searched = range(BEGINS - 1, N_WAVES + 1)
    n_false = sum(len(find_emerging([wave.pair for wave in quiet[:last]], model)) for last in searched)
    is_found = False
    for last in range(BEGINS + 1, N_WAVES + 1):
        for topic in find_emerging([wave.pair for wave in loud[:last]], model):
            first = [word for words in topic.words.values() for word in words[:3]]
            is_found |= 2 * sum(is_mark(name, word) for word in first) >= len(first)
    return Found(is_found, n_false, len(searched))


def read_public(folder: Path) -> dict[str, tuple[str, list[str]]]:
    """Return language and texts of the public sets that are there."""
    sets: dict[str, tuple[str, list[str]]] = {}
    german, english = (
        folder / "germeval2017-db/train/dev.tsv.gz",
        folder / "womens-clothing-reviews/train/reviews.csv.gz",
    )
    if german.exists():
        with gzip.open(german, "rt", encoding="utf-8") as lines:
            rows = [line.rstrip("\n").split("\t") for line in lines]
        sets["germeval2017-db"] = "de", [row[1] for row in rows if len(row) > 1 and row[1]]
    if english.exists():
        with gzip.open(english, "rt", encoding="utf-8", newline="") as lines:
            texts = [row["Review Text"] for row in csv.DictReader(lines)]
        sets["womens-clothing-reviews"] = "en", [text for text in texts if text]
    return sets


def measure_public(language: str, texts: Sequence[str], seed: int = 0) -> dict[str, float]:
    """Return coherence, stability and cost on real texts."""
    codes = [language] * len(texts)
    since = time.process_time()
    model = TopicModel.fit(texts[:10_000], codes[:10_000])
    fit_s = time.process_time() - since
    order = np.random.default_rng(seed).permutation(min(len(texts), 10_000))
    halves = [
        TopicModel.fit([texts[row] for row in rows], [language] * len(rows))
        for rows in np.array_split(order, 2)
    ]
    matched = match_topics(halves[0], halves[1])
    model.assign(texts, codes)
    since = time.process_time()
    assigned = model.assign(texts, codes)
    cost_ms = 1000 * (time.process_time() - since) / len(texts)
    return {
        "topics": len(model.ids),
        "npmi": round(measure_npmi(model, texts[:10_000], language), 3),
        "found_in_other_half": round(len(matched.continued) / max(len(halves[0].ids), 1), 3),
        "stability": round(float(np.mean([topic.stability for topic in model.topics])), 3),
        "covered": round(sum(topic is not None for topic in assigned.main) / len(texts), 3),
        "fit_s_per_10k": round(fit_s * 10_000 / min(len(texts), 10_000), 2),
        "assign_ms": round(cost_ms, 4),
        "letters": round(float(np.mean([len(text) for text in texts]))),
    }


def measure_npmi(model: TopicModel, texts: Sequence[str], language: str, n_words: int = 10) -> float:
    """Return the mean NPMI of the first words of each topic, by verbatim (Bouma, 2009)."""
    corpus = count_words(texts, language)
    column = {stem: place for place, stem in enumerate(corpus.stems)}
    scores = []
    for topic in model.topics:
        stems = {to_telling_stem(word, language) for word in topic.shown.get(language, ())[:n_words]}
        places = [column[stem] for stem in sorted(stems) if stem in column]
        presence = corpus.presence[:, places]
        together = (presence.T @ presence).toarray() / corpus.size
        alone = np.diagonal(together)
        for one in range(len(places)):
            for other in range(one):
                both = together[one, other]
                lift = np.log(both / (alone[one] * alone[other])) if both else 0.0
                scores.append(lift / -np.log(both) if both else -1.0)
    return float(np.mean(scores)) if scores else 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--worlds", type=int, default=20, help="worlds for matching and for emerging topics")
    worlds: int = parser.parse_args(arguments).worlds
    fitted_on, held_out = draw_comments(1, 6000), draw_comments(2, 6000)
    since = time.process_time()
    model = TopicModel.fit(*fitted_on.pair)
    fit_s = (time.process_time() - since) * 10_000 / len(fitted_on.texts)
    purity = {code or "mixed": score_held_out(model, held_out, code) for code in (*LANGUAGES, None)}
    seen, unseen = split_by_phrase(draw_comments(3, 8000))
    purity["new phrases"] = score_held_out(TopicModel.fit(*seen.pair), unseen)
    heard = draw_voices(5)
    for name, wave in draw_voices(4).items():
        purity[name] = score_held_out(TopicModel.fit(*wave.pair), heard[name])
    _tell(f"purity and coverage: {purity}")
    matches = [match_over_waves(seed) for seed in range(worlds)]
    _tell(f"matched: {matches}")
    searches = [search_world(seed) for seed in range(worlds)]
    _tell(f"emerging: {searches}")
    n_searched = sum(each.n_searched for each in searches)
    figures = {
        "purity": {name: round(each[0], 3) for name, each in purity.items()},
        "covered": {name: round(each[1], 3) for name, each in purity.items()},
        "matched": round(sum(each[0] for each in matches) / max(sum(each[1] for each in matches), 1), 3),
        "emerging_found": round(float(np.mean([each.is_found for each in searches])), 3),
        "false_per_20_waves": round(20 * sum(each.n_false for each in searches) / max(n_searched, 1), 3),
        "fit_s_per_10k": round(fit_s, 2),
        "worlds": worlds,
        "waves_searched": n_searched,
        "public": {name: measure_public(*each) for name, each in read_public(data_folder()).items()},
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    main()
