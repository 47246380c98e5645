import json
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import strategies as st
from pydantic import ValidationError

from features.errors import SpecError
from features.usecase import UseCase, load, parse
from tests.properties import law

VALID = Path(__file__).parent / "valid"
FULL = load(VALID / "full.yaml")

durations = st.integers(1, 99_999).map(lambda count: f"{count}d")
columns = st.from_regex(r"[A-Za-z][A-Za-z0-9 _]{0,12}", fullmatch=True)
plain = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
scales = (
    st.tuples(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
    .filter(lambda pair: pair[0] + pair[1] > pair[0])
    .map(lambda pair: f"{pair[0]!r}..{pair[0] + pair[1]!r}")
)
clocks = st.one_of(st.just("same"), columns, st.fixed_dictionaries({"delay": durations}))


@st.composite
def read_options(draw):
    return draw(
        st.fixed_dictionaries(
            {},
            optional={
                "delimiter": st.sampled_from([",", ";", "\t", "|"]),
                "decimal": st.sampled_from([".", ","]),
                "encoding": st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "latin-1"]),
                "dates": st.sampled_from(["%d.%m.%Y", "%d.%m.%Y %H:%M", ["%d.%m.%Y", "%d-%b-%y"]]),
                "timezone": st.sampled_from(["Europe/Berlin", "UTC"]),
                "header_rows": st.integers(1, 5),
                "missing": st.lists(plain, max_size=2),
            },
        )
    )


@st.composite
def event_sources(draw):
    source = {"file": draw(plain), "event_time": draw(columns), "known_at": draw(clocks)}
    optional = st.fixed_dictionaries(
        {},
        optional={
            "id": columns,
            "key": columns,
            "read": read_options(),
            "scales": st.dictionaries(columns, scales, max_size=2),
            "units": st.dictionaries(columns, plain, max_size=2),
            "language": st.lists(st.sampled_from(["en", "de"]), max_size=2),
        },
    )
    if draw(st.booleans()):
        source |= {
            "data": "X",
            "survey": draw(plain),
            "answered_by": draw(st.sampled_from(["entity", "other"])),
        }
    return source | draw(optional)


@st.composite
def snapshots(draw):
    first = draw(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
    last = first + timedelta(days=draw(st.integers(0, 900)))
    every = draw(st.sampled_from(["day", "week", "month", "quarter"]))
    return {"every": every, "from": first.isoformat(), "to": last.isoformat()}


@st.composite
def rules(draw):
    rule = {"windows": draw(st.lists(durations, min_size=1, max_size=3)), "count": {}}
    optional = st.fixed_dictionaries(
        {},
        optional={
            "mean": st.lists(columns, max_size=2),
            "last": st.lists(columns, max_size=2),
            "share": st.dictionaries(columns, st.just({"promoter": ">=9", "detractor": "<= 6"}), max_size=1),
            "ratio": st.sampled_from([["30d", "180d"], []]),
            "days_since_last": st.just({}),
        },
    )
    return rule | draw(optional)


@st.composite
def use_cases_from_sources(draw):
    horizons = draw(st.lists(durations, min_size=1, max_size=4, unique=True))
    content = {
        "version": 1,
        "name": draw(st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)),
        "entity": draw(columns),
        "snapshots": draw(snapshots()),
        "sources": {
            "people": {"file": draw(plain), "valid_from": draw(columns), "known_at": draw(clocks)},
            "tickets": draw(event_sources()),
            "exits": draw(event_sources()),
        },
        "features": {
            "tickets": draw(rules()),
            "people": {"last": draw(st.lists(columns, min_size=1, max_size=3))},
        },
        "cohort": {"from": f"people.{draw(columns)}"},
        "target": {"event": "exits", "horizons": horizons},
    }
    kind = draw(st.sampled_from(["event", "silence", "next"]))
    if kind != "event":
        content["target"] = draw(TARGETS[kind])
    elif draw(st.booleans()):
        content["target"] |= {
            "gap": draw(st.one_of(st.just("0d"), durations)),
            "primary_horizon": horizons[-1],
        }
    return content | draw(st.fixed_dictionaries({}, optional=MEANING))


