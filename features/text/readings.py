"""What was read in verbatims: one value per verbatim and column, and the counts that people are told."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.text.redaction import KINDS
from features.usecase import TEXT_COLUMNS

Floats = npt.NDArray[np.float64]
_REMOVED = re.compile(rf"\[({'|'.join(KINDS)})\]")


@dataclass(frozen=True)
class Readings:
    """Hold what was read in verbatims, in their order.

    Attributes
    ----------
    texts
        The verbatims without personal data; empty where nothing was written.
    language
        ISO 639-1 code; empty for texts too short to tell.
    sentiment, effort
        -2 to +2; NaN where nothing was read: no language that is known, or nothing said of effort.
    is_actionable
        1 or 0; NaN where nothing was read.
    topic
        Id of the main topic, or None.
    """

    texts: Sequence[str]
    language: Sequence[str]
    sentiment: Floats
    effort: Floats
    is_actionable: Floats
    topic: Sequence[str | None]

    def to_table(self) -> pa.Table:
        """Return the columns, one row per verbatim; null where nothing was read."""
        read: Mapping[str, Any] = {name: getattr(self, name) for name in TEXT_COLUMNS}
        columns = {
            name: pa.array(values, pa.float64(), from_pandas=True)
            if isinstance(values, np.ndarray)
            else pa.array([value or None for value in values], pa.string())
            for name, values in read.items()
        }
        return pa.table({"verbatim": pa.array([text or None for text in self.texts], pa.string()), **columns})

    def keep(self, is_kept: npt.NDArray[np.bool_]) -> "Readings":
        """Return the readings of some verbatims, in their order."""
        places = np.flatnonzero(is_kept).tolist()
        return Readings(
            texts=[self.texts[place] for place in places],
            language=[self.language[place] for place in places],
            sentiment=self.sentiment[places],
            effort=self.effort[places],
            is_actionable=self.is_actionable[places],
            topic=[self.topic[place] for place in places],
        )

    def describe(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return counts: verbatims by language, those passed through, and what was taken out of them.

        Parameters
        ----------
        languages
            Those that are read; verbatims of others are passed through.
        """
        written = [code for code, text in zip(self.language, self.texts, strict=True) if text]
        counts = Counter(written)
        removed = Counter(kind for text in self.texts for kind in _REMOVED.findall(text))
        return {
            "languages": dict(sorted(counts.items())),
            "read": sum(counts[code] for code in languages),
            "passed_through": sum(n for code, n in counts.items() if code and code not in languages),
            "redacted": dict(sorted(removed.items())),
        }
