"""Sources of a small company: customers, contacts, tickets, surveys, cancellations."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError, InputError, SourceError, SpecError
from features.reading import capacity
from features.sources import open_sources
from features.sources.opening import _Loading
from features.usecase import parse

FILES = {
    "customers.csv": (
        "customer_id,since,until,plan,seats\nA,2024-01-01,,basic,3\nB,2024-02-01,2024-12-31,pro,\n"
    ),
    "tickets.csv": (
        "ticket_id,customer_id,opened_at,ingested_at,hours,kind\n"
        "1,A,2024-03-01T10:00:00Z,2024-03-02T00:00:00Z,5,bill\n"
        "2,B,2024-04-01T10:00:00Z,2024-04-02T00:00:00Z,,line\n"
    ),
    "cancellations.csv": "customer_id,day\nB,2024-12-31\n",
}


def spec(**changes):
    """Return the plain values of a use case; ``a__b=...`` replaces one key, ``None`` takes it away."""
    content = {
        "version": 1,
        "name": "churn",
        "entity": "customer_id",
        "snapshots": {"every": "month", "from": "2024-03-01", "to": "2024-12-01"},
        "sources": {
            "customers": {"file": "customers.csv", "valid_from": "always", "known_at": "same"},
            "tickets": {
                "file": "tickets.csv",
                "event_time": "opened_at",
                "known_at": "ingested_at",
                "id": "ticket_id",
            },
            "cancellations": {"file": "cancellations.csv", "event_time": "day", "known_at": "same"},
        },
        "features": {
            "customers": {"last": ["plan", "seats"]},
            "tickets": {"windows": ["30d"], "count": {}, "mean": ["hours"]},
        },
        "cohort": {"from": "customers.since", "until": "customers.until"},
        "target": {"event": "cancellations", "horizons": ["30d"]},
    }
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = content
        for key in parents:
            place = place.setdefault(key, {})
        if value is None:
            del place[last]
        else:
            place[last] = value
    return content


@pytest.fixture
def open_company(tmp_path):
    """Return a function that writes files, opens the use case, and hands the sources to ``ask``."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)

    def run(ask, files=None, today=date(2025, 6, 1), **changes):
        for name, content in (files or {}).items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        usecase = parse(spec(**changes), "churn.yaml")
        usecase._folder = tmp_path
        with open_sources(usecase, today=today) as sources:
            return ask(sources)

    return run


def rows(name, *columns):
    """Return a question: the rows of a source, in order."""
    shown = ", ".join(columns) or "*"
    return lambda sources: sources.connection.execute(
        f"SELECT {shown} FROM {sources.table(name)} ORDER BY ALL"
    ).fetchall()


def facts(name):
    return lambda sources: sources.facts(name)


def columns(name):
    return lambda sources: {
        row[0]: row[1] for row in sources.connection.execute(f"DESCRIBE {sources.table(name)}").fetchall()
    }


def fault(open_company, **arguments):
    with pytest.raises(InputError) as found:
        open_company(lambda sources: None, **arguments)
    line = str(found.value)
    assert "\n" not in line
    assert found.value.exit_code == 2
    return line


def at(*parts):
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


