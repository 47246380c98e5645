"""How often a change between waves is called clear where nothing changed, by repetition."""

import pytest

from tests.training.reports.test_waves import count_clear

pytestmark = pytest.mark.long


def test_no_change_is_called_clear_in_no_more_than_one_of_twenty() -> None:
    assert count_clear(300) <= 0.085 * 300  # five in a hundred, and three standard errors
