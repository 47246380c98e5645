"""Recall of redaction on many texts, and how often its intervals hold."""

import numpy as np
import pytest

from features.text.redaction_recall import measure_recall

pytestmark = pytest.mark.long

FLOORS = {"email": 0.965, "phone": 0.955, "card": 0.98, "name": 0.92}


@pytest.mark.parametrize("language", ["de", "en"])
def test_recall_over_many_texts(language):
    measured = [measure_recall(language, seed, n=4500) for seed in range(100, 110)]
    for kind in measured[0].recall:
        shares = [one.recall[kind] for one in measured]
        assert np.mean([share.value for share in shares]) >= FLOORS.get(kind, 0.995), kind
    assert np.mean([one.false_removals_per_1000 for one in measured]) <= 7


@pytest.mark.parametrize("language", ["de", "en"])
def test_intervals_hold_the_recall_of_all_texts(language):
    measured = [measure_recall(language, seed, n=900) for seed in range(60)]
    truth = np.mean([one.recall["name"].value for one in measured])
    covered = [one.recall["name"].low <= truth <= one.recall["name"].high for one in measured]
    assert np.mean(covered) >= 0.9
