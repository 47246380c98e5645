"""The planted drivers show in the data as the truth says: effects recovered, decoy unmasked, noise silent."""

import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from features.worlds.effects import FEELINGS, HAZARD, resolution_total

_SNAPSHOTS = ("2024-07-01", "2024-10-01", "2025-01-01", "2025-04-01", "2025-07-01", "2025-09-01")
_ROWS = """
    WITH members AS (
        SELECT customer_id, company_size, plan, seats FROM customers
        WHERE loaded_at <= {s} AND valid_from <= {s}
        QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY valid_from DESC, loaded_at DESC) = 1
            AND (contract_end IS NULL OR contract_end > {s})
    ),
    t AS (SELECT customer_id, avg(log2(hours_to_resolve)) AS resolution FROM tickets
          WHERE opened_at >= {s} - INTERVAL 180 DAY AND opened_at < {s} AND ingested_at <= {s} GROUP BY 1),
    d AS (SELECT customer_id, avg(is_late) AS late FROM deliveries
          WHERE delivered_at >= {s} - INTERVAL 180 DAY AND delivered_at < {s}
              AND ingested_at <= {s} GROUP BY 1),
    i AS (SELECT customer_id, CAST(sum(disputed) AS DOUBLE) AS disputed, avg(days_to_pay) AS days_to_pay
          FROM invoices
          WHERE issued_at >= {s} - INTERVAL 365 DAY AND issued_at < {s} AND ingested_at <= {s} GROUP BY 1),
    n AS (SELECT customer_id, avg(opened) AS opened FROM newsletters
          WHERE sent_at >= {s} - INTERVAL 180 DAY AND sent_at < {s} AND ingested_at <= {s} GROUP BY 1),
    p AS (SELECT customer_id, avg(is_weekend) AS weekend FROM portal
          WHERE visited_at >= {s} - INTERVAL 90 DAY AND visited_at < {s} AND ingested_at <= {s} GROUP BY 1),
    u AS (SELECT customer_id, avg(session_minutes) AS minutes, avg(exports) AS exports,
              regr_slope(active_share, epoch(week_end)) * 86400 * 30 AS usage_slope FROM usage
          WHERE week_end >= {s} - INTERVAL 90 DAY AND week_end < {s} - INTERVAL 1 DAY GROUP BY 1),
    x AS (SELECT customer_id, avg(nps) AS nps, avg(ces) AS ces, avg(layout_rating) AS layout FROM surveys
          WHERE answered_at >= {s} - INTERVAL 180 DAY AND answered_at < {s} - INTERVAL 1 DAY GROUP BY 1)
    SELECT {s} AS snapshot, *, coalesce(cancelled_at >= {s} + INTERVAL 7 DAY
            AND cancelled_at < {s} + INTERVAL 97 DAY, false) AS leaves
    FROM members LEFT JOIN t USING (customer_id) LEFT JOIN d USING (customer_id)
        LEFT JOIN i USING (customer_id)
        LEFT JOIN n USING (customer_id) LEFT JOIN p USING (customer_id) LEFT JOIN u USING (customer_id)
        LEFT JOIN x USING (customer_id) LEFT JOIN cancellations USING (customer_id)
    WHERE cancelled_at IS NULL OR cancelled_at >= {s} + INTERVAL 7 DAY
"""
_LEVERS = ["resolution", "late"]
_NOISE = ["days_to_pay", "opened", "weekend", "minutes", "exports", "layout"]
_OTHERS = ["disputed", "usage_slope", "nps", "ces", "seats", "size_code", "plan_code"]


@pytest.fixture(scope="module")
def rows(company) -> pd.DataFrame:
    parts = [company.ask(_ROWS.format(s=f"TIMESTAMPTZ '{day} 00:00+00'")) for day in _SNAPSHOTS]
    found = pd.concat(parts, ignore_index=True)
    found["size_code"] = found["company_size"].astype("category").cat.codes
    found["plan_code"] = found["plan"].astype("category").cat.codes
    return found


@pytest.fixture(scope="module")
def months(company) -> pd.DataFrame:
    """Every customer month without intention, with whether the intention is there a month later."""
    return company.ask(
        """
        SELECT a.*, b.is_intending AS forms, k.company_size, k.plan, k.region,
            epoch(b.month - k.contract_start) < 365 * 86400 AS is_new
        FROM truth AS a
        JOIN truth AS b ON a.customer_id = b.customer_id AND b.month = a.month + INTERVAL 1 MONTH
        JOIN (SELECT DISTINCT ON (customer_id) customer_id, company_size, plan, region, contract_start
              FROM customers ORDER BY customer_id, valid_from) AS k ON k.customer_id = a.customer_id
        WHERE NOT a.is_intending AND NOT (b.month BETWEEN '2024-06-01' AND '2024-09-01')
        """
    )


def _auc(rows: pd.DataFrame, column: str) -> float:
    seen = rows[column].notna()
    return float(roc_auc_score(rows.loc[seen, "leaves"], rows.loc[seen, column]))


def _coefficients(months: pd.DataFrame, columns: list[str]) -> dict[str, float]:
    context = pd.get_dummies(months[["company_size", "plan", "region"]], dtype=float).drop(
        columns=["company_size_Mid-market", "plan_Standard", "region_North"]
    )
    inputs = pd.concat([months[columns].astype(float), context, months["is_new"].astype(float)], axis=1)
    fitted = LogisticRegression(C=1e6, max_iter=2000).fit(inputs, months["forms"])
    return dict(zip(inputs.columns, fitted.coef_[0], strict=True))


