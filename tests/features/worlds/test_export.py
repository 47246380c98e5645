"""Exports of one company on two days, with and without an action between them."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features.errors import InputError
from features.worlds import PlantedAction, build_company
from features.worlds.action import PlantedAction as Action
from features.worlds.customer_tables import CustomerRecords
from features.worlds.export import Export
from features.worlds.world import draw_world

SEED, CUSTOMERS, MONTHS = 5, 900, 22
STARTS = date(2025, 2, 1)
START = pa.scalar(STARTS).cast(pa.timestamp("us", tz="UTC"))


@pytest.fixture(scope="module")
def world():
    return draw_world(SEED, CUSTOMERS, MONTHS)


@pytest.fixture(scope="module")
def action(world):
    return PlantedAction(STARTS, frozenset(world.customers.customer_id[::2].tolist()), log_odds=-3.0)


@pytest.fixture(scope="module")
def records(world):
    return CustomerRecords.draw(world)


@pytest.fixture(scope="module")
def export(records):
    return Export(records.makers())


@pytest.fixture(scope="module")
def acted(action, records):
    return Export(
        CustomerRecords.draw(draw_world(SEED, CUSTOMERS, MONTHS, action), records.answers.habits).makers()
    )


def _tables(export):
    return {name: make() for name, make in export.makers.items() if not name.startswith("truth")}


def test_an_earlier_export_is_the_beginning_of_a_later_one(export, action):
    earlier, later = (
        _tables(export.until(moment)) for moment in (action.moment, action.moment + 200 * 86_400)
    )
    for name, rows in earlier.items():
        assert 0 < rows.num_rows < later[name].num_rows, name
        kept = export.known(name, later[name]) < action.moment
        assert later[name].filter(pa.array(kept)).equals(rows), name


def test_the_company_is_the_same_until_somebody_acts(export, acted, action):
    before = _tables(export.until(action.moment))
    joined = export.then(acted, action.moment)
    for name, rows in before.items():
        whole = joined.makers[name]()
        kept = joined.known(name, whole) < action.moment
        assert whole.filter(pa.array(kept)).equals(rows), name


def test_ids_stay_unique_where_two_worlds_meet(export, acted, action):
    joined = export.then(acted, action.moment)
    for name, column in (
        ("tickets.parquet", "ticket_id"),
        ("surveys.csv", "response_id"),
        ("invites.parquet", "invite_id"),
        ("calls.parquet", "call_id"),
        ("cancellations.parquet", "cancellation_id"),
        ("reviews.parquet", "review_id"),
    ):
        ids = joined.makers[name]().column(column)
        assert len(ids.unique()) == len(ids) > 100, name
    turns = joined.makers["call_turns.parquet"]()
    assert set(turns.column("call_id").unique().to_pylist()) == set(
        joined.makers["calls.parquet"]().column("call_id").to_pylist()
    )


def test_answers_name_the_invitation_of_their_contact(export, acted, action):
    joined = export.then(acted, action.moment)
    invites = joined.makers["invites.parquet"]().select(["invite_id", "contact_id"]).to_pylist()
    contact = {row["invite_id"]: row["contact_id"] for row in invites}
    answers = joined.makers["surveys.csv"]().select(["invite_id", "contact_id"]).to_pylist()
    known = [row for row in answers if row["invite_id"] in contact]
    assert len(known) > 0.9 * len(answers)  # of the last ones the invitation is not known yet
    assert all(contact[row["invite_id"]] == row["contact_id"] for row in known)


def test_nothing_that_happened_before_is_lost_or_doubled(export, acted, action):
    joined = export.then(acted, action.moment)
    for name, column in (("invites.parquet", "sent_at"), ("cancellations.parquet", "cancelled_at")):
        alone, both = (tables.makers[name]().filter(pc.field(column) < START) for tables in (export, joined))
        assert both.num_rows == alone.num_rows > 50, name


def test_tickets_of_the_treated_are_resolved_in_time(export, acted, action):
    def longest(tables):
        tickets = tables.makers["tickets.parquet"]()
        is_theirs = np.isin(tickets.column("customer_id").to_pylist(), sorted(action.customers))
        opened = tickets.column("opened_at").cast(pa.timestamp("s", tz="UTC")).cast(pa.int64()).to_numpy()
        return tickets.column("hours_to_resolve").to_numpy()[is_theirs & (opened >= action.moment)].max()

    assert longest(acted) <= action.hours < longest(export)


def test_fewer_of_the_treated_leave_and_the_truth_says_how_many(tmp_path, world, action):
    truth = build_company(
        tmp_path / "acted",
        seed=SEED,
        n_customers=CUSTOMERS,
        n_employees=80,
        months=MONTHS,
        action=action,
    ).action
    ends = world.lives.ends
    assert truth.treated == sum(
        is_there and name in action.customers
        for name, is_there in zip(
            world.customers.customer_id.tolist(), world.is_active(action.moment).tolist(), strict=True
        )
    )
    assert truth.left < truth.left_without <= (ends < action.moment + 180 * 86_400).sum()


def test_others_live_as_before(world, action):
    acted = draw_world(SEED, CUSTOMERS, MONTHS, action)
    is_other = ~action.reaches(world.customers)
    assert np.array_equal(acted.lives.ends[is_other], world.lives.ends[is_other])
    assert (acted.lives.ends[~is_other] > world.lives.ends[~is_other]).any()


def test_the_truth_of_a_company_where_nobody_acts_knows_no_action(tmp_path):
    truth = build_company(tmp_path / "quiet", n_customers=60, n_employees=60, months=10)
    assert truth.action is None
    assert '"action"' not in truth.to_json()


@pytest.mark.parametrize("day", [date(2024, 1, 1), date(2025, 12, 1)])
def test_days_outside_the_period_are_refused(tmp_path, day):
    with pytest.raises(InputError, match=f"known_by: {day} does not lie in the 12 months"):
        build_company(tmp_path / "never", n_customers=60, n_employees=60, months=12, known_by=day)
    assert not (tmp_path / "never").exists()


def test_strangers_are_not_treated(world):
    with pytest.raises(InputError, match="'K-0' is no customer"):
        Action(STARTS, frozenset({"K-0"})).reaches(world.customers)
