"""Events that are corrected or withdrawn: each version counts in its time, labels say what is known last."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import strategies as st

from features.cohort import Rows, count_days, find_members
from features.columns import known_on, resolve_measures
from features.errors import ContractError, InputError
from features.fold import fold_events
from features.frame.panel import find_observed_day
from features.labels import find_gone, find_outcomes
from features.measures import Measure
from features.sources import Sources, open_sources
from features.usecase import parse
from tests.properties import law

FIRST = date(2024, 1, 1)
SNAPSHOTS = tuple(FIRST + timedelta(days=number) for number in (10, 20, 30, 40))
HEADER = "id,who,at,seen,amount,gone\n"
ANCHOR = "anchor,b,2024-01-01,2024-01-01,1,\n"
SPEC: dict[str, Any] = {
    "version": 1,
    "name": "silence",
    "entity": "who",
    "snapshots": {"every": "day", "from": "2024-01-11", "to": "2024-02-10"},
    "sources": {
        "orders": {
            "file": "orders.csv",
            "event_time": "at",
            "known_at": "seen",
            "id": "id",
            "withdrawn": "gone",
        }
    },
    "features": {"orders": {"windows": ["90d"], "sum": ["amount"]}},
    "cohort": {"active": "orders", "within": "90d"},
    "target": {"silence": "orders", "for": "30d"},
}


@contextmanager
def opened(folder: Path, body: str, **source: object) -> Iterator[Sources]:
    (folder / "orders.csv").write_text(HEADER + body + ANCHOR, encoding="utf-8")
    given_source = {**SPEC["sources"]["orders"], **source}
    kept = {key: value for key, value in given_source.items() if value is not None}
    with open_sources(parse({**SPEC, "sources": {"orders": kept}}, "silence.yaml").located(folder)) as found:
        yield found


def versions(sources: Sources) -> list[tuple[str | None, ...]]:
    """Return amount, known_at and known_until of the rows of a."""
    query = (
        "SELECT CAST(amount AS VARCHAR), CAST(CAST(known_at AS DATE) AS VARCHAR), "
        "CAST(CAST(known_until AS DATE) AS VARCHAR) "
        f"FROM {sources.table('orders')} WHERE entity_id = 'a' ORDER BY known_at, amount"
    )
    return sources.connection.execute(query).fetchall()


def read(folder: Path, body: str, **source: object) -> list[tuple[str | None, ...]]:
    with opened(folder, body, **source) as sources:
        return versions(sources)


def counts(folder: Path, body: str, **source: object) -> tuple[int, int, int, int]:
    with opened(folder, body, **source) as sources:
        facts = sources.facts("orders")
    return facts.kept - 1, facts.duplicates, facts.corrected, facts.withdrawn


CORRECTED = "1,a,2024-01-02,2024-01-03,5,\n1,a,2024-01-02,2024-01-20,7,\n"
WITHDRAWN = "1,a,2024-01-02,2024-01-03,5,\n1,,,2024-01-20,,1\n"


class TestVersions:
    def test_a_correction_ends_the_version_before_it(self, tmp_path):
        assert read(tmp_path, CORRECTED) == [
            ("5.0", "2024-01-03", "2024-01-20"),
            ("7.0", "2024-01-20", None),
        ]
        assert counts(tmp_path, CORRECTED) == (2, 0, 1, 0)

    def test_a_withdrawal_needs_no_more_than_id_and_known_time(self, tmp_path):
        assert read(tmp_path, WITHDRAWN) == [("5.0", "2024-01-03", "2024-01-20")]
        assert counts(tmp_path, WITHDRAWN) == (1, 0, 0, 1)

    @pytest.mark.parametrize("yes", ["true", "TRUE", "1", "Yes"])
    def test_words_that_withdraw(self, tmp_path, yes):
        assert counts(tmp_path, WITHDRAWN.replace(",,1\n", f",,{yes}\n")) == (1, 0, 0, 1)

    @pytest.mark.parametrize("no", ["false", "0", "NO", ""])
    def test_words_that_do_not_withdraw(self, tmp_path, no):
        body = CORRECTED.replace(",7,\n", f",7,{no}\n")
        assert counts(tmp_path, body) == (2, 0, 1, 0)

    def test_another_word_is_shown_with_its_row(self, tmp_path):
        body = WITHDRAWN.replace(",,1\n", ",,Storno\n")
        with pytest.raises(ContractError) as caught, opened(tmp_path, body):
            pass
        assert str(caught.value) == (
            "orders.gone: row 3: 'storno' is neither true, 1, yes nor false, 0, no; "
            "write 1 where it is so, and else 0 or nothing"
        )

    def test_an_event_may_come_back(self, tmp_path):
        body = WITHDRAWN + "1,a,2024-01-02,2024-01-25,5,\n"
        assert read(tmp_path, body) == [("5.0", "2024-01-03", "2024-01-20"), ("5.0", "2024-01-25", None)]

    def test_a_correction_known_as_early_replaces_all_of_the_version(self, tmp_path):
        body = CORRECTED.replace("2024-01-20", "2024-01-03").replace("1,a,2024-01-02", "1,a,2024-01-01", 1)
        assert read(tmp_path, body) == [("7.0", "2024-01-03", None)]
        assert counts(tmp_path, body) == (1, 0, 1, 0)

    def test_a_withdrawal_known_as_early_leaves_nothing(self, tmp_path):
        body = "1,a,2024-01-02,2024-01-20,5,1\n1,a,2024-01-02,2024-01-20,5,0\n"
        assert read(tmp_path, body) == []

    def test_rows_that_say_the_same_again_are_duplicates(self, tmp_path):
        same = "1,a,2024-01-02,2024-01-03,5,\n"
        again = "1,a,2024-01-02,2024-01-09,5,\n"
        assert read(tmp_path, same + same + again) == [("5.0", "2024-01-03", None)]
        assert counts(tmp_path, same + same + again) == (1, 2, 0, 0)

    def test_rows_without_an_id_are_events_of_their_own(self, tmp_path):
        body = ",a,2024-01-02,2024-01-03,5,\n,a,2024-01-02,2024-01-09,6,\n,a,2024-01-02,2024-01-12,7,1\n"
        assert read(tmp_path, body) == [("5.0", "2024-01-03", None), ("6.0", "2024-01-09", None)]

    def test_a_withdrawal_of_what_was_never_there_changes_nothing(self, tmp_path):
        assert counts(tmp_path, "9,,,2024-01-20,,1\n" + CORRECTED) == (2, 0, 1, 0)

    def test_a_version_without_a_time_is_none(self, tmp_path):
        with opened(tmp_path, CORRECTED.replace("1,a,2024-01-02,2024-01-20", "1,a,,2024-01-20")) as sources:
            assert versions(sources) == [("5.0", "2024-01-03", None)]
            assert sources.facts("orders").missing_time == 1

    def test_corrections_without_a_column_that_withdraws(self, tmp_path):
        assert read(tmp_path, CORRECTED, withdrawn=None, corrections=True) == read(tmp_path, CORRECTED)

    def test_as_today_where_nobody_asks(self, tmp_path):
        with opened(tmp_path, CORRECTED, withdrawn=None) as sources:
            facts = sources.facts("orders")
            types = sources.connection.execute(f"DESCRIBE {sources.table('orders')}").fetchall()
        assert (facts.kept, facts.duplicates, facts.corrected, facts.withdrawn) == (2, 1, 0, 0)
        assert "known_until" not in {row[0] for row in types}

    def test_what_was_withdrawn_is_not_told_as_odd(self, tmp_path):
        early = "1,a,2024-01-05,2024-01-03,5,\n"
        with opened(tmp_path, early + "1,,,2024-01-20,,1\n") as sources:
            assert sources.facts("orders").known_before_event == 0
        with opened(tmp_path, early) as sources:
            assert sources.facts("orders").known_before_event == 1

    def test_a_column_may_not_bear_the_name(self, tmp_path):
        header = HEADER.replace("amount", "known_until")
        spec = {**SPEC, "features": {"orders": {"windows": ["90d"], "sum": ["known_until"]}}}
        (tmp_path / "orders.csv").write_text(header + ANCHOR)
        with (
            pytest.raises(ContractError, match=r"orders\.known_until: has the name of a clock"),
            open_sources(parse(spec, "silence.yaml").located(tmp_path)),
        ):
            pass


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": None}, "'withdrawn' needs 'id'"),
        ({"id": None, "corrections": True}, "'corrections' needs 'id'"),
        ({"event_time": None, "valid_from": "at"}, "'withdrawn' is for events"),
    ],
)
def test_what_cannot_have_versions_is_refused(tmp_path, changes, message):
    with pytest.raises(InputError, match=message), opened(tmp_path, CORRECTED, **changes):
        pass


def fold_at(sources: Sources, snapshots: tuple[date, ...] = SNAPSHOTS) -> list[tuple[float, float | None]]:
    """Return count and sum of a at each snapshot."""
    table = sources.table("orders")
    measures = [Measure("n", "count", window_days=90), Measure("x", "sum", "amount", window_days=90)]
    resolved = resolve_measures(sources.connection, table, "orders", measures)
    found = fold_events(
        sources.connection, events=table, rows=rows_of_a(sources, snapshots), measures=resolved
    )
    return list(zip(found["n"].to_pylist(), found["x"].to_pylist(), strict=True))


def rows_of_a(sources: Sources, snapshots: tuple[date, ...]) -> str:
    days = [count_days(day) for day in snapshots]
    names = pa.chunked_array([pa.array(["a"] * len(days))])
    return Rows(names, pa.array(days, pa.int32()).to_numpy()).store(sources.connection)


class TestFeatures:
    def test_each_version_counts_in_its_time(self, tmp_path):
        with opened(tmp_path, CORRECTED) as sources:
            assert fold_at(sources) == [(1, 5), (1, 7), (1, 7), (1, 7)]

    def test_a_withdrawn_event_counts_until_then(self, tmp_path):
        with opened(tmp_path, WITHDRAWN) as sources:
            assert fold_at(sources) == [(1, 5), (0, None), (0, None), (0, None)]

    def test_a_correction_in_the_middle_of_a_day_counts_from_the_next_midnight_on(self, tmp_path):
        body = CORRECTED.replace("2024-01-20", "2024-01-20T08:00:00Z")
        with opened(tmp_path, body) as sources:
            days = (date(2024, 1, 20), date(2024, 1, 21))
            assert fold_at(sources, days) == [(1, 5), (1, 7)]

    def test_a_correction_may_move_the_event(self, tmp_path):
        body = "1,a,2024-01-02,2024-01-03,5,\n1,b,2024-01-02,2024-01-20,5,\n"
        with opened(tmp_path, body) as sources:
            assert [count for count, _ in fold_at(sources)] == [1, 0, 0, 0]


moments = st.integers(0, 45)
lines = st.tuples(
    st.integers(0, 3), st.sampled_from("ab"), moments, moments, st.integers(0, 3), st.booleans()
)


def write(line: tuple[int, str, int, int, int, bool]) -> str:
    number, who, at, seen, amount, gone = line
    happened, known = FIRST + timedelta(days=at), FIRST + timedelta(days=seen)
    return f"{number},{who},{happened},{known},{amount},{int(gone)}\n"


def read_naively(drawn: list[tuple[int, str, int, int, int, bool]], snapshot: date) -> tuple[int, int | None]:
    """Return count and sum of a by taking of each id the last row known at the snapshot."""
    day = (snapshot - FIRST).days
    newest: dict[int, tuple[int, str, int, int, int, bool]] = {}
    for line in sorted(drawn, key=lambda line: (line[3], line[5], line[2], line[1], line[4])):
        if line[3] <= day:
            newest[line[0]] = line
    amounts = [line[4] for line in newest.values() if line[1] == "a" and line[2] < day and not line[5]]
    return len(amounts), sum(amounts) if amounts else None


@law(15, st.lists(lines, max_size=12), st.randoms(use_true_random=False))
def test_at_every_snapshot_the_newest_known_row_of_an_id_speaks(tmp_path_factory, drawn, shuffling):
    folder = tmp_path_factory.mktemp("versions")
    body = [write(line) for line in drawn]
    shuffling.shuffle(body)
    with opened(folder, "".join(body)) as sources:
        assert fold_at(sources) == [read_naively(drawn, snapshot) for snapshot in SNAPSHOTS]


class TestLabels:
    def outcome(self, folder: Path, body: str, observed: date) -> float:
        ends = pa.table({"entity_id": pa.array([], pa.string()), "end_day": [], "end_known_day": []})
        with opened(folder, body) as sources:
            found = find_outcomes(
                sources.connection,
                events=sources.table("orders"),
                rows=rows_of_a(sources, SNAPSHOTS[:1]),
                ends=ends,
                observed_day=count_days(observed),
            )
        return float(found.event_days[0])

    def test_the_last_version_makes_the_label(self, tmp_path):
        moved = CORRECTED.replace("1,a,2024-01-02,2024-01-20", "1,a,2024-01-15,2024-01-20")
        assert self.outcome(tmp_path, moved, date(2024, 3, 1)) == count_days(date(2024, 1, 15))

    def test_what_was_corrected_after_the_end_of_observation_stands_as_it_was(self, tmp_path):
        moved = CORRECTED.replace("1,a,2024-01-02,2024-01-20", "1,a,2024-01-15,2024-01-20")
        assert self.outcome(tmp_path, moved, date(2024, 1, 18)) == count_days(date(2024, 1, 2))

    def test_a_withdrawn_event_makes_none(self, tmp_path):
        found = self.outcome(tmp_path, WITHDRAWN, date(2024, 3, 1))
        assert found != found  # noqa: PLR0124 - missing is NaN

    def test_gone_is_who_had_gone_as_known_at_the_snapshot(self, tmp_path):
        with opened(tmp_path, WITHDRAWN) as sources:
            stored = rows_of_a(sources, SNAPSHOTS)
            found = find_gone(sources.connection, events=sources.table("orders"), rows=stored)
        assert found.tolist() == [True, False, False, False]

    def test_observation_ends_with_the_last_news_be_it_a_withdrawal(self, tmp_path):
        with opened(tmp_path, WITHDRAWN) as sources:
            assert find_observed_day(sources, sources.usecase) == count_days(date(2024, 1, 20))

    def test_tables_without_corrections_are_read_as_they_are(self, tmp_path):
        with opened(tmp_path, CORRECTED, withdrawn=None) as sources:
            assert known_on(sources.connection, sources.table("orders"), 5) == '"orders"'


def test_an_event_keeps_in_the_cohort_only_while_it_is_known(tmp_path):
    with opened(tmp_path, WITHDRAWN) as sources:
        cohort = sources.usecase.settled()[2]
        members = find_members(sources, cohort, sources.usecase.sources, SNAPSHOTS)
    who = zip(members.entity_ids.to_pylist(), members.snapshot_days.tolist(), strict=True)
    assert [day for name, day in who if name == "a"] == [count_days(SNAPSHOTS[0])]


def test_a_link_that_is_learned_after_the_correction_leaves_no_version_that_never_counts(tmp_path):
    (tmp_path / "contacts.csv").write_text(
        "key,who,since,known\na,a,2024-01-01,2024-01-25\nb,b,2024-01-01,2024-01-01\n"
    )
    spec = {
        **SPEC,
        "sources": {
            "orders": {**SPEC["sources"]["orders"], "key": "key"},
            "contacts": {
                "file": "contacts.csv",
                "links": {"key": "who"},
                "valid_from": "since",
                "known_at": "known",
            },
            "people": {"file": "people.csv", "event_time": "since", "known_at": "same"},
        },
        "cohort": {"active": "people", "within": "90d"},
    }
    (tmp_path / "people.csv").write_text("who,since\na,2024-01-01\nb,2024-01-01\n")
    (tmp_path / "orders.csv").write_text(HEADER.replace("who", "key") + CORRECTED + ANCHOR)
    with open_sources(parse(spec, "silence.yaml").located(tmp_path)) as sources:
        assert versions(sources) == [("7.0", "2024-01-25", None)]
        assert sources.facts("orders").corrected == 1
