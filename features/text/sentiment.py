"""The tone of verbatims: learnt from ratings where there are enough, by a list of words until then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from features.errors import ContractError, TooFewEventsError
from features.text.duplicates import group_near_duplicates
from features.text.lexicon import COLUMNS
from features.text.offsets import Floats, to_probabilities
from features.text.sentiment_files import read_files, write_files
from features.text.tone_table import ToneTable, check_texts
from features.text.wordlist import LANGUAGES, load_wordlist

FEWEST_GROUPS = 10
_GRADES = (-2.0, 2.0)
_LEXICON_STEEPNESS, _LEXICON_NEUTRAL = 4.0, 1.0  # a tone beyond a quarter is no longer neutral


@dataclass(frozen=True, eq=False)
class SentimentModel:
    """Tell the tone of verbatims.

    A model belongs to the source it was learnt from: what is praise in one is plain in another. Only
    :meth:`from_lexicon` may be used for any source.

    Attributes
    ----------
    table
        All weights; data, no code.
    reason
        Why the list of words answers instead of a learnt model; empty if it was learnt.
    macro_f1
        What the model reached on verbatims that it had not seen; NaN where nothing was learnt.
    macro_f1_interval
        Its 95 % interval, by drawing groups of verbatims.
    """

    table: ToneTable
    reason: str = ""
    macro_f1: float = float("nan")
    macro_f1_interval: tuple[float, float] = (float("nan"), float("nan"))

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        classes: npt.ArrayLike,
        *,
        language: str,
        groups: npt.ArrayLike | None = None,
        weights: npt.ArrayLike | None = None,
        contexts: Sequence[str] | None = None,
        seed: int = 0,
    ) -> "SentimentModel":
        """Learn from rated verbatims.

        Parameters
        ----------
        texts
            Verbatims of one source and one language.
        classes
            Class of each, a whole number; the order of the numbers is that of the tone. Two to ten classes.
        language
            ``de`` or ``en`` bring their lexicon; others are learnt from the ratings alone.
        groups
            Whole number of a group per verbatim, such as its dialogue or author: a group is never both
            learnt from and judged. By default near-duplicates are groups.
        weights
            How much each verbatim counts; all alike by default.
        contexts
            What was spoken before each verbatim; it has pieces of its own.
        seed
            Deals the folds out of which the lines between the classes are drawn.

        Returns
        -------
        SentimentModel
            The lexicon's model with a ``reason`` where a class has fewer than ``FEWEST_GROUPS`` groups.

        Raises
        ------
        ContractError
            If lengths differ, classes are not whole numbers, or weights are negative.
        TooFewEventsError
            If a class is too small and the language has no lexicon.
        """
        check_texts(texts, contexts)
        target = _whole(classes, "classes", len(texts))
        grouped = group_near_duplicates(texts) if groups is None else _whole(groups, "groups", len(texts))
        weighed = _checked_weights(weights, len(texts))
        names, codes = np.unique(target, return_inverse=True)
        if problem := _too_few(names, codes, grouped):
            return _fall_back(language, problem)
        from features.text.fit_sentiment import RatedVerbatims, learn

        rated = RatedVerbatims(language, texts, contexts, codes, names.size, grouped, weighed)
        learnt = learn(rated, tuple(names.tolist()), seed=seed)
        return cls(learnt.table, macro_f1=learnt.macro_f1, macro_f1_interval=learnt.macro_f1_interval)

    @classmethod
    def from_lexicon(cls, language: str) -> "SentimentModel":
        """Return the model for a start without ratings: bad, neutral, good by a list of words.

        Raises
        ------
        SpecError
            If the language has no lexicon.

        Examples
        --------
        >>> model = SentimentModel.from_lexicon("de")
        >>> model.grade(model.score(["Super, danke!", "Schon wieder furchtbar voll.", "Gleis 7."])).tolist()
        [2, -2, 0]
        """
        load_wordlist(language)
        weights = np.zeros((len(COLUMNS), 3), dtype=np.float32)
        weights[0] = (-_LEXICON_STEEPNESS, 0.0, _LEXICON_STEEPNESS)
        intercepts = np.array([0.0, _LEXICON_NEUTRAL, 0.0])
        table = ToneTable(language, (-1, 0, 1), (), weights, intercepts, knows_before=False)
        return cls(table, reason="nothing was learnt yet")

    def predict(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> Floats:
        """Return the probability of each class, shape (verbatims, classes).

        They are those of a source in which the classes are about as frequent: the largest is the decision
        that makes macro-F1 best, small classes are not drowned by large ones. A row has the same bits in
        every batch.

        Raises
        ------
        ContractError
            If something is not a text, or contexts are missing, superfluous or of another number.
        """
        return to_probabilities(self.table.log_odds(texts, contexts))

    def score(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> Floats:
        """Return the expected tone from -2 (the worst class) to +2 (the best), classes evenly spaced."""
        names = np.asarray(self.table.classes, dtype=np.float64)
        low, high = _GRADES
        tones = low + (high - low) * (names - names[0]) / (names[-1] - names[0])
        probabilities, total = self.predict(texts, contexts), np.zeros(len(texts))
        for column, tone in zip(probabilities.T, tones, strict=True):
            total += column * tone
        return np.clip(total, low, high)

    @staticmethod
    def grade(score: npt.ArrayLike) -> npt.NDArray[np.int8]:
        """Return the grade of scores: the nearest whole number from -2 to +2."""
        return np.clip(np.rint(score), -2, 2).astype(np.int8)

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files, the same bytes for the same model: JSON and one plain array file."""
        reached = (self.macro_f1, *self.macro_f1_interval)
        return write_files(self.table, reason=self.reason, macro_f1=reached)

    @classmethod
    def from_files(cls, contents: Mapping[str, bytes]) -> "SentimentModel":
        """Return the model in files; it answers with the same bits.

        Raises
        ------
        BundleError
            If a file is missing, damaged or of another format.
        """
        table, reason, (macro_f1, low, high) = read_files(contents)
        return cls(table, reason, macro_f1, (low, high))


