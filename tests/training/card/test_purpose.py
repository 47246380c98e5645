from dataclasses import replace

import pytest

from features.usecase import parse
from tests.training.card.conftest import retell
from training.card.purpose import describe_purpose


def test_it_says_what_is_predicted_for_whom_and_when(company):
    found = describe_purpose(company.bundle)
    assert (found.usecase, found.subject, found.kind, found.outcome) == (
        "churn",
        "customer",
        "churn",
        "event",
    )
    assert found.horizons == company.bundle.horizons
    assert found.primary_horizon == "90d"
    assert found.label == company.usecase.label
    assert found.uses[0] == "look_first"


def test_people_at_work_are_seen_in_groups_and_never_decided_about_singly(staff):
    found = describe_purpose(staff.bundle)
    assert found.kind == "attrition"
    assert "look_first" not in found.uses
    assert found.misuses[0] == "single_people"


@pytest.mark.parametrize("subject", ["customer", "supplier", "applicant"])
def test_each_subject_has_its_name(company, subject):
    bundle = replace(company.bundle, usecase=retell(company.bundle, subject=subject))
    assert describe_purpose(bundle).subject == subject
    assert "single_people" not in describe_purpose(bundle).misuses


def test_own_words_of_the_use_case_are_kept(members):
    spec = members.usecase.to_json() | {
        "card": {
            "purpose": {"en": "Calling in time"},
            "owner": "Service team",
            "out_of_scope": [{"en": "Prices", "de": "Preise"}],
        }
    }
    found = describe_purpose(replace(members.bundle, usecase=parse(spec, "members.yaml")))
    assert found.purpose == {"en": "Calling in time"}
    assert found.owner == "Service team"
    assert found.own_misuses == ({"en": "Prices", "de": "Preise"},)
    silent = describe_purpose(members.bundle)
    assert (silent.purpose, silent.owner, silent.own_misuses) == (None, None, ())
