"""One champion, whoever writes, in whatever order, and whoever dies."""

import multiprocessing
import os
import signal

import mlflow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import RegistryError
from features.failpoints import VARIABLE
from training import registry
from training.registry.ledger import SUFFIX, Entry, LostError, resolve

KINDS = st.sampled_from(["promoted", "rolled_back"])


def alias_of(usecase):
    found = registry.find_version(usecase, registry.CHAMPION)
    return None if found is None else found.version


def test_without_entries_nobody_is_champion():
    standing = resolve("churn", [])
    assert (standing.champion, standing.previous, standing.last_number) == (None, None, 0)


def test_the_first_with_the_right_expectation_wins():
    entries = [
        Entry(1, 4),
        Entry(2, 5),
        Entry(3, 6, expects=1),
        Entry(4, 7, expects=1),
        Entry(5, 8, expects=3),
    ]
    standing = resolve("churn", entries)
    assert [entry.number for entry in standing.history] == [1, 3, 5]
    assert (standing.champion, standing.previous) == (8, 6)


@given(st.lists(st.integers(0, 12), max_size=12), st.randoms())
def test_winners_form_one_chain_in_any_order_of_reading(expectations, random):
    entries = [Entry(number, number, expects=expects) for number, expects in enumerate(expectations, start=1)]
    history = resolve("churn", entries).history
    assert [entry.expects for entry in history] == [0, *(entry.number for entry in history)][: len(history)]
    shuffled = random.sample(entries, len(entries))
    assert resolve("churn", shuffled).history == history


@given(st.lists(st.integers(0, 12), max_size=12), st.integers(0, 12))
def test_a_longer_ledger_never_changes_who_won_before(expectations, cut):
    entries = [Entry(number, number, expects=expects) for number, expects in enumerate(expectations, start=1)]
    before, now = resolve("churn", entries[:cut]).history, resolve("churn", entries).history
    assert now[: len(before)] == before


def test_an_alias_from_before_the_ledger_counts_until_something_is_entered():
    assert resolve("churn", [], adopted=3).champion == 3
    standing = resolve("churn", [Entry(1, 5, replaces=3)], adopted=99)
    assert (standing.champion, standing.previous) == (5, 3)


def test_a_step_back_is_not_returned_to():
    line = [Entry(1, 1), Entry(2, 2, expects=1), Entry(3, 3, expects=2)]
    once = resolve("churn", [*line, Entry(4, 2, expects=3, kind="rolled_back")])
    assert (once.champion, once.previous) == (2, 1)
    twice = resolve("churn", [*line, once.history[-1], Entry(5, 1, expects=4, kind="rolled_back")])
    assert (twice.champion, twice.previous) == (1, None)
    on = resolve("churn", [*line, once.history[-1], Entry(5, 4, expects=4)])
    assert (on.champion, on.previous) == (4, 2)


def test_champion_moves_and_the_alias_follows(usecase, make_versions):
    make_versions(2)
    first = registry.move_champion(registry.read_standing(usecase), 1)
    assert (first.champion, alias_of(usecase)) == (1, 1)
    second = registry.move_champion(first, 2, reason="better calls")
    assert (second.champion, second.previous, alias_of(usecase)) == (2, 1, 2)
    assert registry.read_standing(usecase) == second
    assert [entry.reason for entry in second.history] == ["", "better calls"]
    assert all(entry.written_ms > 0 for entry in second.history)


def test_who_comes_second_loses_and_changes_nothing(usecase, make_versions):
    make_versions(3)
    seen = registry.move_champion(registry.read_standing(usecase), 1)
    registry.move_champion(seen, 2)
    with pytest.raises(LostError, match="champion changed from version 1 to version 2 meanwhile; compare"):
        registry.move_champion(seen, 3)
    assert (registry.read_standing(usecase).champion, alias_of(usecase)) == (2, 2)


def test_the_ledger_is_no_use_case(usecase, make_versions):
    make_versions(1)
    registry.move_champion(registry.read_standing(usecase), 1)
    names = registry.champion_names()
    assert usecase in names
    assert not any(name.endswith(SUFFIX) for name in names)


