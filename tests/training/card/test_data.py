from dataclasses import replace
from datetime import date

from training.card.data import describe_data


def test_counts_and_window_are_those_of_the_facts(company):
    found, facts = describe_data(company.bundle), company.frame.facts
    assert (found.rows, found.entities, found.events) == (
        facts.row_count,
        facts.entity_count,
        facts.event_count,
    )
    assert found.first_snapshot == min(facts.snapshot_dates)
    assert found.last_snapshot == max(facts.snapshot_dates)
    assert isinstance(found.observed_until, date)


def test_each_source_has_its_features_and_rows(company):
    found = describe_data(company.bundle)
    assert sum(line.features for line in found.sources) == found.features == len(company.bundle.catalogue)
    rows = {line.source: line.rows for line in found.sources}
    matches = company.frame.facts.matches
    assert set(matches) <= set(rows)
    assert {name: rows[name] for name in matches} == {name: one["rows"] for name, one in matches.items()}


def test_a_flat_table_has_no_window(members):
    found = describe_data(members.bundle)
    assert (found.first_snapshot, found.last_snapshot, found.gap_days) == (None, None, None)


def test_bundles_that_counted_no_sources_still_have_a_card(company):
    facts = {name: fact for name, fact in company.bundle.facts.items() if name != "source_rows"}
    found = describe_data(replace(company.bundle, facts=facts))
    assert {line.rows for line in found.sources} == {None}


def test_protected_attributes_are_named(staff):
    assert describe_data(staff.bundle).protected == ("gender", "birth_year")
