"""Learn the tone of verbatims from ratings; needs scikit-learn, which scoring does not.

Two linear models are averaged, since neither is the better one everywhere: a logistic regression on weighed
n-grams with balanced classes, and one per class on n-grams multiplied by the naive Bayes log-count ratio
(Wang and Manning 2012). Both come down to one weight per piece and class. How they are scaled, where the
lines between the classes are and how steep the probabilities, is found out of fold.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, hstack, vstack

from features.text.ngrams import NgramRecipe, count_ngrams
from features.text.offsets import (
    Codes,
    Floats,
    choose_offsets,
    choose_steepness,
    draw_macro_f1,
    macro_f1,
    macro_f1_interval,
)
from features.text.tone_table import Role, Source, ToneTable, Weights, lexicon_columns, n_lexicon_rows
from features.text.weighing import Vocabulary, learn_vocabulary

SAID = (NgramRecipe("words", 1, 2), NgramRecipe("characters", 2, 5))
BEFORE = (NgramRecipe("words", 1, 2, salt=1),)
N_FOLDS = 5

_MOST_PIECES = {"words": 100_000, "characters": 120_000}  # with three classes a model stays below 4 MB
_ROWS_AT_ONCE = 500
_BALANCED, _BY_RATIO = 2.0, 1.5  # scikit-learn's C
_STRENGTHS = (1.0, 0.25)  # factors on both: ratings that say little of the text need the smaller
_PSEUDO_COUNT = 0.1
# The best offsets on one sample are too large for the next: half of them lost less and won nearly as much.
_KEPT_OF_OFFSETS = 0.5
_MOST_STEPS, _TOLERANCE = 100, 1e-3


@dataclass(frozen=True, eq=False)
class RatedVerbatims:
    """Hold what is learnt from.

    Attributes
    ----------
    language
        Whose lexicon is asked.
    texts, contexts
        Verbatims, and what was spoken before each, if anything was.
    target
        Class codes from 0, the worst class first.
    n_classes
        How many classes there are.
    groups
        Verbatims of one group never stand on both sides of a split.
    weights
        How much each verbatim counts.
    """

    language: str
    texts: Sequence[str]
    contexts: Sequence[str] | None
    target: Codes
    n_classes: int
    groups: Codes
    weights: Floats


@dataclass(frozen=True, eq=False)
class _Counted:
    """Hold the counts of each source and the lexicon's columns, row for row."""

    sources: tuple[tuple[Role, NgramRecipe, csr_array], ...]
    lexicon: csr_array


