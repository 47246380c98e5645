"""The challenger answers in the shadow of the champion: a sample of rows is scored again, and both are kept.

Nobody gets an answer of the challenger. It is asked in a thread of its own after the champion has answered;
what does not fit into its short line is dropped, and whatever goes wrong there stays there. What is kept is
about models: no id, no value of a feature, and a hash that only tells equal rows of one worker apart.
"""

import hashlib
import logging
import queue
import random
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import msgspec

from features.errors import XmError
from serving.cache import CHALLENGER_POINTER
from serving.champions import Champion, load_from
from serving.schemas import ScoreAnswer
from serving.settings import Settings

LOG = logging.getLogger("xm_predict.shadow")
_MOST_WAITING = 64
_MOST_ROWS = 50
_FILES_LOOKED_AT = 4
_BYTES_LOOKED_AT = 64 * 1024
_ENCODE = msgspec.json.Encoder().encode


class ShadowRow(msgspec.Struct, frozen=True):
    """Hold what both models say of one row.

    Attributes
    ----------
    row
        Keyed hash of the features; the key lives and dies with the worker.
    champion, challenger
        Versions.
    champion_scores, challenger_scores
        Probability by horizon, or the value under ``value``.
    """

    at: str
    usecase: str
    row: str
    champion: str
    challenger: str
    champion_scores: dict[str, float]
    challenger_scores: dict[str, float]


_READ_ROW = msgspec.json.Decoder(ShadowRow).decode


class Shadow:
    """Ask challengers on a sample of what champions were asked.

    Parameters
    ----------
    cache
        Root of the cache of verified bundles; challengers lie beside the champions.
    share
        Share of the requests that are scored again, in 0..1.
    keep
        Keeps what was found.

    Attributes
    ----------
    n_dropped
        Requests of the sample that were not scored again, since the line was full.
    n_failed
        Requests whose second scoring failed.
    """

    def __init__(self, cache: Path, share: float, keep: Callable[[Sequence[ShadowRow]], None]) -> None:
        self._cache = cache
        self._share = share
        self._keep = keep
        self._challengers: dict[str, Champion] = {}
        self._seen: dict[str, int] = {}
        self._key = secrets.token_bytes(32)
        # The sample is no secret; any generator does.
        self._draw = random.Random().random
        self._line: queue.Queue[tuple[Champion, Sequence[Any], ScoreAnswer] | None] = queue.Queue(
            _MOST_WAITING
        )
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        self.n_dropped = 0
        self.n_failed = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Return the use cases with a challenger."""
        return tuple(sorted(self._challengers))

    def start(self) -> None:
        """Begin to score."""
        self._thread.start()

    def stop(self) -> None:
        """Score what waits, and end."""
        if self._thread.is_alive():
            self._line.put(None)
            self._thread.join(5)

    def look(self) -> None:
        """Take challengers that are new in the cache, and let go of those that are not there any more."""
        pointers = {path.parent.name: path for path in self._cache.glob(f"*/{CHALLENGER_POINTER}")}
        self._challengers = {name: one for name, one in self._challengers.items() if name in pointers}
        self._seen = {name: stamp for name, stamp in self._seen.items() if name in pointers}
        for name, pointer in pointers.items():
            try:
                stamp = pointer.stat().st_mtime_ns
                if self._seen.get(name) != stamp:
                    self._seen[name] = stamp
                    self._challengers[name] = load_from(pointer)
            except Exception as error:  # noqa: BLE001 - no challenger may end the one who looks
                self._challengers.pop(name, None)
                what = error if isinstance(error, XmError) else type(error).__name__
                LOG.error("challenger refused: %s", what)  # noqa: TRY400 - the line says it all

    def note(self, rows: Sequence[Any], answer: ScoreAnswer) -> None:
        """Hand over what was asked and answered; never waits and never fails.

        Parameters
        ----------
        rows
            As they were decoded.
        """
        challenger = self._challengers.get(answer.usecase)
        if challenger is None or self._draw() >= self._share:
            return
        try:
            self._line.put_nowait((challenger, rows[:_MOST_ROWS], answer))
        except queue.Full:
            self.n_dropped += 1

    def _run(self) -> None:
        """Score until the end."""
        while (asked := self._line.get()) is not None:
            try:
                self._keep(self._score(*asked))
            except Exception as error:  # noqa: BLE001 - no failure of a challenger may reach the service
                self.n_failed += 1
                LOG.error("challenger failed: %s", type(error).__name__)  # noqa: TRY400 - messages may quote data

    def _score(self, challenger: Champion, rows: Sequence[Any], answer: ScoreAnswer) -> list[ShadowRow]:
        """Return what both models say."""
        features = [msgspec.to_builtins(row.features) for row in rows]
        # A challenger may have other features; those that it does not know are nothing to it.
        known = set(challenger.feature_names)
        taken = [{name: value for name, value in row.items() if name in known} for row in features]
        scores = challenger.scorer.score(taken)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return [
            ShadowRow(
                at=now,
                usecase=answer.usecase,
                row=hashlib.blake2b(_ENCODE(sent), key=self._key, digest_size=12).hexdigest(),
                champion=answer.model_version,
                challenger=challenger.bundle.model_version,
                champion_scores=_name_scores(answered.probability, answered.value),
                challenger_scores=_name_scores(score.probabilities, score.value),
            )
            for sent, answered, score in zip(features, answer.rows, scores, strict=False)
        ]


def _name_scores(probabilities: dict[str, float], value: Any) -> dict[str, float]:
    """Return all that was forecast for a row, by name."""
    return {**probabilities, **({"value": value} if isinstance(value, float) else {})}


class ShadowFiles:
    """Keep rows as lines of JSON, in files of bounded size and number.

    Parameters
    ----------
    folder
        Where the files are; made for its owner alone.
    most_bytes
        Size from which on a new file is begun.
    most_files
        When there are more, the oldest are removed.
    """

    def __init__(self, folder: Path, most_bytes: int = 4 * 1024 * 1024, most_files: int = 50) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._most_files = most_files
        self._file: Path | None = None

    def record(self, rows: Sequence[ShadowRow]) -> None:
        """Add rows, each batch in one write."""
        if self._file is None or self._file.stat().st_size >= self._most_bytes:
            self._file = self._begin()
        with self._file.open("ab") as file:
            file.write(b"".join(_ENCODE(row) + b"\n" for row in rows))

    def _begin(self) -> Path:
        """Begin a file, and remove the oldest if there are too many."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        old = sorted(self._folder.glob("shadow-*.jsonl"))
        for file in old[: max(0, len(old) + 1 - self._most_files)]:
            file.unlink(missing_ok=True)
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        file = self._folder / f"shadow-{moment}-{secrets.token_hex(3)}.jsonl"
        file.touch(mode=0o600)
        return file


