"""What a learnt tone has to beat, and by how much it does: macro-F1 with intervals over resamples."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.text.lexicon import load_lexicon
from features.text.offsets import macro_f1
from features.text.sentiment import SentimentModel
from tests.bench.text_sets import Ints, RatedSet

Floats = npt.NDArray[np.float64]
N_DRAWS = 1000
NEUTRAL = 0.05  # VADER's own bounds of what is neutral


@dataclass(frozen=True)
class Figure:
    """Hold a value with its interval of 95 %."""

    value: float
    low: float
    high: float

    def rounded(self) -> list[float]:
        """Return the three numbers, to be printed."""
        return [round(number, 4) for number in (self.value, self.low, self.high)]


def by_majority(learned: Ints, n_judged: int) -> Ints:
    """Return the most frequent class for every verbatim."""
    names, counts = np.unique(learned, return_counts=True)
    return np.full(n_judged, names[np.argmax(counts)])


def by_words(rated: RatedSet, rows: Ints) -> Ints:
    """Return the class by words alone: VADER for English, the list of this program for German."""
    texts, _ = rated.pick(rows)
    if rated.language == "en":
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        analyzer = SentimentIntensityAnalyzer()
        tones = np.array([analyzer.polarity_scores(text)["compound"] for text in texts])
    else:
        tones = load_lexicon(rated.language).score(texts)
    if 0 not in rated.classes:
        return np.where(tones >= 0, 1, -1)
    return np.where(tones > NEUTRAL, 1, np.where(tones < -NEUTRAL, -1, 0))


def by_defaults(rated: RatedSet, learned: Ints, judged: Ints) -> Ints:
    """Return the class by scikit-learn's TF-IDF of words and logistic regression as they come."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    model.fit(rated.pick(learned)[0], rated.classes[learned])
    return np.asarray(model.predict(rated.pick(judged)[0]), dtype=np.int64)


def by_learning(rated: RatedSet, learned: Ints, judged: Ints) -> tuple[Ints, SentimentModel]:
    """Return the class by a model of this program, and the model."""
    texts, contexts = rated.pick(learned)
    groups = rated.units[learned] if contexts is not None else None
    model = SentimentModel.fit(
        texts, rated.classes[learned], language=rated.language, groups=groups, contexts=contexts
    )
    decided = model.predict(*rated.pick(judged)).argmax(axis=1)
    return np.array(model.table.classes, dtype=np.int64)[decided], model


def compare(classes: Ints, units: Ints, decided: Mapping[str, Ints], seed: int = 0) -> dict[str, Figure]:
    """Return macro-F1 of each way to decide, and what ``ours`` is better by (``ours - name``).

    All ways see the same resamples of units.
    """
    names, target = np.unique(classes, return_inverse=True)
    codes = {name: np.searchsorted(names, chosen) for name, chosen in decided.items()}
    _, unit = np.unique(units, return_inverse=True)
    n_units, random = int(unit.max()) + 1, np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(N_DRAWS):
        weights = np.bincount(random.integers(0, n_units, n_units), minlength=n_units)[unit]
        for name, chosen in codes.items():
            drawn[name].append(_weighted_f1(target, chosen, weights, names.size))
    own = {name: macro_f1(target, chosen, names.size) for name, chosen in codes.items()}
    found = {name: _figure(own[name], np.array(drawn[name])) for name in codes}
    ours = np.array(drawn["ours"])
    for name in codes.keys() - {"ours"}:
        found[f"ours - {name}"] = _figure(own["ours"] - own[name], ours - np.array(drawn[name]))
    return found


def _weighted_f1(target: Ints, decided: Ints, weights: Ints, n_classes: int) -> float:
    """Return macro-F1 where verbatims count several times."""
    cells = np.bincount(target * n_classes + decided, weights=weights, minlength=n_classes * n_classes)
    matrix = cells.reshape(n_classes, n_classes)
    both = matrix.sum(axis=0) + matrix.sum(axis=1)
    return float(np.mean(2.0 * np.diag(matrix) / np.maximum(both, 1)))


def _figure(value: float, drawn: Floats) -> Figure:
    """Return a value with the middle 95 % of its resamples."""
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Figure(value, float(low), float(high))
