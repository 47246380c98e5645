"""The planted reasons to resign show in the data: effects recovered, decoy unmasked, noise silent."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from features.worlds.workforce.effects import CLIMATE, RESIGNING, overtime_total

_SNAPSHOTS = ("2024-07-01", "2024-10-01", "2025-01-01", "2025-04-01", "2025-06-01")
_ROWS = """
    WITH members AS (
        SELECT employee_id, unit_id, department, site, job_level, contract_type, pay_ratio, hired_at, gender,
            birth_year FROM employees WHERE loaded_at <= {s} AND valid_from <= {s}
        QUALIFY row_number() OVER (PARTITION BY employee_id ORDER BY valid_from DESC, loaded_at DESC) = 1
            AND left_at IS NULL
    ),
    h AS (SELECT employee_id, avg(overtime_hours) AS overtime, avg(remote_share) AS remote,
              avg(night_shifts) AS nights FROM hours
          WHERE month_end >= {s} - INTERVAL 180 DAY AND month_end < {s} AND ingested_at <= {s} GROUP BY 1),
    t AS (SELECT employee_id, epoch({s} - max(finished_at)) / 86400 AS untrained_days,
              avg(is_online) AS online FROM trainings
          WHERE finished_at < {s} AND ingested_at <= {s} GROUP BY 1),
    a AS (SELECT employee_id, count(*) AS absences FROM absences WHERE days <= 3
              AND started_at >= {s} - INTERVAL 90 DAY AND started_at < {s} AND known_at <= {s} GROUP BY 1),
    p AS (SELECT unit_id, avg(enps) AS enps, avg(workload) AS workload, avg(manager_support) AS support
          FROM pulse
          WHERE wave_at >= {s} - INTERVAL 365 DAY AND wave_at < {s} - INTERVAL 14 DAY GROUP BY 1)
    SELECT {s} AS snapshot, *, coalesce(absences, 0) AS short_absences,
        coalesce(reason = 'resigned' AND left_at >= {s} + INTERVAL 14 DAY
            AND left_at < {s} + INTERVAL 194 DAY, false) AS resigns
    FROM members LEFT JOIN h USING (employee_id) LEFT JOIN t USING (employee_id)
        LEFT JOIN a USING (employee_id) LEFT JOIN p USING (unit_id) LEFT JOIN exits USING (employee_id)
    WHERE left_at IS NULL OR left_at >= {s} + INTERVAL 14 DAY