class TestTables:
    def test_events(self, open_company):
        assert open_company(columns("tickets")) == {
            "entity_id": "VARCHAR",
            "event_time": "TIMESTAMP",
            "known_at": "TIMESTAMP",
            "hours": "DOUBLE",
        }
        assert open_company(rows("tickets")) == [
            ("A", at(2024, 3, 1, 10), at(2024, 3, 2), 5.0),
            ("B", at(2024, 4, 1, 10), at(2024, 4, 2), None),
        ]

    def test_attributes_without_history(self, open_company):
        assert open_company(columns("customers")) == {
            "entity_id": "VARCHAR",
            "valid_from": "TIMESTAMP",
            "valid_to": "TIMESTAMP",
            "known_at": "TIMESTAMP",
            "since": "TIMESTAMP",
            "until": "TIMESTAMP",
            "plan": "VARCHAR",
            "seats": "DOUBLE",
        }
        found = open_company(rows("customers", "entity_id", "valid_from", "valid_to", "known_at", "plan"))
        assert found[0] == ("A", at(1, 1, 1), None, at(1, 1, 1), "basic")

    def test_attributes_with_history(self, open_company):
        text = (
            "customer_id,since,until,plan,seats,start,stop,loaded\n"
            "A,2024-01-01,,basic,3,2024-01-01,2024-06-01,2024-01-02\n"
            "A,2024-01-01,,pro,4,2024-06-01,,2024-06-03\nB,2024-02-01,,pro,1,2024-02-01,,2024-02-01\n"
        )
        found = open_company(
            rows("customers", "entity_id", "valid_from", "valid_to", "known_at"),
            files={"customers.csv": text},
            sources__customers={
                "file": "customers.csv",
                "valid_from": "start",
                "valid_to": "stop",
                "known_at": "loaded",
            },
        )
        assert found == [
            ("A", at(2024, 1, 1), at(2024, 6, 1), at(2024, 1, 2)),
            ("A", at(2024, 6, 1), None, at(2024, 6, 3)),
            ("B", at(2024, 2, 1), None, at(2024, 2, 1)),
        ]

    def test_delay_moves_only_the_known_time(self, open_company):
        found = open_company(
            rows("cancellations", "event_time", "known_at"), sources__cancellations__known_at={"delay": "2d"}
        )
        assert found == [(at(2024, 12, 31), at(2025, 1, 2))]

    def test_clock_that_is_a_feature_too(self, open_company):
        found = open_company(columns("customers"), cohort={"from": "customers.valid_from"}, files={
            "customers.csv": "customer_id,valid_from,plan,seats\nA,2024-01-01,basic,1\nB,2024-01-01,basic,1\n"
        }, sources__customers__valid_from="valid_from")  # fmt: skip
        assert list(found) == ["entity_id", "valid_from", "valid_to", "known_at", "plan", "seats"]

    def test_column_with_the_name_of_a_clock_that_it_is_not(self, open_company):
        text = FILES["tickets.csv"].replace("hours", "known_at")
        line = fault(open_company, files={"tickets.csv": text}, features__tickets__mean=["known_at"])
        assert line == (
            "tickets.known_at: has the name of a clock or key that it is not; give the column another name"
        )

    def test_values_decide_where_the_use_case_leaves_it_open(self, open_company):
        found = open_company(columns("tickets"), features__tickets={"last": ["hours", "kind", "opened_at"]})
        assert (found["hours"], found["kind"], found["opened_at"]) == ("DOUBLE", "VARCHAR", "TIMESTAMP")

    def test_share_of_texts_and_of_numbers(self, open_company):
        shares = {"kind": {"bills": "= bill"}, "hours": {"slow": ">= 4"}}
        found = open_company(columns("tickets"), features__tickets={"windows": ["30d"], "share": shares})
        assert (found["kind"], found["hours"]) == ("VARCHAR", "DOUBLE")

    def test_verbatims_scales_and_revenue_are_loaded(self, open_company):
        found = open_company(
            columns("tickets"),
            sources__tickets__verbatim="kind",
            sources__tickets__scales={"hours": "0..100"},
            features__tickets={"windows": ["30d"], "count": {}},
            value={"revenue": "tickets.ticket_id"},
        )
        assert (found["kind"], found["hours"], found["ticket_id"]) == ("VARCHAR", "DOUBLE", "DOUBLE")

    def test_other_columns_are_not_even_looked_at(self, open_company):
        text = FILES["tickets.csv"].replace("bill", '"any, \nthing"')
        assert "kind" not in open_company(columns("tickets"), files={"tickets.csv": text})

    def test_unknown_source(self, open_company):
        with pytest.raises(
            ContractError, match="'orders' is not a source of 'churn'; sources are customers, tick"
        ):
            open_company(lambda sources: sources.table("orders"))

    def test_order_of_rows_does_not_matter(self, open_company):
        text = "ticket_id,customer_id,opened_at,ingested_at,hours\n"
        body = [
            f"{n % 7},{'AB'[n % 2]},2024-03-{n % 9 + 1:02d},2024-03-{n % 5 + 10},{n % 3}\n" for n in range(60)
        ]
        forth = open_company(rows("tickets"), files={"tickets.csv": text + "".join(body)})
        back = open_company(rows("tickets"), files={"tickets.csv": text + "".join(reversed(body))})
        assert forth == back
        assert len(forth) == 7

    @pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"])
    def test_zone_of_the_machine_does_not_matter(self, open_company, monkeypatch, zone):
        monkeypatch.setenv("TZ", zone)
        assert open_company(rows("tickets"))[0][1] == at(2024, 3, 1, 10)

    def test_parquet_and_queries_give_the_same_tables(self, open_company, tmp_path):
        expected = open_company(rows("tickets"))
        opened = pa.array([at(2024, 3, 1, 10), at(2024, 4, 1, 10)]).cast(pa.timestamp("us", "UTC"))
        known = pa.array([date(2024, 3, 2), date(2024, 4, 2)])
        (tmp_path / "tickets").mkdir()
        pq.write_table(
            pa.table({
                "ticket_id": [1, 2], "customer_id": ["A", "B"], "opened_at": opened,
                "ingested_at": known, "hours": [5.0, None],
            }),
            tmp_path / "tickets" / "part-0.parquet",
        )  # fmt: skip
        assert open_company(rows("tickets"), sources__tickets__file="tickets") == expected
        with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
            database.execute("CREATE TABLE t (ticket_id, customer_id, opened_at, ingested_at, hours)")
            for line in FILES["tickets.csv"].splitlines()[1:]:
                values = [value or None for value in line.split(",")[:5]]
                database.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)", values)
            database.commit()
        query = {"query": "SELECT * FROM t", "url": "sqlite:///shop.db", "id": "ticket_id"}
        clocks = {"event_time": "opened_at", "known_at": "ingested_at"}
        assert open_company(rows("tickets"), sources__tickets=query | clocks) == expected


