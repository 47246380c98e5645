from datetime import date

import numpy as np
import pytest

from features.errors import TooFewEventsError
from tests.training.answer_world import make_answers, make_flat_answers, make_silence
from training.assessment import known_at_origin, split_rows
from training.rows import LabelOutcome
from training.splits import Origin, is_held_out


def labels_of(rows):
    assert isinstance(rows.outcome, LabelOutcome)
    return rows.outcome


class TestOrigins:
    def test_only_answers_known_at_the_origin_are_learned_from(self):
        rows = make_answers(60)
        origin = Origin(date(2025, 6, 1), ())
        learned = labels_of(known_at_origin(rows, origin))
        assert learned.is_known.all()
        known_on = learned.timing.snapshot_date + learned.timing.known_days.astype("timedelta64[D]")
        assert (known_on <= np.datetime64("2025-06-01")).all()
        everything = labels_of(rows)
        with np.errstate(invalid="ignore"):
            was_known = everything.timing.snapshot_date + np.nan_to_num(
                everything.timing.known_days, nan=9999
            ).astype("timedelta64[D]") <= np.datetime64("2025-06-01")
        was_known &= (everything.timing.snapshot_date < np.datetime64("2025-06-01")) & ~is_held_out(
            rows.entity
        )
        assert len(learned.target) == was_known.sum() > 0

    def test_silence_teaches_only_once_its_window_is_over(self):
        learned = labels_of(known_at_origin(make_silence(60), Origin(date(2025, 6, 1), ())))
        assert learned.timing.snapshot_date.max() == np.datetime64("2025-04-01")

    def test_rows_that_later_answered_are_forecast_at_the_newest_finished_snapshots(self):
        rows = make_answers(60)
        splits = list(split_rows(rows))
        assert [str(split.origin.snapshot_date) for split in splits] == [
            "2025-09-01",
            "2025-10-01",
            "2025-11-01",
        ]
        for split in splits:
            tested = labels_of(rows.take(split.positions))
            assert tested.is_known.all()
            assert set(tested.timing.snapshot_date.astype(str)) == {str(split.origin.snapshot_date)}

    def test_a_flat_table_has_no_origins(self):
        with pytest.raises(ValueError, match="flat table has no origins"):
            known_at_origin(make_flat_answers(50), Origin(date(2025, 6, 1), ()))

    def test_too_little_history_is_said(self):
        rows = make_answers(10)
        newest = labels_of(rows).timing.snapshot_date == np.datetime64("2025-12-01")
        with pytest.raises(TooFewEventsError, match="snapshots"):
            list(split_rows(rows.take(newest)))

    def test_an_origin_that_knows_no_label_yet_is_passed_over(self):
        rows = make_silence(60)
        days = np.isin(labels_of(rows).timing.snapshot_date, _days("2025-07-01", "2025-08-01", "2025-10-01"))
        splits = list(split_rows(rows.take(days)))
        assert [str(split.origin.snapshot_date) for split in splits] == ["2025-10-01"]
        assert len(splits[0].learned) > 0

    def test_no_origin_that_knows_a_label_is_said(self):
        rows = make_silence(60)
        days = np.isin(labels_of(rows).timing.snapshot_date, _days("2025-08-01", "2025-09-01"))
        with pytest.raises(TooFewEventsError, match="none of the 1 that can be judged comes after a label"):
            list(split_rows(rows.take(days)))


def _days(*days):
    return np.array(days, "datetime64[D]")


class TestFolds:
    def test_every_answer_is_forecast_once_and_silent_rows_never(self):
        rows = make_flat_answers(300)
        splits = list(split_rows(rows, seed=4))
        positions = np.concatenate([split.positions for split in splits])
        assert sorted(positions) == np.flatnonzero(labels_of(rows).is_known).tolist()
        for split in splits:
            assert not set(split.learned.entity) & set(rows.entity[split.positions])
            assert labels_of(split.learned).is_known.all()

    def test_folds_hold_good_and_bad_answers_alike(self):
        rows = make_flat_answers(600)
        means = [labels_of(rows.take(split.positions)).target.mean() for split in split_rows(rows)]
        assert max(means) - min(means) < 0.4