class Agreement(msgspec.Struct, frozen=True):
    """Say how far two versions are apart on rows that both were asked of late.

    Attributes
    ----------
    mean_gap
        Mean distance of what they forecast, without its sign.
    mean_difference
        Challenger minus champion, on average.
    is_value
        Whether answers are meant, in their unit; else probabilities.
    """

    n_rows: int
    mean_gap: float
    mean_difference: float
    is_value: bool = False


def read_agreement(
    folder: Path, usecase: str, champion: str, challenger: str, horizon: str
) -> Agreement | None:
    """Return how far two versions are apart in the newest lines; None where there are none of both.

    Only the ends of a few files are read, so this is no more than a look.

    Parameters
    ----------
    champion, challenger
        Names of the versions.
    horizon
        Which probability counts; of an answer its value does.
    """
    gaps, is_value = [], False
    for file in sorted(folder.glob("shadow-*.jsonl"))[-_FILES_LOOKED_AT:]:
        for row in _read_end(file):
            if (row.usecase, row.champion, row.challenger) != (usecase, champion, challenger):
                continue
            is_value = "value" in row.champion_scores
            name = "value" if is_value else horizon
            if name in row.champion_scores and name in row.challenger_scores:
                gaps.append(row.challenger_scores[name] - row.champion_scores[name])
    if not gaps:
        return None
    return Agreement(len(gaps), sum(map(abs, gaps)) / len(gaps), sum(gaps) / len(gaps), is_value)


def _read_end(file: Path) -> list[ShadowRow]:
    """Return the last rows of a file; lines that are none, or cut in two, are left out."""
    found = []
    try:
        with file.open("rb") as lines:
            lines.seek(max(0, file.stat().st_size - _BYTES_LOOKED_AT))
            content = lines.read(_BYTES_LOOKED_AT)
    except OSError:
        return []
    for line in content.splitlines():
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            found.append(_READ_ROW(line))
    return found


@asynccontextmanager
async def casting_shadow(settings: Settings) -> AsyncIterator[Shadow]:
    """Have challengers asked and followed as long as the block runs; where that is not wished, none is."""
    shadow = Shadow(settings.cache, settings.shadow_share, ShadowFiles(settings.shadow_folder).record)
    if not settings.is_shadowing:
        yield shadow
        return
    shadow.start()
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_watch, shadow, settings.poll_seconds)
            yield shadow
            tasks.cancel_scope.cancel()
    finally:
        shadow.stop()


async def _watch(shadow: Shadow, seconds: float) -> None:
    """Follow the challengers; apart from the champions, which must not wait for their trials."""
    while True:
        await anyio.to_thread.run_sync(shadow.look)
        await anyio.sleep(seconds)
