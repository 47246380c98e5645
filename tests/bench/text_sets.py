"""Public verbatims with ratings, split so that no repeat of a text and no dialogue is on both sides."""

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold, StratifiedKFold

from features.text.duplicates import group_near_duplicates

Ints = npt.NDArray[np.int64]
SEED = 20261123


@dataclass(frozen=True, eq=False)
class RatedSet:
    """Hold rated verbatims in order of their file or of a seeded shuffle.

    Attributes
    ----------
    key
        How its figures are named: ``de``, ``en``, ``support``, ``dialogue``.
    language, texts, contexts
        What is read; contexts only where something was spoken before.
    classes
        Tone of each verbatim: -1, 0, 1.
    units
        What is resampled for intervals, and never split: a dialogue, or the verbatim itself.
    folds
        Fold in which a verbatim is judged; -1 where it is only learnt from.
    """

    key: str
    language: str
    texts: Sequence[str]
    contexts: Sequence[str] | None
    classes: Ints
    units: Ints
    folds: Ints

    def splits(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield rows to learn from and rows to judge."""
        for fold in range(int(self.folds.max()) + 1):
            yield np.flatnonzero(self.folds != fold), np.flatnonzero(self.folds == fold)

    def pick(self, rows: Ints) -> tuple[list[str], list[str] | None]:
        """Return texts and contexts of some rows."""
        contexts = None if self.contexts is None else [self.contexts[row] for row in rows]
        return [self.texts[row] for row in rows], contexts


def read_german(folder: Path) -> RatedSet:
    """Return posts about a railway; of repeats and near-repeats the first alone."""
    with gzip.open(
        folder / "germeval2017-db" / "train" / "dev.tsv.gz", "rt", encoding="utf-8", newline=""
    ) as file:
        rows = [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) >= 4]
    _, first = np.unique(group_near_duplicates([row[1] for row in rows]), return_index=True)
    kept = [rows[place] for place in np.sort(first)]
    classes = np.array([("negative", "neutral", "positive").index(row[3]) - 1 for row in kept])
    return _own_units("de", "de", [row[1] for row in kept], classes, _stratify(classes, 5))


def read_reviews(folder: Path) -> RatedSet:
    """Return reviews of clothes, title and text: 8,000 to learn from, 2,500 to judge."""
    rows = _read_table(folder / "womens-clothing-reviews" / "train" / "reviews.csv.gz")
    rows = [row for row in rows if row["Review Text"].strip()]
    texts = [". ".join(part for part in (row["Title"], row["Review Text"]) if part) for row in rows]
    _, first = np.unique(group_near_duplicates(texts), return_index=True)
    chosen = np.random.default_rng(SEED).permutation(np.sort(first))[:10_500]
    ratings = np.array([int(rows[place]["Rating"]) for place in chosen])
    folds = np.repeat([-1, 0], [8_000, 2_500])
    return _own_units("en", "en", [texts[place] for place in chosen], np.sign(ratings - 3), folds)


def read_remarks(folder: Path) -> RatedSet:
    """Return remarks to a support desk: satisfied (4 or 5) or not."""
    rows = _read_table(folder / "support-csat-deepcsat" / "train" / "support_csat.csv.gz")
    rows = [row for row in rows if row["Customer Remarks"].strip()]
    classes = np.array([1 if float(row["CSAT Score"]) >= 4 else -1 for row in rows])
    return _own_units(
        "support", "en", [row["Customer Remarks"] for row in rows], classes, _stratify(classes, 5)
    )


def read_dialogues(folder: Path) -> RatedSet:
    """Return what callers say, with the two turns before; the mean rating of each turn, rounded."""
    turns = [turn for name in ("MWOZ", "SGD") for turn in _read_turns(folder, name)]
    _, dialogue = np.unique([turn[2] for turn in turns], return_inverse=True)
    classes = np.array([turn[3] for turn in turns])
    folds = np.zeros(len(turns), dtype=np.int64)
    splitter = GroupKFold(3, shuffle=True, random_state=SEED)
    for fold, (_, judged) in enumerate(splitter.split(classes, classes, dialogue)):
        folds[judged] = fold
    texts, contexts = [turn[0] for turn in turns], [turn[1] for turn in turns]
    return RatedSet("dialogue", "en", texts, contexts, classes, dialogue, folds)


READERS: Mapping[str, Callable[[Path], RatedSet]] = {
    "de": read_german,
    "en": read_reviews,
    "support": read_remarks,
    "dialogue": read_dialogues,
}


def class_of(ratings: str) -> int:
    """Return the class of a turn by the mean of its ratings, halves rounded up: 1-2, 3 or 4-5."""
    mean = np.mean([int(rating) for rating in ratings.split(",")])
    return int(np.sign(np.floor(mean + 0.5) - 3))


def _read_turns(folder: Path, name: str) -> Iterator[tuple[str, str, str, int]]:
    """Yield text, what was spoken before, dialogue and class of each rated turn of a caller."""
    before: list[str] = []
    number = 0
    with gzip.open(
        folder / "dialogue-satisfaction-uss" / f"{name}.txt.gz", "rt", encoding="utf-8", newline="\n"
    ) as file:
        for line in file:
            speaker, *rest = line.rstrip("\n").split("\t")
            if not rest:
                before, number = [], number + 1
            elif rest[0] != "OVERALL":
                if speaker == "USER" and rest[-1].strip():
                    yield rest[0], " ".join(before[-2:]), f"{name} {number}", class_of(rest[-1])
                before.append(rest[0])


def _read_table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a packed table."""
    with gzip.open(path, "rb") as file:
        return list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", newline="")))


def _stratify(classes: Ints, n_folds: int) -> Ints:
    """Return the fold of each verbatim, classes spread evenly."""
    folds = np.zeros(classes.size, dtype=np.int64)
    splitter = StratifiedKFold(n_folds, shuffle=True, random_state=SEED)
    for fold, (_, judged) in enumerate(splitter.split(classes, classes)):
        folds[judged] = fold
    return folds


def _own_units(key: str, language: str, texts: list[str], classes: Ints, folds: Ints) -> RatedSet:
    """Return a set of which each verbatim stands for itself."""
    return RatedSet(key, language, texts, None, classes, np.arange(len(texts)), folds)
