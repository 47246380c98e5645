import numpy as np
import pyarrow as pa
import pytest

from tests.training.answer_world import make_answers, make_flat_answers
from training.models.levels import Levels
from training.runs.answers import count_silent, measure_of, newest_answers, summarise


class Tables:
    """Stand in for a frame: two of its tables are read."""

    def __init__(self, latest, answered):
        self.latest = pa.table({"entity_id": latest})
        self.answers = pa.table({"entity_id": pa.array(answered, pa.string())})


def test_the_newest_snapshot_with_enough_answers_speaks():
    outcome = make_answers(100).outcome
    chosen = newest_answers(outcome)
    assert set(outcome.timing.snapshot_date[chosen].astype(str)) == {"2025-12-01"}
    assert outcome.is_known[chosen].all()
    few = make_answers(20, share_silent=0.5).outcome
    assert newest_answers(few).sum() == few.is_known.sum()


def test_every_answer_of_a_flat_table_speaks():
    outcome = make_flat_answers(70).outcome
    assert newest_answers(outcome).tolist() == outcome.is_known.tolist()


@pytest.mark.parametrize(
    ("answers", "kind", "measure", "value"),
    [
        (np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], 20), "ordinal", "satisfied", 0.4),
        (np.repeat([4.0, 9.0, 10.0], 20), "nps_group", "nps", None),
        (np.tile(np.arange(11.0), 10), "nps_group", "nps", 100 * (20 - 70) / 110),
        (np.arange(100.0), "numeric", "mean", 49.5),
        (np.repeat([1.0, 2.0], 20), "ordinal", "mean", 1.5),
    ],
    ids=["csat", "too few groups", "nps", "amount", "nothing good"],
)
def test_answers_are_summed_up_as_they_are_forecast(answers, kind, measure, value):
    if value is None:
        with pytest.raises(Exception, match="passive"):
            Levels.fit(answers, kind, None)
        return
    levels = Levels.fit(answers, kind, (1, 5) if kind == "ordinal" else None)
    assert measure_of(levels) == measure
    found = summarise(measure, answers, levels)
    assert found.value == pytest.approx(value)
    assert found.n == answers.size
    assert found.low < found.value < found.high


def test_silent_is_who_never_answered_anything():
    frame = Tables(["a", "b", "c", "d"], ["b", "x"])
    assert count_silent(frame, np.array(["a", "y"], dtype=object)) == 2
