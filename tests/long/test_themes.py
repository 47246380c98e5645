"""Where nothing changed, a report of what people write about says so in 95 of 100 waves."""

import pytest

from tests.training.themes.theme_worlds import count_false_alarms

pytestmark = pytest.mark.long
N_PAIRS = 600


def test_waves_drawn_alike_seldom_show_a_clear_change() -> None:
    assert count_false_alarms(N_PAIRS) / N_PAIRS <= 0.05 + 3 * (0.05 * 0.95 / N_PAIRS) ** 0.5
