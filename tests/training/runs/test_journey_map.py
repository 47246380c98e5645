"""The journey map from a use-case file and its data."""

import json
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from features.errors import ContractError, SpecError
from features.usecase import load, parse
from features.worlds.flights import build_flights
from training.journey import render_journeys
from training.runs.journey_map import journey_of, read_journeys

USECASE = Path(__file__).parents[2] / "usecases" / "journeys" / "flights.yaml"
CONTENT = yaml.safe_load(USECASE.read_text(encoding="utf-8"))
N_DRAWS = 999


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flights") / "data"
    build_flights(folder, seed=7, n_travellers=2_000)
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Return the tables of few travellers, where it does not matter what is found."""
    folder = tmp_path_factory.mktemp("few") / "data"
    build_flights(folder, seed=7, n_travellers=400)
    return folder


@pytest.fixture(scope="module")
def told(folder):
    lines: list[str] = []
    return journey_of(load(USECASE, folder), report=lines.append), lines


def changed(**journey):
    """Return the use case with other keys in its journey; None takes one away."""
    content = json.loads(json.dumps(CONTENT, default=str))
    content["journey"] = {
        key: value for key, value in {**content["journey"], **journey}.items() if value is not None
    }
    return parse(content, "flights.yaml")


def test_the_planted_fee_and_its_best_time_are_found(told):
    record, _ = told
    fee = next(each for each in record.effects if (each.point, each.later) == (2, 4))
    window = next(each for each in record.windows if (each.after, each.point, each.later) == (0, 2, 4))
    assert fee.is_clear
    assert fee.standing.high < 0
    assert fee.grade == "B"
    assert window.is_clear
    assert window.band.low.value == pytest.approx(3, abs=1.5)
    assert window.band.high.value == pytest.approx(10, abs=1.5)


def test_touchpoints_are_read_as_declared(told):
    record, lines = told
    assert [point.name for point in record.points] == list(CONTENT["journey"]["touchpoints"])
    assert [point.question for point in record.points] == [None, "ces", None, "delay_minutes", "csat", None]
    assert [point.is_lower_better for point in record.points] == [False, False, False, True, False, False]
    assert [point.is_company_fact for point in record.points] == [False, False, True, True, False, False]
    assert record.points[2].label == {"en": "Bag fee", "de": "Gepäckgebühr"}
    assert lines[-2:] == ["collecting touches", "drawing the journey map"]


def test_only_bag_fees_count(told, folder):
    record, _ = told
    charges = pq.read_table(folder / "charges.parquet")
    bags = charges.filter(pc.equal(charges["kind"], "bag"))
    assert record.coverage.journeys[2] <= bags.num_rows < charges.num_rows


def test_the_file_is_read_and_rendered(told, folder):
    record, _ = told
    again = read_journeys(str(USECASE), str(folder))
    assert again.to_json() == record.to_json()
    assert any("Bag fee" in line for line in render_journeys(again, "en"))


def test_the_page_on_journeys_tells_what_is_printed(told):
    printed = render_journeys(told[0], "en")
    page = (USECASE.parents[3] / "docs" / "journey.md").read_text(encoding="utf-8")
    block = page.partition("```text\n")[2].partition("```")[0]
    lines = [line for line in block.splitlines() if line]
    assert len(lines) > 10
    assert [line for line in lines if line not in printed] == []


def test_rows_in_another_order_give_the_same_map(small, tmp_path):
    for file in small.glob("*.parquet"):
        table = pq.read_table(file)
        pq.write_table(table.take(list(range(table.num_rows))[::-1]), tmp_path / file.name)
    one = journey_of(load(USECASE, small), n_draws=99)
    assert one.effects
    other = journey_of(load(USECASE, tmp_path), n_draws=99)
    assert other.to_json() == one.to_json()


def test_declared_stages_keep_their_order(small):
    usecase = changed(stages=[["booking", "ease", "bag_fee"], ["flight"], ["rating", "complaint"]])
    record = journey_of(usecase.located(small), n_draws=99)
    assert record.is_declared
    assert record.stages == ((0, 1, 2), (3,), (4, 5))


def test_numbers_and_words_may_be_context(small, tmp_path):
    table = pq.read_table(small / "travellers.parquet")
    seats = pc.cast(pc.utf8_length(table["travel_class"]), "int64")
    for file in small.glob("*.parquet"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    pq.write_table(table.append_column("seats", seats), tmp_path / "travellers.parquet")
    usecase = changed(context=["travellers.travel_class", "travellers.seats"])
    record = journey_of(usecase.located(tmp_path), n_draws=99)
    fee = next(each for each in record.effects if (each.point, each.later) == (2, 4))
    assert fee.held_equal[:2] == ("context:travel_class", "context:seats")
    without = journey_of(changed(context=None).located(tmp_path), n_draws=99)
    fee = next(each for each in without.effects if (each.point, each.later) == (2, 4))
    assert fee.held_equal == ("experience:1", "time")


def test_privacy_sets_the_smallest_groups(folder):
    content = json.loads(json.dumps(CONTENT, default=str))
    content["privacy"] = {"subject": "employee", "minimum_group": 500, "minimum_group_drivers": 2_000}
    record = journey_of(parse(content, "flights.yaml").located(folder), n_draws=99)
    assert record.effects == record.windows == ()
    assert all(each.n_entities >= 500 for each in record.experiences)
    assert record.coverage.subject == "employee"


def test_a_column_that_is_not_there_is_named(folder):
    with pytest.raises(ContractError, match=r"travellers\.home: the column is not there"):
        journey_of(changed(context=["travellers.home"]).located(folder))


def test_a_use_case_without_journeys_is_told_what_to_write(folder):
    content = {key: value for key, value in CONTENT.items() if key != "journey"}
    usecase = parse(json.loads(json.dumps(content, default=str)), "flights.yaml").located(folder)
    with pytest.raises(SpecError, match="flights: journey: is missing, so there are no touchpoints; write"):
        journey_of(usecase)
