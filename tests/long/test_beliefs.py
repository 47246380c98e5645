"""How often a belief check is misled, by repetition on workforces of which the truth is planted."""

import pytest

from tests.training.beliefs.attrition_world import check_workforce
from training.beliefs import BeliefCheck

pytestmark = pytest.mark.long
N_RUNS, N_EMPLOYEES = 8, 900


@pytest.fixture(scope="module")
def checks(tmp_path_factory) -> list[BeliefCheck]:
    folder = tmp_path_factory.mktemp("workforces")
    return [check_workforce(folder / str(seed), seed, N_EMPLOYEES)[0] for seed in range(N_RUNS)]


def test_pay_is_said_first_and_never_measured_first(checks):
    pays = [found.rows[0] for found in checks]
    assert {pay.driver for pay in pays} == {"pay"}
    assert all((pay.stated_place.low, pay.stated_place.high) == (1, 1) for pay in pays)
    assert all(
        pay.share.value < max(row.share.value for row in found.rows if row.share)
        for pay, found in zip(pays, checks, strict=True)
    )
    assert not any((pay.measured.low, pay.measured.high) == (1, 1) for pay in pays)
    # So few leavers do not always tell places apart; what is told is never the wrong way.
    assert sum(pay.of_stated == "lower" for pay in pays) >= 0.6 * N_RUNS
    assert not any(pay.of_stated == "higher" for pay in pays)


def test_a_planted_lever_is_never_measured_clearly_lower_than_pay(checks):
    for found in checks:
        rows = {row.driver: row for row in found.rows}
        assert rows["overtime"].measured.low <= rows["pay"].measured.high
        assert rows["overtime"].of_managers in {"open", "higher"}


def test_the_planted_share_of_pay_lies_inside_its_range(checks):
    inside = [found.rows[0].stated.low <= 0.89 <= found.rows[0].stated.high for found in checks]
    assert sum(inside) >= N_RUNS - 2