def test_all_champions_are_listed_beyond_a_page(usecase, make_versions):
    make_versions(1)
    registry.set_alias(usecase, registry.CHAMPION, 1)
    for number in range(101):
        mlflow.MlflowClient().create_registered_model(f"a{number:03}-{usecase}")
    assert usecase in registry.champion_names()


def test_an_alias_that_was_moved_by_hand_is_put_right(usecase, make_versions):
    make_versions(2)
    registry.move_champion(registry.read_standing(usecase), 2)
    registry.set_alias(usecase, registry.CHAMPION, 1)
    assert registry.settle_alias(usecase).champion == 2
    assert alias_of(usecase) == 2


def test_an_older_champion_is_adopted(usecase, make_versions):
    make_versions(2)
    registry.set_alias(usecase, registry.CHAMPION, 1)
    standing = registry.read_standing(usecase)
    assert standing.champion == 1
    assert registry.move_champion(standing, 2).previous == 1


def test_a_deleted_champion_stands_in_nobodys_way(usecase, make_versions):
    make_versions(2)
    standing = registry.move_champion(registry.read_standing(usecase), 1)
    mlflow.MlflowClient().delete_model_version(usecase, "1")
    assert alias_of(usecase) is None
    assert registry.settle_alias(usecase).champion == 1
    assert registry.move_champion(standing, 2).champion == 2


def test_a_strange_version_in_the_ledger_is_named(usecase, make_versions):
    make_versions(1)
    registry.move_champion(registry.read_standing(usecase), 1)
    mlflow.MlflowClient().create_model_version(f"{usecase}{SUFFIX}", source="s3://nowhere/model")
    with pytest.raises(RegistryError, match=rf"{usecase}.promotions: version 2 is no entry of a ledger"):
        registry.read_standing(usecase)


def test_an_alias_of_a_version_that_is_not_there_is_refused(usecase, make_versions):
    make_versions(1)
    with pytest.raises(RegistryError, match="version 9 cannot be challenger: there is none"):
        registry.set_alias(usecase, registry.CHALLENGER, 9)


def test_notes_stay_with_a_version(usecase, make_versions):
    make_versions(1)
    version = registry.find_version(usecase, 1)
    assert registry.find_note(version, "contest") is None
    registry.note(version, "contest", "one")
    registry.note(version, "contest", "two")
    assert registry.find_note(version, "contest") == "two"


def promote_in_a_process(folder, usecase, version, point, seen):
    """Read who is champion, wait for all others to have read it, then try to follow."""
    for name in [name for name in os.environ if name.startswith(("MLFLOW_TRACKING", "XM_"))]:
        del os.environ[name]
    if point:
        os.environ[VARIABLE] = point
    registry.connect(folder)
    standing = registry.read_standing(usecase)
    seen.wait(120)
    try:
        registry.move_champion(standing, version)
    except LostError:
        os._exit(3)
    os._exit(0)


def race(folder, usecase, versions, point=""):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["training.registry", __name__])
    seen = context.Barrier(len(versions))
    arguments = [(folder, usecase, version, point, seen) for version in versions]
    racers = [context.Process(target=promote_in_a_process, args=words) for words in arguments]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(240)
    return [racer.exitcode for racer in racers]


def test_of_four_processes_one_wins(usecase, make_versions, tracking_folder):
    make_versions(5)
    registry.move_champion(registry.read_standing(usecase), 5)
    codes = race(tracking_folder, usecase, [1, 2, 3, 4])
    assert sorted(codes) == [0, 3, 3, 3]
    standing = registry.read_standing(usecase)
    assert standing.champion == codes.index(0) + 1
    assert [entry.version for entry in standing.history] == [5, standing.champion]
    assert alias_of(usecase) == standing.champion


@pytest.mark.parametrize(
    ("point", "is_promoted"), [("ledger.before", False), ("ledger.entered", True), ("alias.before", True)]
)
def test_whoever_dies_leaves_one_champion(usecase, make_versions, tracking_folder, point, is_promoted):
    make_versions(2)
    registry.move_champion(registry.read_standing(usecase), 1)
    assert race(tracking_folder, usecase, [2], point) == [-signal.SIGKILL]
    assert alias_of(usecase) == 1
    expected = 2 if is_promoted else 1
    assert registry.settle_alias(usecase).champion == expected
    assert alias_of(usecase) == expected
