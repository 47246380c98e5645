"""The use case that ships for the example company fits its files and names every feature."""

from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from features.catalogue import Catalogue, Feature
from features.frame import build
from features.measures import list_measures, list_response_rates
from features.usecase import FeatureRule, ResponseRateRule, UseCase, load

FILE = Path(__file__).parents[3] / "mlproject" / "usecases" / "churn.yaml"
_CATEGORIES = {"company_size", "plan", "region", "industry"}


@pytest.fixture(scope="module")
def usecase(small_company) -> UseCase:
    return load(FILE, small_company.folder)


@pytest.fixture(scope="module")
def features(usecase) -> tuple[Feature, ...]:
    """Every feature of the use case, without reading a table."""
    found = []
    for name, rule in usecase.features.items():
        if isinstance(rule, FeatureRule):
            measures = list_measures(name, usecase.sources[name], rule)
            source = name
        else:
            assert isinstance(rule, ResponseRateRule)
            measures = list_response_rates(name, usecase.sources[rule.answered], rule)
            source = rule.answered
        for measure in measures:
            is_category = measure.column in _CATEGORIES
            data = usecase.sources[source].data
            feature = Feature(measure.name, "category" if is_category else "number", source=source, data=data)
            found.append(feature)
    return tuple(found)


def _columns(path: Path, delimiter: str, encoding: str) -> set[str]:
    if path.suffix == ".parquet":
        return set(pq.read_schema(path).names)
    parse = pyarrow.csv.ParseOptions(delimiter=delimiter)
    read = pyarrow.csv.ReadOptions(encoding="utf-8" if encoding == "utf-8-sig" else encoding)
    return set(pyarrow.csv.read_csv(path, read_options=read, parse_options=parse).column_names)


def test_it_is_marked_as_simulated_and_leads_with_90_days(usecase):
    assert usecase.simulated
    assert usecase.target is not None
    assert str(usecase.target.primary.length) == "90d"
    assert [str(horizon.length) for horizon in usecase.target.spans] == ["30d", "90d", "180d", "365d"]
    assert usecase.target.gap_days == 7


def test_every_source_is_there_with_all_columns_it_names(usecase, small_company):
    for name, source in usecase.sources.items():
        assert source.file is not None
        columns = _columns(small_company.folder / source.file, source.read.delimiter, source.read.encoding)
        rule = usecase.features.get(name)
        named = {source.id, source.event_time, source.valid_from, source.valid_to, source.known_at_column}
        named |= {*source.links, *source.links.values(), *source.units, *source.scales, source.verbatim}
        named |= {source.key or ("contact_id" if source.is_link else usecase.entity)}
        named |= set(rule.columns) - set(source.computed) if isinstance(rule, FeatureRule) else set()
        assert named - {None} <= columns, name


def test_cohort_and_value_name_columns_that_are_there(usecase, small_company):
    columns = set(pq.read_schema(small_company.folder / "customers.parquet").names)
    assert usecase.cohort is not None
    assert usecase.value is not None
    paths = (usecase.cohort.starts, usecase.cohort.ends, usecase.value.revenue)
    assert {str(path).removeprefix("customers.") for path in paths} <= columns


def test_there_are_thirty_to_fifty_features_and_each_belongs_to_one_driver(usecase, features):
    catalogue = Catalogue(features).with_drivers(usecase.drivers)
    assert 30 <= len(catalogue.names) <= 50
    assert not [feature.name for feature in catalogue.features if feature.driver is None]


def test_every_driver_has_both_labels_a_role_and_an_actor_unless_context(usecase):
    for name, driver in usecase.drivers.items():
        assert set(driver.label) == {"en", "de"}, name
        assert driver.role == "context" or driver.actor is not None, name
    for language in ("en", "de"):
        labels = [driver.label[language] for driver in usecase.drivers.values()]
        assert len(labels) == len(set(labels))


def test_levers_are_the_companys_and_have_a_goal(usecase):
    levers = {name: driver for name, driver in usecase.drivers.items() if driver.role == "lever"}
    assert set(levers) == {"resolution_time", "late_deliveries", "billing_disputes"}
    assert all(driver.actor == "company" and driver.goal for driver in levers.values())


def test_the_use_case_offers_what_is_planted_under_the_same_goals(usecase, small_company):
    for planted in small_company.truth.named("lever"):
        driver = usecase.drivers[planted.name]
        assert driver.goal == planted.goal
        assert list(planted.features) == driver.features
    for role in ("mediator", "decoy"):
        assert all(planted.name in usecase.drivers for planted in small_company.truth.named(role))


def test_planted_noise_can_be_found_among_the_features(features, small_company):
    names = Catalogue(features)
    bare = {feature.bare_name for feature in names.features}
    for planted in small_company.truth.named("noise"):
        if planted.name == "exports":
            continue  # a column of the usage table that the use case leaves out
        stem = planted.features[0].rstrip("*")
        assert any(name.startswith(stem) for name in bare), planted.name


def test_the_frame_is_built_without_an_odd_row_or_a_leak(usecase, features):
    frame = build(usecase)
    assert [feature.name for feature in frame.facts.catalogue.features] == [
        feature.name for feature in features
    ]
    odd = (
        "missing_time",
        "duplicates",
        "unmatched",
        "known_before_event",
        "in_future",
        "before_start",
        "after_end",
    )
    for name, match in frame.facts.matches.items():
        assert {key: match[key] for key in odd} == dict.fromkeys(odd, 0), name
    assert not [finding for finding in frame.facts.findings if finding["severity"] == "error"]
    assert frame.facts.dropped_features == {}
    assert frame.facts.event_count > 100
