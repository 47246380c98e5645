"""Running calls in files: who comes to them, what is kept, when it is forgotten, what does not fit."""

import itertools
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from features.calls import Conversation, RiskModel, Turn
from serving.call_settings import CallSettings
from serving.open_calls import CallName, OpenCalls
from serving.problems import ProblemError
from serving.turn_readers import CallModel
from tests.features.calls.tone_words import TONE_READER

MODEL = CallModel(TONE_READER, RiskModel.cold_start())
NAME = CallName("0123456789ab", "churn", "+49 30 5557788")
TURNS = [
    Turn("agent", 0.0, 2.0, "Hello, this is Jane Doe."),
    Turn("customer", 2.5, 5.0, "This is wrong again."),
    Turn("agent", 9.0, 12.0, "I am sorry."),
    Turn("customer", 11.0, 14.0, "I want to speak to your supervisor."),
]


@pytest.fixture
def settings(tmp_path):
    return CallSettings(tmp_path / "calls", idle_seconds=600)


@pytest.fixture
def calls(settings):
    return OpenCalls(settings)


def files_of(settings):
    return [path for path in settings.folder.rglob("*") if path.is_file() and path.parent.name != "locks"]


def age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_turns_of_a_call_add_up_whichever_worker_takes_them(settings):
    whole = Conversation(MODEL.reader).extend(TURNS)
    for turn in TURNS:
        found = OpenCalls(settings).take(NAME, [turn], MODEL)
    assert found == whole
    assert OpenCalls(settings).measure(NAME, MODEL) == whole


def test_a_call_that_is_not_there_has_no_measures(calls):
    assert calls.measure(NAME, MODEL) is None
    assert calls.find_stamp(NAME) is None


@pytest.mark.parametrize(
    "other",
    [
        NAME._replace(key_id="0123456789ac"),
        NAME._replace(usecase="satisfaction"),
        NAME._replace(call_id="+49 30 5557789"),
        NAME._replace(usecase="churn+", call_id="49 30 5557788"),
    ],
    ids=["key", "use case", "id", "the same letters parted elsewhere"],
)
def test_nobody_comes_to_the_call_of_another(calls, other):
    own = calls.take(NAME, TURNS, MODEL)
    assert calls.measure(other, MODEL) is None
    assert calls.find_stamp(other) is None
    assert calls.take(other, TURNS[:1], MODEL).turn_count == 1
    assert calls.measure(NAME, MODEL) == own


def test_neither_words_nor_names_nor_ids_are_kept_and_nobody_else_may_read(calls, settings):
    calls.take(NAME, TURNS, MODEL)
    (file,) = files_of(settings)
    kept = f"{file.relative_to(settings.folder)} {file.read_text()}"
    for secret in ("Jane", "agent", "wrong", "supervisor", "5557788", "churn"):
        assert secret not in kept
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_the_stamp_changes_with_every_turn(calls):
    stamps = []
    for turn in TURNS:
        calls.take(NAME, [turn], MODEL)
        stamps.append(calls.find_stamp(NAME))
    assert len(set(stamps)) == len(TURNS)
    assert calls.find_stamp(NAME) == stamps[-1]


def test_turns_sent_at_once_by_many_are_all_there(settings):
    turns = [Turn("customer", float(place), place + 0.5, "") for place in range(60)]
    together = threading.Barrier(6)

    def send(part):
        together.wait()
        for turn in part:
            OpenCalls(settings).take(NAME, [turn], MODEL)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send, (turns[place::6] for place in range(6))))
    assert OpenCalls(settings).measure(NAME, MODEL) == Conversation(MODEL.reader).extend(turns)


