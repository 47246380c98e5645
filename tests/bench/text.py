"""The tone of verbatims on public data, beside what it has to beat, and how fast it is told.

``python -m tests.bench.text [de] [en] [support] [dialogue]`` judges each verbatim by a model that did not
learn from it. Progress goes to stderr; on stdout stand the figures of each set and last one JSON object:
``{"de_f1": ..., "de_f1_low": ..., "de_baseline_f1": ..., "comments_per_s": ..., ...}``; without a name also
the figures of :mod:`tests.bench.turns`, ``turn_p95_ms`` among them. ``NAME_baseline_f1`` is the best of
majority, words alone and scikit-learn's defaults, each of which has a figure of its own; ``NAME_gain`` the
difference to it with its interval, of which the lower end is the lowest over all three.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

import numpy as np

from features.text.model import Plan, TextModel
from features.text.redaction import Redactor
from features.text.sentiment import SentimentModel
from features.text.topics import TopicModel
from tests.bench import turns
from tests.bench.quality import data_folder
from tests.bench.text_rivals import Figure, by_defaults, by_learning, by_majority, by_words, compare
from tests.bench.text_sets import READERS, RatedSet

RIVALS = ("majority", "words", "defaults")
LENGTH = 327
N_TIMED = 3000
N_PROCESSES = 2


def judge(rated: RatedSet) -> tuple[dict[str, Figure], SentimentModel]:
    """Return the figures of one set, and the model of its last split."""
    decided = {name: np.zeros(rated.classes.size, dtype=np.int64) for name in ("ours", *RIVALS)}
    model = SentimentModel.from_lexicon(rated.language)
    for learned, judged in rated.splits():
        started = time.perf_counter()
        decided["ours"][judged], model = by_learning(rated, learned, judged)
        _tell(
            f"{rated.key}: {learned.size} learnt, {judged.size} judged, {time.perf_counter() - started:.0f} s"
        )
        decided["majority"][judged] = by_majority(rated.classes[learned], judged.size)
        decided["words"][judged] = by_words(rated, judged)
        decided["defaults"][judged] = by_defaults(rated, learned, judged)
    is_judged = rated.folds >= 0
    chosen = {name: values[is_judged] for name, values in decided.items()}
    return compare(rated.classes[is_judged], rated.units[is_judged], chosen), model


def summarise(key: str, figures: Mapping[str, Figure]) -> dict[str, float]:
    """Return the figures that are compared with what is to be reached."""
    best = max(RIVALS, key=lambda name: figures[name].value)
    ours, gain = figures["ours"], figures[f"ours - {best}"]
    found = {
        "f1": ours.value,
        "f1_low": ours.low,
        "f1_high": ours.high,
        "baseline_f1": figures[best].value,
        "gain": gain.value,
        "gain_low": min(figures[f"ours - {name}"].low for name in RIVALS),
        "gain_high": gain.high,
        **{f"{name}_f1": figures[name].value for name in RIVALS},
    }
    return {f"{key}_{name}": round(value, 4) for name, value in found.items()}


def cut_to_length(texts: Sequence[str], n_texts: int) -> list[str]:
    """Return different texts of ``LENGTH`` characters each, put together from real ones."""
    joined = " ".join(texts)
    step = max((len(joined) - LENGTH) // n_texts, 1)
    return [joined[start : start + LENGTH] for start in range(0, step * n_texts, step)][:n_texts]


def make_reader(tone: SentimentModel, texts: Sequence[str]) -> TextModel:
    """Return a whole text model of English verbatims, with topics of the same texts and German word lists."""
    plan = Plan(("en", "de"), "rating", 12)
    topics = TopicModel.fit(texts[:N_TIMED], ["en"] * min(len(texts), N_TIMED), n_topics=plan.n_topics)
    tones = {"en": tone, "de": SentimentModel.from_lexicon("de")}
    return TextModel(plan, date(2026, 1, 1), tones, topics, {}, {})


def time_reading(model: TextModel, texts: Sequence[str]) -> dict[str, float]:
    """Return verbatims per second of two processes, and of one per second of its own CPU time.

    All that is done to a verbatim is timed: personal data taken out, language, tone, effort, whether one can
    act, topics. ``tones_per_core_s`` is of its tone alone.
    """
    contents = model.to_files()
    tone, sample = model.tones["en"], list(texts)
    started = time.process_time()
    tone.score(sample)
    alone = time.process_time() - started
    with ProcessPoolExecutor(N_PROCESSES, mp_context=get_context("spawn")) as pool:
        list(pool.map(_read_for, [contents] * N_PROCESSES, [list(texts[:200])] * N_PROCESSES))
        started = time.perf_counter()
        cpu = list(pool.map(_read_for, [contents] * N_PROCESSES, [list(texts)] * N_PROCESSES))
        passed = time.perf_counter() - started
    return {
        "comments_per_s": round(N_PROCESSES * len(texts) / passed),
        "comments_per_core_s": round(N_PROCESSES * len(texts) / sum(cpu)),
        "tones_per_core_s": round(len(texts) / alone),
    }


def main(keys: Sequence[str]) -> None:
    """Judge the sets, measure speed and size, write the figures."""
    folder = data_folder()
    summary: dict[str, float] = {}
    for key in keys or READERS:
        rated = READERS[key](folder)
        figures, model = judge(rated)
        for name, figure in sorted(figures.items()):
            sys.stdout.write(f"{key}: {name}: {' '.join(f'{number:.3f}' for number in figure.rounded())}\n")
        summary |= summarise(key, figures)
        summary[f"{key}_model_mb"] = round(sum(map(len, model.to_files().values())) / 1e6, 2)
        if key == "en":
            reader = make_reader(model, rated.texts)
            summary |= time_reading(reader, cut_to_length(rated.texts, N_TIMED))
    if not keys:
        summary |= turns.measure()
    sys.stdout.write(json.dumps(summary) + "\n")


def _read_for(contents: Mapping[str, bytes], texts: list[str]) -> float:
    """Load a model and read; return the CPU seconds of this process."""
    started = time.process_time()
    model, redactor = TextModel.from_files(contents), Redactor()
    model.read([redactor.clean(text) for text in texts])
    return time.process_time() - started


def _tell(line: str) -> None:
    """Write a line of progress."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
