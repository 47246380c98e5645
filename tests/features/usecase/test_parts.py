"""The parts of a use case say what follows from what was written."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from features.timeline import Duration
from features.usecase import (
    Cause,
    Cohort,
    Delay,
    Driver,
    EventTarget,
    FeatureRule,
    FlatTable,
    Join,
    LeverCost,
    MeasuredSpan,
    NextTarget,
    Privacy,
    ReadOptions,
    SilenceTarget,
    Snapshots,
    Source,
    Target,
    load,
    parse_condition,
)
from features.usecase.source import Scale
from features.usecase.vocabulary import Days, Labelled, propose

FULL = load(Path(__file__).parent / "valid" / "full.yaml")
EVENTS = {"file": "a.csv", "event_time": "at"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">=9", (">=", "9")),
        ("<= 24", ("<=", "24")),
        (" < 0.5 ", ("<", "0.5")),
        ("> -1", (">", "-1")),
        ("=yes", ("=", "yes")),
        ("= two words", ("=", "two words")),
    ],
)
def test_condition_is_a_comparison_and_a_value(text, expected):
    assert parse_condition(text) == expected


@pytest.mark.parametrize("text", ["", "9", "nine", ">=", ">= ", "=> ", "!=3", "≥9"])
def test_text_without_comparison_or_value_is_no_condition(text):
    with pytest.raises(ValueError, match="is not a condition; write a comparison and a value"):
        parse_condition(text)


@given(st.sampled_from(["<=", ">=", "<", ">", "="]), st.integers(-100, 100), st.sampled_from(["", " "]))
def test_condition_reads_what_it_is_written_from(comparison, value, blank):
    assert parse_condition(f"{comparison}{blank}{value}") == (comparison, str(value))


def test_rule_lists_each_column_once_in_order_of_mention():
    rule = FeatureRule(
        windows=["30d"],
        mean=["nps", "csat"],
        last=["nps"],
        slope=["count", "ces"],
        share={"plan": {"free": "=free"}},
    )
    assert rule.columns == ("nps", "csat", "ces", "plan")


def test_rule_of_attributes_needs_no_window():
    rule = FeatureRule(last=["plan"])
    assert not rule.windowed


@pytest.mark.parametrize(
    "function",
    [
        {"count": {}},
        {"sum": ["a"]},
        {"mean": ["a"]},
        {"min": ["a"]},
        {"max": ["a"]},
        {"std": ["a"]},
        {"slope": ["count"]},
        {"share": {"a": {"low": "<1"}}},
    ],
    ids=lambda function: next(iter(function)),
)
def test_function_over_a_window_demands_one(function):
    assert FeatureRule(windows=["30d"], **function).windowed
    with pytest.raises(ValidationError, match="need a window"):
        FeatureRule(**function)


@pytest.mark.parametrize(
    "function", [{"days_since_last": {}}, {"days_since_first": {}}, {"ratio": ["7d", "30d"]}]
)
def test_function_over_all_time_needs_no_window(function):
    assert not FeatureRule(**function).windowed


def test_source_of_events_and_source_of_attributes():
    assert FULL.sources["tickets"].is_events
    assert not FULL.sources["customers"].is_events
    assert FULL.sources["contacts"].is_link
    assert not FULL.sources["tickets"].is_link


@pytest.mark.parametrize(
    ("known_at", "delay_days", "column"),
    [("same", 0, None), ("loaded_at", 0, "loaded_at"), ({"delay": "2d"}, 2, None)],
)
def test_source_knows_its_second_clock(known_at, delay_days, column):
    source = Source(**EVENTS, known_at=known_at)
    assert source.delay_days == delay_days
    assert source.known_at_column == column


def test_delay_is_a_duration():
    assert Delay(delay="2d").delay == Duration(2)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [("0..10", (0, 10)), ("-2 .. 2", (-2, 2)), ("0.5..1.5", (0.5, 1.5)), ("1e3..1e4", (1000, 10000))],
)
def test_scale_has_a_lowest_and_a_highest_value(text, bounds):
    assert TypeAdapter(Scale).validate_python(text) == bounds


@given(st.floats(-1e12, 1e12), st.floats(1e-3, 1e12))
def test_scale_is_written_exactly(low, width):
    adapter = TypeAdapter(Scale)
    scale = (low, low + width)
    if scale[0] < scale[1]:
        assert adapter.validate_python(adapter.dump_python(scale)) == scale


@pytest.mark.parametrize("text", ["", "..", "0..", "..10", "5", "0-10", "5..5", "nan..1", "-inf..0", "a..b"])
def test_text_without_two_rising_numbers_is_no_scale(text):
    with pytest.raises(ValidationError, match="is not a scale"):
        TypeAdapter(Scale).validate_python(text)


def test_plain_file_needs_no_options():
    options = ReadOptions()
    assert (options.delimiter, options.decimal, options.encoding) == (",", ".", "utf-8")
    assert (options.dates, options.timezone, options.header_rows, options.missing) == (None, None, 1, [])


def test_zone_is_taken_at_its_word_where_the_system_knows_no_zones(monkeypatch):
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    assert ReadOptions(timezone="Europe/Atlantis").timezone == "Europe/Atlantis"


def test_snapshots_make_their_grid():
    snapshots = Snapshots(**{"every": "month", "from": "2025-01-31", "to": "2025-03-31"})
    assert snapshots.grid.dates() == (date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31))


def test_snapshots_without_an_end_go_on_until_today():
    today = datetime.now(UTC).date()
    snapshots = Snapshots(**{"every": "day", "from": (today - timedelta(days=2)).isoformat()})
    assert snapshots.grid.dates()[-1] in {today, today + timedelta(days=1)}  # midnight may pass meanwhile
    assert snapshots.grid.dates() == snapshots.grid.dates()


def test_snapshots_without_an_end_cannot_begin_in_the_future():
    with pytest.raises(ValidationError, match=r"'from' is 2199-01-01, after today"):
        Snapshots(**{"every": "month", "from": "2199-01-01"})


def test_cohort_may_be_open_at_its_end():
    assert Cohort(**{"from": "customers.since"}).ends is None


def test_target_sorts_its_horizons_and_leads_with_the_first_named():
    target = EventTarget(event="exits", horizons=["90d", "30d"], gap="7d")
    assert [horizon.length.days for horizon in target.spans] == [30, 90]
    assert {horizon.gap_days for horizon in target.spans} == {7}
    assert target.primary.length == Duration(90)


def test_target_leads_with_the_primary_horizon():
    target = EventTarget(event="exits", horizons=["90d", "30d"], primary_horizon="30d")
    assert target.primary.length == Duration(30)
    assert target.gap_days == 0


def test_gap_of_no_days_may_be_written():
    assert EventTarget(event="exits", horizons=["90d"], gap="0d").gap_days == 0


def test_join_names_the_key_on_both_sides():
    assert Join(file="a.csv", on="id").keys == ("id", "id")
    assert Join(file="a.csv", on={"Zip Code": "zip"}).keys == ("Zip Code", "zip")


def test_groups_cannot_be_smaller_than_the_floor():
    privacy = Privacy()
    assert (privacy.minimum_group, privacy.minimum_group_drivers, privacy.minimum_group_verbatims) == (
        5,
        25,
        10,
    )
    with pytest.raises(ValidationError):
        Privacy(minimum_group=4)


def test_driver_has_a_role():
    with pytest.raises(ValidationError, match="role"):
        Driver(features=["tickets.count*"])


def test_a_lever_may_say_what_it_costs():
    lever = {"features": ["tickets.hours*"], "role": "lever", "actor": "company", "goal": "<= 24"}
    assert Driver(**lever).cost is None
    assert Driver(**lever, cost={"per_person_eur": 60}).cost == LeverCost(per_person_eur=60, reach=1.0)
    assert Driver(**lever, cost={"reach": 0.5}).cost == LeverCost(reach=0.5)


@pytest.mark.parametrize("role", ["mediator", "signal", "context"])
def test_what_cannot_be_acted_on_has_no_cost(role):
    with pytest.raises(ValidationError, match=f"its role is '{role}'; write role: lever"):
        Driver(features=["tickets.hours*"], role=role, goal="<= 24", cost={"per_person_eur": 60})


def test_a_lever_says_who_decides_about_it():
    assert Driver(features=["tickets.hours*"], role="lever", actor="company").randomised is None
    with pytest.raises(ValidationError, match="a lever needs 'actor'"):
        Driver(features=["tickets.hours*"], role="lever")


def test_lots_are_drawn_about_levers_alone():
    drawn = Driver(features=["discount"], role="lever", actor="company", randomised="autumn trial")
    assert drawn.randomised == "autumn trial"
    with pytest.raises(ValidationError, match="'randomised' belongs to a lever, and role is 'signal'"):
        Driver(features=["discount"], role="signal", randomised="autumn trial")


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ({"from": "365d", "to": "90d"}, (365, 90)),
        ({"from": "90d", "to": "90d"}, (90, 90)),
        ({"from": "30d", "to": "0d"}, (30, 0)),
    ],
)
def test_measured_span_counts_back_from_the_outcome(written, days):
    span = MeasuredSpan.model_validate(written)
    assert (span.start_days, span.end_days) == days
    assert span.model_dump(by_alias=True) == written


def test_measured_span_begins_before_it_ends():
    with pytest.raises(ValidationError, match="from '89d' is later than to '90d'; write the larger number"):
        MeasuredSpan.model_validate({"from": "89d", "to": "90d"})


def test_name_in_a_language_falls_back_to_english_and_then_to_the_key():
    both, english, none = (
        Labelled(label={"en": "Speed", "de": "Tempo"}),
        Labelled(label={"en": "Speed"}),
        Labelled(),
    )
    assert both.name_in("de", "speed") == "Tempo"
    assert english.name_in("de", "speed") == "Speed"
    assert none.name_in("de", "resolution_time") == "resolution time"


def test_duration_in_a_spec_is_written_as_it_was_read():
    assert TypeAdapter(Days).dump_python(TypeAdapter(Days).validate_python("90d")) == "90d"
    assert TypeAdapter(Days).validate_python(Duration(7)) == Duration(7)


def test_proposal_names_the_nearest_word_or_all():
    assert propose("tickts", ["surveys", "tickets"]) == "did you mean 'tickets'?"
    assert propose("calls", ["surveys", "tickets"]) == "write one of: surveys, tickets"


@pytest.mark.parametrize(
    ("written", "kind", "outcome", "source"),
    [
        ({"event": "exits", "horizons": ["90d"]}, EventTarget, "event", "exits"),
        ({"silence": "orders", "for": "180d"}, SilenceTarget, "silence", "orders"),
        ({"next": "surveys.csat", "within": "90d", "kind": "ordinal"}, NextTarget, "ordinal", "surveys"),
        ({"next": "surveys.nps", "within": "90d", "kind": "nps_group"}, NextTarget, "nps_group", "surveys"),
    ],
)
def test_target_is_told_by_its_own_key_and_written_as_it_was_read(written, kind, outcome, source):
    adapter = TypeAdapter(Target)
    target = adapter.validate_python(written)
    assert isinstance(target, kind)
    assert (target.outcome, target.source) == (outcome, source)
    assert adapter.dump_python(target, by_alias=True, exclude_defaults=True) == written
    assert adapter.validate_python(target) == target


@pytest.mark.parametrize(
    "target",
    [
        {"silence": "orders", "for": "180d", "gap": "7d"},
        {"next": "surveys.csat", "within": "180d", "kind": "numeric", "gap": "7d"},
    ],
    ids=["silence", "next"],
)
def test_target_of_one_span_has_one_horizon_named_after_its_length(target):
    target = TypeAdapter(Target).validate_python(target)
    assert target.spans == (target.primary,)
    assert (str(target.primary.length), target.primary.gap_days) == ("180d", 7)
    assert target.observed_until is None


def test_next_target_names_source_and_column():
    target = NextTarget(next="surveys.overall.score", within=Duration(90), kind="ordinal")
    assert (target.source, target.column) == ("surveys", "overall.score")


def test_cause_stands_in_one_list():
    assert Cause(column="reason", voluntary=["resigned"]).competing == []
    with pytest.raises(ValidationError, match="'resigned' is both voluntary and competing"):
        Cause(column="reason", voluntary=["resigned"], competing=["resigned"])


def test_cohort_begins_with_a_column_or_with_events():
    assert Cohort(**{"from": "customers.since"}).base == "customers"
    active = Cohort(active="orders", within="365d")
    assert (active.base, active.starts, active.ends) == ("orders", None, None)


@pytest.mark.parametrize(
    ("dates", "forms"),
    [(None, ()), ("%d.%m.%Y", ("%d.%m.%Y",)), (["%d/%m/%Y", "%d-%b-%y"], ("%d/%m/%Y", "%d-%b-%y"))],
)
def test_forms_of_dates_are_one_or_several(dates, forms):
    assert ReadOptions(dates=dates).forms == forms


def test_source_that_joins_by_unit_is_anonymous():
    assert Source(**EVENTS, known_at="same", key="team", join="unit").is_anonymous
    assert not FULL.sources["surveys"].is_anonymous


@pytest.mark.parametrize("kind", ["ordinal", "numeric", "nps_group"])
def test_only_a_binary_label_has_a_positive_value(kind):
    assert FlatTable(file="a.csv", label="y", kind=kind).positive is None
    with pytest.raises(ValidationError, match=f"belongs to a binary label, and kind is '{kind}'"):
        FlatTable(file="a.csv", label="y", kind=kind, positive=1)
    with pytest.raises(ValidationError, match="'positive' is missing"):
        FlatTable(file="a.csv", label="y")


def test_moments_and_weight_name_their_columns():
    span = {"from": "asked", "to": "answered"}
    table = FlatTable(
        file="a.csv",
        label="y",
        kind="ordinal",
        durations={"hours": span, "back": {"from": "answered", "to": "closed"}},
        as_of="asked",
        weight={"column": "status", "values": {"rare": 2}},
    )
    assert table.moments == ("asked", "answered", "closed")
    assert table.weight_column == "status"
    assert FlatTable(file="a.csv", label="y", kind="ordinal", weight="w").weight_column == "w"
    assert FlatTable(file="a.csv", label="y", kind="ordinal").weight_column is None
