"""compare, promote and rollback on a real registry: what they do, say, keep and refuse."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import mlflow
import pytest

from features.errors import RegistryError
from tests.empty_registry import lay_registry
from tests.training.promotion.candidates import altered, candidate_of
from tests.training.runs.registering import forgetting, register_version
from training import registry
from training.__main__ import main
from training.evaluation import Comparison, HorizonEvaluations
from training.promotion import Candidate
from training.runs.promoting import fetch_candidate
from training.statistics import Estimate

# MLflow compares columns with a range when it keeps an example; pandas 4 will read that otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:Operation with range is deprecated")
BETTER = Comparison(*(Estimate(-0.05, -0.08, -0.02, 700) for _ in range(3)))


def judged(example, *, is_good=True):
    """Return the evaluation of a bundle that the gate lets pass, or does not."""
    found = HorizonEvaluations.from_json(example.bundle.evaluation["all_rows"])
    auc = Estimate(0.75, 0.7 if is_good else 0.5, 0.8, 700)
    figures = replace(found.by_horizon["outcome"], baselines={"prior": BETTER}, auc=auc)
    return {"all_rows": replace(found, by_horizon={"outcome": figures}).to_json(), "new_entities": None}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("champions")
    lay_registry(tmp_path_factory, folder / "out")
    return folder


@pytest.fixture
def out(place):
    """Return a workspace whose registry is connected."""
    with forgetting():
        registry.connect(place / "out")
        yield place / "out"


@pytest.fixture
def add(members, out, tmp_path):
    """Return what registers another version of the members."""

    def add(name, *, is_good=True, change=None, with_memory=True):
        parts = replace(
            members.learned.parts,
            usecase=members.usecase.model_copy(update={"name": name}),
            evaluation=judged(members, is_good=is_good),
            facts={**members.bundle.facts, "observed_until": None, "seed": change and 1},
        )
        one = candidate_of(members)
        kept = (altered(one, 1, change) if change else one).kept_back
        registered = register_version(parts, kept if with_memory else None, tmp_path)
        registry.set_alias(name, registry.CHALLENGER, registered.version)
        return registered

    return add


@pytest.fixture
def verb(out, capsys):
    """Return what runs a verb and gives its exit code, its answer and its errors."""

    def run(*words):
        capsys.readouterr()
        code = main([*map(str, words), "--out", str(out), "--json"])
        shown = capsys.readouterr()
        answer = json.loads(shown.out) if shown.out else None
        errors = [line for line in shown.err.splitlines() if line.startswith("xm-predict:")]
        return code, answer, errors

    return run


def alias_of(name):
    found = registry.find_version(name, registry.CHAMPION)
    return None if found is None else found.version


def spec_of(members, name, folder: Path):
    """Write a use-case file of another name beside the table."""
    source = members.usecase.folder
    shutil.copytree(source, folder)
    file = folder / "members.yaml"
    file.write_text(file.read_text().replace("name: members", f"name: {name}"))
    return file


def test_the_life_of_a_champion(add, verb, members, tmp_path):
    """Promote two versions one after the other, go back, and find no way further back."""
    file = spec_of(members, "life", tmp_path / "spec")
    add("life")
    code, answer, _ = verb("promote", "--name", "life", "--version", 1)
    assert (code, answer["previous_version"], answer["forced"]) == (0, None, False)
    add("life")
    code, answer, errors = verb("promote", "--name", "life", "--version", 2)
    assert code == 1
    assert "was not compared with champion 1 on the same rows" in errors[0]
    assert alias_of("life") == 1
    code, answer, _ = verb("compare", "--usecase", file)
    assert (code, answer["champion"], answer["challenger"]) == (0, 1, 2)
    assert answer["n_rows"] == 700
    assert answer["difference"]["log_loss"]["value"] == 0
    assert all(check["passed"] for check in answer["checks"])
    code, answer, _ = verb("promote", "--name", "life", "--version", 2)
    assert (code, answer["previous_version"], alias_of("life")) == (0, 1, 2)
    code, answer, _ = verb("rollback", "--name", "life", "--reason", "complaints")
    assert (code, answer["version"], answer["previous_version"], alias_of("life")) == (0, 1, 2, 1)
    history = registry.read_standing("life").history
    assert [(one.kind, one.version, one.reason) for one in history] == [
        ("promoted", 1, ""),
        ("promoted", 2, ""),
        ("rolled_back", 1, "complaints"),
    ]
    code, _, errors = verb("rollback", "--name", "life")
    assert code == 1
    assert "has no champion before version 1" in errors[0]


def test_who_decided_on_what_has_changed_since_changes_nothing(add, verb):
    """Both verbs: the last entry of the ledger has to be the one that was seen."""
    add("seen")
    force = ("--force", "first one")
    assert verb("promote", "--name", "seen", "--version", 1, "--expects", 0, *force)[0] == 0
    add("seen")
    code, _, errors = verb("promote", "--name", "seen", "--version", 2, "--expects", 0, *force)
    assert (code, alias_of("seen")) == (1, 1)
    assert "the champion is version 1 by now, it was changed meanwhile" in errors[0]
    code, answer, _ = verb("promote", "--name", "seen", "--version", 2, "--expects", 1, *force)
    assert (code, answer["entry"], alias_of("seen")) == (0, 2, 2)
    code, _, errors = verb("rollback", "--name", "seen", "--expects", 1)
    assert (code, alias_of("seen")) == (1, 2)
    assert "look at the versions once more" in errors[0]
    assert verb("rollback", "--name", "seen", "--expects", 2)[0] == 0
    assert alias_of("seen") == 1


def test_what_the_gate_refuses_takes_a_reason_that_is_kept(add, verb):
    add("weak", is_good=False)
    code, _, errors = verb("promote", "--name", "weak", "--version", 1)
    assert code == 1
    assert len(errors) == 1
    assert (
        "version 1 is refused (usable: the ranking may be little better than chance (0.500 is below"
        in errors[0]
    )
    assert alias_of("weak") is None
    code, _, _ = verb("promote", "--name", "weak", "--version", 1, "--force", "  ")
    assert (code, alias_of("weak")) == (1, None)
    code, answer, _ = verb("promote", "--name", "weak", "--version", 1, "--force", "only for the pilot")
    assert (code, answer["forced"], alias_of("weak")) == (0, True, 1)
    (entry,) = registry.read_standing("weak").history
    assert entry.reason.startswith("only for the pilot (passed over: usable: the ranking")


def test_a_worse_one_is_found_out_by_compare_and_refused(add, verb, members, tmp_path):
    file = spec_of(members, "worse", tmp_path / "spec")
    add("worse")
    add("worse", change=lambda column: 1 - column)
    assert verb("promote", "--name", "worse", "--version", 1)[0] == 0
    code, answer, _ = verb("compare", "--usecase", file, "--version", 2)
    assert code == 0
    assert "clearly worse" in answer["summary"]
    code, _, errors = verb("promote", "--name", "worse", "--version", 2)
    assert (code, alias_of("worse")) == (1, 1)
    assert "clearly worse" in errors[0]
    assert "700 rows that neither had learned from" in errors[0]


def test_compare_says_what_is_missing(add, verb, members, tmp_path):
    file = spec_of(members, "alone", tmp_path / "spec")
    assert "model alone: has no challenger" in verb("compare", "--usecase", file)[2][0]
    add("alone")
    code, _, errors = verb("compare", "--usecase", file)
    assert code == 1
    assert (
        "has no champion to compare with; promote it: xm-predict promote --name alone --version 1"
        in errors[0]
    )
    assert verb("promote", "--name", "alone", "--version", 1)[0] == 0
    assert "version 1 is the champion itself" in verb("compare", "--usecase", file)[2][0]
    assert "version 1 is champion already" in verb("promote", "--name", "alone", "--version", 1)[2][0]


def test_an_altered_bundle_is_never_promoted_whatever_the_reason(add, verb, out):
    add("altered")
    uri = mlflow.MlflowClient().get_model_version_download_uri("altered", "1")
    (facts,) = Path(uri.removeprefix("file://")).rglob("facts.json")
    facts.write_text(facts.read_text() + " ")
    code, _, errors = verb("promote", "--name", "altered", "--version", 1, "--force", "hurry")
    assert (code, alias_of("altered")) == (1, None)
    assert "facts.json is not the file that the manifest describes" in errors[0]


def test_a_version_without_memory_can_still_be_fetched(add, members):
    with_memory, without = add("memory"), add("memory", with_memory=False)
    found = fetch_candidate(with_memory)
    assert isinstance(found, Candidate)
    assert len(found.kept_back.digests) == len(members.learned.assessment.forecasts.positions)
    assert fetch_candidate(without).kept_back is None


def test_without_a_registry_entry_nothing_can_be_taken_back(verb):
    code, _, errors = verb("rollback", "--name", "nobody")
    assert code == 1
    assert "model nobody: has no champion before none" in errors[0]


def test_without_a_champion_it_is_told_where_was_looked(out):
    with pytest.raises(RegistryError) as caught:
        registry.demand_champion("stranger")
    told = str(caught.value)
    assert told.startswith(f"model stranger: has no champion in sqlite:///{out}/mlflow.db; train it: ")
    assert told.endswith("or if it was trained elsewhere, say where: --out FOLDER or MLFLOW_TRACKING_URI")


def test_a_challenger_that_waits_is_named(add, out):
    add("waiting", is_good=False)
    with pytest.raises(RegistryError) as caught:
        registry.demand_champion("waiting")
    assert ", only a challenger, version 1; its report says how good it is; " in str(caught.value)
    assert str(caught.value).endswith("xm-predict promote --name waiting --version 1")


@pytest.mark.parametrize("is_good", [True, False])
def test_a_model_that_refuses_all_rows_has_no_example_that_would_be_refused(add, caplog, is_good):
    registered = add(f"example_{is_good}".lower(), is_good=is_good)
    found = mlflow.MlflowClient().get_model_version(registered.usecase, str(registered.version))
    assert (mlflow.models.Model.load(found.source).saved_input_example_info is not None) is is_good
    assert "Failed to validate serving input example" not in caplog.text
