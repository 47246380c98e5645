"""Rules on when to train again: what they may say, and that files without them stay what they are."""

from pathlib import Path
from typing import get_args

from features.usecase import AlertKind, load, parse
from training.monitoring.record import Kind

HERE = Path(__file__).parent
FLAT = {"version": 1, "name": "churn", "table": {"file": "c.csv", "label": "churn", "positive": "Yes"}}


def test_alerts_are_the_kinds_of_checks_that_monitoring_makes():
    assert get_args(AlertKind) == get_args(Kind)


def test_rules_are_read():
    rules = load(HERE / "valid" / "retrain_by_age_labels_and_alerts.yaml").retrain
    assert (rules.after_days, rules.new_labels) == (100, 500)
    assert rules.alerts == ["realised", "calibration", "estimated", "fairness"]


def test_on_is_no_boolean():
    """YAML 1.1 takes the word for true; the use-case file does not."""
    assert load(HERE / "valid" / "retrain_on_alerts_alone.yaml").retrain.alerts == ["realised"]


def test_the_hash_of_a_file_without_rules_is_what_it_was():
    usecase = parse(FLAT, "churn.yaml")
    assert usecase.retrain is None
    assert "retrain" not in usecase.to_json()
    assert usecase.spec_hash == "484a56b0e0b16ac8d100d62b19a42bfc35d6f14293c8f8d35d1c586c46912dcd"


def test_rules_change_the_hash_and_come_back_from_plain_values():
    usecase = parse({**FLAT, "retrain": {"after_days": 100}}, "churn.yaml")
    assert usecase.spec_hash != parse(FLAT, "churn.yaml").spec_hash
    assert usecase.to_json()["retrain"] == {"after_days": 100}
    assert parse(usecase.to_json(), "again.yaml") == usecase
