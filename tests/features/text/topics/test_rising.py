"""The scan for words that rise, and what chance does."""

import numpy as np
import pytest
from scipy import sparse

from features.text.topics.novelty import Unknown
from features.text.topics.rising import measure_chance, scan


def _table(counts: list[list[int]], size: int = 300, *, served: list[int] | None = None) -> Unknown:
    """Make waves of verbatims; row: the verbatims of a stem by wave, in a row from a place of its own."""
    n_waves = len(counts[0])
    presence = np.zeros((n_waves * size, len(counts)))
    is_served = np.zeros(n_waves * size, dtype=np.bool_)
    for column, by_wave in enumerate(counts):
        for wave, count in enumerate(by_wave):
            begins = wave * size + 40 * column
            presence[begins : begins + count, column] = 1.0
            if served and column in served:
                is_served[begins : begins + count] = True
    stems = tuple(f"stem{column}" for column in range(len(counts)))
    dealt = np.repeat(np.arange(n_waves, dtype=np.int64), size)
    return Unknown("en", sparse.csr_array(presence), stems, dealt, is_served, stems)


def _found(table: Unknown) -> list[tuple[int, ...]]:
    return [rise.columns for rise in scan(table, table.wave, int(table.wave.max()) + 1)]


@pytest.mark.parametrize(
    ("counts", "is_found"),
    [
        ([0, 0, 0, 0, 0, 8], True),
        ([0, 0, 0, 0, 5, 5], True),
        ([1, 0, 0, 1, 0, 12], True),
        ([8, 8, 8, 8, 8, 8], False),
        ([4, 4, 4, 4, 4, 12], False),
        ([0, 10, 0, 0, 0, 12], False),
        ([0, 0, 0, 0, 0, 2], False),
        ([9, 9, 9, 9, 0, 0], False),
    ],
    ids=["one-wave", "two-waves", "strays", "steady", "tripled", "seasonal", "two", "falling"],
)
def test_what_is_new_and_frequent_enough_rises(counts, is_found):
    assert bool(_found(_table([counts]))) is is_found


def test_what_topics_explain_does_not_rise():
    counts = [[0, 0, 0, 0, 0, 12]]
    assert _found(_table(counts))
    assert not _found(_table(counts, served=[0]))


def test_words_that_go_together_are_one_group():
    table = _table([[0, 0, 0, 0, 0, 8], [0, 0, 0, 0, 0, 7]])
    presence = table.presence.toarray()
    presence[:, 1] = presence[:, 0]
    apart = _table([[0, 0, 0, 0, 0, 8], [0, 0, 0, 0, 0, 7]])
    together = Unknown(
        "en", sparse.csr_array(presence), table.stems, table.wave, table.is_served, table.stems
    )
    assert (0, 1) in _found(together)
    assert set(_found(apart)) == {(0,), (1,)}


def test_more_verbatims_surprise_more():
    few, many = (scan(_table([[0, 0, 0, 0, 0, n]]), _table([[0] * 6]).wave, 6)[0].surprise for n in (5, 10))
    assert many > few > 5


def test_chance_finds_less_than_what_is_planted():
    random = np.random.default_rng(2)
    table = _table([[0, 0, 0, 0, 0, 10], *([1, 2, 1, 0, 1, 2] for _ in range(5))])
    planted = scan(table, table.wave, 6)[0].surprise
    chance = measure_chance([table], 6, 60, random)
    assert chance.shape == (60,)
    assert np.mean(chance >= planted) <= 0.02


def test_an_empty_table_has_no_rises():
    empty = Unknown(
        "en", sparse.csr_array((0, 0)), (), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_), ()
    )
    assert scan(empty, empty.wave, 4) == []
    assert measure_chance([empty], 4, 3, np.random.default_rng(0)).tolist() == [0.0, 0.0, 0.0]
