"""Checks of people: how many, how many answer, and what."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.monitoring.faults import answer
from tests.training.monitoring.past_frames import N_TRAINED, as_of
from training.monitoring.comparison import compare_rows
from training.monitoring.crowd import check_cohort, check_waves, list_waves


def find(frame, usecase, kind, about):
    """Return the check of a question."""
    return next(one for one in check_waves(frame.waves, usecase) if (one.kind, one.about) == (kind, about))


def test_the_cohort_is_counted(company, batch):
    (found,) = check_cohort(compare_rows(company.bundle, batch))
    assert found.value.value == batch.latest.num_rows
    assert found.state == "no clear change"
    assert found.usual[0] < found.value.value < found.usual[1]
    assert f"{batch.latest.num_rows} customers" in found.sentence["en"]


@pytest.mark.parametrize(("share", "state"), [(0.97, "no clear change"), (0.7, "alert")])
def test_a_smaller_cohort_is_told_once_it_is_much_smaller(company, batch, share, state):
    fewer = replace(batch, latest=batch.latest.slice(0, int(share * batch.latest.num_rows)))
    (found,) = check_cohort(compare_rows(company.bundle, fewer))
    assert found.state == state


def test_a_doubled_cohort_is_told(company, batch):
    import pyarrow as pa

    twice = replace(batch, latest=pa.concat_tables([batch.latest, batch.latest]))
    (found,) = check_cohort(compare_rows(company.bundle, twice))
    assert found.state == "alert"


def test_response_is_answers_out_of_those_who_were_invited(company, batch):
    found = find(batch, company.usecase, "response", "surveys.csat")
    newest = list_waves(batch.waves, "surveys", "csat")[-1]
    assert found.value.value == pytest.approx(len(newest.values) / newest.n_asked)
    assert found.value.n == newest.n_asked
    assert newest.name in found.sentence["en"]


def test_every_question_of_a_source_is_watched(company, batch):
    found = {(one.kind, one.about) for one in check_waves(batch.waves, company.usecase)}
    assert found == {
        (kind, f"surveys.{metric}") for kind in ("response", "answers") for metric in ("nps", "csat", "ces")
    }


def test_open_waves_wait_until_they_close(company, batch):
    closed = list_waves(batch.waves, "surveys", "nps")
    rows = batch.waves.to_pylist()
    newest = max(row["wave"] for row in rows)
    import pyarrow as pa

    opened = pa.Table.from_pylist(
        [{**row, "is_open": row["wave"] == newest} for row in rows], schema=batch.waves.schema
    )
    assert len(list_waves(opened, "surveys", "nps")) == len(closed) - 1


def test_better_answers_are_told_as_well(company, batch):
    better = answer(batch, lambda v, new: np.where(new, np.clip(v + 1, None, 5), v))
    found = find(better, company.usecase, "answers", "surveys.csat")
    assert found.state == "alert"
    assert found.value.value > 0.6
    assert "CSAT (surveys): the mean of" in found.sentence["en"]
    assert "Antworten ist" in found.sentence["de"]


def test_a_wave_of_few_says_nothing(company, batch):
    few = answer(batch, lambda v, new: np.where(new & (np.arange(len(v)) % 40 > 0), np.nan, v))
    kinds = [one.kind for one in check_waves(few.waves, company.usecase)]
    assert "answers" not in kinds
    assert "response" in kinds


def test_a_first_wave_has_nothing_beside_it(company):
    first = as_of(company.frame, 0)
    assert list(check_waves(first.waves.slice(0, 0), company.usecase)) == []


def test_waves_without_invitations_count_members(company, batch):
    import pyarrow as pa

    rows = [{**row, "was_invited": None} for row in batch.waves.to_pylist()]
    waves = pa.Table.from_pylist(rows, schema=batch.waves.schema)
    newest = list_waves(waves, "surveys", "nps")[-1]
    members = [row for row in rows if row["metric"] == "nps" and row["wave_name"] == newest.name]
    assert newest.n_asked == sum(bool(row["was_member"]) for row in members)
    assert N_TRAINED > 0
