"""Whether to train again: each rule by itself, and what counts as new since the training."""

from dataclasses import replace

import numpy as np
import pytest

from features.usecase import Retrain
from tests.training.promotion.candidates import candidate_of
from training.monitoring import Check
from training.monitoring.advice import Newer, advise, measure_newer

ALERT = Check(
    kind="realised",
    about="90d",
    label={"en": "Ranking quality", "de": "Güte der Reihenfolge"},
    value=None,
    usual=None,
    unit=None,
    p_value=0.001,
    state="alert",
    sentence={"en": "a", "de": "b"},
)


def test_without_rules_there_is_no_advice():
    assert advise(None, Newer(1_000, 1_000_000), [ALERT]) is None


@pytest.mark.parametrize(
    ("rules", "is_due"),
    [
        (Retrain(after_days=100), False),
        (Retrain(after_days=92), True),
        (Retrain(new_labels=501), False),
        (Retrain(new_labels=500), True),
        (Retrain(alerts=["calibration"]), False),
        (Retrain(alerts=["calibration", "realised"]), True),
        (Retrain(after_days=500, new_labels=9_999, alerts=["fairness"]), False),
    ],
)
def test_one_rule_that_holds_is_enough(rules, is_due):
    found = advise(rules, Newer(92, 500), [ALERT])
    assert found.is_due is is_due
    assert len(found.reasons) == is_due


def test_every_rule_that_holds_is_told():
    found = advise(Retrain(after_days=92, new_labels=1, alerts=["realised"]), Newer(92, 1_500), [ALERT])
    days, labels, alerts = found.reasons
    assert days["en"].startswith("Outcomes are known for 92 days beyond what the model learned from")
    assert days["de"].startswith("Ergebnisse sind 92 Tage weiter bekannt")
    assert labels["en"].startswith("1,500 outcomes became known")
    assert labels["de"].startswith("1.500 Ergebnisse")
    assert alerts["en"].endswith(": Ranking quality.")
    assert alerts["de"].endswith(": Güte der Reihenfolge.")


def test_what_is_no_alert_asks_for_nothing():
    quiet = replace(ALERT, state="no clear change")
    assert not advise(Retrain(alerts=["realised"]), Newer(92, 0), [quiet]).is_due


def test_an_age_that_is_not_known_asks_for_nothing():
    assert not advise(Retrain(after_days=1), Newer(None, 0), []).is_due


def test_newer_data_is_counted_in_days_and_outcomes(shop, quiet):
    usecase, frame = quiet
    found = measure_newer(shop.champion, frame, usecase)
    assert (found.days, found.is_of_training) == (92, False)
    days = np.array(frame.table.column("snapshot_date").to_pylist(), dtype="datetime64[D]")
    # At the horizon of 30 days the snapshots of October to December became known since.
    expected = (days > np.datetime64("2025-09-01")) & (days <= np.datetime64("2025-12-02"))
    assert found.labels == expected.sum() > 3_000


def test_its_own_data_is_not_newer(shop):
    found = measure_newer(shop.champion, shop.frame, shop.usecase)
    assert (found.days, found.labels) == (0, 0)


def test_older_data_is_not_newer_either(shop, quiet):
    facts = {**shop.champion.bundle.facts, "observed_until": "2027-01-01"}
    later = replace(shop.champion, bundle=replace(shop.champion.bundle, facts=facts))
    found = measure_newer(later, quiet[1], quiet[0])
    assert (found.days, found.labels) == (0, 0)


def test_a_flat_table_counts_new_people_and_days_since_the_training(members):
    champion = candidate_of(members)
    fewer = replace(champion, kept_back=replace(champion.kept_back, digests=champion.kept_back.digests[:600]))
    found = measure_newer(fewer, members.frame, members.usecase, days_since_training=40)
    assert (found.days, found.labels, found.is_of_training) == (40, len(members.learned.rows) - 600, True)
    told = advise(Retrain(after_days=30), found, []).reasons[0]
    assert told["en"].startswith("The model was trained 40 days ago")
    assert told["de"].startswith("Das Modell wurde vor 40 Tagen trainiert")


def test_a_flat_table_without_memory_counts_rows(members):
    champion = replace(candidate_of(members), kept_back=None)
    facts = {**champion.bundle.facts, "rows": 500}
    fewer = replace(champion, bundle=replace(champion.bundle, facts=facts))
    assert measure_newer(fewer, members.frame, members.usecase).labels == len(members.learned.rows) - 500
    assert measure_newer(champion, members.frame, members.usecase).labels == 0
