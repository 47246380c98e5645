"""train --when due: what it asks on a real registry, and what it leaves alone."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from features.errors import ContractError
from tests.empty_registry import lay_registry
from tests.training.promotion.candidates import candidate_of
from tests.training.runs.registering import forgetting, register_version
from training import registry
from training.__main__ import main
from training.monitoring import Check, Health
from training.registry import Standing, settle_alias
from training.runs.retraining import ask_rules, find_health
from training.runs.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore:Operation with range is deprecated")
TODAY = datetime.now(UTC).date()
ALERT = Check(
    "realised", "outcome", {"en": "Ranking quality", "de": "Güte"}, None, None, None, 0.001, "alert",
    {"en": "a", "de": "b"},
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("retraining")
    lay_registry(tmp_path_factory, folder / "out")
    return folder


@pytest.fixture
def workspace(place):
    with forgetting():
        registry.connect(place / "out")
        yield Workspace(place / "out")


@pytest.fixture
def add(members, workspace, tmp_path):
    """Return what registers a version that knew some of the members; the first one becomes champion."""

    def add(name, *, n_known=600, digest="older"):
        one = candidate_of(members)
        kept = replace(
            one.kept_back,
            digests=one.kept_back.digests[:n_known],
            columns={key: column[:n_known] for key, column in one.kept_back.columns.items()},
        )
        parts = replace(
            members.learned.parts,
            usecase=members.usecase.model_copy(update={"name": name}),
            facts={**members.bundle.facts, "data_digest": digest, "seed": n_known},
        )
        registered = register_version(parts, kept, tmp_path)
        registry.set_alias(name, registry.CHALLENGER, registered.version)
        if registered.version == 1:
            registry.set_alias(name, registry.CHAMPION, 1)
        return registered

    return add


def spell(members, name, **rules):
    content = members.usecase.to_json() | {"name": name}
    usecase = type(members.usecase).model_validate(content | ({"retrain": rules} if rules else {}))
    return usecase.located(members.usecase.folder)


def ask(workspace, members, name, **rules):
    return ask_rules(workspace, spell(members, name, **rules), settle_alias(name), members.frame, TODAY)


def leave_health(workspace, name, registered, checks):
    health = Health(name, registered.model_version, None, date(2026, 1, 1), 700, checks, (), ())
    workspace.health(name).mkdir(parents=True, exist_ok=True)
    (workspace.health(name) / "latest.json").write_text(health.to_text(), encoding="utf-8")
    return health


def test_the_first_training_is_always_due(workspace, members):
    found = ask_rules(workspace, spell(members, "first"), Standing("first", ()), members.frame, TODAY)
    assert (found.is_due, found.reasons) == (True, ("there is no champion yet",))


def test_without_rules_nothing_is_due_and_it_is_said_how_to_write_some(workspace, members, add):
    add("ruleless")
    found = ask(workspace, members, "ruleless")
    assert not found.is_due
    assert "write retrain: {after_days: 100" in found.reasons[0]


def test_new_outcomes_are_counted_from_the_champion(workspace, members, add):
    add("labels")
    new = len(members.learned.rows) - 600
    found = ask(workspace, members, "labels", new_labels=new)
    assert found.is_due
    assert found.reasons[0].startswith(f"{new} outcomes became known since the training")
    waits = ask(workspace, members, "labels", new_labels=new + 1, after_days=30, alerts=["realised"])
    assert not waits.is_due
    assert waits.reasons == (
        "0 days since version 1, the rule asks from 30 on",
        f"{new} new outcomes since version 1, the rule asks from {new + 1} on",
        "no newer findings of monitoring since version 1 of realised",
    )
    assert waits.to_json() == {"is_due": False, "reasons": list(waits.reasons)}


def test_a_challenger_that_waits_is_not_trained_again(workspace, members, add):
    add("waiting")
    add("waiting", n_known=len(members.learned.rows))
    found = ask(workspace, members, "waiting", new_labels=50)
    assert not found.is_due
    assert found.reasons == ("0 new outcomes since version 2, the rule asks from 50 on",)


def test_the_very_same_data_is_never_trained_on_twice(workspace, members, add):
    add("same", digest=members.frame.facts.digest)
    found = ask(workspace, members, "same", new_labels=1)
    assert (found.is_due, found.reasons) == (False, ("version 1 has learned from this very data",))


def test_an_alert_asks_if_it_speaks_of_this_champion(workspace, members, add):
    registered = add("alarmed")
    assert not ask(workspace, members, "alarmed", alerts=["realised"]).is_due
    health = leave_health(workspace, "alarmed", registered, (ALERT,))
    assert find_health(workspace.health("alarmed")) == health
    found = ask(workspace, members, "alarmed", alerts=["realised"])
    assert found.is_due
    assert found.reasons[0].endswith(": Ranking quality.")
    assert not ask(workspace, members, "alarmed", alerts=["calibration"]).is_due
    leave_health(workspace, "alarmed", replace(registered, model_version="another"), (ALERT,))
    assert not ask(workspace, members, "alarmed", alerts=["realised"]).is_due


def test_an_alert_that_a_challenger_has_answered_does_not_ask_again(workspace, members, add):
    registered = add("answered")
    leave_health(workspace, "answered", registered, (ALERT,))
    add("answered", n_known=650)
    assert not ask(workspace, members, "answered", alerts=["realised"]).is_due


def test_a_champion_that_cannot_be_used_does_not_stop_its_successor(workspace, members, add, monkeypatch):
    add("broken")
    monkeypatch.setattr("training.runs.promoting.check_canary", _refuse)
    found = ask(workspace, members, "broken", new_labels=10_000)
    assert found.is_due
    assert "cannot be used" in found.reasons[0]


def _refuse(bundle):
    raise ContractError("bundle", "does not repeat its own canary scores")


def test_a_file_that_is_none_of_monitorings_is_named(tmp_path):
    assert find_health(tmp_path) is None
    (tmp_path / "latest.json").write_text('{"format": "another"}')
    with pytest.raises(ContractError, match=r"latest\.json: cannot be read"):
        find_health(tmp_path)


def test_the_verb_says_why_it_did_not_train_and_ends_well(workspace, members, add, capsys, tmp_path):
    add("members")
    file = members.usecase.folder / "members.yaml"
    copied = tmp_path / "members.yaml"
    copied.write_text(file.read_text() + "retrain: {new_labels: 100000}\n")
    words = ["train", "--usecase", str(copied), "--data", str(file.parent), "--when", "due"]
    capsys.readouterr()
    assert main([*words, "--out", str(workspace.folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["trained"], found["is_due"]) == (False, False)
    assert "the rule asks from 100,000 on" in found["reasons"][0]
    assert registry.find_version("members", registry.CHALLENGER).version == 1
    assert main([*words, "--out", str(workspace.folder)]) == 0
    assert capsys.readouterr().out.startswith("not trained: members is not due\n")
