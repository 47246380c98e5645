from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import strategies as st

from features.errors import SpecError
from features.sources.links import compose, find_route, link_table, resolve_events
from features.sql import open_database, quoted_name
from features.usecase import Source
from tests.features.event_tables import open_tables, store
from tests.properties import law


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


START = datetime(2024, 1, 1)  # noqa: DTZ001 - the tables hold UTC without a zone
HOURS = st.integers(0, 12)  # few moments, so that beginnings, ends and events often meet
LINKS = st.lists(
    st.tuples(st.sampled_from("kl"), st.sampled_from("ABC"), HOURS, st.none() | HOURS, HOURS), max_size=6
)
ANSWERS = st.lists(st.tuples(st.sampled_from("kl"), HOURS, HOURS), max_size=6)


def at(hour):
    return None if hour is None else START + timedelta(hours=hour)


def resolve(links, answers):
    """Return whom each answer (key, hour of answering, hour of knowing) is given to, and when it is known."""
    pairs = [(key, who, *map(at, hours)) for key, who, *hours in links]
    given = [(place, key, *map(at, hours)) for place, (key, *hours) in enumerate(answers)]
    with open_tables([], []) as connection:
        store(connection, "links", to_table("link_key entity_id valid_from valid_to known_at", pairs))
        store(connection, "answers", to_table("place entity_id event_time known_at", given))
        query = f"SELECT place, entity_id, known_at FROM ({resolve_events('links', 'answers', 'place')})"
        found = connection.execute(f"{query} ORDER BY place").fetchall()
    assert [place for place, *_ in found] == list(range(len(answers)))
    return [(who, who and (known - START) // timedelta(hours=1)) for _, who, known in found]


def to_table(names, rows):
    texts = {"link_key": pa.string(), "entity_id": pa.string(), "place": pa.int64()}
    schema = pa.schema([(name, texts.get(name, pa.timestamp("us"))) for name in names.split()])
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def resolve_naively(links, answer):
    key, given_at, known = answer
    holding = [
        (start, seen, who)
        for link_key, who, start, end, seen in links
        if link_key == key and start <= given_at and (end is None or given_at < end)
    ]
    in_time = [link for link in holding if link[1] <= known]
    if in_time:
        return min(in_time, key=lambda link: (-link[0], link[1], link[2]))[2], known
    if holding:
        _, seen, who = min(holding, key=lambda link: (link[1], -link[0], link[2]))
        return who, seen
    return None, None


@law(10, LINKS, ANSWERS, st.randoms(use_true_random=False))
def test_every_answer_goes_where_a_naive_loop_sends_it_in_any_order_of_links(links, answers, shuffling):
    expected = [resolve_naively(links, answer) for answer in answers]
    assert resolve(links, answers) == expected
    shuffling.shuffle(links)
    assert resolve(links, answers) == expected


MOVED = [("k", "A", 1, 5, 1), ("k", "B", 5, None, 5)]


@pytest.mark.parametrize(("given_at", "who"), [(0, None), (1, "A"), (4, "A"), (5, "B"), (12, "B")], ids=str)
def test_who_changed_the_account_counts_for_the_one_at_the_time_of_the_answer(given_at, who):
    assert resolve(MOVED, [("k", given_at, 12)]) == [(who, who and 12)]


def test_an_answer_before_the_change_stays_with_the_old_account_however_late_it_is_known():
    assert resolve(MOVED, [("k", 4, 4), ("k", 4, 11)]) == [("A", 4), ("A", 11)]


def test_a_change_known_late_delays_the_answers_after_it_and_moves_none():
    late = [("k", "A", 1, 5, 1), ("k", "B", 5, None, 9)]
    assert resolve(late, [("k", 4, 4), ("k", 6, 6), ("k", 6, 10)]) == [("A", 4), ("B", 9), ("B", 10)]


def test_after_the_end_of_its_last_link_an_answer_belongs_to_nobody():
    assert resolve([("k", "A", 1, 5, 1)], [("k", 5, 5), ("k", 4, 5)]) == [(None, None), ("A", 5)]


def test_of_overlapping_links_the_one_begun_last_counts_until_it_ends():
    overlapping = [("k", "A", 1, None, 1), ("k", "B", 3, 6, 3)]
    found = resolve(overlapping, [("k", hour, hour) for hour in (2, 3, 5, 6)])
    assert [who for who, _ in found] == ["A", "B", "B", "A"]


def test_an_overlapping_link_known_only_later_leaves_the_answer_where_it_was():
    overlapping = [("k", "A", 1, None, 1), ("k", "B", 3, 6, 8)]
    assert resolve(overlapping, [("k", 4, 4), ("k", 4, 8)]) == [("A", 4), ("B", 8)]


def test_a_link_that_ends_where_it_begins_never_holds():
    assert resolve([("k", "A", 3, 3, 0)], [("k", 3, 3)]) == [(None, None)]
