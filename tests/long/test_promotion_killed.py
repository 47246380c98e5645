"""A refresher that dies by SIGKILL while the command of a wish runs: it is carried out once all the same."""

import signal
import time

import pytest

from serving.fulfilment import Fulfilment
from serving.wishes import WishFolder
from tests.serving.company import wait_until
from tests.serving.conftest import *  # noqa: F403 - bundles and folders of the service
from tests.serving.test_promotion import (  # noqa: F401 - fixtures
    beside,
    ledger_of,
    settings,
    settled,
    two_versions,
    wish,
)
from tests.training.runs.registering import forgetting

pytestmark = pytest.mark.long


def test_a_refresher_that_is_killed_in_the_middle_leaves_work_that_is_done_once(settings, beside, wish):  # noqa: F811
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
