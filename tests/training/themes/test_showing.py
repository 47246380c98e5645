"""Nothing that is told of topics may be subtracted to fewer verbatims, or fewer people, than the minimum."""

from itertools import combinations

import numpy as np
import pytest

from tests.training.themes.theme_worlds import FIRST, lines_of, make_rows, write
from training.disclosure import Ledger, Minimums, ReleaseRefusedError, record
from training.disclosure.attack import attack
from training.themes.rows import WaveVerbatims
from training.themes.showing import NO_TOPIC, OTHERS, Histories, find_altered, release_waves, show_wave

MINIMUMS = Minimums(5, 10, 25)


def wave_of(lines, number=FIRST):
    return WaveVerbatims.of(make_rows([lines] if number == FIRST else [[], lines]), number)


def sizes(shown):
    return {name: int(is_in.sum()) for name, is_in in shown.lines.items()}


def test_topics_with_enough_verbatims_and_people_stand_alone():
    shown = show_wave(wave_of(lines_of(waiting=40, price=12, none=20)), MINIMUMS)
    assert sizes(shown) == {"waiting": 40, "price": 12, NO_TOPIC: 20}


def test_small_topics_are_taken_together():
    shown = show_wave(wave_of(lines_of(waiting=40, price=30, app=6, food=7)), MINIMUMS)
    assert sizes(shown) == {"waiting": 40, "price": 30, OTHERS: 13}


def test_one_small_topic_takes_the_smallest_other_with_it():
    """Alone under another name it could be told from the list of topics."""
    shown = show_wave(wave_of(lines_of(waiting=40, price=30, app=4)), MINIMUMS)
    assert sizes(shown) == {"waiting": 40, OTHERS: 34}


def test_many_verbatims_of_few_people_are_a_small_topic():
    by_few = [(f"x{place % 4}", "app", 0.0, 0.0) for place in range(60)]
    shown = show_wave(wave_of([*lines_of(waiting=40, price=30), *by_few]), MINIMUMS)
    assert "app" not in shown.lines
    assert sizes(shown) == {"waiting": 40, OTHERS: 90}


def test_a_topic_on_which_nearly_everybody_wrote_tells_who_did_not():
    """Of 40 people 38 wrote on waiting: total less topic are two, of whom nothing may be told."""
    lines = [(f"p{place}", "waiting", 0.0, 0.0) for place in range(38)]
    lines += [(f"p{place}", "price", 0.0, 0.0) for place in range(20, 40)]
    lines += [(f"p{place}", "app", 0.0, 0.0) for place in range(20)]
    shown = show_wave(wave_of(lines), MINIMUMS)
    assert shown is None or "waiting" not in shown.lines


def test_nothing_is_told_where_one_line_is_left():
    assert show_wave(wave_of(lines_of(waiting=40)), MINIMUMS) is None
    assert show_wave(wave_of(lines_of(waiting=14, price=9)), MINIMUMS) is None


@pytest.mark.parametrize("seed", range(12))
def test_no_difference_of_told_numbers_speaks_of_few(seed):
    """Sums and differences of up to four lines and the total, of verbatims and of people, by brute force."""
    random = np.random.default_rng(seed)
    shares = {f"t{place}": float(weight) for place, weight in enumerate(random.pareto(0.7, 9) + 0.02)}
    lines = write(160, seed=seed, n_people=90, shares=shares, moods=dict.fromkeys(shares, 0.0))
    wave = wave_of(lines)
    shown = show_wave(wave, MINIMUMS)
    if shown is None:
        return
    assert sum(sizes(shown).values()) == len(lines)
    people = np.array(wave.people)
    for of in ("verbatims", "people"):
        everybody = set(range(len(lines))) if of == "verbatims" else set(people)
        told = [
            set(np.flatnonzero(is_in)) if of == "verbatims" else set(people[is_in])
            for is_in in shown.lines.values()
        ]
        for group in told:
            assert len(group) >= MINIMUMS.verbatims
        assert all(len(everybody - group) >= MINIMUMS.verbatims or everybody == group for group in told)
        if of == "verbatims":
            for n in (2, 3, 4):
                for some in combinations(told, n):
                    assert len(everybody - set().union(*some)) not in range(1, MINIMUMS.verbatims)


@pytest.mark.parametrize("seed", range(6))
def test_the_attacker_finds_nothing_over_two_waves(seed):
    shares = {"a": 0.4, "b": 0.3, "c": 0.15, "d": 0.1, "e": 0.03, "f": 0.02}
    waves = [
        write(140, seed=10 * seed + place, n_people=70, shares=shares, moods=dict.fromkeys(shares, 0.0))
        for place in range(2)
    ]
    rows = make_rows(waves)
    shown = [show_wave(WaveVerbatims.of(rows, FIRST + place), MINIMUMS) for place in range(2)]
    released = release_waves([one for one in shown if one is not None], MINIMUMS, Histories())
    assert any(one is not None for one in shown)
    for one in released:
        assert all(cell.state == "shown" for cell in one.cells)
        assert attack(one).recoverable == 0


def test_what_is_told_of_a_wave_does_not_depend_on_the_next_one():
    lines = write(300, seed=4, n_people=200)
    alone = show_wave(WaveVerbatims.of(make_rows([lines]), FIRST), MINIMUMS)
    followed = show_wave(
        WaveVerbatims.of(make_rows([lines, write(300, seed=5, n_people=200)]), FIRST), MINIMUMS
    )
    assert sizes(alone) == sizes(followed)


def test_a_wave_that_was_told_is_told_again_beside_the_next_and_not_once_it_was_altered(tmp_path):
    first, second = (write(300, seed=seed, n_people=200) for seed in (4, 5))
    rows = make_rows([first])
    shown = [show_wave(WaveVerbatims.of(rows, FIRST), MINIMUMS)]
    of_verbatims, of_people = release_waves(shown, MINIMUMS, Histories(Ledger.start(), Ledger.start()))
    files = tmp_path / "verbatims.json", tmp_path / "people.json"
    record(files[0], of_verbatims)
    record(files[1], of_people)
    histories = Histories(*map(Ledger.read, files))

    both = make_rows([first, second])
    assert find_altered(both, MINIMUMS, histories) == ()
    again = [show_wave(WaveVerbatims.of(both, FIRST + place), MINIMUMS) for place in range(2)]
    for one in release_waves(again, MINIMUMS, histories):
        assert all(cell.state == "shown" for cell in one.cells)

    corrected = [(first[0][0], "price" if first[0][1] != "price" else "waiting", *first[0][2:]), *first[1:]]
    altered = make_rows([corrected, second])
    assert find_altered(altered, MINIMUMS, histories) == (FIRST,)
    with pytest.raises(ReleaseRefusedError, match="released before with other"):
        release_waves([show_wave(WaveVerbatims.of(altered, FIRST), MINIMUMS)], MINIMUMS, histories)
    assert find_altered(altered, MINIMUMS, Histories()) == ()
