from datetime import timedelta

import pytest

from features.errors import ContractError, InputError
from features.frame import build
from tests.features.event_tables import day
from tests.features.frame.company import load_company, make_tables, pick
from training.rows import rows_of

WEIGHT = "customers.stands_for"


def weigh(tables, odd=None):
    """Give each version of a customer a weight, so that time matters; ``odd`` replaces that of one."""
    for row in tables["customers"]:
        row["stands_for"] = row["revenue"] / 100
        if odd is not None and row["customer"] == "k07":
            row["stands_for"] = odd
    return tables


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    tables = weigh(make_tables())
    usecase = load_company(tmp_path_factory.mktemp("weighted"), tables, weight=WEIGHT)
    return build(usecase), tables, usecase


def test_a_weight_is_the_one_known_at_the_snapshot(company):
    frame, tables, _ = company
    for row in [*frame.table.to_pylist(), *frame.latest.to_pylist()]:
        midnight = day(row["snapshot_date"].isoformat())
        known = [
            (version["since"], version["stands_for"])
            for version in pick(tables["customers"], row["entity_id"])
            if version["loaded_at"] <= midnight and version["since"] <= midnight
        ]
        assert row["weight"] == max(known)[1]
    assert len(set(frame.table["weight"].to_pylist())) == 2


def test_a_weight_is_no_feature_and_models_get_it(company):
    frame, _, usecase = company
    assert not [name for name in frame.facts.catalogue.names if "stands_for" in name]
    assert rows_of(frame, usecase).weight.tolist() == frame.table["weight"].to_pylist()


def test_weights_survive_writing_and_reading(company, tmp_path):
    frame = company[0]
    frame.write(tmp_path / "frame")
    again = type(frame).read(tmp_path / "frame")
    assert again.table["weight"].equals(frame.table["weight"])
    assert again.latest["weight"].equals(frame.latest["weight"])


def test_without_the_key_there_is_no_weight(tmp_path):
    frame = build(load_company(tmp_path, weigh(make_tables())))
    assert "weight" not in frame.table.column_names + frame.latest.column_names


@pytest.mark.parametrize(
    ("odd", "shown"),
    [
        ("", "no weight"),
        (-2, "the weight '-2'"),
        ("1e999", "'1e999' is not a number"),
        ("many", "'many' is not a number"),
    ],
    ids=["missing", "negative", "infinite", "word"],
)
def test_a_weight_that_is_none_is_refused_with_its_place(tmp_path, odd, shown):
    with pytest.raises(InputError, match=r"customers\.stands_for: ") as refused:
        build(load_company(tmp_path, weigh(make_tables(), odd), weight=WEIGHT))
    assert shown in str(refused.value)


def test_rows_without_a_weight_are_counted_and_the_first_is_named(tmp_path):
    with pytest.raises(ContractError, match=r"weight: customers\.stands_for: \d of \d+ rows .*'k07' at 20"):
        build(load_company(tmp_path, weigh(make_tables(), ""), weight=WEIGHT))


def test_a_weight_that_is_known_too_late_is_missing(tmp_path):
    tables = weigh(make_tables())
    for row in tables["customers"]:
        if row["customer"] == "k07":
            row["stands_for"] = ""
    late = {**tables["customers"][0], "customer": "k07", "stands_for": 4}
    late |= {"since": day("2024-05-01"), "loaded_at": day("2024-05-01") + timedelta(days=90), "end": None}
    tables["customers"].append(late)
    with pytest.raises(ContractError, match=r"'k07' at .* with no weight"):
        build(load_company(tmp_path, tables, weight=WEIGHT))


def test_weights_that_are_all_zero_are_refused(tmp_path):
    tables = make_tables()
    for row in tables["customers"]:
        row["stands_for"] = 0
    with pytest.raises(ContractError, match=r"customers\.stands_for: all \d+ rows have the weight '0'"):
        build(load_company(tmp_path, tables, weight=WEIGHT))