def test_there_are_two_levers_one_mediator_one_decoy_and_noise(company):
    truth = company.truth
    assert [driver.name for driver in truth.named("lever")] == ["resolution_time", "late_deliveries"]
    assert [driver.name for driver in truth.named("mediator")] == ["ease_of_help"]
    assert [driver.name for driver in truth.named("decoy")] == ["billing_disputes"]
    assert len(truth.named("noise")) == len(_NOISE)
    assert all(driver.log_odds == 0 for driver in (*truth.named("noise"), *truth.named("decoy")))


def test_the_effects_of_the_levers_are_those_planted(months):
    found = _coefficients(months, ["resolution_doublings", "late_share"])
    assert found["resolution_doublings"] == pytest.approx(resolution_total(), abs=0.15)
    assert found["late_share"] == pytest.approx(HAZARD.late_share, abs=1.0)
    assert found["company_size_Small business"] == pytest.approx(HAZARD.size[0], abs=0.2)


def test_ease_carries_a_part_of_the_effect_of_resolution(months):
    found = _coefficients(months, ["resolution_doublings", "late_share", "ease"])
    assert found["ease"] == pytest.approx(HAZARD.ease, abs=0.2)
    assert found["resolution_doublings"] == pytest.approx(HAZARD.resolution_direct, abs=0.2)
    slope = np.polyfit(months["resolution_doublings"], months["ease"], 1)[0]
    assert slope == pytest.approx(FEELINGS.ease_per_doubling, abs=0.03)


@pytest.mark.parametrize("lever", _LEVERS)
def test_levers_go_with_leaving(rows, lever):
    assert _auc(rows, lever) > 0.60


def test_the_decoy_goes_with_leaving_but_not_among_companies_of_one_size(rows):
    assert _auc(rows, "disputed") > 0.545
    strata = [part for _, part in rows.groupby("company_size") if part["leaves"].sum() >= 30]
    events = np.array([part["leaves"].sum() for part in strata])
    within = np.array([_auc(part, "disputed") for part in strata])
    assert np.average(within, weights=events) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("noise", _NOISE)
def test_noise_does_not_go_with_leaving(rows, noise):
    assert _auc(rows, noise) == pytest.approx(0.5, abs=0.045)


def test_usage_falls_before_leaving(rows):
    leavers, others = rows.loc[rows["leaves"], "usage_slope"], rows.loc[~rows["leaves"], "usage_slope"]
    assert leavers.mean() < others.mean() - 0.01
    assert _auc(rows, "usage_slope") < 0.43


def test_usage_does_not_fall_before_the_intention(company):
    """The warning sign is no cause: where no intention is near, low usage does not raise the hazard."""
    found = company.ask(
        """
        WITH monthly AS (SELECT customer_id, date_trunc('month', week_end) AS month, avg(active_share) AS used
                         FROM usage GROUP BY ALL)
        SELECT m.used, b.is_intending AS forms FROM monthly AS m
        JOIN truth AS a ON a.customer_id = m.customer_id AND a.month = m.month
        JOIN truth AS b ON a.customer_id = b.customer_id AND b.month = a.month + INTERVAL 1 MONTH
        WHERE NOT a.is_intending
        """
    )
    assert roc_auc_score(found["forms"], found["used"]) == pytest.approx(0.5, abs=0.04)


@pytest.fixture(scope="module")
def booster(rows) -> lightgbm.Booster:
    early = rows[rows["snapshot"] < "2025-05-01"]
    settings = {"objective": "binary", "num_leaves": 6, "learning_rate": 0.05, "min_data_in_leaf": 80}
    settings |= {"verbose": -1, "num_threads": 2, "seed": 1, "feature_fraction": 0.6, "deterministic": True}
    columns = [*_LEVERS, *_NOISE, *_OTHERS]
    return lightgbm.train(settings, lightgbm.Dataset(early[columns], early["leaves"]), 120)


def test_a_model_ranks_leavers_as_well_as_intended(rows, booster):
    late = rows[rows["snapshot"] > "2025-05-01"]
    assert 0.70 < roc_auc_score(late["leaves"], booster.predict(late[booster.feature_name()])) < 0.85


def test_both_levers_outrank_all_noise_in_the_model(rows, booster):
    contributions = np.asarray(booster.predict(rows[booster.feature_name()], pred_contrib=True))
    weight = dict(zip(booster.feature_name(), np.abs(contributions[:, :-1]).mean(axis=0), strict=True))
    assert min(weight[lever] for lever in _LEVERS) > 2 * max(weight[noise] for noise in _NOISE)


def test_the_worth_of_a_lever_is_a_sensible_share_of_the_risk(company, rows):
    risk = rows["leaves"].mean()
    for driver in company.truth.named("lever"):
        assert driver.risk_change is not None
        assert -risk < driver.risk_change < -0.1 * risk


def test_the_truth_names_the_goals_of_the_levers(company):
    assert [driver.goal for driver in company.truth.named("lever")] == ["<= 24", "<= 0.1"]
    assert resolution_total() == next(driver.log_odds for driver in company.truth.named("lever"))