class TestDuplicates:
    def test_version_known_first_stays(self, open_company):
        more = "1,A,2024-03-01T10:00:00Z,2024-03-09,99,bill\n1,A,2024-03-01T10:00:00Z,2024-03-02,5,bill\n"
        files = {"tickets.csv": FILES["tickets.csv"] + more}
        assert open_company(rows("tickets", "hours"), files=files) == [(5.0,), (None,)]
        found = open_company(facts("tickets"), files=files)
        assert (found.rows, found.duplicates, found.kept) == (4, 2, 2)

    def test_a_version_that_arrives_later_changes_nothing(self, open_company):
        before = open_company(rows("tickets"))
        files = {"tickets.csv": FILES["tickets.csv"] + "2,A,2024-01-01,2024-04-03,1,bill\n"}
        assert open_company(rows("tickets"), files=files) == before

    def test_rows_without_an_id_are_all_kept(self, open_company):
        files = {
            "tickets.csv": FILES["tickets.csv"]
            + ",A,2024-03-05,2024-03-05,1,x\n,A,2024-03-05,2024-03-05,1,x\n"
        }
        assert open_company(facts("tickets"), files=files).kept == 4

    def test_without_a_declared_id_equal_rows_are_two_events(self, open_company):
        files = {"cancellations.csv": "customer_id,day\nB,2024-12-31\nB,2024-12-31\n"}
        assert open_company(facts("cancellations"), files=files).kept == 2


class TestMatchReport:
    def test_rows_without_a_time(self, open_company):
        files = {"tickets.csv": FILES["tickets.csv"] + "3,A,,2024-03-05,1,x\n4,A,2024-03-05,,1,x\n"}
        found = open_company(facts("tickets"), files=files)
        assert (found.missing_time, found.kept) == (2, 2)

    def test_unmatched_keys(self, open_company):
        body = "".join(
            f"{n},{key},2024-03-05,2024-03-05,1,x\n" for n, key in enumerate(["Z", "Y", "Z", ""], 10)
        )
        found = open_company(facts("tickets"), files={"tickets.csv": FILES["tickets.csv"] + body})
        assert (found.unmatched, found.unmatched_keys, found.kept) == (4, ("Y", "Z"), 2)
        assert found.unmatched_share == pytest.approx(4 / 6)

    def test_impossible_times(self, open_company):
        body = (
            "3,A,2024-05-05,2024-05-01,1,x\n"  # known before it happened
            "4,A,2025-06-02,2025-06-03,1,x\n"  # in the future
            "5,A,2025-06-01T23:59:59Z,2025-06-03,1,x\n"  # still today
            "6,A,2023-12-31,2024-01-01,1,x\n"  # before the start
            "7,B,2025-01-01,2025-01-01,1,x\n"  # after the end
        )
        found = open_company(facts("tickets"), files={"tickets.csv": FILES["tickets.csv"] + body})
        odd = (found.known_before_event, found.in_future, found.before_start, found.after_end)
        assert odd == (1, 1, 1, 1)
        assert found.kept == 7
        assert (found.first_time, found.last_time) == ("2023-12-31 00:00:00", "2025-06-02 00:00:00")

    def test_attributes_that_end_before_they_start(self, open_company):
        found = open_company(
            facts("customers"), sources__customers__valid_from="until", sources__customers__valid_to="since"
        )
        assert (found.ends_before_start, found.missing_time) == (1, 1)

    def test_facts_are_plain_values(self, open_company):
        for name in ("customers", "tickets", "cancellations"):
            plain = open_company(facts(name)).to_json()
            assert json.loads(json.dumps(plain)) == plain
        assert open_company(facts("customers")).first_time is None

    def test_fingerprint_follows_the_file(self, open_company):
        before = open_company(facts("tickets")).fingerprint
        assert open_company(facts("tickets")).fingerprint == before
        files = {"tickets.csv": FILES["tickets.csv"].replace("bill", "post")}
        assert open_company(facts("tickets"), files=files).fingerprint != before

    def test_progress_names_sources_not_paths(self, tmp_path):
        for name, text in FILES.items():
            (tmp_path / name).write_text(text)
        usecase = parse(spec(), "churn.yaml")
        usecase._folder = tmp_path
        told = []
        with open_sources(usecase, report=told.append):
            pass
        assert sorted(told) == ["reading cancellations", "reading customers", "reading tickets"]


