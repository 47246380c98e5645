"""How employees come to leave: the hazard adds up as planted, other causes compete, clocks are in order."""

from dataclasses import replace

import numpy as np
import pytest

from features.worlds.effects import probability
from features.worlds.vocabulary import DAY, NEVER
from features.worlds.workforce.effects import CLIMATE, NOTICE_SHARES, RESIGNING, overtime_total
from features.worlds.workforce.quitting import CAUSES, log_odds_of_resigning
from features.worlds.workforce.workforce import Workforce, draw_workforce

_CODES = {cause: code for code, cause in enumerate(CAUSES)}


@pytest.fixture(scope="module")
def workforce() -> Workforce:
    return draw_workforce(11, 2000, 24)


def _hazard(workforce, *, workload=0.0, **changes):
    """Return the mean log-odds when some states are shifted."""
    work = replace(
        workforce.work, **{name: getattr(workforce.work, name) + shift for name, shift in changes.items()}
    )
    felt = workforce.careers.workload + workload
    return log_odds_of_resigning(workforce.period, workforce.teams, workforce.staff, work, felt).mean()


@pytest.mark.parametrize(
    ("shift", "effect"),
    [
        ({"load": 10.0}, RESIGNING.overtime_direct),
        ({"workload": 1.0}, RESIGNING.workload),
        ({"untrained_years": 1.0}, RESIGNING.untrained),
        ({"pay_ratio": 0.1}, RESIGNING.pay / 10),
        ({"remote": 0.5}, 0.0),
        ({"overtime": 50.0}, 0.0),
    ],
    ids=["overtime", "workload", "training", "pay", "remote", "overtime to come"],
)
def test_the_hazard_adds_up_as_planted(workforce, shift, effect):
    assert _hazard(workforce, **shift) - _hazard(workforce) == pytest.approx(effect)


def test_the_whole_effect_of_overtime_goes_through_the_workload_as_well(workforce):
    whole = _hazard(workforce, load=10.0, workload=CLIMATE.workload_per_ten_hours) - _hazard(workforce)
    assert whole == pytest.approx(overtime_total())
    slope = np.polyfit(workforce.work.load.ravel(), workforce.careers.workload.ravel(), 1)[0]
    assert 10 * slope == pytest.approx(CLIMATE.workload_per_ten_hours, abs=0.03)


def test_pay_is_planted_weak():
    spread = 0.1
    assert abs(RESIGNING.pay) * spread < 0.1 * overtime_total()


def test_as_many_form_the_intention_as_the_hazard_says(workforce):
    careers, period = workforce.careers, workforce.period
    expected = probability(careers.log_odds[careers.is_at_risk]).sum()
    formed = (careers.intends < period.until).sum()
    assert formed == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_protected_attributes_do_not_move_the_hazard(workforce):
    careers, staff = workforce.careers, workforce.staff
    other = replace(staff, gender=(staff.gender + 1) % 2, born=staff.born - 5_000 * DAY)
    again = log_odds_of_resigning(workforce.period, workforce.teams, other, workforce.work, careers.workload)
    assert np.array_equal(again, careers.log_odds)


def test_the_intention_comes_before_the_end(workforce):
    careers, staff = workforce.careers, workforce.staff
    resigned = (careers.cause == _CODES["resigned"]) & (careers.ends != NEVER)
    wait_days = (careers.ends - careers.intends)[resigned] / DAY
    assert wait_days.min() > 19
    assert wait_days.max() < 20 + 30 * len(NOTICE_SHARES) + 30
    assert 50 < np.median(wait_days) < 100
    assert (careers.intends[resigned] >= staff.hired[resigned]).all()


def test_everybody_has_one_end_after_being_hired_and_inside_the_period(workforce):
    careers, staff = workforce.careers, workforce.staff
    assert (careers.ends > staff.hired).all()
    assert (careers.ends > workforce.period.since).all()
    _, left = workforce.leavers()
    assert (left < workforce.period.until).all()
    assert set(careers.cause[careers.ends < workforce.period.until].tolist()) == set(_CODES.values())


def test_resigning_is_by_far_the_most_common_end_and_the_others_happen(workforce):
    who, _ = workforce.leavers()
    counts = np.bincount(workforce.careers.cause[who], minlength=len(CAUSES))
    assert counts[0] > 300
    assert counts[0] > 2 * counts[1:].sum()
    assert counts[1:].min() >= 8


def test_the_competing_causes_have_reasons_of_their_own(workforce):
    careers, staff = workforce.careers, workforce.staff
    left = careers.ends < workforce.period.until
    retired = left & (careers.cause == _CODES["retired"])
    assert ((careers.ends - staff.born)[retired] / (365.25 * DAY)).min() > 62.5
    ended = left & (careers.cause == _CODES["end_of_contract"])
    assert (careers.ends[ended] == staff.term_ends[ended]).all()
    dismissed = left & (careers.cause == _CODES["dismissed"])
    is_new = staff.hired > workforce.period.since
    assert dismissed[is_new].mean() > 2 * dismissed[~is_new].mean()
    for others in (retired, ended, dismissed):
        hours = workforce.work.load[others].mean() - workforce.work.load[~left].mean()
        assert abs(hours) < 3.5
    resigned = left & (careers.cause == _CODES["resigned"])
    assert workforce.work.load[resigned].mean() > workforce.work.load[~left].mean() + 2.5


def test_who_has_the_intention_is_no_longer_at_risk(workforce):
    careers, edges = workforce.careers, workforce.period.edges
    later = edges[:-1][None, :] > careers.intends[:, None]
    assert not (careers.is_at_risk & later).any()
    assert not (careers.is_at_risk & (edges[:-1][None, :] >= careers.ends[:, None])).any()


def test_a_workforce_is_the_same_again(workforce):
    again = draw_workforce(11, 2000, 24)
    assert (again.careers.ends == workforce.careers.ends).all()
    assert (again.careers.log_odds == workforce.careers.log_odds).all()


def test_an_export_shows_only_what_was_employed_and_known(workforce):
    employee = np.zeros(4, dtype=np.int64)
    start = max(int(workforce.staff.hired[0]), workforce.period.since)
    happened = np.array([start - 1, start, start + 1, start + 2])
    known = np.array([start + 9, start + 8, start + 7, workforce.period.until])
    assert workforce.order(employee, happened, known, since=workforce.period.since).tolist() == [2, 1]
