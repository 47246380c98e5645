"""Two dozen faults, each found in one batch and called by its name; the long test asks many worlds."""

import numpy as np
import pytest

from tests.training.monitoring.faults import FAULTS
from tests.training.monitoring.past_frames import N_TRAINED, as_of, look


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_is_found_in_one_batch_and_named(company, batch, fault):
    checks = look(company, fault.plant(batch, np.random.default_rng(1)))
    alerts = [(check.kind, check.about) for check in checks if check.state == "alert"]
    assert any(kind == fault.kind and fault.about in about for kind, about in alerts), alerts


@pytest.mark.parametrize("index", range(N_TRAINED, N_TRAINED + 5))
def test_nothing_is_told_of_a_batch_in_which_nothing_changed(company, index):
    checks = look(company, as_of(company.frame, index))
    assert [check for check in checks if check.state == "alert"] == []
    assert len(checks) > 140


def test_a_fault_is_still_told_some_snapshots_after_the_training(company):
    later = as_of(company.frame, N_TRAINED + 3)
    for fault in FAULTS[:8]:
        checks = look(company, fault.plant(later, np.random.default_rng(1)))
        assert any(check.state == "alert" and check.kind == fault.kind for check in checks), fault.name