class TestForgetting:
    def test_a_call_without_a_new_turn_is_forgotten(self, calls, settings):
        calls.take(NAME, TURNS, MODEL)
        age(*files_of(settings), 599)
        assert calls.measure(NAME, MODEL).turn_count == 4
        age(*files_of(settings), 601)
        assert calls.measure(NAME, MODEL) is None
        assert calls.find_stamp(NAME) is None
        assert calls.take(NAME, TURNS[:1], MODEL).turn_count == 1

    def test_a_turn_that_comes_again_keeps_it_alive(self, calls, settings):
        calls.take(NAME, TURNS, MODEL)
        age(*files_of(settings), 500)
        assert calls.take(NAME, TURNS[:1], MODEL).turn_count == 4
        (file,) = files_of(settings)
        assert time.time() - file.stat().st_mtime < 100

    def test_its_file_is_removed_and_others_stay(self, calls, settings):
        other = NAME._replace(call_id="b", key_id="0123456789ac")
        calls.take(NAME, TURNS, MODEL)
        (old,) = files_of(settings)
        age(old, 601)
        calls.take(other, TURNS, MODEL)
        calls.tidy()
        assert not old.exists()
        assert len(files_of(settings)) == 1
        assert calls.measure(other, MODEL).turn_count == 4

    def test_an_empty_folder_goes_and_so_does_the_draft_of_a_worker_that_ended(self, calls, settings):
        calls.take(NAME, TURNS, MODEL)
        (file,) = files_of(settings)
        file.with_name(".draft").write_text("[]")
        for path in (*files_of(settings), file.parent):
            age(path, 601)
        calls.tidy()
        assert files_of(settings) == []
        age(file.parent, 601)
        calls.tidy()
        assert not file.parent.exists()

    def test_where_nothing_is_there_is_nothing_to_do(self, calls, settings):
        calls.tidy()
        assert not settings.folder.exists()


class TestLimits:
    def test_a_call_has_so_many_turns_and_stays_as_it_was(self, settings):
        calls = OpenCalls(replace(settings, max_turns=3))
        before = calls.take(NAME, TURNS[:3], MODEL)
        with pytest.raises(ProblemError, match="409") as caught:
            calls.take(NAME, TURNS[3:], MODEL)
        assert (caught.value.code, "3 turns" in caught.value.detail) == ("call_full", True)
        assert calls.measure(NAME, MODEL) == before
        assert calls.take(NAME, TURNS[:3], MODEL) == before

    def test_a_key_has_so_many_calls_and_others_are_not_held_up(self, settings):
        calls = OpenCalls(replace(settings, max_calls=2))
        for call_id in ("a", "b"):
            calls.take(NAME._replace(call_id=call_id), TURNS, MODEL)
        with pytest.raises(ProblemError) as caught:
            calls.take(NAME, TURNS, MODEL)
        assert (caught.value.status, caught.value.code) == (503, "calls_full")
        assert caught.value.headers["retry-after"] == "30"
        assert calls.take(NAME._replace(call_id="a"), TURNS, MODEL).turn_count == 4
        assert calls.take(NAME._replace(key_id="0123456789ac"), TURNS, MODEL).turn_count == 4

    def test_forgotten_calls_make_room(self, settings):
        calls = OpenCalls(replace(settings, max_calls=2))
        for call_id in ("a", "b"):
            calls.take(NAME._replace(call_id=call_id), TURNS, MODEL)
        age(files_of(settings)[0], 601)
        assert calls.take(NAME, TURNS, MODEL).turn_count == 4

    def test_a_folder_that_cannot_be_written_is_said(self, settings):
        settings.folder.parent.mkdir(exist_ok=True)
        settings.folder.write_text("a file is in the way")
        with pytest.raises(ProblemError) as caught:
            OpenCalls(settings).take(NAME, TURNS, MODEL)
        assert (caught.value.status, caught.value.code) == (503, "calls_unwritable")

    @pytest.mark.parametrize("damage", ["", "[[1]]", "{}", "\udcff".encode("utf-8", "surrogateescape")])
    def test_a_damaged_file_is_no_call(self, calls, settings, damage):
        calls.take(NAME, TURNS, MODEL)
        (file,) = files_of(settings)
        file.write_bytes(damage if isinstance(damage, bytes) else damage.encode())
        assert calls.measure(NAME, MODEL) is None
        assert calls.take(NAME, TURNS[:2], MODEL).turn_count == 2


def test_a_clock_of_ones_own(settings):
    ticks = itertools.count(time.time() + 10_000, 0)
    OpenCalls(settings).take(NAME, TURNS, MODEL)
    assert OpenCalls(settings, now=lambda: next(ticks)).measure(NAME, MODEL) is None
