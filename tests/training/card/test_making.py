from dataclasses import replace

from training.card.making import describe_making


def test_it_can_be_made_again(company):
    found, bundle = describe_making(company.bundle), company.bundle
    assert found.model_version == bundle.model_version
    assert found.bundle_hash == bundle.manifest.bundle_hash
    assert found.spec_hash == company.usecase.spec_hash
    assert found.data_digest == company.frame.facts.digest
    assert found.seed == 7
    fit = company.learned.fitted.facts
    assert [(one.name, one.weight) for one in found.members] == [
        (one.name, one.weight) for one in fit.members
    ]
    assert {"lightgbm", "scikit-learn", "fairlearn", "xm-predict"} <= set(found.libraries)
    assert not found.is_tuned


def test_few_events_are_told(members, company):
    assert describe_making(members.bundle).is_pooled
    assert not describe_making(company.bundle).is_pooled


def test_older_bundles_say_what_they_know(company):
    found = describe_making(replace(company.bundle, facts={"primary_horizon_index": 1}))
    assert (found.data_digest, found.seed, found.members) == (None, None, ())
    assert set(found.libraries) == set(company.bundle.manifest.libraries)
