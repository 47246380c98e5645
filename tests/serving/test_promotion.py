"""From the click to the swapped champion with a real registry, and all that must not happen on the way."""

import os
import sys
import time
from dataclasses import replace

import pytest
from msgspec import structs

import serving.fulfilment
from serving.fulfilment import Fulfilment, run_command
from serving.refresh import _pause, refresh
from serving.wishes import Outcome, WishFolder
from tests.serving.company import wait_until
from tests.serving.keys import make_key
from tests.serving.pages.test_models import PAGE, ask, text_of
from tests.serving.promoting import *  # noqa: F403 - fixtures
from tests.serving.promoting import is_champion, ledger_of, settled
from tests.training.runs.registering import forgetting
from training import registry
from training.__main__ import main


@pytest.fixture
def in_this_process(settings, capsys):
    """Return what carries wishes out and looks, as the refresher does, without processes of its own."""

    def run(words, lock):
        code = main(words[3:])
        return ("refused" if code else "done"), capsys.readouterr().err

    def work():
        with forgetting():
            assert Fulfilment(settings, run).carry_out()
            refresh(settings)

    with forgetting():
        refresh(settings)
    WishFolder(settings.wishes).attend()
    return work


def test_a_refusal_a_promotion_and_a_step_back(client, settings, in_this_process, bundles):
    """The way through the processes themselves is walked in tests/long."""
    assert ask(client, 2).status_code == 303
    in_this_process()
    text = text_of(client.get(PAGE))
    assert "Refused" in text
    assert "Its forecasts are not reliable enough." in text
    assert is_champion(client, settings, bundles.churn)

    assert ask(client, 2, reason="the old one knows no winter").status_code == 303
    in_this_process()
    wait_until(lambda: is_champion(client, settings, bundles.newer_churn))
    assert "Version 2 is the champion: it answers." in text_of(client.get(PAGE))

    assert ask(client, 1, "rollback", reason="complaints").status_code == 303
    in_this_process()
    wait_until(lambda: is_champion(client, settings, bundles.churn))
    assert [line[:2] for line in ledger_of(settings)] == [("promoted", 2), ("rolled_back", 1)]
    assert [one.state for one in settled(settings)] == ["done", "done", "refused"]


def carry_out(settings, run=run_command, now=time.time):
    with forgetting():
        return Fulfilment(settings, run, now).carry_out()


def never(words, lock):
    """Stand for a command that must not be run."""
    pytest.fail(f"the command was run: {words}")


def test_what_the_ledger_holds_already_is_done_without_a_second_time(settings, wish):
    with forgetting():
        registry.connect(settings.registry)
        registry.move_champion(registry.read_standing("churn"), 2)
    WishFolder(settings.wishes).leave(wish)
    (settings.wishes / f"{wish.id}.wish").rename(settings.wishes / f"{wish.id}.taken")
    assert carry_out(settings, never)
    assert [one.state for one in settled(settings)] == ["done"]
    assert len(ledger_of(settings)) == 1


def test_what_was_left_half_way_is_done_after_all(settings, wish):
    """As a refresher leaves it that is killed before its command has moved the champion."""
    WishFolder(settings.wishes).leave(wish)
    (settings.wishes / f"{wish.id}.wish").rename(settings.wishes / f"{wish.id}.taken")

    def run(words, lock):
        with forgetting():
            registry.connect(settings.registry)
            registry.move_champion(registry.read_standing("churn"), 2)
        registry.connect(settings.registry)
        return "failed", "its end was not seen"

    assert carry_out(settings, run)
    assert [one.state for one in settled(settings)] == ["done"]
    assert not WishFolder(settings.wishes).has_work()
    assert len(ledger_of(settings)) == 1


def test_what_was_told_before_the_end_is_not_told_again(settings, wish):
    folder = WishFolder(settings.wishes)
    folder.settle(Outcome(wish, "refused", 1.0, "no"))
    folder.leave(wish)
    (settings.wishes / f"{wish.id}.wish").rename(settings.wishes / f"{wish.id}.taken")
    carry_out(settings, never)
    assert [one.state for one in settled(settings)] == ["refused"]
    assert not folder.has_work()


def test_after_another_change_of_champion_a_wish_is_void(settings, wish, capsys):
    """The command refuses it, since the last entry is not the one that was seen; here in this process."""

    def run(words, lock):
        code = main(words[3:])
        return ("refused" if code else "done"), capsys.readouterr().err

    with forgetting():
        registry.connect(settings.registry)
        standing = registry.move_champion(registry.read_standing("churn"), 2)
        registry.move_champion(standing, 1, kind="rolled_back")
    back = structs.replace(wish, step="rollback", version=1, expects=1)
    stale = structs.replace(wish, id="1" * 32, expects=1)
    for one in (back, stale):
        WishFolder(settings.wishes).leave(one)
    assert carry_out(settings, run)
    told = {one.wish.id: (one.state, one.told) for one in settled(settings)}
    assert told[back.id][0] == "done"  # that step back stands in the ledger
    assert told[stale.id][0] == "refused"
    assert "changed meanwhile" in told[stale.id][1]
    assert len(ledger_of(settings)) == 2


def test_two_refreshers_carry_out_a_wish_once(settings, wish):
    WishFolder(settings.wishes).leave(wish)
    ran = []

    def run(words, lock):
        ran.append(words)
        assert not carry_out(settings, never)  # another one finds the door closed
        return "refused", "model churn: version 2 is refused (usable: no)"

    assert carry_out(settings, run)
    assert not carry_out(settings, never)
    assert len(ran) == 1


