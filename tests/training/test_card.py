from dataclasses import replace

import pytest

from training.card import missing_parts, write_card


@pytest.fixture(scope="module")
def bundle(company):
    return company.bundle


def test_the_card_says_what_the_model_is_and_how_good(bundle):
    card = write_card(bundle)
    assert f"`{bundle.model_version}`" in card
    assert f"{bundle.facts['rows']} rows of {bundle.facts['entities']} entities" in card
    for horizon in bundle.evaluation["all_rows"]["horizons"]:
        assert f"- {horizon}: log loss 0." in card
    assert f"{len(bundle.catalogue.names)} features by source: " in card


def test_an_accepted_leak_stands_in_the_card_with_its_reason(bundle):
    finding = {
        "column": "o_usage.mean_30d",
        "kind": "auc",
        "severity": "error",
        "evidence": "alone it ranks the label with an AUC of 0.970",
        "remedy": "exclude it",
        "accepted": "known the evening before",
    }
    card = write_card(replace(bundle, facts={**bundle.facts, "findings": [finding]}))
    assert "- `o_usage.mean_30d` (auc; error, accepted: known the evening before): alone it ranks" in card


def test_a_finding_that_nobody_accepted_is_told_as_it_is(bundle):
    finding = {
        "column": "(rows)",
        "kind": "duplicates",
        "severity": "warning",
        "evidence": "3 of 40 rows are exact copies of another row",
        "remedy": "remove them",
        "accepted": None,
    }
    card = write_card(replace(bundle, facts={**bundle.facts, "findings": [finding]}))
    assert "- `(rows)` (duplicates; warning): 3 of 40 rows" in card
    assert "nothing found" in write_card(replace(bundle, facts={**bundle.facts, "findings": []}))


def test_people_at_work_are_protected_in_words(bundle):
    privacy = bundle.usecase.privacy.model_copy(update={"subject": "employee"})
    usecase = bundle.usecase.model_copy(update={"privacy": privacy})
    card = write_card(replace(bundle, usecase=usecase))
    assert "people at work, in groups only" in card
    assert "Never for decisions about single people." in card
    assert "single people" not in write_card(bundle)


@pytest.mark.parametrize("subject", ["customer", "supplier", "applicant"])
def test_the_card_names_who_is_scored(bundle, subject):
    privacy = bundle.usecase.privacy.model_copy(update={"subject": subject})
    usecase = bundle.usecase.model_copy(update={"privacy": privacy})
    assert f"- Scores: single {subject}s\n" in write_card(replace(bundle, usecase=usecase))


def test_a_card_of_a_training_lacks_nothing(bundle, members):
    assert missing_parts(bundle) == ()
    assert missing_parts(members.bundle) == ()


def test_what_a_card_lacks_is_named(bundle):
    facts = {name: found for name, found in bundle.facts.items() if name != "as_of"}
    assert missing_parts(replace(bundle, facts=facts, evaluation={})) == (
        "facts.as_of",
        "evaluation.all_rows",
    )
