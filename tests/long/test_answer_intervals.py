"""The promise of the intervals of answers, by repetition: 90 % cover 88 to 92 %, whatever the model."""

import numpy as np
import pytest

from tests.training.models.known_truth import QUICK
from training.encoding import Encoded
from training.models.fit_rating import fit_rating

pytestmark = pytest.mark.long
N_WORLDS = 20


def draw(seed: int, kind: str, n_rows: int) -> tuple[Encoded, np.ndarray]:
    """Return rows of a world that bends, spreads unevenly and holds what the model cannot see."""
    chance = np.random.default_rng(seed)
    matrix = chance.normal(size=(n_rows, 5))
    mood = 0.9 * matrix[:, 0] - 0.6 * np.abs(matrix[:, 1]) + 0.5 * matrix[:, 2] * matrix[:, 3]
    mood += np.exp(0.3 * matrix[:, 4]) * chance.logistic(size=n_rows) + 0.5 * chance.normal(size=n_rows)
    encoded = Encoded(matrix, ("a", "b", "c", "d", "e"), (0,) * 5, {})
    if kind == "numeric":
        return encoded, 20 * np.exp(mood / 3)
    if kind == "nps_group":
        return encoded, np.clip(np.round(7 + 1.5 * mood), 0, 10)
    return encoded, 1.0 + (mood[:, None] > np.array([-2.0, -1.0, 0.2, 1.4])).sum(axis=1)


@pytest.mark.parametrize("kind", ["ordinal", "numeric", "nps_group"])
@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_intervals_cover_what_they_promise(kind, coverage):
    found = []
    for seed in range(N_WORLDS):
        encoded, answers = draw(seed, kind, 600)
        model = fit_rating(encoded, answers, kind, recipe=QUICK, seed=seed).model
        new, truth = draw(1000 + seed, kind, 4000)
        low, high = model.interval(new.matrix, coverage)
        worth = model.levels.worth(truth)
        found.append(np.mean((low <= worth) & (worth <= high)))
    assert np.mean(found) == pytest.approx(coverage, abs=0.02)
