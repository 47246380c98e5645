"""The tone of verbatims on public data, beside what it has to beat, and how fast it is told.

``python -m tests.bench.text [de] [en] [support] [dialogue]`` judges each verbatim by a model that did not
learn from it. Progress goes to stderr; on stdout stand the figures of each set and last one JSON object:
``{"de_f1": ..., "de_f1_low": ..., "de_baseline_f1": ..., "comments_per_s": ..., ...}``. ``NAME_baseline_f1``
is the best of majority, words alone and scikit-learn's defaults; ``NAME_gain_low`` the lower end of the
interval of the difference to it.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from features.text.sentiment import SentimentModel
from tests.bench.quality import data_folder
from tests.bench.text_rivals import Figure, by_defaults, by_learning, by_majority, by_words, compare
from tests.bench.text_sets import READERS, RatedSet

RIVALS = ("majority", "words", "defaults")
LENGTH = 327
N_TIMED = 3000
N_PROCESSES = 2
N_TURNS = 400


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
    return {
        f"{key}_f1": round(figures["ours"].value, 4),
        f"{key}_f1_low": round(figures["ours"].low, 4),
        f"{key}_baseline_f1": round(figures[best].value, 4),
        f"{key}_gain_low": round(min(figures[f"ours - {name}"].low for name in RIVALS), 4),
    }


def cut_to_length(texts: Sequence[str], n_texts: int) -> list[str]:
    """Return different texts of ``LENGTH`` characters each, put together from real ones."""
    joined = " ".join(texts)
    step = max((len(joined) - LENGTH) // n_texts, 1)
    return [joined[start : start + LENGTH] for start in range(0, step * n_texts, step)][:n_texts]


def time_scoring(model: SentimentModel, texts: Sequence[str]) -> dict[str, float]:
    """Return verbatims per second of two processes, and of one per second of its own CPU time."""
    contents = model.to_files()
    with ProcessPoolExecutor(N_PROCESSES, mp_context=get_context("spawn")) as pool:
        list(pool.map(_score_for, [contents] * N_PROCESSES, [list(texts[:200])] * N_PROCESSES))
        started = time.perf_counter()
        cpu = list(pool.map(_score_for, [contents] * N_PROCESSES, [list(texts)] * N_PROCESSES))
        passed = time.perf_counter() - started
    return {
        "comments_per_s": round(N_PROCESSES * len(texts) / passed),
        "comments_per_core_s": round(N_PROCESSES * len(texts) / sum(cpu)),
    }


def time_turns(model: SentimentModel, rated: RatedSet) -> float:
    """Return the milliseconds within which 95 % of single turns are scored."""
    taken = []
    for row in range(N_TURNS):
        texts, contexts = rated.pick(np.array([row]))
        started = time.perf_counter()
        model.score(texts, contexts)
        taken.append(time.perf_counter() - started)
    return round(1000 * float(np.quantile(taken, 0.95)), 2)


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
            summary |= time_scoring(model, cut_to_length(rated.texts, N_TIMED))
        if key == "dialogue":
            summary["turn_p95_ms"] = time_turns(model, rated)
    sys.stdout.write(json.dumps(summary) + "\n")


def _score_for(contents: Mapping[str, bytes], texts: list[str]) -> float:
    """Load a model and score; return the CPU seconds of this process."""
    started = time.process_time()
    model = SentimentModel.from_files(contents)
    model.grade(model.score(texts))
    return time.process_time() - started


def _tell(line: str) -> None:
    """Write a line of progress."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
