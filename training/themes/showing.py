"""Which topics of a wave may be told of: none of few verbatims or few people, and none by subtraction.

Topics that are too small are taken together, and with them as many of the smallest others as it takes until
together they are enough. So every verbatim stands in exactly one line that is told, nothing is hidden, and
nothing can be worked out from the total. What is told of a wave depends on that wave alone: a report of the
next quarter tells the same of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.disclosure import Ledger, Minimums, Released, ReleaseRefusedError, Table, Wave, release
from training.statistics import Bools
from training.themes.rows import Objects, VerbatimRows, WaveVerbatims

NO_TOPIC, OTHERS = "(no topic)", "(other topics)"
"""Lines that are no topic; the brackets keep them apart from the ids of topics."""
_EVERYBODY, _BY_TOPIC = "everybody", "topics"


@dataclass(frozen=True)
class Histories:
    """Hold what was told of the verbatims of a source before, and of the people who wrote them."""

    verbatims: Ledger | None = None
    people: Ledger | None = None


@dataclass(frozen=True)
class ShownWave:
    """Hold the lines of one wave that may be told.

    Attributes
    ----------
    verbatims
        The wave.
    lines
        By topic, :data:`NO_TOPIC` or :data:`OTHERS`: ``[n]`` which verbatims are in the line. Together they
        are all verbatims.
    """

    verbatims: WaveVerbatims
    lines: Mapping[str, Bools]


def find_altered(rows: VerbatimRows, minimums: Minimums, histories: Histories) -> tuple[int, ...]:
    """Return the closed waves that are not as they were when they were told of.

    Late verbatims, erasures and another text model change a wave; told twice, the difference would say what
    changed.
    """
    waves = [WaveVerbatims.of(rows, number) for number in sorted(set(rows.names) - rows.open_waves)]
    return tuple(
        wave.number
        for wave in waves
        if not _is_as_told(wave.as_verbatims(), minimums, histories.verbatims)
        or not _is_as_told(wave.as_people(), minimums, histories.people)
    )


def show_wave(wave: WaveVerbatims, minimums: Minimums) -> ShownWave | None:
    """Return the lines of a wave that may be told; None where there is none beside the total.

    Parameters
    ----------
    minimums
        Fewest verbatims, and fewest people who wrote them, behind a line.
    """
    minimum = minimums.of_kind("verbatims")
    labels = np.array([topic if topic is not None else NO_TOPIC for topic in wave.topics], dtype=object)
    labels = _pool(wave, labels, set(), minimum)
    while len(set(labels)) > 1:
        hidden = _find_hidden(_tables(wave, labels), wave, minimums)
        if not hidden:
            return ShownWave(wave, {name: labels == name for name in sorted(set(labels))})
        labels = _pool(wave, labels, hidden, minimum)
    return None


def release_waves(
    shown: Sequence[ShownWave], minimums: Minimums, histories: Histories
) -> tuple[Released, Released]:
    """Return what is told of the verbatims of some waves, and of the people who wrote them.

    Raises
    ------
    ReleaseRefusedError
        If a wave is not as it was told before, or a line may no longer be told beside what is out already.
    """
    tables = [_tables(one.verbatims, _labels(one)) for one in shown]
    of_verbatims = release(
        [table for pair in tables for table in pair[0]],
        [one.verbatims.as_verbatims() for one in shown],
        minimums,
        histories.verbatims,
    )
    of_people = release(
        [table for pair in tables for table in pair[1]],
        [one.verbatims.as_people() for one in shown],
        minimums,
        histories.people,
    )
    for released in (of_verbatims, of_people):
        for cell in released.cells:
            if cell.state == "hidden":
                problem = "it may no longer be told beside what is out already"
                raise ReleaseRefusedError(cell.cell.where, problem, "leave the topics of this wave out")
    return of_verbatims, of_people


def _pool(wave: WaveVerbatims, labels: Objects, hidden: set[str], minimum: int) -> Objects:
    """Take hidden and small lines together with as many of the smallest others as it takes."""
    sizes = {name: int((labels == name).sum()) for name in sorted(set(labels))}
    small = {name for name in sizes if not wave.is_enough(labels == name, minimum)} | hidden
    left = sorted(set(sizes) - small - {OTHERS}, key=lambda name: (sizes[name], name))
    # What is hidden alone stays what it was under another name.
    pooled = small | ({OTHERS} & set(sizes))
    while small and left and (len(pooled) < 2 or not _is_enough(wave, labels, pooled, minimum)):
        pooled.add(left.pop(0))
    return np.array([OTHERS if small and name in pooled else name for name in labels], dtype=object)


def _is_enough(wave: WaveVerbatims, labels: Objects, names: set[str], minimum: int) -> bool:
    """Tell whether some lines together have enough verbatims of enough people."""
    return wave.is_enough(np.isin(labels.astype(str), sorted(names)), minimum)


def _find_hidden(
    tables: tuple[list[Table], list[Table]], wave: WaveVerbatims, minimums: Minimums
) -> set[str]:
    """Return the lines that may not be told beside the others."""
    hidden: set[str] = set()
    for found, unit in zip(tables, (wave.as_verbatims(), wave.as_people()), strict=True):
        for one in release(found, [unit], minimums).cells:
            if one.state == "hidden":
                hidden |= {name for name in one.cell.key if name is not None} or {OTHERS}
    return hidden


def _labels(shown: ShownWave) -> Objects:
    """Return the line of each verbatim."""
    labels = np.full(len(shown.verbatims.people), None, dtype=object)
    for name, is_in in shown.lines.items():
        labels[is_in] = name
    return labels


def _tables(wave: WaveVerbatims, labels: Objects) -> tuple[list[Table], list[Table]]:
    """Return what is told of the verbatims, and of their people, who may be in several topics."""
    people = wave.as_people().people
    of_verbatims = [Table(_BY_TOPIC, wave.name, {"topic": labels.tolist()}, kind="verbatims")]
    of_people = [Table(_EVERYBODY, wave.name, {"topic": [None] * len(people)}, kind="verbatims")]
    for name in sorted(set(labels)):
        writers = {who for who, label in zip(wave.people, labels, strict=True) if label == name}
        inside = [name if who in writers else None for who in people]
        of_people.append(Table(f"{_BY_TOPIC}: {name}", wave.name, {"topic": inside}, kind="verbatims"))
    return of_verbatims, of_people


def _is_as_told(wave: Wave, minimums: Minimums, history: Ledger | None) -> bool:
    """Tell whether a wave is new or as it was."""
    if history is None:
        return True
    try:
        release([], [wave], minimums, history)
    except ReleaseRefusedError:
        return False
    return True