@dataclass(frozen=True, eq=False)
class _Member:
    """Hold one linear model: weights of shape (columns, classes) and intercepts."""

    weights: Floats
    intercepts: Floats

    def log_odds(self, matrix: csr_array) -> Floats:
        """Return the score of each class."""
        return np.asarray(matrix @ self.weights + self.intercepts, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Learnt:
    """Hold a table of weights, and the macro-F1 that it reached out of fold."""

    table: ToneTable
    macro_f1: float
    macro_f1_interval: tuple[float, float]


@dataclass(frozen=True, eq=False)
class _Lines:
    """Hold the factor of each member, the offset of each class, and what they reach out of fold."""

    factors: tuple[float, ...]
    offsets: Floats
    macro_f1: float
    decided: Codes


def learn(rated: RatedVerbatims, classes: tuple[int, ...], *, seed: int) -> Learnt:
    """Learn a table of weights.

    Parameters
    ----------
    rated
        At least ``N_FOLDS`` groups of each class.
    classes
        Names of the class codes, rising.
    seed
        Deals the folds.
    """
    counted = _count(rated)
    lines = [_draw_lines(scores, rated) for scores in _score_out_of_fold(rated, counted, seed)]
    best = _choose(lines, rated, seed)
    vocabularies, matrix = _learn_matrix(counted, np.arange(rated.target.size))
    members = _fit_members(matrix, np.arange(rated.target.size), rated, _STRENGTHS[best])
    pairs = list(zip(lines[best].factors, members, strict=True))
    weights = np.sum([factor * member.weights for factor, member in pairs], axis=0)
    intercepts = np.sum([factor * member.intercepts for factor, member in pairs], axis=0)
    sources, lexicon = _split_weights(counted, vocabularies, weights)
    intercepts = np.asarray(intercepts + lines[best].offsets, dtype=np.float64)
    knows_before = rated.contexts is not None
    table = ToneTable(rated.language, classes, sources, lexicon, intercepts, knows_before)
    decided = lines[best].decided
    interval = macro_f1_interval(rated.target, decided, rated.groups, rated.n_classes, seed)
    return Learnt(table, lines[best].macro_f1, interval)


def _choose(lines: Sequence[_Lines], rated: RatedVerbatims, seed: int) -> int:
    """Return the place of the strength to take: the first, unless another is better by more than chance.

    Better means: by more than a standard error of the difference over the same drawn groups. The best of
    several figures that differ by chance alone is a lottery.
    """
    drawn = [draw_macro_f1(rated.target, one.decided, rated.groups, rated.n_classes, seed) for one in lines]
    best = 0
    for place in range(1, len(lines)):
        gain = lines[place].macro_f1 - lines[best].macro_f1
        if gain > float(np.std(drawn[place] - drawn[best])):
            best = place
    return best


def _draw_lines(scores: Sequence[Floats], rated: RatedVerbatims) -> _Lines:
    """Return how the members' scores become log-odds: factors that make them alike, and offsets."""
    spreads = [float(score.std()) or 1.0 for score in scores]
    mean = np.mean([score / spread for score, spread in zip(scores, spreads, strict=True)], axis=0)
    offsets = _KEPT_OF_OFFSETS * choose_offsets(mean, rated.target)
    steepness = choose_steepness(mean + offsets, rated.target)
    decided = np.argmax(mean + offsets, axis=1)
    reached = macro_f1(rated.target, decided, rated.n_classes)
    factors = tuple(steepness / spread / len(scores) for spread in spreads)
    return _Lines(factors, steepness * offsets, reached, decided)


def deal_folds(rated: RatedVerbatims, seed: int) -> Iterator[tuple[Codes, Codes]]:
    """Yield the rows to learn from and those to judge; groups stay together, classes are spread evenly."""
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(rated.target.size), rated.target, rated.groups)


def _count(rated: RatedVerbatims) -> _Counted:
    """Count all pieces once; every fold takes its part."""
    roles: list[tuple[Role, Sequence[str], NgramRecipe]] = [("said", rated.texts, recipe) for recipe in SAID]
    if rated.contexts is not None:
        roles += [("before", rated.contexts, recipe) for recipe in BEFORE]
    sources = tuple((role, recipe, _count_all(texts, recipe)) for role, texts, recipe in roles)
    return _Counted(sources, csr_array(lexicon_columns(rated.language, rated.texts, rated.contexts)))


def _count_all(texts: Sequence[str], recipe: NgramRecipe) -> csr_array:
    """Count in parts that fit into the caches."""
    starts = range(0, len(texts), _ROWS_AT_ONCE)
    return csr_array(vstack([count_ngrams(texts[start : start + _ROWS_AT_ONCE], recipe) for start in starts]))


def _score_out_of_fold(rated: RatedVerbatims, counted: _Counted, seed: int) -> list[list[Floats]]:
    """Return for each strength the scores of each member, of models that saw neither verbatim nor group."""
    shape = (rated.target.size, rated.n_classes)
    scores = [[np.zeros(shape) for _ in range(2)] for _ in _STRENGTHS]
    for learned, judged in deal_folds(rated, seed):
        _, matrix = _learn_matrix(counted, learned)
        for of_strength, strength in zip(scores, _STRENGTHS, strict=True):
            members = _fit_members(matrix[learned], learned, rated, strength)
            for score, member in zip(of_strength, members, strict=True):
                score[judged] = member.log_odds(matrix[judged])
    return scores


def _learn_matrix(counted: _Counted, learned: Codes) -> tuple[list[Vocabulary], csr_array]:
    """Return the vocabularies of some rows, and all rows weighed by them beside the lexicon's columns."""
    vocabularies, blocks = [], []
    for _, recipe, counts in counted.sources:
        vocabulary = learn_vocabulary(counts[learned], recipe, most=_MOST_PIECES[recipe.kind])
        vocabularies.append(vocabulary)
        blocks.append(vocabulary.weigh_counts(counts))
    return vocabularies, csr_array(hstack([*blocks, counted.lexicon], format="csr"))


