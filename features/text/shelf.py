"""Where the text model of a source is kept, with what people edit beside it.

A shelf is a folder: ``model/`` (fitted, never edited), ``topics.yaml`` and ``corrections.csv`` (edited by
people, acting on the next run), ``review.csv`` (what deserves a look) and ``versions.jsonl`` (which version
read from when on). Without a folder a model is fitted, used and forgotten.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from features.errors import BundleError, InputError
from features.files import whole_folder, write_atomically, write_files
from features.progress import Report, silent
from features.text.corrections import Corrections
from features.text.fitting import Lesson, fit_text_model
from features.text.model import Plan, TextModel
from features.text.readings import Readings
from features.text.review import Doubt, list_doubts, write_review
from features.text.topics import TopicEdits, write_starter
from features.usecase import TEXT_COLUMNS

_MODEL, _TOPICS, _CORRECTIONS = "model", "topics.yaml", "corrections.csv"
_REVIEW, _VERSIONS = "review.csv", "versions.jsonl"


@dataclass(frozen=True)
class Reader:
    """Read verbatims with a model, its edited topics and the corrections of people.

    A correction holds for verbatims with its words, and for nothing else, until the model learns from it in
    the next fit.
    """

    model: TextModel
    corrections: Corrections

    @property
    def version(self) -> str:
        """Return the version of the model, with a mark of the corrections where there are any."""
        mark = f"+{self.corrections.digest[:8]}" if self.corrections else ""
        return f"{self.model.version}{mark}"

    def read(self, texts: Sequence[str]) -> Readings:
        """Read verbatims that are free of personal data."""
        found = self.model.read(texts)
        columns = {name: getattr(found, name) for name in TEXT_COLUMNS}
        return replace(found, **self.corrections.apply(texts, columns))

    def list_doubts(self, texts: Sequence[str]) -> list[Doubt]:
        """Return the texts that are read with most doubt: of tone, or of topic."""
        judged = self.model.judge(sorted({text for text in texts if text}))
        topics = () if self.model.topics is None else self.model.topics.ids
        weights = judged.topic_weights if len(topics) > 1 else None
        return list_doubts(
            judged.texts,
            judged.probabilities,
            weights,
            languages=judged.languages,
            topics=topics,
            corrections=self.corrections,
        )

    def describe(self) -> dict[str, Any]:
        """Return what people are told of model and corrections."""
        return self.model.describe() | {"version": self.version, "corrections": len(self.corrections)}


@dataclass(frozen=True)
class Shelf:
    """Keep the text model of one source in a folder; nothing is kept without one."""

    folder: Path | None

    def settle(self, lesson: Lesson, report: Report = silent, *, anew: bool = False) -> Reader:
        """Return what reads the source: the kept model, or one that is fitted now.

        It is fitted when there is none, when the use case asks for another plan, when the kept one learnt
        from texts after the day, or when ``anew`` asks for it.

        Parameters
        ----------
        lesson
            What it may learn from.
        report
            Told what is done and why.

        Raises
        ------
        InputError
            If the kept model is damaged, or an edited file is not what it has to be.
        """
        kept = self.load()
        reason = "as asked" if anew else _find_reason(kept, lesson)
        if reason is None and kept is not None:
            model = kept
        else:
            report(f"fitting the text model ({reason})")
            before = None if kept is None else self._edit(kept)
            corrections = self._read_corrections(lesson.plan, before)
            model = fit_text_model(lesson, kept, corrections, report=report)
            self._keep(model, kept)
        reader = self._make_reader(model)
        self._note(reader)
        return reader

    def find(self) -> Reader | None:
        """Return what reads the source by now, edits and corrections included; None where nothing is kept."""
        kept = self.load()
        return None if kept is None else self._make_reader(kept)

    def review(self, reader: Reader, texts: Sequence[str]) -> Path:
        """Write the texts that are read with most doubt, so that people can correct them; return the file."""
        if self.folder is None:
            message = "a review needs a folder"
            raise ValueError(message)
        path = self.folder / _REVIEW
        write_review(path, reader.list_doubts(texts))
        return path

    def load(self) -> TextModel | None:
        """Return the kept model; None where there is none.

        Raises
        ------
        InputError
            If it is damaged.
        """
        if self.folder is None or not (self.folder / _MODEL).is_dir():
            return None
        root = self.folder / _MODEL
        files = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }
        try:
            return TextModel.from_files(files)
        except BundleError as error:
            hint = f"delete '{root}', the next run fits a new one"
            raise InputError(str(root), f"is damaged: {error.where}: {error.problem}", hint) from error

    def _keep(self, model: TextModel, before: TextModel | None) -> None:
        """Write the model whole, and a file of topics to edit where nobody has edited one yet."""
        if self.folder is None:
            return
        with whole_folder(self.folder / _MODEL) as draft:
            write_files(draft, model.to_files())
        path = self.folder / _TOPICS
        starter = None if before is None or before.topics is None else write_starter(before.topics).encode()
        is_untouched = not path.exists() or path.read_bytes() == starter
        if model.topics is not None and is_untouched:
            write_atomically(path, write_starter(model.topics))

    def _edit(self, model: TextModel) -> TextModel:
        """Return the model with the topics as people edited them."""
        if self.folder is None or model.topics is None or not (self.folder / _TOPICS).exists():
            return model
        edits = TopicEdits.read(self.folder / _TOPICS, model.topics)
        return replace(model, topics=model.topics.edited(edits))

    def _make_reader(self, model: TextModel) -> Reader:
        """Return what reads with a model as people edited and corrected it."""
        edited = self._edit(model)
        return Reader(edited, self._read_corrections(model.plan, edited))

    def _read_corrections(self, plan: Plan, model: TextModel | None) -> Corrections:
        """Return what people corrected; nothing where there is no file."""
        path = None if self.folder is None else self.folder / _CORRECTIONS
        if path is None or not path.exists():
            return Corrections({})
        topics = () if model is None or model.topics is None else model.topics.ids
        return Corrections.read(path, plan.languages, topics)

    def _note(self, reader: Reader) -> None:
        """Write down a version that reads for the first time, with the day."""
        if self.folder is None:
            return
        path = self.folder / _VERSIONS
        before = path.read_bytes() if path.exists() else b""
        if _find_newest(before) != reader.version:
            line = {
                "version": reader.version,
                "scored_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "fitted_until": reader.model.fitted_until.isoformat(),
                "corrections": len(reader.corrections),
            }
            start = b"" if not before or before.endswith(b"\n") else b"\n"
            write_atomically(path, before + start + json.dumps(line).encode() + b"\n")


def _find_newest(noted: bytes) -> str | None:
    """Return the version that was noted last; None if there is none or somebody has damaged the line.

    The file is a record and nothing is computed from it: damage there stops no run.
    """
    try:
        return str(json.loads(noted.splitlines()[-1])["version"])
    except (IndexError, ValueError, KeyError, TypeError):
        return None


def _find_reason(kept: TextModel | None, lesson: Lesson) -> str | None:
    """Say why a model has to be fitted; None if the kept one serves."""
    if kept is None:
        return "there is none yet"
    if kept.plan != lesson.plan:
        return "the use case asks for another one than was kept"
    if kept.fitted_until > lesson.until:
        return f"the kept one learnt from texts known until {kept.fitted_until}, after {lesson.until}"
    return None
