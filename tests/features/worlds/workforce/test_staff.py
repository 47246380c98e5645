"""Who works for the company: hirings, ages, contracts, moves; what must not matter does not."""

import numpy as np
import pytest

from features.errors import InputError
from features.worlds.vocabulary import DAY, NEVER
from features.worlds.workforce.staff import CONTRACT_TYPES, GENDERS, LEVELS, YEAR, draw_staff, refuse_few
from features.worlds.workforce.workforce import Workforce, draw_workforce


@pytest.fixture(scope="module")
def workforce() -> Workforce:
    return draw_workforce(11, 2000, 24)


def test_codes_fit_the_vocabulary(workforce):
    staff = workforce.staff
    assert set(staff.level.tolist()) == set(range(len(LEVELS)))
    assert set(staff.gender.tolist()) == set(range(len(GENDERS)))
    assert len(CONTRACT_TYPES) == 2


def test_most_are_there_at_the_start_and_the_others_join_evenly(workforce):
    staff, period = workforce.staff, workforce.period
    assert (staff.hired < period.since).mean() == pytest.approx(0.72, abs=0.04)
    assert (staff.hired % DAY == 0).all()
    joins = np.histogram(staff.hired[staff.hired >= period.since], bins=4)[0]
    assert joins.min() > 0.7 * joins.max()


def test_nobody_is_hired_as_a_child_or_works_for_ever(workforce):
    staff, period = workforce.staff, workforce.period
    assert ((staff.hired - staff.born) / YEAR).min() > 17.9
    end = np.minimum(workforce.careers.ends, period.until)
    assert ((end - staff.born) / YEAR).max() < 69.0


def test_teams_are_of_equal_size_at_first(workforce):
    sizes = np.bincount(workforce.staff.team, minlength=workforce.teams.count)
    assert sizes.max() - sizes.min() <= 1


def test_people_move_within_their_site_after_their_first_months(workforce):
    staff, teams = workforce.staff, workforce.teams
    movers = np.flatnonzero(staff.moves != NEVER)
    assert 40 < movers.size < 300
    assert (teams.site[staff.team[movers]] == teams.site[staff.later_team[movers]]).all()
    assert (staff.moves[movers] > staff.hired[movers] + 90 * DAY).all()
    one = movers[:1]
    assert staff.team_at(one, int(staff.moves[one[0]]) - 1) == staff.team[one]
    assert staff.team_at(one, int(staff.moves[one[0]])) == staff.later_team[one]


def test_a_fixed_term_is_one_or_two_years_and_ends_in_the_period_or_later(workforce):
    staff = workforce.staff
    fixed = staff.term_ends != NEVER
    assert 0.05 < fixed.mean() < 0.3
    assert set(((staff.term_ends - staff.hired)[fixed] // DAY).tolist()) == {365, 730}
    assert (staff.term_ends[fixed] > workforce.period.since).all()


def test_ids_are_unique_and_tell_nothing_of_age(workforce):
    number = np.array([int(each[2:]) for each in workforce.staff.employee_id])
    assert np.unique(number).size == number.size
    assert abs(np.corrcoef(number, workforce.staff.born)[0, 1]) < 0.06


@pytest.mark.parametrize("count", [0, 59], ids=["none", "one too few"])
def test_refuses_few(count):
    with pytest.raises(InputError, match=f"n_employees: {count} employees are too few; ask for 60 or more"):
        refuse_few(count)
    refuse_few(60)


def test_the_same_seed_gives_the_same_staff(workforce):
    again = draw_staff(11, 2000, workforce.period, workforce.teams)
    other = draw_staff(12, 2000, workforce.period, workforce.teams)
    assert (again.hired == workforce.staff.hired).all()
    assert (again.employee_id == workforce.staff.employee_id).all()
    assert (other.hired != workforce.staff.hired).any()