def _fit_members(matrix: csr_array, rows: Codes, rated: RatedVerbatims, strength: float) -> list[_Member]:
    """Fit both models; ``matrix`` holds ``rows`` alone."""
    target, weights = rated.target[rows], rated.weights[rows]
    n_pieces = matrix.shape[1] - n_lexicon_rows(rated.language, knows_before=rated.contexts is not None)
    ratios = np.ones((matrix.shape[1], rated.n_classes))  # columns of the lexicon count nothing
    for code in range(rated.n_classes):
        ratios[:n_pieces, code] = _log_ratios(csr_array(matrix[:, :n_pieces]), target == code)
    balanced = _fit_logistic(matrix, target, weights, strength * _BALANCED)
    if rated.n_classes == 2:
        return [balanced, _fit_by_ratio(matrix, target, weights, ratios[:, 1], strength)]
    each = [
        _fit_by_ratio(matrix, (target == code).astype(np.int64), weights, ratios[:, code], strength)
        for code in range(rated.n_classes)
    ]
    columns = np.stack([member.weights[:, 1] for member in each], axis=1)
    return [balanced, _centred(2.0 * columns, 2.0 * np.array([member.intercepts[1] for member in each]))]


def _fit_by_ratio(
    matrix: csr_array, target: Codes, weights: Floats, ratios: Floats, strength: float
) -> _Member:
    """Fit one class against the rest on columns multiplied by their log-count ratio."""
    member = _fit_logistic(csr_array(matrix @ diags_array(ratios)), target, weights, strength * _BY_RATIO)
    return _Member(member.weights * ratios[:, None], member.intercepts)


def _log_ratios(matrix: csr_array, is_class: NDArray[np.bool_]) -> Floats:
    """Return how much more often each piece stands in a class than elsewhere; their mean square is 1."""
    inside = np.asarray(matrix[is_class].sum(axis=0)).ravel() + _PSEUDO_COUNT
    outside = np.asarray(matrix[~is_class].sum(axis=0)).ravel() + _PSEUDO_COUNT
    ratios = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
    return np.asarray(ratios / (np.sqrt(np.mean(ratios * ratios)) or 1.0), dtype=np.float64)


def _fit_logistic(matrix: csr_array, target: Codes, weights: Floats, inverse_penalty: float) -> _Member:
    """Fit a logistic regression in which all classes weigh the same."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

    model = LogisticRegression(
        C=inverse_penalty, class_weight="balanced", max_iter=_MOST_STEPS, tol=_TOLERANCE
    )
    # One thread: long vectors are added in one order everywhere, and threads would only wait for one another.
    with threadpool_limits(1), warnings.catch_warnings():
        # Further steps change no decision any more: the end of the way is part of the recipe.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix, target, sample_weight=weights)
    coefficients, intercepts = model.coef_.T, model.intercept_
    if coefficients.shape[1] == 1:
        coefficients = np.hstack([-coefficients / 2, coefficients / 2])
        intercepts = np.concatenate([-intercepts / 2, intercepts / 2])
    return _centred(coefficients, intercepts)


def _centred(weights: Floats, intercepts: Floats) -> _Member:
    """Take out what is common to all classes: it decides nothing, but would blur the spread."""
    return _Member(weights - weights.mean(axis=1, keepdims=True), intercepts - intercepts.mean())


def _split_weights(
    counted: _Counted, vocabularies: Sequence[Vocabulary], weights: Floats
) -> tuple[tuple[Source, ...], Weights]:
    """Return the weights of each source and of the lexicon, rounded to what the files hold."""
    rounded = weights.astype(np.float16).astype(np.float32)
    sources, start = [], 0
    for (role, _, _), vocabulary in zip(counted.sources, vocabularies, strict=True):
        end = start + vocabulary.columns.size
        sources.append(Source(role, vocabulary, rounded[start:end]))
        start = end
    return tuple(sources), rounded[start:]
