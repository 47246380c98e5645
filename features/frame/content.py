"""A feature table in memory and on disk: rows, the newest rows, and the facts that belong to them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import ContractError, SourceError, XmError
from features.files import whole_folder, write_atomically, write_files
from features.frame.facts import FrameFacts

FORMAT_VERSION = 4
_ROWS, _LATEST, _ANSWERS, _FACTS = "frame.parquet", "latest.parquet", "answers.parquet", "frame.json"
_PROTECTED, _WAVES, _VERBATIMS = "protected.parquet", "waves.parquet", "verbatims.parquet"
_TEXT = "text/"

VERBATIMS = pa.schema(
    [
        ("entity_id", pa.string()),
        ("source", pa.string()),
        ("written_on", pa.date32()),
        ("language", pa.string()),
        ("sentiment", pa.float64()),
        ("effort", pa.float64()),
        ("is_actionable", pa.float64()),
        ("topic", pa.string()),
    ]
)


@dataclass(frozen=True)
class Frame:
    """Hold the feature table of a use case.

    Attributes
    ----------
    table
        One line per entity and snapshot, ordered by snapshot, then entity (a flat table: by entity):
        ``entity_id``, ``snapshot_date``, the features in the order of the catalogue (float64 or string; null
        is missing), then what is no feature:

        - ``target_days``, ``target_event``, ``target_known_days`` (snapshots, event): see
          :class:`features.labels.Labels`;
        - ``target``, ``target_known_days`` (snapshots, silence or next answer): 1 for silence, else 0; or the
          answer, null where there was none; see :class:`features.labels.SpanLabels`;
        - ``target`` (flat table): 1 for the predicted label, else 0; or the rating or amount;
        - ``value_revenue``, ``weight``, ``entity_group``, ``cut_<column>`` where the use case declares them.
    latest
        The same features at the newest snapshot, for every entity that can be scored, with ``weight`` and
        cuts; no target.
    answers
        Survey answers that reports speak of, see :mod:`features.answers`; empty for a flat table.
    facts
        Where all this comes from.
    protected
        ``entity_id``, ``snapshot_date`` and the protected attributes as known then, line by line as in
        ``table``; for checks of fairness, never for a model.
    waves
        Who answered what in which wave of each survey, and who stayed silent, see :mod:`features.waves`, with
        the cuts as known when the wave closed; empty for a flat table.
    verbatims
        What was read in each verbatim, never the words, see :mod:`features.frame.verbatims`.
    texts
        The text models that read them: file names (``<source>/...``) and contents.
    """

    table: pa.Table
    latest: pa.Table
    answers: pa.Table
    facts: FrameFacts
    protected: pa.Table
    waves: pa.Table
    verbatims: pa.Table = field(default_factory=VERBATIMS.empty_table)
    texts: Mapping[str, bytes] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write all files; the folder is replaced as a whole or not at all."""
        with whole_folder(folder) as draft:
            tables = {_ROWS: self.table, _LATEST: self.latest}
            tables |= {_ANSWERS: self.answers, _PROTECTED: self.protected, _WAVES: self.waves}
            tables |= {_VERBATIMS: self.verbatims}
            for name, rows in tables.items():
                pq.write_table(rows, draft / name, compression="zstd")
            texts = {f"{_TEXT}{name}": content for name, content in self.texts.items()}
            write_files(draft, texts)
            stamps = {name: _stamp((draft / name).read_bytes()) for name in (*tables, *texts)}
            content = {"format_version": FORMAT_VERSION, "files": stamps, **self.facts.to_json()}
            write_atomically(draft / _FACTS, json.dumps(content, indent=2, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read what :meth:`write` wrote, after a check that the files belong together.

        Raises
        ------
        SourceError
            If a file is missing or cannot be read.
        ContractError
            If the format is another one, or a file is not the one that ``frame.json`` describes.
        """
        content = _read_facts(folder)
        names = (_ROWS, _LATEST, _ANSWERS, _PROTECTED, _WAVES)
        stamps = content["files"]
        table, latest, answers, protected, waves = (_read_rows(folder / name, stamps) for name in names)
        # Tables of an earlier version hold nothing that was read in words.
        is_read = _VERBATIMS in stamps
        verbatims = _read_rows(folder / _VERBATIMS, stamps) if is_read else VERBATIMS.empty_table()
        texts = {
            name.removeprefix(_TEXT): _read_stamped(folder / name, name, stamps)
            for name in stamps
            if name.startswith(_TEXT)
        }
        try:
            facts = FrameFacts.from_json(content)
        except (KeyError, TypeError, ValueError, XmError) as error:
            raise ContractError(str(folder / _FACTS), f"is incomplete: {error}", "build it again") from error
        return cls(table, latest, answers, facts, protected, waves, verbatims, texts)


def _stamp(content: bytes) -> dict[str, Any]:
    """Return what tells a file from every other one."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _read_bytes(path: Path) -> bytes:
    """Return the content of one file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror})", "build it first") from error


def _read_facts(folder: Path) -> dict[str, Any]:
    """Return the content of ``frame.json``."""
    path = folder / _FACTS
    try:
        content: dict[str, Any] = json.loads(_read_bytes(path))
        version = content["format_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise ContractError(
            str(path), f"does not describe a feature table ({error})", "build it again"
        ) from error
    if version != FORMAT_VERSION:
        problem = f"has the format version {version}, not {FORMAT_VERSION}"
        raise ContractError(str(path), problem, "build it again with this version")
    return content


def _read_rows(path: Path, stamps: dict[str, Any]) -> pa.Table:
    """Return the rows of a file whose bytes are the ones that were written."""
    return pq.read_table(pa.BufferReader(_read_stamped(path, path.name, stamps)))


def _read_stamped(path: Path, name: str, stamps: dict[str, Any]) -> bytes:
    """Return the bytes of a file, if they are the ones that were written under a name."""
    content = _read_bytes(path)
    found, expected = _stamp(content), stamps.get(name)
    if found != expected:
        written = "nothing" if expected is None else str(expected["sha256"])[:12]
        problem = f"has the SHA-256 {found['sha256'][:12]}..., frame.json speaks of {written}"
        raise ContractError(str(path), problem, "the files do not belong together; build them again")
    return content