"""


@pytest.fixture(scope="module")
def rows(company) -> pd.DataFrame:
    parts = [company.ask(_ROWS.format(s=f"TIMESTAMPTZ '{day} 00:00+00'")) for day in _SNAPSHOTS]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def months(company) -> pd.DataFrame:
    """Every month at risk of every employee, with what is inside and whether the intention is formed."""
    return company.ask(
        "SELECT t.*, e.department, e.site, e.job_level FROM truth_employees AS t "
        "ASOF JOIN employees AS e ON t.employee_id = e.employee_id AND t.month >= e.valid_from "
        "WHERE is_at_risk"
    )


def _auc(rows: pd.DataFrame, column: str) -> float:
    seen = rows[column].notna()
    return float(roc_auc_score(rows.loc[seen, "resigns"], rows.loc[seen, column]))


def _coefficients(months: pd.DataFrame, columns: list[str]) -> dict[str, float]:
    context = pd.get_dummies(months[["department", "site", "job_level"]], dtype=float).drop(
        columns=["department_Production", "site_Leipzig", "job_level_Specialist"]
    )
    tenure = pd.DataFrame(
        {"first": months["tenure_years"] < 1, "later": months["tenure_years"] >= 3}, dtype=float
    )
    inputs = pd.concat([months[columns].astype(float), context, tenure], axis=1)
    spread = inputs.std()
    fitted = LogisticRegression(C=1e6, max_iter=3000).fit(inputs / spread, months["forms_intention"])
    return dict(zip(inputs.columns, fitted.coef_[0] / spread, strict=True))


def test_roles_are_two_levers_one_weak_one_mediator_one_decoy_signals_context_noise(company):
    truth = company.truth.employees
    assert [driver.name for driver in truth.named("lever")] == ["overtime", "training"]
    assert [driver.name for driver in truth.named("weak_lever")] == ["pay"]
    assert [driver.name for driver in truth.named("mediator")] == ["workload"]
    assert [driver.name for driver in truth.named("decoy")] == ["remote_work"]
    assert {driver.name for driver in truth.named("signal")} == {
        "short_absences",
        "recommendation",
        "support",
    }
    assert len(truth.named("noise")) == 3
    assert all(driver.log_odds == 0 for driver in (*truth.named("decoy"), *truth.named("noise")))


def test_the_effects_of_the_levers_are_those_planted(months):
    found = _coefficients(months, ["load_hours", "untrained_years", "manager_quality", "pay_ratio"])
    assert 10 * found["load_hours"] == pytest.approx(overtime_total(), abs=0.25)
    assert found["untrained_years"] == pytest.approx(RESIGNING.untrained, abs=0.2)
    assert found["manager_quality"] == pytest.approx(RESIGNING.leading, abs=0.2)
    assert found["pay_ratio"] == pytest.approx(RESIGNING.pay, abs=2.0)
    assert found["site_Hamburg"] == pytest.approx(RESIGNING.site[0], abs=0.35)


def test_workload_carries_a_part_of_the_effect_of_overtime(months):
    found = _coefficients(months, ["load_hours", "untrained_years", "workload"])
    assert found["workload"] == pytest.approx(RESIGNING.workload, abs=0.3)
    assert 10 * found["load_hours"] == pytest.approx(RESIGNING.overtime_direct, abs=0.35)
    slope = np.polyfit(months["load_hours"], months["workload"], 1)[0]
    assert 10 * slope == pytest.approx(CLIMATE.workload_per_ten_hours, abs=0.03)


@pytest.mark.parametrize("lever", ["overtime", "untrained_days"])
def test_levers_go_with_resigning(rows, lever):
    assert _auc(rows, lever) > 0.58


def test_the_decoy_goes_with_resigning_but_not_at_one_site(rows):
    assert _auc(rows, "remote") > 0.56
    strata = [part for _, part in rows.groupby("site") if part["resigns"].sum() >= 30]
    events = np.array([part["resigns"].sum() for part in strata])
    within = np.array([_auc(part, "remote") for part in strata])
    assert np.average(within, weights=events) == pytest.approx(0.5, abs=0.06)


def test_pay_hardly_matters_although_everybody_names_it(rows):
    assert _auc(rows, "pay_ratio") == pytest.approx(0.49, abs=0.06)


def test_short_absences_warn_and_enps_of_the_unit_is_low(rows):
    assert _auc(rows, "short_absences") > 0.53
    assert _auc(rows, "enps") < 0.45
    assert _auc(rows, "workload") > 0.55
    assert _auc(rows, "support") < 0.47


def test_short_absences_do_not_rise_before_the_intention(company):
    """The warning sign is no cause: before the intention, absences do not go with forming it."""
    found = company.ask(
        """
        WITH monthly AS (SELECT employee_id, date_trunc('month', started_at) AS month, count(*) AS n
                         FROM absences WHERE days <= 3 GROUP BY ALL)
        SELECT coalesce(m.n, 0) AS absences, b.forms_intention AS forms FROM truth_employees AS a
        JOIN truth_employees AS b ON a.employee_id = b.employee_id AND b.month = a.month + INTERVAL 1 MONTH
        LEFT JOIN monthly AS m ON m.employee_id = a.employee_id AND m.month = a.month
        WHERE b.is_at_risk
        """
    )
    assert roc_auc_score(found["forms"], found["absences"]) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("noise", ["nights", "online"])
def test_noise_does_not_go_with_resigning(rows, noise):
    assert _auc(rows, noise) == pytest.approx(0.5, abs=0.06)


def test_protected_attributes_do_not_go_with_resigning(rows):
    shares = rows[rows["gender"] != "diverse"].groupby("gender")["resigns"].mean()
    assert abs(shares["female"] - shares["male"]) < 0.03
    assert _auc(rows, "birth_year") == pytest.approx(0.5, abs=0.09)


def test_a_plain_model_ranks_who_resigns_as_well_as_intended(rows):
    columns = ["overtime", "untrained_days", "short_absences", "workload", "support", "enps"]
    inputs = rows[columns].fillna(rows[columns].median())
    inputs = pd.concat(
        [(inputs - inputs.mean()) / inputs.std(), pd.get_dummies(rows["site"], dtype=float)], axis=1
    )
    early = rows["snapshot"] < "2025-01-01"
    fitted = LogisticRegression(C=1.0).fit(inputs[early], rows.loc[early, "resigns"])
    score = roc_auc_score(rows.loc[~early, "resigns"], fitted.predict_proba(inputs[~early])[:, 1])
    assert 0.66 < score < 0.85


def test_the_worth_of_a_lever_is_a_sensible_share_of_the_risk(company, rows):
    risk = rows["resigns"].mean()
    for driver in company.truth.employees.named("lever"):
        assert driver.risk_change is not None
        assert -risk < driver.risk_change < -0.1 * risk
    assert company.truth.employees.horizon_days == 180


def test_the_truth_tells_of_customers_and_employees_apart(company):
    customers = {driver.name for driver in company.truth.drivers}
    employees = {driver.name for driver in company.truth.employees.drivers}
    assert not {"overtime", "pay", "workload"} & customers
    assert not {"resolution_time", "late_deliveries"} & employees
    assert company.truth.employees.n_employees == 2000
