"""Nothing of a forecast row, of its copies or of its future may reach the fit that forecasts it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.catalogue import Catalogue, Feature
from features.errors import TooFewEventsError
from features.timeline import Duration, Horizon
from tests.training.examples import LINEAR, SEED
from tests.training.test_fitting import BY_HEART, make_copies
from training.assessment import assess, primary_outcomes, split_rows
from training.evaluation import Evaluation
from training.rows import FollowUp, TrainingRows
from training.splits import is_held_out

CATALOGUE = Catalogue((Feature("badge", "number", "people"), Feature("size", "number", "people")))
MONTHS = [date(2025, month, 1) for month in range(1, 10)]
UNTIL = date(2025, 10, 1)
SPAN = Horizon(Duration(30))


def make_people(n_people: int = 240) -> TrainingRows:
    """Return snapshots of people whose badge number says nothing but who they are, and who keep their fate.

    Those who come to harm do so in every month: a model that knows the person knows the outcome.
    """
    random = np.random.default_rng(2)
    badge, is_unlucky = random.permutation(n_people) + 0.0, random.random(n_people) < 0.4
    n_months = len(MONTHS)
    event = np.tile(is_unlucky, n_months).astype(float)
    snapshot = np.repeat(np.array(MONTHS, "datetime64[D]"), n_people)
    whole = (np.datetime64(UNTIL) - snapshot).astype(float)
    days = np.where(event == 1, np.minimum(10.0, whole), whole)
    entity = np.tile([f"p{number}" for number in range(n_people)], n_months).astype(object)
    return TrainingRows(
        catalogue=CATALOGUE,
        columns={"badge": np.tile(badge, n_months), "size": random.normal(0, 1, n_people * n_months)},
        entity=entity,
        group=entity,
        outcome=FollowUp(snapshot, days, event, days, (SPAN,), SPAN, UNTIL),
        weight=None,
        value=None,
    )


def auc_of(assessment, horizon="outcome"):
    found = assessment.all_rows.by_horizon[horizon]
    assert isinstance(found, Evaluation)
    return found.auc


@pytest.fixture(scope="module")
def splits(company):
    return list(split_rows(company.learned.rows, SEED))


@pytest.fixture(scope="module")
def people():
    return assess(make_people(), BY_HEART, SEED)


class TestCompany:
    def test_the_newest_three_finished_snapshots_are_forecast(self, splits, company):
        dates = [split.origin.snapshot_date for split in splits]
        assert dates == [date(2025, 7, 1), date(2025, 8, 1), date(2025, 9, 1)]
        for split in splits:
            tested = company.learned.rows.take(split.positions).outcome
            assert {str(day) for day in tested.snapshot_date} == {str(split.origin.snapshot_date)}

    def test_only_earlier_snapshots_are_learned_from(self, splits):
        for split in splits:
            assert split.learned.outcome.snapshot_date.max() < np.datetime64(split.origin.snapshot_date)

    def test_no_label_reaches_beyond_the_origin(self, splits):
        for split in splits:
            outcome = split.learned.outcome
            ends = outcome.snapshot_date + (7 + outcome.days).astype("timedelta64[D]")
            assert ends.max() == np.datetime64(split.origin.snapshot_date)

    def test_events_that_were_not_known_at_the_origin_are_censored(self, splits, company):
        rows = company.learned.rows
        full = rows.outcome
        known_on = full.snapshot_date + (7 + np.nan_to_num(full.known_days, nan=99_999)).astype(
            "timedelta64[D]"
        )
        place = {
            key: row for row, key in enumerate(zip(rows.entity, full.snapshot_date.astype(str), strict=True))
        }
        for split in splits:
            learned = split.learned
            origin = np.datetime64(split.origin.snapshot_date)
            keys = zip(learned.entity, learned.outcome.snapshot_date.astype(str), strict=True)
            at = np.array([place[key] for key in keys])
            was_known = (full.event[at] == 1) & (known_on[at] <= origin)
            assert learned.outcome.event.tolist() == was_known.astype(float).tolist()
            assert 0 < was_known.sum() < full.event[at].sum()

    def test_held_out_entities_are_never_learned_from_and_are_judged(self, splits, company):
        for split in splits:
            assert not is_held_out(split.learned.entity).any()
            share = is_held_out(company.learned.rows.entity[split.positions]).mean()
            assert 0.1 < share < 0.3

    def test_unseen_entities_are_judged_apart(self, company):
        found = company.learned.assessment
        assert (
            found.forecasts.is_new_entity.tolist()
            == is_held_out(company.learned.rows.entity[found.forecasts.positions]).tolist()
        )
        everybody, new = found.all_rows.by_horizon["90d"], found.new_entities.by_horizon["90d"]
        assert 0 < new.n_rows < 0.3 * everybody.n_rows

    def test_all_simple_rules_run_beside_the_model(self, company, members):
        found = company.learned.assessment
        assert set(found.all_rows.by_horizon["90d"].baselines) == {"prior", "last_score", "logistic"}
        assert set(found.new_entities.by_horizon["90d"].baselines) == {"prior", "last_score", "logistic"}
        assert set(members.learned.assessment.all_rows.by_horizon["outcome"].baselines) == {
            "prior",
            "logistic",
        }

    def test_horizons_that_nobody_was_watched_through_are_left_out_with_the_reason(self, company):
        found = company.learned.assessment.all_rows
        assert set(found.by_horizon) == {"30d", "90d"}
        assert set(found.left_out) == {"180d", "365d"}
        assert "180 days" in found.left_out["180d"]

    def test_what_is_judged_is_what_was_forecast(self, company):
        learned = company.learned
        labels, probability = primary_outcomes(learned.rows, learned.assessment.forecasts)
        judged = learned.assessment.all_rows.by_horizon["90d"]
        assert (len(labels), labels.sum()) == (judged.n_rows, judged.n_events)
        assert judged.brier.value == pytest.approx(np.mean((probability - labels) ** 2))


class TestFolds:
    def test_every_row_is_forecast_once(self, members):
        found = members.learned.assessment.forecasts
        assert sorted(found.positions) == list(range(len(members.learned.rows)))
        assert np.isfinite(found.probabilities).all()
        assert members.learned.assessment.new_entities is None

    def test_no_forecast_row_is_among_the_learned(self, members):
        rows = members.learned.rows
        for split in split_rows(rows, SEED):
            assert not set(split.learned.entity) & set(rows.entity[split.positions])
            assert len(split.learned) + len(split.positions) == len(rows)

    def test_copies_and_groups_stand_on_one_side(self):
        for rows in (make_copies(shift=0.0), make_copies(shift=1e-6, group_by_pair=True)):
            pair = np.arange(len(rows)) % (len(rows) // 2)
            for split in split_rows(rows, SEED):
                learned = np.setdiff1d(np.arange(len(rows)), split.positions)
                assert not set(pair[split.positions]) & set(pair[learned])

    def test_rows_learned_by_heart_do_not_look_like_skill(self):
        """Copies that nobody declared fool any split, which shows that this test could fail."""
        assert auc_of(assess(make_copies(shift=0.0), BY_HEART, SEED)).low < 0.55
        assert auc_of(assess(make_copies(shift=1e-6), BY_HEART, SEED)).low > 0.7

    def test_a_planted_copy_of_the_outcome_shows_as_skill(self, members):
        """The assessment hides no skill: a leak that the audit would refuse stands out."""
        rows = members.learned.rows.take(np.arange(250))
        leak = rows.outcome.target + np.random.default_rng(1).normal(0, 0.3, 250)
        found = assess(replace(rows, columns={**rows.columns, "noise": leak}), LINEAR, SEED)
        assert auc_of(found).low > 0.95


class TestPeople:
    def test_knowing_who_it_is_does_not_help_with_new_entities(self, people):
        """The badge number tells people apart, so all rows look easy; those of new people do not."""
        assert auc_of(people, "30d").low > 0.75
        assert people.new_entities.by_horizon["30d"].auc.low < 0.6

    def test_nothing_to_judge_is_said_in_one_line(self):
        rows = make_people()
        outcome = rows.outcome
        is_late = outcome.snapshot_date >= np.datetime64("2025-07-01")
        whole = (np.datetime64(UNTIL) - outcome.snapshot_date).astype(float)
        calm = replace(
            outcome,
            event=np.where(is_late, 0.0, outcome.event),
            days=np.where(is_late, whole, outcome.days),
            known_days=np.where(is_late, np.nan, outcome.known_days),
        )
        with pytest.raises(TooFewEventsError, match="no horizon can be judged") as caught:
            assess(replace(rows, outcome=calm), BY_HEART, SEED)
        assert "\n" not in str(caught.value)