CONTACTS = {
    "file": "contacts.csv",
    "links": {"contact": "customer_id"},
    "valid_from": "since",
    "known_at": "seen",
}
KEYED = {
    "sources__tickets__key": "contact",
    "sources__contacts": CONTACTS | {"valid_to": "until"},
}


def ticket(*lines):
    return "ticket_id,contact,opened_at,ingested_at,hours\n" + "".join(f"{line}\n" for line in lines)


def contacts(*lines):
    return "contact,customer_id,since,until,seen\n" + "".join(f"{line}\n" for line in lines)


class TestLinks:
    def resolve(self, open_company, tickets, links, **changes):
        files = {"tickets.csv": ticket(*tickets), "contacts.csv": contacts(*links)}
        found = rows("tickets", "entity_id", "event_time", "known_at")
        return open_company(found, files=files, **KEYED, **changes)

    def test_key_leads_to_the_entity(self, open_company):
        found = self.resolve(open_company, ["1,k1,2024-03-01,2024-03-02,1"], ["k1,A,2024-01-01,,2024-01-01"])
        assert found == [("A", at(2024, 3, 1), at(2024, 3, 2))]

    def test_link_that_held_at_the_time_counts(self, open_company):
        links = ["k1,A,2024-01-01,2024-03-01,2024-01-01", "k1,B,2024-03-01,,2024-01-01"]
        tickets = ["1,k1,2024-02-29,2024-03-02,1", "2,k1,2024-03-01,2024-03-02,1"]
        assert [row[0] for row in self.resolve(open_company, tickets, links)] == ["A", "B"]

    def test_event_outside_every_link_is_unmatched(self, open_company):
        tickets = [
            "1,k1,2023-12-31,2024-03-02,1",
            "2,k1,2024-01-01,2024-03-02,1",
            "3,k9,2024-01-01,2024-03-02,1",
        ]
        files = {"tickets.csv": ticket(*tickets), "contacts.csv": contacts("k1,A,2024-01-01,,2024-01-01")}
        found = open_company(facts("tickets"), files=files, **KEYED)
        assert (found.kept, found.unmatched, found.unmatched_keys) == (1, 2, ("k1", "k9"))
        assert found.unlinked == 1  # k1 is linked, but not at that time; k9 never

    def test_event_is_known_only_when_its_link_is(self, open_company):
        found = self.resolve(open_company, ["1,k1,2024-03-01,2024-03-02,1"], ["k1,A,2024-01-01,,2024-05-01"])
        assert found == [("A", at(2024, 3, 1), at(2024, 5, 1))]

    def test_link_that_is_learned_later_never_moves_an_event(self, open_company):
        tickets = ["1,k1,2024-03-01,2024-03-02,1"]
        first = ["k1,A,2024-01-01,,2024-01-01"]
        later = ["k1,B,2024-02-01,,2024-06-01"]
        assert self.resolve(open_company, tickets, first + later) == self.resolve(
            open_company, tickets, first
        )

    def test_of_links_known_in_time_the_one_begun_last_counts(self, open_company):
        links = ["k1,A,2024-01-01,,2024-01-01", "k1,B,2024-02-01,,2024-02-01"]
        found = self.resolve(open_company, ["1,k1,2024-03-01,2024-03-02,1"], links)
        assert [row[0] for row in found] == ["B"]

    def test_chain_of_links(self, open_company):
        sources = {
            "sources__people": CONTACTS
            | {"file": "people.csv", "links": {"person": "contact"}, "known_at": "same"},
        }
        files = {
            "tickets.csv": "ticket_id,person,opened_at,ingested_at,hours\n1,p,2024-03-01,2024-03-02,1\n",
            "people.csv": "person,contact,since\np,k1,2024-01-01\n",
            "contacts.csv": contacts("k1,A,2024-02-01,,2024-05-01"),
        }
        found = open_company(
            rows("tickets", "entity_id", "known_at"),
            files=files,
            **KEYED | sources | {"sources__tickets__key": "person"},
        )
        assert found == [("A", at(2024, 5, 1))]

    def test_links_in_a_circle(self, open_company):
        sources = {
            "sources__back": CONTACTS
            | {"file": "back.csv", "links": {"customer_id": "contact"}, "known_at": "same"},
        }
        files = {
            "tickets.csv": ticket("1,k1,2024-03-01,2024-03-02,1"),
            "contacts.csv": contacts("k1,A,2024-02-01,,2024-05-01"),
            "back.csv": "customer_id,contact,since\nA,k1,2024-01-01\n",
        }
        with pytest.raises(SpecError, match="run in a circle"):
            open_company(rows("tickets"), files=files, **KEYED | sources)

    def test_attributes_hold_while_their_link_holds(self, open_company):
        text = "contact,from,to,loaded,mail\nk1,2024-01-01,2024-12-01,2024-01-05,yes\n"
        links = contacts("k1,A,2024-02-01,2024-04-01,2024-03-01", "k1,B,2024-04-01,,2024-03-15")
        source = {
            "file": "mails.csv",
            "key": "contact",
            "valid_from": "from",
            "valid_to": "to",
            "known_at": "loaded",
        }
        found = open_company(
            rows("mails"),
            files={
                "mails.csv": text,
                "contacts.csv": links,
                "tickets.csv": ticket("1,k1,2024-03-01,2024-03-02,1"),
            },
            sources__mails=source,
            features__mails={"last": ["mail"]},
            **KEYED,
        )
        assert found == [
            ("A", at(2024, 2, 1), at(2024, 4, 1), at(2024, 3, 1), "yes"),
            ("B", at(2024, 4, 1), at(2024, 12, 1), at(2024, 3, 15), "yes"),
        ]

    def test_link_table_has_attributes_of_its_own(self, open_company):
        links = contacts("k1,A,2024-02-01,,2024-03-01")
        files = {"contacts.csv": links, "tickets.csv": ticket("1,k1,2024-03-01,2024-03-02,1")}
        found = open_company(rows("contacts"), files=files, features__contacts={"last": ["seen"]}, **KEYED)
        assert found == [("A", at(2024, 2, 1), None, at(2024, 3, 1), at(2024, 3, 1))]


