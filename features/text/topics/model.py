"""The topics of verbatims: found by a fit, kept over waves, edited by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from features.errors import ContractError
from features.text.topics.lookup import ONE, Evidence, Lookup
from features.text.topics.topic import Topic
from features.text.topics.words import LANGUAGES

if TYPE_CHECKING:
    from features.text.topics.edits import TopicEdits

LEAST_EVIDENCE = 0.5
"""Evidence that makes a topic: its weight is then 0.5."""

_HALF = round(LEAST_EVIDENCE * ONE)
_NOTHING_SAID = Evidence({}, frozenset(), frozenset())


class Assigned(NamedTuple):
    """Hold the topics of verbatims.

    Attributes
    ----------
    weights
        Verbatims by the topics of ``TopicModel.ids``, 0 to 1, sparse; from 0.5 the verbatim has the topic.
    main
        The id of the strongest topic of each verbatim; None where none reaches 0.5.
    """

    weights: sparse.csr_array
    main: list[str | None]


@dataclass(frozen=True)
class TopicModel:
    """Hold topics as data and assign them to verbatims.

    Attributes
    ----------
    topics
        All topics, largest first, hidden ones too.
    n_verbatims
        How many verbatims of known language it was fitted on.

    Examples
    --------
    >>> said = ["The delivery was late", "The invoice is wrong"] * 30
    >>> texts = [f"{text} {'a' * (n + 2)}" for n, text in enumerate(said)]
    >>> model = TopicModel.fit(texts, ["en"] * 60)
    >>> model.assign(["My delivery never came", "Hello"], ["en", "en"]).main
    ['delivery', None]
    """

    topics: tuple[Topic, ...]
    n_verbatims: int
    _lookups: dict[str, Lookup] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare the lookup of words."""
        visible = tuple(topic for topic in self.topics if not topic.is_hidden)
        object.__setattr__(self, "_lookups", {each: Lookup(each, visible) for each in LANGUAGES})

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        languages: Sequence[str | None],
        *,
        n_topics: int = 12,
        seed: int = 0,
        earlier: "TopicModel | None" = None,
    ) -> "TopicModel":
        """Find the topics of verbatims.

        Parameters
        ----------
        texts, languages
            Cleaned verbatims, and for each the code of its language; others than ``de`` and ``en`` get none.
        n_topics
            Largest number of topics per language that fit no general theme; twice as many may fit one.
        seed
            Start of the random halves.
        earlier
            The model of earlier waves: its topics are looked for first, so that they go on where people still
            speak of them.

        Raises
        ------
        ContractError
            If there are not as many languages as texts, or no topic is asked for.
        """
        from features.text.topics.fitting import find_topics

        _check_lengths(texts, languages)
        if n_topics < 1:
            raise ContractError("topics: n_topics", f"{n_topics} is no number of topics", "ask for 1 or more")
        return cls(*find_topics(texts, languages, n_topics, seed, earlier.topics if earlier else ()))

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the topics that are assigned: the columns of the weights."""
        return tuple(topic.id for topic in self.topics if not topic.is_hidden)

    def topic(self, topic_id: str) -> Topic:
        """Return a topic, hidden or not."""
        return next(topic for topic in self.topics if topic.id == topic_id)

    def assign(self, texts: Sequence[str], languages: Sequence[str | None]) -> Assigned:
        """Return the topics of verbatims; each row depends on its own verbatim alone, to the last bit.

        Raises
        ------
        ContractError
            If there are not as many languages as texts.
        """
        _check_lengths(texts, languages)
        ids = self.ids
        ends, columns, weights, main = [0], [], [], []
        for text, language in zip(texts, languages, strict=True):
            lookup = self._lookups.get(language or "")
            said = _NOTHING_SAID if lookup is None else lookup.read(text)
            strongest, most = None, _HALF - 1
            for place in sorted(said.thousandths.keys() | said.always):
                amount = said.has(place)
                if amount:
                    columns.append(place)
                    weights.append(1.0 if place in said.always else amount / (amount + _HALF))
                if amount > most:
                    strongest, most = place, amount
            ends.append(len(columns))
            main.append(None if strongest is None else ids[strongest])
        parts = np.array(weights), np.array(columns, dtype=np.int64), np.array(ends, dtype=np.int64)
        return Assigned(sparse.csr_array(parts, shape=(len(texts), len(ids))), main)

    def edited(self, edits: "TopicEdits") -> "TopicModel":
        """Return the model with the edits of a person; topics that they do not name stay as they are."""
        from features.text.topics.editing import apply_edits

        return TopicModel(apply_edits(self.topics, edits), self.n_verbatims)

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files (name and content), data only; equal models give equal bytes."""
        from features.text.topics.storing import write_topics

        return write_topics(self.topics, self.n_verbatims)

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> "TopicModel":
        """Return the model that files hold.

        Raises
        ------
        BundleError
            If the file is missing, damaged, or of another format.
        """
        from features.text.topics.storing import read_topics

        return cls(*read_topics(files))


def _check_lengths(texts: Sequence[str], languages: Sequence[str | None]) -> None:
    if len(texts) != len(languages):
        problem = f"got {len(texts)} texts and {len(languages)} languages"
        raise ContractError("topics: languages", problem, "give one language code per text")
