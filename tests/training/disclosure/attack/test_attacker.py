from dataclasses import replace

import numpy as np
import pytest

from tests.training.disclosure.disclosure_world import draw_tables, make_cut, make_wave
from training.disclosure import Minimums, ReleaseRefusedError, Table, release
from training.disclosure.attack import Findings, attack, demand_safe

FIVE = Minimums()


def show_large(released, minimum=5):
    """Return the release of a program that hides small cells and nothing else."""
    cells = [replace(one, state="shown" if one.size >= minimum else "hidden") for one in released.cells]
    return replace(released, cells=tuple(cells))


def test_it_finds_what_thresholding_leaves_open():
    released = release([make_cut({"a": 30, "b": 12, "c": 3})], [make_wave(45)], FIVE)
    assert attack(show_large(released)) == Findings(sums=1)
    assert attack(released) == Findings()


def test_a_release_with_a_finding_is_refused():
    released = release([make_cut({"a": 30, "b": 12, "c": 3})], [make_wave(45)], FIVE)
    demand_safe(released)
    with pytest.raises(ReleaseRefusedError, match="an attack found 1 sums; do not publish"):
        demand_safe(show_large(released))


def test_it_finds_a_shown_cell_of_few():
    released = release([make_cut({"a": 30, "b": 3})], [make_wave(33)], FIVE)
    assert attack(show_large(released, 1)).small_shown == 1


def test_it_finds_the_drop_of_one_person():
    tables = [make_cut({"a": 30, "b": 22}), make_cut({"a": 29, "b": 23}, name="by other unit")]
    released = release(tables, [make_wave(52)], FIVE)
    assert attack(show_large(released)).few > 0
    assert attack(released) == Findings()


def test_it_finds_hidden_groups_that_are_told_closely():
    released = release([make_cut({"a": 30, "b": 2, "c": 2})], [make_wave(34)], FIVE)
    assert attack(show_large(released)) == Findings(few=1, narrow=2)


def test_linked_tables_leak_under_thresholding_in_most_firms():
    rng, n_leaking = np.random.default_rng(8), 0
    for _ in range(6):
        released = release(draw_tables(rng, 60, [4, 3, 3]), [make_wave(60)], FIVE)
        n_leaking += attack(show_large(released)).recoverable > 0
        assert attack(released) == Findings()
    assert n_leaking >= 4


def test_drivers_of_fewer_than_their_minimum_are_found():
    sizes = {"a": 60, "b": 40, "c": 20}
    tables = [make_cut(sizes), make_cut(sizes, name="drivers", kind="drivers")]
    released = release(tables, [make_wave(120)], FIVE)
    open_cells = [replace(one, state="shown" if one.size >= 25 else "hidden") for one in released.cells]
    assert attack(replace(released, cells=tuple(open_cells))).sums > 0
    assert attack(released) == Findings()


def test_waves_of_carried_answers_are_subtracted():
    """Two leave a group of 30: of fresh answers nothing follows, of carried ones those of the two."""
    stay = [f"p{one}" for one in range(2, 60)]
    waves = [make_wave(60), make_wave(stay, "w2")]
    labels = ["a"] * 30 + ["b"] * 30
    tables = [Table("t", "w1", {"unit": labels}), Table("t", "w2", {"unit": labels[2:]})]
    released = release(tables, waves, FIVE)
    assert attack(released) == Findings()
    assert attack(released, is_carried=True).few > 0


def test_without_time_it_says_that_nothing_is_known():
    released = release(draw_tables(np.random.default_rng(9), 60, [4, 3, 3]), [make_wave(60)], FIVE)
    found = attack(released, seconds=0.0)
    assert found.untested > 0
    assert found.recoverable == found.untested


def test_a_light_attack_computes_and_does_not_search():
    released = release([make_cut({"a": 30, "b": 2, "c": 2})], [make_wave(34)], FIVE)
    light = attack(show_large(released), is_deep=False, seconds=None)
    assert light == Findings(few=1)  # the total without the large group is seen without a search


@pytest.mark.parametrize("sizes", [{"a": 3}, {"a": 30}])
def test_nothing_shown_or_nothing_hidden_leaves_nothing_to_find(sizes):
    assert attack(release([make_cut(sizes)], [make_wave(sum(sizes.values()))], FIVE)) == Findings()
