import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import BundleError
from tests.training.answer_world import make_answers
from tests.training.examples import LINEAR
from tests.training.promotion.candidates import candidate_of
from tests.training.sample_bundles import spell
from training.assessment.forecasting import forecast_rows
from training.promotion import KeptBack


@pytest.fixture(scope="module")
def customers(company):
    return candidate_of(company)


@pytest.fixture(scope="module")
def people(members):
    return candidate_of(members)


def test_what_was_written_is_read(people, tmp_path):
    people.kept_back.write(tmp_path / "file.parquet")
    again = KeptBack.read(tmp_path / "file.parquet")
    assert (again.salt, again.digests) == (people.kept_back.salt, people.kept_back.digests)
    assert {name: column.tolist() for name, column in again.columns.items()} == {
        name: column.tolist() for name, column in people.kept_back.columns.items()
    }


def test_every_row_that_was_forecast_is_found_where_it_stands(company, customers):
    learned = company.learned
    places = customers.kept_back.find(learned.rows, company.usecase)
    positions = learned.assessment.forecasts.positions
    assert np.flatnonzero(places >= 0).tolist() == sorted(positions)
    assert places[positions].tolist() == list(range(len(positions)))


def test_one_column_for_each_horizon(company, customers):
    forecasts = company.learned.assessment.forecasts
    assert list(customers.kept_back.columns) == [
        f"probability.{name}" for name in ("30d", "90d", "180d", "365d")
    ]
    assert customers.kept_back.columns["probability.90d"].tolist() == forecasts.probabilities[:, 1].tolist()


def test_nobody_is_named_and_two_files_share_nothing(company, tmp_path):
    learned = company.learned
    made = [KeptBack.of(learned.rows, learned.assessment.forecasts, company.usecase) for _ in range(2)]
    assert not set(made[0].digests) & set(made[1].digests)
    made[0].write(tmp_path / "file.parquet")
    content = (tmp_path / "file.parquet").read_bytes()
    cells = str(pq.read_table(tmp_path / "file.parquet").to_pylist()).encode()
    for person in set(learned.rows.entity.tolist()):
        assert person.encode() not in content
        assert person.encode() not in cells


def test_the_same_person_at_another_snapshot_is_another_row(company, customers):
    rows = company.learned.rows
    days = rows.snapshot_date
    person = rows.entity[company.learned.assessment.forecasts.positions[0]]
    theirs = rows.take(rows.entity == person)
    places = customers.kept_back.find(theirs, company.usecase)
    assert len(set(places[places >= 0])) == (places >= 0).sum()
    assert 0 < (places >= 0).sum() < len(theirs) <= len(days)


def test_a_table_without_names_is_recognised_by_what_its_rows_say(members):
    unnamed = members.usecase.model_copy(
        update={"table": members.usecase.table.model_copy(update={"id": None})}
    )
    rows = members.learned.rows
    kept = KeptBack.of(rows, members.learned.assessment.forecasts, unnamed)
    turned = rows.take(np.arange(len(rows))[::-1])
    assert (kept.find(rows, unnamed) >= 0).all()
    assert kept.find(turned, unnamed).tolist() == kept.find(rows, unnamed)[::-1].tolist()


def test_answers_keep_their_scores():
    rows = make_answers(120)
    forecasts = forecast_rows(rows, LINEAR)
    usecase = spell("ordinal")
    kept = KeptBack.of(rows, forecasts, usecase)
    assert set(kept.columns) == {"target", "value", "rps"}
    assert kept.columns["rps"].tolist() == forecasts.answers.rps.tolist()
    assert kept.columns["target"].tolist() == forecasts.target.tolist()


@pytest.mark.parametrize("content", [b"", b"PAR1 nothing", "table", None])
def test_another_file_is_refused(tmp_path, content):
    file = tmp_path / "kept_back.parquet"
    if content == "table":
        pq.write_table(pa.table({"row": [b"1" * 32]}), file)
    elif content is not None:
        file.write_bytes(content)
    with pytest.raises(BundleError, match="does not hold the forecasts of rows kept back"):
        KeptBack.read(file)
