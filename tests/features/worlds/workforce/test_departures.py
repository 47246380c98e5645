"""What is written about leaving: competing causes, interviews after the exit, beliefs that miss the point."""

import pytest

from features.worlds.workforce.departures import BELIEFS, STATED_REASONS, STATED_WEIGHTS
from features.worlds.workforce.quitting import CAUSES


def test_all_causes_are_there_and_resigning_is_the_rule(company):
    found = company.ask("SELECT reason, count(*) AS n FROM exits GROUP BY reason ORDER BY n DESC")
    assert set(found["reason"]) == set(CAUSES)
    assert found["reason"].iloc[0] == "resigned"
    assert 300 < found["n"].iloc[0] < 550


@pytest.mark.parametrize("year", [2024, 2025])
def test_about_one_in_seven_resigns_per_year(company, year):
    figures = company.truth.employees.figures
    assert 0.10 < figures[f"resigned_{year}"] < 0.17
    others = [figures[f"{cause}_{year}"] for cause in CAUSES[1:]]
    assert all(0.001 < share < 0.04 for share in others)


def test_the_figures_are_those_of_the_table(company):
    left = company.value(
        "SELECT count(*) FROM exits WHERE reason = 'resigned' "
        "AND left_at >= TIMESTAMPTZ '2025-01-01 00:00+00'"
    )
    average = company.value(
        "SELECT count(*) / 12 FROM truth_employees WHERE month >= TIMESTAMPTZ '2025-01-01 00:00+00'"
    )
    assert left / average == pytest.approx(company.truth.employees.figures["resigned_2025"], abs=0.01)


def test_interviews_are_held_and_known_after_the_exit_and_only_with_who_resigned(company):
    joined = company.ask(
        "SELECT reason, interviewed_at > left_at AS after_exit, known_at > interviewed_at AS known_later "
        "FROM exit_interviews LEFT JOIN exits USING (employee_id)"
    )
    assert (joined["reason"].fillna("resigned") == "resigned").all()
    seen = joined[joined["reason"].notna()]
    assert seen["after_exit"].all()
    assert seen["known_later"].all()
    resigned = company.value("SELECT count(*) FROM exits WHERE reason = 'resigned'")
    assert 0.5 < len(joined) / resigned < 0.8


def test_leavers_say_pay_whatever_the_cause(company):
    stated = company.ask(
        "SELECT stated_reason, count(*) AS n FROM exit_interviews GROUP BY 1 ORDER BY n DESC"
    )
    assert stated["stated_reason"].iloc[0] == "Pay"
    assert set(stated["stated_reason"]) <= set(STATED_REASONS)
    share = stated["n"].iloc[0] / stated["n"].sum()
    assert share == pytest.approx(company.truth.employees.figures["stated_pay"], abs=0.05)
    paid = company.ask(
        "SELECT avg(pay_ratio) AS ratio, var_samp(pay_ratio) / count(*) AS error, "
        "stated_reason = 'Pay' AS says_pay FROM exit_interviews "
        "JOIN employees USING (employee_id) WHERE left_at IS NOT NULL GROUP BY says_pay"
    )
    # Few say anything else, so their mean pay is known badly.
    assert paid["ratio"].max() - paid["ratio"].min() < 3 * paid["error"].sum() ** 0.5


def test_what_leavers_say_is_planted_as_a_share_and_pay_as_a_weak_effect(company):
    truth = company.truth.employees
    said = {name: share for name, share in truth.figures.items() if name.startswith("stated_")}
    assert tuple(said.values()) == STATED_WEIGHTS
    assert sum(said.values()) == pytest.approx(1.0)
    (pay,) = (driver for driver in truth.drivers if driver.name == "pay")
    assert (pay.role, said["stated_pay"]) == ("weak_lever", 0.89)
    levers = truth.named("lever")
    # Ten points of pay over market do less than ten hours of overtime or a year without training.
    assert all(abs(0.1 * pay.log_odds) < 0.1 * abs(lever.log_odds) for lever in levers)


def test_managers_spread_a_hundred_points_and_believe_in_pay(company):
    sums = company.ask("SELECT sum(points) AS total, count(*) AS topics FROM beliefs GROUP BY answer_id")
    assert (sums["total"] == 100).all()
    assert (sums["topics"] == len(BELIEFS)).all()
    points = company.ask(
        "SELECT topic, avg(points) AS points FROM beliefs GROUP BY topic ORDER BY points DESC"
    )
    assert points["topic"].iloc[0] == "pay"
    assert points["points"].iloc[0] > 2 * points["points"].iloc[1]


def test_beliefs_name_no_manager(company):
    columns = company.ask("SELECT * FROM beliefs LIMIT 1").columns
    assert set(columns) == {"answer_id", "asked_at", "topic", "points"}