class TestFaults:
    def test_missing_file(self, open_company):
        line = fault(open_company, sources__tickets__file="tikets.csv")
        assert line == "sources.tickets.file: 'tikets.csv' is not there; beside it are: tickets.csv"

    def test_missing_column(self, open_company):
        line = fault(open_company, features__tickets__mean=["ours"])
        assert line == "tickets.ours: the column is not there; the nearest columns are 'hours'"

    def test_wrong_type(self, open_company):
        files = {"tickets.csv": FILES["tickets.csv"].replace(",5,bill", ",five,bill")}
        assert fault(open_company, files=files).startswith("tickets.hours: row 2: 'five' is not a number; ")

    def test_value_outside_its_scale(self, open_company):
        line = fault(open_company, sources__tickets__scales={"hours": "0..4"})
        assert line.startswith("tickets.hours: row 2: 5 is outside the scale 0..4; ")

    def test_date_of_another_form(self, open_company):
        files = {"cancellations.csv": "customer_id,day\nB,31.12.2024\n"}
        line = fault(open_company, files=files)
        assert line == (
            "cancellations.day: row 2: '31.12.2024' is not an ISO date such as 2025-01-31; "
            "write read: {dates: '%d.%m.%Y'} (dates such as 31.12.2025)"
        )

    def test_empty_source(self, open_company):
        line = fault(open_company, files={"cancellations.csv": "customer_id,day\n"})
        assert line.startswith("sources.cancellations.file: has a header but no rows")

    def test_keys_of_another_kind(self, open_company):
        line = fault(open_company, files={"cancellations.csv": "customer_id,day\n0001,2024-12-31\n"})
        assert line == (
            "cancellations.customer_id: no row belongs to an entity of 'customers': '0001' is not like 'A'; "
            "name the right key, or add a links table"
        )

    def test_no_row_with_a_time(self, open_company):
        line = fault(open_company, files={"cancellations.csv": "customer_id,day\nA,\nB,\n"})
        assert line == (
            "cancellations.day: all 2 rows lack a time in 'day'; "
            "name other columns as event_time, valid_from and known_at, or export them filled"
        )

    def test_no_row_with_a_key(self, open_company):
        line = fault(
            open_company, files={"customers.csv": "customer_id,since,until,plan,seats\n,2024-01-01,,a,1\n"}
        )
        assert line == (
            "customers.customer_id: no row has a key: the column is empty; "
            "name the column that leads to 'customer_id' as key, or export it filled"
        )

    def test_wrong_delimiter_and_encoding_of_a_source(self, open_company):
        files = {"cancellations.csv": "customer_id;day\nB;2024-12-31\n"}
        assert "write read: {delimiter: ';'}" in fault(open_company, files=files)
        files = {"cancellations.csv": "customer_id,day\nKäthe,2024-12-31\n".encode("cp1252")}
        assert "write read: {encoding: cp1252}" in fault(open_company, files=files)

    @pytest.mark.parametrize("protected", ["plan", "customers.plan"])
    def test_protected_attribute_as_a_feature(self, open_company, protected):
        line = fault(open_company, privacy={"protected": [protected]})
        assert line.startswith("features.customers: 'plan' stands under privacy.protected")

    def test_sources_of_a_flat_table(self):
        flat = parse(
            {"version": 1, "name": "x", "table": {"file": "x", "label": "y", "positive": "z"}}, "x.yaml"
        )
        with pytest.raises(SpecError, match="x: sources: the use case has a flat table"), open_sources(flat):
            pass

    def test_query_beside_a_missing_database(self, open_company):
        source = {"query": "SELECT 1", "url": "duckdb:///no.duckdb", "event_time": "day", "known_at": "same"}
        with pytest.raises(SourceError, match=r"sources\.cancellations\.url: 'no\.duckdb' is not there"):
            open_company(lambda sources: None, sources__cancellations=source)