@st.composite
def flat_use_cases(draw):
    table = {"file": draw(plain), "label": draw(columns)}
    table["positive"] = draw(st.one_of(plain, st.integers(-5, 5), st.floats(-10, 10)))
    optional = st.fixed_dictionaries(
        {},
        optional={
            "id": columns,
            "join": st.lists(st.fixed_dictionaries({"file": plain, "on": columns}), max_size=2),
            "exclude": st.lists(columns, max_size=2),
            "not_applicable": st.just({"columns": ["bonus"], "value": 0}),
            "read": read_options(),
        },
    )
    return {"version": 1, "name": "flat", "table": table | draw(optional)}


TARGETS = {
    "silence": st.fixed_dictionaries(
        {"silence": st.just("tickets"), "for": durations}, optional={"gap": durations}
    ),
    "next": st.fixed_dictionaries(
        {
            "next": columns.map(lambda column: f"tickets.{column}"),
            "within": durations,
            "kind": st.just("numeric"),
        },
        optional={"observed_until": st.just("2026-01-01")},
    ),
}
MEANING = {
    "label": st.dictionaries(st.sampled_from(["en", "de"]), plain, max_size=2),
    "drivers": st.just(
        {"speed": {"features": ["tickets.hours*"], "role": "lever", "actor": "company", "goal": "<= 24"}}
    ),
    "value": st.fixed_dictionaries({"revenue": columns.map(lambda column: f"people.{column}")}),
    "privacy": st.fixed_dictionaries({"minimum_group": st.integers(5, 50)}),
    "units": columns.map(lambda column: f"people.{column}"),
    "weight": columns.map(lambda column: f"people.{column}"),
    "cuts": st.lists(columns, max_size=2, unique=True).map(
        lambda names: [f"people.{name}" for name in names]
    ),
    "accept_leak": st.dictionaries(columns, plain, max_size=1),
    "simulated": st.booleans(),
}
use_cases = st.one_of(use_cases_from_sources(), flat_use_cases())


@law(25, use_cases)
def test_reading_what_was_written_gives_the_same_use_case(content):
    usecase = parse(content, "drawn.yaml")
    again = parse(json.loads(json.dumps(usecase.to_json())), "again.json")
    assert again == usecase
    assert again.spec_hash == usecase.spec_hash
    assert again.to_json() == usecase.to_json()


