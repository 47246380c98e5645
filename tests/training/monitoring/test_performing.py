"""How well a champion does: quiet where nothing changed, loud where the world turned, honest if blind."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.training.monitoring.drift_world import TRAINED_UNTIL, Drift, frame_now
from tests.training.promotion.candidates import candidate_of
from training.monitoring import Check, Health, Performance
from training.monitoring.deciding import decide
from training.monitoring.performance_words import BLIND, NOT_ASKED, NOTHING_NEW
from training.monitoring.performing import watch_model


def checks_of(watched):
    return {(check.kind, check.about): check for check in decide(watched.checks)}


@pytest.fixture(scope="module")
def after_the_turn(shop, turned):
    return watch_model(shop.champion, turned[1], turned[0])


def test_a_world_that_goes_on_raises_no_alert(watched):
    assert [check.state for check in decide(watched.checks)] == ["no clear change"] * len(watched.checks)
    assert set(checks_of(watched)) == {
        ("estimated", "30d"),
        *((kind, horizon) for kind in ("realised", "calibration") for horizon in ("30d", "60d")),
        ("calibration", "30d top tenth"),
        ("calibration", "60d top tenth"),
        ("fairness", "gender"),
    }


def test_every_snapshot_and_horizon_is_told_of_once(watched, shop):
    places = [(one.snapshot_date, one.horizon, one.figure) for one in watched.performance]
    assert len(set(places)) == len(places)
    assert [day for day, *_ in places] == sorted(day for day, *_ in places)
    of_auc = [one for one in watched.performance if one.figure == "auc"]
    assert all(one.estimated is not None for one in of_auc)
    is_known = {(one.snapshot_date.month, one.horizon): one.realised is not None for one in of_auc}
    assert {place for place, known in is_known.items() if not known} == {(12, "60d"), (1, "30d"), (1, "60d")}
    judged = shop.learned.assessment.all_rows.by_horizon["60d"]
    assert {one.promised for one in of_auc if one.horizon == "60d"} == {judged.auc}


def test_estimated_and_realised_agree_where_nothing_has_changed(watched):
    known = [one for one in watched.performance if one.estimated is not None and one.realised is not None]
    assert len(known) == 5
    assert np.mean([one.realised.low <= one.estimated.value <= one.realised.high for one in known]) >= 0.8


def test_levels_are_told_where_outcomes_are_known(watched):
    gaps = [one for one in watched.performance if one.figure == "calibration_gap"]
    assert [(one.snapshot_date.month, one.horizon) for one in gaps] == [
        (10, "30d"), (10, "60d"), (11, "30d"), (11, "60d"), (12, "30d"),
    ]  # fmt: skip
    assert all(one.estimated is None and abs(one.realised.value) < 0.03 for one in gaps)


def test_labels_that_turned_are_an_alert_in_the_first_batch(shop, tmp_path):
    """One snapshot after the training, one month of outcomes: that has to be enough."""
    drift = Drift(TRAINED_UNTIL, turned=True)
    usecase, frame = frame_now(tmp_path, drift, until=date(2025, 11, 1))
    watched = watch_model(shop.champion, frame, usecase)
    found = checks_of(watched)
    assert found["realised", "30d"].state == "alert"
    assert found["realised", "30d"].p_value < 1e-6
    assert found["realised", "30d"].value.high < 0.5 < found["realised", "30d"].usual[0]
    assert [one.snapshot_date for one in watched.performance if one.realised is not None] == [
        TRAINED_UNTIL
    ] * 2


def test_the_turn_shows_in_ranks_and_worst_among_the_highest_forecasts(after_the_turn):
    found = checks_of(after_the_turn)
    assert found["realised", "60d"].state == "alert"
    whole, top = (found["calibration", f"60d{which}"] for which in ("", " top tenth"))
    assert top.state == "alert"
    assert top.value.value > abs(whole.value.value)


def test_what_is_estimated_from_forecasts_alone_is_blind_to_the_turn(after_the_turn, watched):
    blind, seeing = (checks_of(one)["estimated", "30d"] for one in (after_the_turn, watched))
    assert blind.state == "no clear change"
    assert abs(blind.value.value - seeing.value.value) < 0.02
    assert BLIND in after_the_turn.limits
    assert "until outcomes are known" in BLIND["en"].lower()
    assert "solange ergebnisse fehlen" in BLIND["de"].lower()


def test_more_who_leave_than_forecast_are_decay_of_the_calibration(shop, tmp_path):
    usecase, frame = frame_now(tmp_path, Drift(TRAINED_UNTIL, raised=2.5))
    found = checks_of(watch_model(shop.champion, frame, usecase))
    assert found["calibration", "60d"].state == "alert"
    assert found["calibration", "60d"].value.high < 0
    assert "zu niedrig" in found["calibration", "60d"].sentence["de"]
    assert found["realised", "60d"].state == "no clear change"


def test_before_outcomes_it_is_said_that_they_are_missing(shop):
    watched = watch_model(shop.champion, shop.frame, shop.usecase)
    found = checks_of(watched)
    assert found["realised", "30d"].state == "not known"
    assert found["realised", "30d"].p_value is None
    assert "estimated" in {check.kind for check in watched.checks}


def test_nothing_new_is_said_in_words(members):
    watched = watch_model(candidate_of(members), members.frame, members.usecase)
    assert (watched.performance, watched.checks) == ((), ())
    assert watched.limits == (BLIND, NOTHING_NEW)


def test_a_table_that_lacks_features_is_told_of(shop, quiet):
    usecase, frame = quiet
    catalogue = type(frame.facts.catalogue)(tuple(frame.facts.catalogue)[1:])
    watched = watch_model(
        shop.champion, replace(frame, facts=replace(frame.facts, catalogue=catalogue)), usecase
    )
    assert watched.limits == (BLIND, NOT_ASKED)


def test_new_members_of_a_flat_table_are_estimated_and_judged(members):
    champion = candidate_of(members)
    fewer = replace(champion.kept_back, digests=champion.kept_back.digests[:300])
    watched = watch_model(replace(champion, kept_back=fewer), members.frame, members.usecase)
    order, level = watched.performance
    assert (order.snapshot_date, order.horizon, order.figure) == (None, "outcome", "auc")
    assert order.realised.n == order.estimated.n == len(members.learned.rows) - 300
    assert level.figure == "calibration_gap"
    sentences = [check.sentence["en"] for check in watched.checks]
    assert all("for those who are new since the training" in sentence for sentence in sentences)


def test_the_same_data_gives_the_same_health(shop, quiet, watched):
    again = watch_model(shop.champion, quiet[1], quiet[0])
    assert again == watched


def test_all_of_it_fits_into_the_record(watched, shop):
    health = Health(
        "shop", shop.champion.bundle.model_version, date(2026, 1, 1), date(2026, 1, 2), 10,
        decide(watched.checks), watched.performance, watched.limits,
    )  # fmt: skip
    assert Health.from_json(health.to_json()) == health
    assert all(isinstance(one, Performance) for one in health.performance)
    assert all(isinstance(one, Check) and set(one.sentence) == {"en", "de"} for one in health.checks)
    assert "nan" not in health.to_text().lower().replace("finance", "")
