"""From the click to the swapped champion through the processes, also if one of them is killed."""

import signal
import time

import pytest

from serving.audit.checking import show, verify
from serving.fulfilment import Fulfilment
from serving.history import read_history
from serving.wishes import WishFolder
from tests.serving.company import wait_until
from tests.serving.conftest import *  # noqa: F403 - bundles and folders of the service
from tests.serving.pages.test_models import PAGE, text_of
from tests.serving.pages.test_models import ask as click
from tests.serving.promoting import *  # noqa: F403 - fixtures
from tests.serving.promoting import is_champion, ledger_of, settled
from tests.training.runs.registering import forgetting
from training.bundle import load

pytestmark = pytest.mark.long


def test_a_refresher_that_is_killed_in_the_middle_leaves_work_that_is_done_once(settings, beside, wish):
    folder = WishFolder(settings.wishes)
    process = beside()
    wait_until(lambda: folder.is_attended(time.time()))
    folder.leave(wish)
    wait_until(lambda: list(settings.wishes.glob("*.taken")))
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    assert not settled(settings)
    with forgetting():
        # The command of the dead one may still run; until it has ended nobody else begins.
        wait_until(Fulfilment(settings).carry_out)
    assert [one.state for one in settled(settings)] == ["done"]
    assert [line[:2] for line in ledger_of(settings)] == [("promoted", 2)]
    assert not folder.has_work()


def test_a_refusal_a_promotion_and_a_step_back_from_the_click_to_the_swap(client, settings, beside, bundles):
    beside()
    wait_until(lambda: read_history(settings.cache, "churn") is not None)
    folder = WishFolder(settings.wishes)
    wait_until(lambda: folder.is_attended(time.time()))

    assert click(client, 2).status_code == 303
    wait_until(lambda: len(settled(settings)) == 1)
    text = text_of(client.get(PAGE))
    assert "Refused" in text
    assert "Its forecasts are not reliable enough." in text
    assert "or was not compared with it there." in text
    assert is_champion(client, settings, bundles.churn)
    assert ledger_of(settings) == []

    assert click(client, 2, reason="the old one knows no winter").status_code == 303
    wait_until(lambda: is_champion(client, settings, bundles.newer_churn))
    wait_until(lambda: read_history(settings.cache, "churn").champion == 2)
    assert "Version 2 is the champion: it answers." in text_of(client.get(PAGE))
    (kind, version, reason) = ledger_of(settings)[-1]
    assert (kind, version) == ("promoted", 2)
    assert reason.startswith("the old one knows no winter (passed over: usable: ")

    assert click(client, 1, "rollback", reason="complaints").status_code == 303
    wait_until(lambda: is_champion(client, settings, bundles.churn))
    assert ledger_of(settings)[-1] == ("rolled_back", 1, "complaints")
    assert [one.state for one in settled(settings)] == ["done", "done", "refused"]
    lines = [line for line in show(settings.audit, 1000) if line["action"].endswith("-outcome")]
    assert [(line["action"], line["decision"], line["code"]) for line in lines] == [
        ("promote-outcome", "denied", "refused"),
        ("promote-outcome", "allowed", ""),
        ("rollback-outcome", "allowed", ""),
    ]
    assert {line["role"] for line in lines} == {"data_scientist"}
    assert lines[1]["model_version"] == load(bundles.newer_churn).model_version
    verify(settings.audit)