@pytest.mark.parametrize(("age", "state"), [(601, "late"), (-120, "late"), (599, "failed")])
def test_an_old_wish_and_one_from_the_future_are_not_carried_out(settings, wish, age, state):
    WishFolder(settings.wishes).leave(structs.replace(wish, at=wish.at - age))
    carry_out(
        settings, never if state == "late" else lambda *_: ("failed", "it took too long"), lambda: wish.at
    )
    assert [one.state for one in settled(settings)] == [state]


@pytest.mark.parametrize("role", ["analyst", "works_council"])
def test_a_wish_in_the_name_of_a_key_that_may_not_have_it_is_refused(settings, wish, role):
    key_id = make_key(settings.keys, role).split("_")[1]
    WishFolder(settings.wishes).leave(structs.replace(wish, key_id=key_id))
    assert carry_out(settings, never)
    assert [one.state for one in settled(settings)] == ["refused"]


def test_a_key_that_is_for_other_use_cases_or_gone_has_no_wishes(settings, wish):
    folder = WishFolder(settings.wishes)
    key_id = make_key(settings.keys, "data_scientist", usecases=["attrition"]).split("_")[1]
    folder.leave(structs.replace(wish, key_id=key_id))
    folder.leave(structs.replace(wish, id="1" * 32, key_id="f" * 12))
    assert carry_out(settings, never)
    assert [one.state for one in settled(settings)] == ["refused", "refused"]


def test_what_is_no_wish_is_removed_and_nothing_is_run(settings):
    WishFolder(settings.wishes).attend()
    (settings.wishes / f"{'2' * 32}.wish").write_text("{}")
    (settings.wishes / f"{'3' * 32}.wish").write_bytes(b"\xff\x00")
    assert not carry_out(settings, never)
    assert not list(settings.wishes.glob("*.wish"))
    assert settled(settings) == []


def test_a_registry_that_is_away_fails_a_wish_in_words(settings, wish, monkeypatch, free_port):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port}")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    WishFolder(settings.wishes).leave(wish)
    fulfilment = Fulfilment(settings, never)
    assert fulfilment.carry_out()
    (outcome,) = settled(settings)
    assert outcome.state == "failed"
    assert "MLFLOW_TRACKING_URI" in outcome.told
    registry.tracking.mlflow.set_tracking_uri("")
    registry.tracking.mlflow.set_registry_uri("")


def test_a_wish_ends_the_pause_of_the_refresher(settings, wish):
    WishFolder(settings.wishes).leave(structs.replace(wish, at=wish.at - 700))
    with forgetting():
        _pause(settings, Fulfilment(settings, never), os.getppid())
    assert [one.state for one in settled(settings)] == ["late"]
    assert WishFolder(settings.wishes).is_attended(time.time())


def test_an_install_that_cannot_train_leaves_wishes_alone_and_no_sign(settings, wish, monkeypatch):
    monkeypatch.setattr(serving.fulfilment, "_NEEDED", ("no_such_library",))
    WishFolder(settings.wishes).leave(wish)
    fulfilment = Fulfilment(settings, never)
    fulfilment.attend()
    assert not fulfilment.has_work()
    assert not WishFolder(settings.wishes).is_attended(time.time())


def test_a_folder_that_others_may_look_into_is_told_of_and_not_used(settings, wish, caplog):
    WishFolder(settings.wishes).leave(wish)
    settings.wishes.chmod(0o755)
    fulfilment = Fulfilment(settings, never)
    fulfilment.attend()
    assert "for its owner alone" in caplog.text
    assert not fulfilment.has_work()


def test_an_audit_log_that_cannot_be_written_is_said_loudly(settings, wish, caplog):
    blocked = replace(settings, audit=settings.keys)
    WishFolder(settings.wishes).leave(wish)
    assert carry_out(blocked, lambda *_: ("refused", "no"))
    assert "THE AUDIT LOG CANNOT BE WRITTEN" in caplog.text


class TestCommand:
    @pytest.mark.parametrize(
        ("code", "state", "told"),
        [
            (
                "print('xm-predict: model churn: no', file=sys.stderr); sys.exit(1)",
                "refused",
                "model churn: no",
            ),
            (
                "print('xm-predict: a; check MLFLOW_TRACKING_URI', file=sys.stderr); sys.exit(1)",
                "failed",
                "a; check MLFLOW_TRACKING_URI",
            ),
            ("raise ValueError('secret')", "failed", "the command ended with code 1 and changed nothing"),
            ("os.kill(os.getpid(), 9)", "failed", "the command ended with code -9 and changed nothing"),
            ("time.sleep(60)", "failed", "it took longer than 3 seconds"),
        ],
    )
    def test_it_is_told_how_a_command_ended(self, tmp_path, code, state, told):
        words = [sys.executable, "-c", f"import os, sys, time; {code}"]
        with WishFolder(tmp_path / "wishes").held_alone() as lock:
            assert run_command(words, lock, 3) == (state, told)

    def test_no_text_of_a_wish_becomes_an_option(self, settings, wish):
        ran = []

        def run(words, lock):
            ran.extend(words)
            return "refused", ""

        WishFolder(settings.wishes).leave(structs.replace(wish, reason="--out=/ --version=9"))
        carry_out(settings, run)
        assert ran[1:3] == ["-m", "training"]
        assert ran[3:] == [
            "promote",
            "--name=churn",
            "--version=2",
            "--force=--out=/ --version=9",
            "--expects=0",
            f"--out={settings.registry}",
            "--json",
        ]