def _whole(values: npt.ArrayLike, name: str, n_texts: int) -> npt.NDArray[np.int64]:
    """Return whole numbers, one per text."""
    found = np.asarray(values)
    if found.shape != (n_texts,):
        raise ContractError(name, f"there are {n_texts} texts and {found.shape} {name} respectively")
    if n_texts and not np.issubdtype(found.dtype, np.integer):
        raise ContractError(name, f"{found[0]!r} is not a whole number", "code them as whole numbers")
    return found.astype(np.int64)


def _checked_weights(weights: npt.ArrayLike | None, n_texts: int) -> Floats:
    """Return one finite weight of at least 0 per text."""
    found = np.ones(n_texts) if weights is None else np.asarray(weights, dtype=np.float64)
    if found.shape != (n_texts,):
        raise ContractError("weights", f"there are {n_texts} texts and {found.shape} weights respectively")
    is_bad = ~(np.isfinite(found) & (found >= 0))
    if is_bad.any():
        row = int(np.argmax(is_bad))
        raise ContractError(f"weights[{row}]", f"{found[row]} is not a weight", "give numbers of at least 0")
    return found


def _too_few(
    names: npt.NDArray[np.int64], codes: npt.NDArray[np.int64], groups: npt.NDArray[np.int64]
) -> str:
    """Return why nothing can be learnt, or nothing."""
    if names.size < 2:
        return f"all {codes.size} verbatims are of one class {names.tolist()}"
    if names.size > 10:
        raise ContractError("classes", f"there are {names.size} classes", "merge ratings into at most 10")
    for code, name in enumerate(names.tolist()):
        n_groups = np.unique(groups[codes == code]).size
        if n_groups < FEWEST_GROUPS:
            return f"class {name} has {n_groups} different verbatims, {FEWEST_GROUPS} are needed"
    return ""


def _fall_back(language: str, problem: str) -> SentimentModel:
    """Return the lexicon's model and say why."""
    if language not in LANGUAGES:
        hint = f"rate more verbatims; a list of words for the start exists for {', '.join(LANGUAGES)}"
        raise TooFewEventsError("classes", problem, hint)
    return replace(SentimentModel.from_lexicon(language), reason=problem)
