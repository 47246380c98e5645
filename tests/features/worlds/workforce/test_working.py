"""Working life: overtime and trainings are levers of their own, pay and home office follow their rules."""

import numpy as np
import pytest

from features.worlds.period import Period
from features.worlds.vocabulary import DAY
from features.worlds.workforce.staff import YEAR
from features.worlds.workforce.workforce import Workforce, draw_workforce
from features.worlds.workforce.working import (
    Trainings,
    _years_since_last,
    load_at_goal,
    over_typical,
    teams_by_month,
)


@pytest.fixture(scope="module")
def workforce() -> Workforce:
    return draw_workforce(11, 2000, 24)


def test_the_load_is_the_mean_of_the_three_months_before(workforce):
    work = workforce.work
    assert work.load[:, 5] == pytest.approx(work.overtime[:, 2:5].mean(axis=1))
    assert work.load.shape == work.overtime.shape == (2000, 24)


def test_overtime_is_never_negative_and_in_half_hours(workforce):
    overtime = workforce.work.overtime
    assert overtime.min() == 0.0
    assert np.array_equal(2 * overtime, np.rint(2 * overtime))
    assert 8 < overtime.mean() < 18


def test_teams_differ_in_overtime_more_than_chance(workforce):
    team = workforce.staff.team
    means = np.array([workforce.work.load[team == one, 0].mean() for one in range(workforce.teams.count)])
    assert means.std() > 3.0
    assert np.corrcoef(means, workforce.teams.overtime)[0, 1] > 0.8


def test_some_meet_each_goal_and_many_do_not(workforce):
    is_at_risk = workforce.careers.is_at_risk
    assert 0.2 < (workforce.work.load[is_at_risk] <= 10).mean() < 0.6
    assert 0.4 < (workforce.work.untrained_years[is_at_risk] <= 1).mean() < 0.8


def test_years_since_the_last_training_grow_and_start_again():
    period = Period(9)
    finished = np.array([period.edges[0] - 100 * DAY, period.edges[3] + DAY])
    trainings = Trainings(np.zeros(2, dtype=np.int64), finished, np.array([8, 8]))
    years = _years_since_last(trainings, period, 2)
    assert years[0, 0] == pytest.approx(100 * DAY / YEAR)
    assert (np.diff(years[0, :4]) > 0).all()
    assert years[0, 4] < 0.09
    assert years[1] == pytest.approx(3.0, abs=0.01)  # never trained: as long ago as is counted


def test_nobody_is_trained_before_being_hired(workforce):
    trainings, staff = workforce.work.trainings, workforce.staff
    assert (trainings.finished > staff.hired[trainings.employee]).all()
    assert set(trainings.hours.tolist()) == {4, 8, 16, 24}


def test_newcomers_are_trained_in_their_first_weeks(workforce):
    trainings, staff = workforce.work.trainings, workforce.staff
    first = np.full(staff.count, np.iinfo(np.int64).max)
    np.minimum.at(first, trainings.employee, trainings.finished)
    is_new = staff.hired >= workforce.period.since
    assert ((first - staff.hired)[is_new] < 21 * DAY).all()


def test_pay_is_compared_and_raised_in_april_and_promotions_come_any_time(workforce):
    raises, period = workforce.work.raises, workforce.period
    month = period.month_of(raises.effective) % 12
    assert (raises.effective == period.edges[period.month_of(raises.effective)]).all()
    assert 0.5 < (month == 3).mean() < 0.95
    assert raises.percent.min() > 0
    assert np.median(raises.percent[month == 3]) == pytest.approx(3.0, abs=0.3)
    assert raises.percent[month != 3].min() >= 4.0


def test_the_pay_ratio_follows_raise_and_market(workforce):
    work, period = workforce.work, workforce.period
    april = 3
    hit = np.flatnonzero(work.raises.effective == period.edges[april])[0]
    who, percent = work.raises.employee[hit], work.raises.percent[hit]
    growth = work.pay_ratio[who, april] / work.pay_ratio[who, april - 1]
    assert growth == pytest.approx((1 + percent / 100) / 1.03)
    assert 0.95 < np.median(work.pay_ratio) < 1.05


def test_home_office_follows_the_site(workforce):
    site = workforce.teams.site[teams_by_month(workforce.staff, workforce.period)]
    shares = [workforce.work.remote[site == one].mean() for one in range(4)]
    assert shares[0] > shares[3] > shares[1] > shares[2]
    assert workforce.work.remote.min() >= 0.0
    assert workforce.work.remote.max() <= 1.0


@pytest.mark.parametrize(
    ("load", "at_goal", "tens"),
    [(0.0, 0.0, -1.2), (12.0, 10.0, 0.0), (32.0, 10.0, 2.0)],
    ids=["none", "typical", "much"],
)
def test_load_in_other_words(load, at_goal, tens):
    assert load_at_goal(np.array([load]), 10.0)[0] == at_goal
    assert over_typical(np.array([load]))[0] == pytest.approx(tens)
