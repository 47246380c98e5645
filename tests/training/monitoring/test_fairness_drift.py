"""Groups of protected attributes since the training: what moved, and what is too small to be told."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.training.monitoring.drift_world import TRAINED_UNTIL, Drift, frame_now
from training.monitoring.batches import list_batches
from training.monitoring.fairness_drift import watch_fairness


def watch(shop, frame, usecase, bundle=None):
    batches = list_batches(shop.champion, frame, usecase)
    return list(watch_fairness(batches, frame, bundle or shop.champion.bundle))


def with_groups(frame, values):
    """Return a frame with other values of the protected attribute."""
    column = pa.array(values, pa.string())
    return replace(frame, protected=frame.protected.set_column(2, "gender", column))


def test_nothing_moved(shop, quiet):
    (check,) = watch(shop, quiet[1], quiet[0])
    assert (check.kind, check.about, check.state) == ("fairness", "gender", "no clear change")
    assert check.label == {"en": "Fairness: gender", "de": "Fairness: gender"}


def test_forecasts_that_fit_the_women_no_more_are_an_alert(shop, tmp_path):
    usecase, frame = frame_now(tmp_path, Drift(TRAINED_UNTIL, raised=3, left_out=1.0))
    (check,) = watch(shop, frame, usecase)
    assert check.state == "alert"
    assert check.p_value < 0.001
    assert "group “" in check.sentence["en"]
    assert "forecasts minus outcomes are" in check.sentence["en"]


def test_a_group_that_is_chosen_far_more_often_is_an_alert(shop, quiet):
    """Call those women whom the champion puts first: nothing else in the world changes."""
    usecase, frame = quiet
    (batch,) = [one for one in list_batches(shop.champion, frame, usecase) if one.day.month == 12]
    values = np.array(frame.protected.column("gender").to_pylist(), dtype=object)
    forecast = batch.forecasts["30d"]
    values[batch.positions] = np.where(forecast >= np.quantile(forecast, 0.8), "f", "m")
    (check,) = watch(shop, with_groups(frame, values), usecase)
    assert check.state == "alert"
    assert "stand in the tenth that one looks at first" in check.sentence["en"]
    assert check.value.value == pytest.approx(0.5, abs=0.02) or check.value.value == 0


def test_too_small_groups_appear_nowhere(shop, quiet):
    usecase, frame = quiet
    values = np.array(frame.protected.column("gender").to_pylist(), dtype=object)
    entity = np.array(frame.protected.column("entity_id").to_pylist(), dtype=object)
    few = np.isin(entity, np.unique(entity)[:29])
    (check,) = watch(shop, with_groups(frame, np.where(few, "f", None)), usecase)
    assert (check.state, check.p_value, check.value) == ("not known", None, None)
    assert "“f”" not in check.sentence["en"]
    assert "too few people" in check.sentence["en"]
    assert len(values) == len(few)


def test_a_group_that_the_training_did_not_know_is_not_compared(shop, quiet):
    usecase, frame = quiet
    values = ["x" if value == "f" else value for value in frame.protected.column("gender").to_pylist()]
    (check,) = watch(shop, with_groups(frame, values), usecase)
    assert "“x”" not in check.sentence["en"]


def test_without_outcomes_the_choice_alone_is_looked_at(shop, quiet):
    usecase, frame = quiet
    batches = [one for one in list_batches(shop.champion, frame, usecase) if one.positions is not None]
    nothing = {"30d": np.full(len(batches[-1]), np.nan), "60d": np.full(len(batches[-1]), np.nan)}
    (check,) = watch_fairness([replace(batches[-1], outcomes=nothing)], frame, shop.champion.bundle)
    assert "stand in the tenth" in check.sentence["en"]


def test_an_attribute_that_was_not_judged_has_no_check(shop, quiet):
    bundle = shop.champion.bundle
    fairness = bundle.evaluation["fairness"]
    unjudged = {"gender": {**fairness["attributes"]["gender"], "state": "one_group"}}
    other = replace(
        bundle, evaluation={**bundle.evaluation, "fairness": {**fairness, "attributes": unjudged}}
    )
    assert watch(shop, quiet[1], quiet[0], other) == []
    nothing = {key: found for key, found in bundle.evaluation.items() if key != "fairness"}
    assert watch(shop, quiet[1], quiet[0], replace(bundle, evaluation=nothing)) == []


def test_an_attribute_that_is_no_more_there_has_no_check(shop, quiet):
    usecase, frame = quiet
    assert watch(shop, replace(frame, protected=frame.protected.drop_columns(["gender"])), usecase) == []


def test_the_newest_rows_alone_cannot_tell(shop):
    (check,) = watch(shop, shop.frame, shop.usecase)
    assert check.state == "not known"
