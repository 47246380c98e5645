import pytest

from features.errors import SpecError
from features.sources.links import compose, find_route, link_table
from features.sql import open_database, quoted_name
from features.usecase import Source


def link(here, there):
    return Source(file="x.csv", links={here: there}, valid_from="always", known_at="same")


PLAIN = Source(file="x.csv", event_time="at", known_at="same")


def test_route_follows_links_to_their_end():
    sources = {"accounts": link("account", "customer"), "people": link("person", "account"), "calls": PLAIN}
    assert find_route("person", sources, "sources.calls.key") == ("people", "accounts")
    assert find_route("account", sources, "sources.calls.key") == ("accounts",)
    assert find_route("customer", sources, "sources.calls.key") == ()


def test_circle_is_shown_whole():
    sources = {"there": link("a", "b"), "back": link("b", "a")}
    with pytest.raises(SpecError) as found:
        find_route("a", sources, "sources.calls.key")
    expected = "sources.calls.key: the links there -> back -> there run in a circle; leave one of them out"
    assert str(found.value) == expected


def chain(*tables):
    """Return the composed pairs of link tables with rows (key, entity, from, to, known) in months of 2024."""
    with open_database() as connection:
        for number, rows in enumerate(tables):
            connection.execute(
                f"CREATE TABLE {link_table(str(number))} (link_key TEXT, entity_id TEXT, "
                "valid_from TIMESTAMP, valid_to TIMESTAMP, known_at TIMESTAMP)"
            )
            for key, entity, *months in rows:
                moments = [None if month is None else f"2024-{month:02d}-01" for month in months]
                values = [key, entity, *moments]
                connection.execute(f"INSERT INTO {link_table(str(number))} VALUES (?, ?, ?, ?, ?)", values)
        target = quoted_name("links of calls")
        compose(connection, tuple(str(number) for number in range(len(tables))), target)
        found = connection.execute(f"SELECT * FROM {target} ORDER BY ALL").fetchall()
    return [
        (key, entity, *(moment and moment.month for moment in moments)) for key, entity, *moments in found
    ]


def test_one_table_stays_as_it_is():
    assert chain([("p", "A", 1, None, 2)]) == [("p", "A", 1, None, 2)]


def test_pair_holds_while_both_links_hold_and_is_known_once_both_are():
    people = [("p", "k", 1, 6, 2)]
    accounts = [("k", "A", 3, None, 1), ("k", "B", 1, 3, 5)]
    assert chain(people, accounts) == [("p", "A", 3, 6, 2), ("p", "B", 1, 3, 5)]


def test_links_that_never_hold_together_give_no_pair():
    assert chain([("p", "k", 1, 3, 1)], [("k", "A", 3, None, 1)]) == []
    assert chain([("p", "k", 3, None, 1)], [("k", "A", 1, 3, 1)]) == []


def test_three_tables():
    found = chain([("u", "p", 1, None, 1)], [("p", "k", 2, 8, 1)], [("k", "A", 1, 5, 4)])
    assert found == [("u", "A", 2, 5, 4)]
