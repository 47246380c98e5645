"""Rows that are new to a bundle: later snapshots, and people who were not in a flat table."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.catalogue import Catalogue
from features.usecase import parse
from tests.training.promotion.candidates import candidate_of
from training.promotion import can_score, find_unseen


def ended(bundle, until):
    return replace(bundle, facts={**bundle.facts, "observed_until": until and until.isoformat()})


@pytest.mark.parametrize("with_memory", [True, False])
def test_snapshots_from_the_last_day_of_the_outcomes_on_are_new(company, with_memory):
    kept_back = candidate_of(company).kept_back if with_memory else None
    rows = company.learned.rows
    days = rows.snapshot_date
    newest = np.unique(days)[-2].item()
    found = find_unseen(ended(company.bundle, newest), kept_back, rows)
    assert found.tolist() == (days >= np.datetime64(newest)).tolist()
    later = date.fromordinal(newest.toordinal() + 1)
    assert np.array_equal(
        np.unique(days[find_unseen(ended(company.bundle, later), kept_back, rows)]), np.unique(days)[-1:]
    )


def test_nothing_is_new_to_a_bundle_that_learned_from_all(company):
    assert not find_unseen(company.bundle, None, company.learned.rows).any()


def test_somebody_who_was_not_in_the_flat_table_is_new(members):
    one, rows = candidate_of(members), members.learned.rows
    kept = one.kept_back
    fewer = replace(kept, digests=kept.digests[:600])
    found = find_unseen(one.bundle, fewer, rows)
    assert found.sum() == len(rows) - 600
    assert not find_unseen(one.bundle, kept, rows).any()


def test_without_memory_or_ids_nobody_in_a_flat_table_is_called_new(members):
    one, rows = candidate_of(members), members.learned.rows
    assert not find_unseen(one.bundle, None, rows).any()
    nobody = replace(one.kept_back, digests=one.kept_back.digests[:0])
    assert find_unseen(one.bundle, nobody, rows).all()
    spec = members.usecase.to_json()
    del spec["table"]["id"]
    nameless = replace(one.bundle, usecase=parse(spec, "members.yaml"))
    assert not find_unseen(nameless, nobody, rows).any()


def test_other_features_and_horizons_cannot_be_scored(company):
    catalogue = company.learned.rows.catalogue
    assert can_score(company.bundle, catalogue, "90d")
    assert not can_score(company.bundle, catalogue, "45d")
    assert not can_score(company.bundle, Catalogue(tuple(catalogue)[1:]), "90d")
    first = next(iter(catalogue))
    other = replace(first, kind="category" if first.kind == "number" else "number")
    assert not can_score(company.bundle, Catalogue((other, *tuple(catalogue)[1:])), "90d")
