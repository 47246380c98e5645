"""What training keeps: small, nobody in it, read as it was written, kept in the bundle."""

import json
from dataclasses import replace

import pytest

from tests.training.examples import believed
from training.bundle import load, save
from training.reference import Reference, take_reference
from training.reference.record import FORMAT_VERSION, MOST_SNAPSHOTS


@pytest.fixture
def reference(company):
    return take_reference(company.frame, company.bundle.encoder, company.bundle.model)


def test_a_training_keeps_it_in_the_bundle(company, reference):
    assert company.bundle.reference == json.loads(json.dumps(reference.to_json()))


def test_it_holds_the_last_snapshots_feature_by_feature(company, reference):
    days = company.frame.facts.snapshot_dates
    assert [one.day for one in reference.snapshots] == list(days[-MOST_SNAPSHOTS:])
    assert set(reference.features) == set(company.bundle.catalogue.names)
    assert list(reference.forecasts) == list(company.bundle.horizons)
    for one in reference.snapshots:
        for counts in (*one.features.values(), *one.forecasts.values()):
            assert counts.present + counts.missing == one.n_rows


def test_it_is_read_as_it_was_written(reference):
    again = Reference.from_json(json.loads(json.dumps(reference.to_json())))
    assert again is not None
    assert again.to_json() == reference.to_json()


def test_a_later_format_says_nothing(reference):
    assert Reference.from_json(reference.to_json() | {"format_version": FORMAT_VERSION + 1}) is None


def test_nobody_is_in_it(company, reference):
    text = json.dumps(reference.to_json())
    assert not [name for name in company.frame.table.column("entity_id").to_pylist() if name in text]


def test_it_is_small(company, tmp_path):
    save(company.learned.parts, tmp_path / "bundle")
    assert (tmp_path / "bundle" / "reference.json").stat().st_size < 150_000


def test_sources_are_marked_by_what_was_known(company, reference):
    matches = company.frame.facts.matches
    assert {name: mark.rows for name, mark in reference.sources.items()} == {
        name: match["rows"] for name, match in matches.items()
    }


def test_a_bundle_of_an_earlier_version_loads_without(company, tmp_path):
    save(replace(company.learned.parts, reference=None), tmp_path / "bundle")
    assert not (tmp_path / "bundle" / "reference.json").exists()
    assert load(tmp_path / "bundle").reference is None


def test_a_flat_table_is_one_snapshot_without_a_day(members):
    reference = take_reference(members.frame, members.bundle.encoder, believed(members.bundle).model)
    (only,) = reference.snapshots
    assert only.day is None
    assert only.n_rows == members.frame.table.num_rows
    assert reference.sources == {}
    assert reference.observed_until is None
