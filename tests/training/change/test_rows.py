from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features.catalogue import Catalogue, Feature
from features.errors import ContractError, InputError
from training.change import read_entity, read_snapshot

NEWEST = date(2025, 12, 1)


@pytest.fixture(scope="module")
def frame(company):
    """Return the company's table with a cut of two groups."""
    facts = replace(company.frame.facts, cuts=("cut_side",))

    def cut(table):
        groups = [
            None if place % 5 == 0 else "north" if place % 2 else "south" for place in range(table.num_rows)
        ]
        return table.append_column("cut_side", pa.array(groups, pa.string()))

    return replace(
        company.frame, table=cut(company.frame.table), latest=cut(company.frame.latest), facts=facts
    )


@pytest.fixture(scope="module")
def catalogue(frame):
    return frame.facts.catalogue


def rows_of(table, entity, day):
    same = pc.and_(
        pc.equal(table["entity_id"], entity), pc.equal(table["snapshot_date"], pa.scalar(day, pa.date32()))
    )
    return table.filter(same).to_pylist()


def test_an_older_row_comes_from_the_table(frame, catalogue):
    entity = frame.table["entity_id"][0].as_py()
    day = frame.table["snapshot_date"][0].as_py()
    (row,) = rows_of(frame.table, entity, day)
    found = read_entity(frame, entity, day, catalogue)
    assert found == {name: row[name] for name in catalogue.names}


def test_the_newest_row_is_the_one_that_is_scored(frame, catalogue):
    entity = frame.latest["entity_id"][3].as_py()
    (row,) = rows_of(frame.latest, entity, NEWEST)
    assert read_entity(frame, entity, NEWEST, catalogue) == {name: row[name] for name in catalogue.names}


def test_a_day_without_a_row_is_answered_with_those_that_have_one(frame, catalogue):
    entity = frame.latest["entity_id"][3].as_py()
    with pytest.raises(InputError) as caught:
        read_entity(frame, entity, date(2025, 9, 2), catalogue)
    message = str(caught.value)
    assert message.startswith(f"--entity: '{entity}' has no row on 2025-09-02; it has rows on ")
    assert message.endswith("2025-12-01")
    named = message.rpartition("rows on ")[2].split(", ")
    days = {row["snapshot_date"] for row in frame.table.to_pylist() if row["entity_id"] == entity} | {NEWEST}
    assert named == sorted(map(str, days))


def test_nobody_is_told_from_somebody_without_that_day(frame, catalogue):
    with pytest.raises(InputError, match="'C-nobody' is in no row of the feature table of 'churn'"):
        read_entity(frame, "C-nobody", NEWEST, catalogue)


def test_a_feature_that_the_table_lacks_is_named(frame, catalogue):
    more = Catalogue((*catalogue, Feature("o_gone.count_90d", "number", "gone")))
    entity = frame.latest["entity_id"][0].as_py()
    with pytest.raises(
        ContractError, match=r"feature table: has no column 'o_gone.count_90d', which the model reads"
    ):
        read_entity(frame, entity, NEWEST, more)


def test_a_snapshot_is_everybody_of_that_day_with_the_group(frame, catalogue):
    day = frame.table["snapshot_date"][0].as_py()
    found = read_snapshot(frame, "side", day, catalogue)
    here = frame.table.filter(pc.equal(frame.table["snapshot_date"], pa.scalar(day, pa.date32())))
    assert found.day == day.isoformat()
    assert found.entity.tolist() == here["entity_id"].to_pylist()
    assert found.group.tolist() == here["cut_side"].to_pylist()
    name = catalogue.numbers[0]
    np.testing.assert_array_equal(found.columns[name], here[name].to_numpy(zero_copy_only=False))
    newest = read_snapshot(frame, "side", NEWEST, catalogue)
    assert newest.entity.size == frame.latest.num_rows


def test_an_unknown_cut_is_answered_with_those_there_are(frame, company, catalogue):
    with pytest.raises(InputError, match="'team' is not a cut of 'churn'; name one of side"):
        read_snapshot(frame, "team", NEWEST, catalogue)
    none = replace(frame, facts=replace(frame.facts, cuts=()))
    with pytest.raises(InputError, match="name columns under 'cuts'"):
        read_snapshot(none, "region", NEWEST, catalogue)


def test_a_day_without_rows_is_answered_with_days(frame, catalogue):
    with pytest.raises(
        InputError, match=r"no row is of 2020-01-01; there are rows of 2024-07-01, .*2025-12-01$"
    ):
        read_snapshot(frame, "side", date(2020, 1, 1), catalogue)


def test_a_flat_table_has_no_days(members):
    with pytest.raises(InputError, match="members: is made of a flat table, whose rows have no dates"):
        read_entity(members.frame, "0001", NEWEST, members.frame.facts.catalogue)