def test_files_that_find_no_room_are_refused_before_the_first_is_read(open_company, monkeypatch):
    told = []
    monkeypatch.setattr(capacity, "find_memory", lambda: 100 << 20)
    monkeypatch.setattr(_Loading, "run", lambda loading: told.append("read"))
    line = fault(open_company)
    assert line.startswith(
        "sources: reading needs 400 MiB of memory, and 100 MiB are there; give the process"
    )
    assert told == []


def test_german_survey_export_with_three_header_rows(open_company):
    text = (
        'Antwort;Kunde;Zeit;NPS;Kommentar\n"Antwort\nID";;;"Wie wahrscheinlich, ""wirklich""?";\n{i1};;;;\n'
        'r1;A;31.03.2024 10:30;9,0;"Gut;\nfür mich"\nr2;B;01.11.2024 09:00;-99;Schön – ""gut""\n'
    )
    found = open_company(
        rows("surveys"),
        files={"surveys.csv": text.encode("cp1252")},
        features__surveys={"windows": ["90d"], "mean": ["NPS"]},
        sources__surveys={
            "file": "surveys.csv",
            "key": "Kunde",
            "event_time": "Zeit",
            "known_at": {"delay": "1d"},
            "id": "Antwort",
            "data": "X",
            "survey": "relationship",
            "answered_by": "entity",
            "verbatim": "Kommentar",
            "scales": {"NPS": "0..10"},
            "read": {
                "delimiter": ";",
                "decimal": ",",
                "encoding": "cp1252",
                "dates": "%d.%m.%Y %H:%M",
                "timezone": "Europe/Berlin",
                "header_rows": 3,
                "missing": ["-99"],
            },
        },
    )
    assert [row[:4] for row in found] == [
        ("A", at(2024, 3, 31, 8, 30), at(2024, 4, 1, 8, 30), 9.0),
        ("B", at(2024, 11, 1, 8), at(2024, 11, 2, 8), None),
    ]
    assert found[0][4] == "Gut;\nfür mich"
