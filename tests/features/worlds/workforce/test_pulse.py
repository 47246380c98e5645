"""The pulse survey: nobody can be found in it, units can be compared, and it mirrors what is planted."""

import json

import numpy as np
import pytest

from features.worlds.workforce.pulse import LEAST_ANSWERS, WAVE_MONTHS, _is_published, take_pulse
from features.worlds.workforce.workforce import draw_workforce

COLUMNS = {"unit_id", "wave_at", "enps", "workload", "manager_support"}


def test_there_is_no_person_in_it(company):
    pulse = company.ask("SELECT * FROM pulse")
    assert set(pulse.columns) == COLUMNS
    text = (company.folder / "pulse.csv").read_text(encoding="utf-8")
    assert "E-1" not in text
    assert "P-0" not in text
    assert (pulse["wave_at"].dt.hour == 0).all()


def test_all_answers_of_a_wave_have_the_same_time(company):
    per_quarter = company.ask(
        "SELECT count(DISTINCT wave_at) AS n FROM pulse GROUP BY date_trunc('quarter', wave_at)"
    )
    assert len(per_quarter) == 8
    assert (per_quarter["n"] == 1).all()
    months = company.ask("SELECT DISTINCT month(wave_at) - 1 AS month FROM pulse")["month"]
    assert set(months) == set(WAVE_MONTHS)


def test_no_unit_and_wave_has_fewer_than_five_answers(company):
    cells = company.ask("SELECT count(*) AS n FROM pulse GROUP BY unit_id, wave_at")
    assert cells["n"].min() >= LEAST_ANSWERS == 5
    assert len(cells) > 500


def test_nobody_can_be_singled_out_by_who_was_there(company):
    """In no unit and wave did all answer, so that nobody is known to have given one of the answers."""
    found = company.ask(
        """
        WITH there AS (
            SELECT wave_at, unit_id, employee_id FROM (SELECT DISTINCT wave_at FROM pulse), employees
            WHERE valid_from <= wave_at
            QUALIFY row_number() OVER (PARTITION BY wave_at, employee_id ORDER BY valid_from DESC) = 1
                AND left_at IS NULL
        ), size AS (SELECT wave_at, unit_id, count(*) AS people FROM there GROUP BY ALL),
        answers AS (SELECT wave_at, unit_id, count(*) AS answers FROM pulse GROUP BY ALL)
        SELECT people, answers FROM answers JOIN size USING (wave_at, unit_id)
        """
    )
    assert (found["answers"] <= found["people"]).all()
    assert (found["answers"] == found["people"]).mean() < 0.02
    assert found["answers"].sum() / found["people"].sum() == pytest.approx(0.6, abs=0.07)


def test_the_order_of_rows_says_nothing(company):
    """Neighbours in a cell are no more alike than any two answers of the cell."""
    pulse = company.ask("SELECT * FROM pulse")
    centred = pulse["enps"] - pulse.groupby(["unit_id", "wave_at"])["enps"].transform("mean")
    size = pulse.groupby(["unit_id", "wave_at"])["enps"].transform("size")
    position = pulse.groupby(["unit_id", "wave_at"]).cumcount() / size
    assert abs(np.corrcoef(position, centred)[0, 1]) < 0.04


def test_ratings_keep_their_scales(company):
    low = company.ask("SELECT min(enps) AS e, min(workload) AS w, min(manager_support) AS m FROM pulse").iloc[
        0
    ]
    high = company.ask(
        "SELECT max(enps) AS e, max(workload) AS w, max(manager_support) AS m FROM pulse"
    ).iloc[0]
    assert low.tolist() == [0, 1, 1]
    assert high.tolist() == [10, 5, 5]


def test_about_six_in_ten_answer(company):
    written = json.loads((company.folder / "truth.json").read_text(encoding="utf-8"))
    rate = written["employees"]["figures"]["pulse_response_rate"]
    assert 0.55 < rate < 0.67


def test_units_with_few_answers_are_withheld():
    team, month = np.array([1] * 5 + [2] * 4 + [1] * 4), np.array([0] * 9 + [1] * 4)
    assert _is_published(team, month).tolist() == [True] * 5 + [False] * 8
    nobody = np.array([], dtype=np.int64)
    assert _is_published(nobody, nobody).size == 0


def test_the_smallest_company_keeps_the_rule():
    pulse = take_pulse(draw_workforce(3, 60, 9))
    if pulse.team.size:
        cells = np.unique(np.stack([pulse.team, pulse.wave_at]), axis=1, return_counts=True)[1]
        assert cells.min() >= LEAST_ANSWERS
    assert pulse.team.size <= pulse.answered <= pulse.asked


def test_units_mirror_overtime_and_leading(company):
    units = company.ask(
        """
        WITH months AS (
            SELECT month, unit_id, avg(load_hours) AS load, avg(manager_quality) AS quality
            FROM truth_employees ASOF JOIN (SELECT employee_id, valid_from, unit_id FROM employees) AS e
                ON truth_employees.employee_id = e.employee_id AND month >= valid_from
            GROUP BY ALL
        ), answers AS (
            SELECT date_trunc('month', wave_at) AS month, unit_id, avg(workload) AS workload,
                avg(manager_support) AS support, avg(enps) AS enps FROM pulse GROUP BY ALL
        )
        SELECT * FROM months JOIN answers USING (month, unit_id)
        """
    )
    correlations = units.corr(numeric_only=True)
    assert correlations.loc["load", "workload"] > 0.5
    assert correlations.loc["quality", "support"] > 0.6
    assert correlations.loc["workload", "enps"] < -0.2