@law(20, content=use_cases)
def test_file_means_what_its_values_mean(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("spec") / "drawn.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert load(path).spec_hash == parse(content, "drawn.yaml").spec_hash


@law(20, use_cases)
def test_parsing_leaves_its_input_alone(content):
    before = deepcopy(content)
    parse(content, "drawn.yaml")
    assert content == before


@pytest.mark.parametrize("path", sorted(VALID.glob("*.yaml")), ids=lambda path: path.stem)
def test_sample_survives_the_round_trip(path):
    usecase = load(path)
    again = parse(json.loads(json.dumps(usecase.to_json())), path.name)
    assert again.spec_hash == usecase.spec_hash


def test_hash_is_the_same_for_another_order_and_written_defaults():
    content = load(VALID / "smallest_from_sources.yaml").to_json()
    turned = dict(reversed(list(content.items()))) | {"privacy": {"minimum_group": 5}, "simulated": False}
    assert parse(turned, "turned.yaml").spec_hash == parse(content, "plain.yaml").spec_hash


def test_hash_of_values_does_not_know_what_came_later():
    """Frames and bundles made before costs had the value "not declared" stay those of their use case."""
    content = load(VALID / "full.yaml").to_json()
    content["value"] = {"revenue": content["value"]["revenue"], "margin": 0.5}
    usecase = parse(content, "old.yaml")
    assert usecase.to_json()["value"] == content["value"]
    assert usecase.value.contact_cost_eur is None
    told = content | {"value": content["value"] | {"contact_cost_eur": None, "budget_eur": None}}
    assert parse(told, "told.yaml").spec_hash == usecase.spec_hash


def test_a_cost_of_zero_is_declared():
    content = load(VALID / "full.yaml").to_json()
    content["value"] = {"revenue": content["value"]["revenue"], "contact_cost_eur": 0}
    assert parse(parse(content, "zero.yaml").to_json(), "again.yaml").value.contact_cost_eur == 0


def test_hash_does_not_depend_on_the_folder(tmp_path):
    assert FULL.located(tmp_path).spec_hash == FULL.spec_hash
    assert FULL.located(tmp_path).folder == tmp_path.resolve()
    assert FULL.folder == VALID.resolve()


@pytest.mark.parametrize(
    "change",
    [
        {"name": "exodus"},
        {"entity": "account_id"},
        {"target": {"event": "exits", "horizons": ["180d"]}},
        {"snapshots": {"every": "month", "from": "2024-03-31", "to": "2025-03-31"}},
        {"label": {"en": "Attrition"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_hash_changes_with_the_meaning(change):
    content = load(VALID / "smallest_from_sources.yaml").to_json()
    assert parse(content | change, "a.yaml").spec_hash != parse(content, "b.yaml").spec_hash


def test_hash_is_pinned_so_that_old_bundles_keep_their_name():
    flat = load(VALID / "smallest_flat_table.yaml")
    assert flat.spec_hash == "5ae8cc028db805ccc9675848ea6f482c104da2d5c1fd62b700e6136e82a4c464"


def test_written_spec_holds_what_differs_from_the_defaults():
    assert load(VALID / "smallest_flat_table.yaml").to_json() == {
        "version": 1,
        "name": "churn",
        "table": {"file": "customers.csv", "label": "churn", "positive": "Yes"},
    }


def test_use_case_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        FULL.name = "other"


def test_settled_parts_of_a_use_case_made_from_sources():
    entity, grid, cohort, target = FULL.settled()
    assert entity == "customer_id"
    assert len(grid.grid.dates()) == 12
    assert (cohort.starts, cohort.ends) == ("customers.contract_start", "customers.contract_end")
    assert target.event == "cancellations"


def test_flat_table_has_no_settled_parts():
    flat = load(VALID / "smallest_flat_table.yaml")
    with pytest.raises(ValueError, match="'churn' is a flat table; it has no snapshots"):
        flat.settled()


@pytest.mark.parametrize("key", ["sources", "entity", "snapshots", "features", "cohort", "target"])
def test_every_part_of_the_shape_is_demanded(key):
    content = load(VALID / "smallest_from_sources.yaml").to_json()
    del content[key]
    with pytest.raises(SpecError, match=f"'{key}' is missing or empty"):
        parse(content, "churn.yaml")


def test_driver_pattern_may_leave_the_source_open():
    content = FULL.to_json()
    content["drivers"]["tone"]["features"] = ["*.sentiment*", "t?ckets.count*", "tickets*"]
    assert isinstance(parse(content, "churn.yaml"), UseCase)


def test_outcome_is_that_of_the_target_or_of_the_label():
    outcomes = {path.stem: load(path).outcome for path in VALID.glob("*.yaml")}
    assert outcomes["full"] == outcomes["attrition_with_causes_and_anonymous_pulse"] == "event"
    assert outcomes["silence_of_buyers_without_contract"] == "silence"
    assert (outcomes["next_answer"], outcomes["next_nps_group"]) == ("ordinal", "nps_group")
    assert outcomes["smallest_flat_table"] == "binary"
    assert (outcomes["flat_rating"], outcomes["flat_amount"]) == ("ordinal", "numeric")


def test_protected_attributes_have_a_name_and_a_place():
    attrition = load(VALID / "attrition_with_causes_and_anonymous_pulse.yaml")
    assert attrition.protected_columns == {"gender": "customers.gender", "birth_year": "customers.birth_year"}
    assert load(VALID / "flat_rating.yaml").protected_columns == {"Gender": "Gender"}


def test_protected_attributes_of_one_name_keep_their_source():
    content = FULL.to_json()
    content["sources"]["people"] = {"file": "p.csv", "valid_from": "always", "known_at": "same"}
    content["privacy"] = {"protected": ["people.gender", "gender"]}
    found = parse(content, "churn.yaml").protected_columns
    assert found == {"people.gender": "people.gender", "customers.gender": "customers.gender"}


def test_protected_columns_of_events_are_kept_out_and_not_apart():
    content = FULL.to_json()
    content["privacy"] = {"protected": ["tickets.gender"]}
    assert parse(content, "churn.yaml").protected_columns == {}


def test_old_files_keep_their_hash_whatever_keys_were_added():
    full = load(VALID / "smallest_from_sources.yaml").to_json()
    assert not {"units", "cuts"} & full.keys()
    assert set(full["target"]) == {"event", "horizons"}
    assert set(full["cohort"]) == {"from"}
