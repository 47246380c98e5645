"""What may be told of the waves of one question: of all who answered, and of the groups behind a change."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from training.disclosure import (
    Ledger,
    Minimums,
    Released,
    ReleaseRefusedError,
    Table,
    Wave,
    release,
)
from training.reports.wave_pairs import WavePair
from training.reports.wave_rows import WaveRows
from training.statistics import Bools

_EVERYBODY = "everybody"


def release_waves(
    rows: WaveRows,
    shown: Sequence[int],
    pairs: Mapping[str, WavePair],
    minimums: Minimums,
    history: Ledger | None,
) -> Released:
    """Decide what may be told of the finished waves of a question.

    Parameters
    ----------
    shown
        Numbers of the waves.
    pairs
        Two waves each whose change is taken apart, by the name of the change.
    history
        What was told of this question before.
    """
    groups = [(name, pair.groups()) for name, pair in pairs.items()]
    numbers = sorted({*shown, *(number for _, found in groups for number in found)})
    tables: list[Table] = []
    for number in numbers:
        everybody = [None] * int(np.isfinite(rows.answers(number)).sum())
        tables.append(Table(_EVERYBODY, rows.names[number], {"group": everybody}))
        for name, found in groups:
            tables += _tables(rows, number, f"{name}: ", found.get(number, {}))
    return release(tables, [_describe(rows, number) for number in numbers], minimums, history)


def name_pair(pair: WavePair | None) -> dict[str, WavePair]:
    """Return the change to the newest wave by its name, where there is one."""
    return {} if pair is None else {pair.rows.names[pair.after]: pair}


def is_change_told(released: Released) -> bool:
    """Tell whether every group behind the parts of the change may be told of; an empty one is no group."""
    return all(one.state == "shown" for one in released.cells if one.cell.table != _EVERYBODY)


def find_altered(rows: WaveRows, minimums: Minimums, history: Ledger | None) -> tuple[int, ...]:
    """Return the waves that are not as they were when they were told of.

    Late answers, corrections and erasures change a wave; told twice, the difference would say what changed.
    """
    if history is None:
        return ()
    finished = [number for number in sorted(rows.names) if number not in rows.open_waves]
    return tuple(number for number in finished if not _is_as_told(_describe(rows, number), minimums, history))


def _is_as_told(wave: Wave, minimums: Minimums, history: Ledger) -> bool:
    """Tell whether a wave is new or as it was."""
    try:
        release([], [wave], minimums, history)
    except ReleaseRefusedError:
        return False
    return True


def _describe(rows: WaveRows, number: int) -> Wave:
    """Return a wave with those who answered it; of the answers what every reader was told: their mean."""
    answers = rows.answers(number)
    has_answered = np.isfinite(answers)
    people = tuple(name for name, is_in in zip(rows.people, has_answered, strict=True) if is_in)
    told = f"{answers[has_answered].mean():.6f}" if people else ""
    day = rows.closes_on[number]
    return Wave(rows.names[number], people, day, day, answers=told)


def _tables(
    rows: WaveRows, number: int, prefix: str, groups: Mapping[str, Mapping[str, Bools]]
) -> Iterator[Table]:
    """Yield the tables of one wave: the group of each person who answered it."""
    has_answered = np.isfinite(rows.answers(number))
    for name, members in groups.items():
        labels = np.full(has_answered.size, None, dtype=object)
        for label, is_in in members.items():
            labels[is_in] = label
        yield Table(prefix + name, rows.names[number], {"group": labels[has_answered].tolist()})
