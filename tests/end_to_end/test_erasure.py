"""One command takes a person out of a whole workspace after a real training and real answers over HTTP."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc

from features.pseudonyms import Pseudonyms
from serving.audit.checking import verify
from tests.end_to_end.demonstrated import run_demo
from tests.end_to_end.processes import answer_of, environment_of, run_cli, served
from tests.training.runs.persons.lying import write_action, write_batch
from training.runs.persons import NAMELESS, list_homes

pytestmark = pytest.mark.long
N_CUSTOMERS = 1500
# What is there beside the folders of Workspace: the exports of the example company, and the log of the demo.
OF_THE_DEMO = {"company", "serving.log"}
# Somebody who is there is not among those who were lost, of whom monitoring tells.
PLACES_USED = {
    *("frames", "reports", "mlartifacts", "journal"),
    *("scores", "actions", "objections", "overrides"),
}


@dataclass(frozen=True)
class Used:
    """Hold a copy of the demo that was used: answers, a batch, an action, an objection, a decision.

    Attributes
    ----------
    person, other
        Two customers on the list of whom to call.
    pseudonym
        Of the first.
    """

    out: Path
    person: str
    other: str
    pseudonym: str


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Used:
    """Use a demo of a company that is large enough for a list of whom to call."""
    folder = tmp_path_factory.mktemp("used")
    out = run_demo(folder, n_customers=N_CUSTOMERS, n_employees=60).out
    person, other = put_list_back(out)
    key = answer_of(run_cli("keys", "create", "--json", "--role", "analyst", "--out", out, cwd=folder))["key"]
    with served(folder, out, environment_of(folder)) as url:
        body = {"usecase": "churn", "entity_ids": [person, other]}
        headers = {"authorization": f"Bearer {key}"}
        httpx.post(f"{url}/v1/score-by-id", json=body, headers=headers, timeout=60).raise_for_status()
    write_batch(out, (other, person))
    write_action(out, other, person)
    about = ("--name", "churn", "--entity", person, "--json", "--out", out)
    answer_of(run_cli("object", "add", *about, cwd=folder))
    answer_of(run_cli("override", "add", *about, "--by", "A. Kaya", "--reason", "knows them", cwd=folder))
    pseudonym = Pseudonyms.open(out / "keys" / "pseudonyms.key").of("churn", person)
    return Used(out, person, other, pseudonym)


def put_list_back(out: Path) -> tuple[str, str]:
    """Let the newest report be one with a list of whom to call; return two of the list who are still there.

    The last training of so small a company may give a model that is not usable, and a report without a list.
    """
    still_there = set(pq.read_table(out / "frames" / "churn" / "latest.parquet")["entity_id"].to_pylist())
    for path in sorted(out.glob("mlartifacts/*/artifacts/report/report.json")):
        report = json.loads(path.read_text())
        calls = report["calls"] or {"rows": []}
        listed = [row["entity_id"] for row in calls["rows"] if row["entity_id"] in still_there]
        if report["header"]["usecase"] == "churn" and len(listed) > 1:
            shutil.copytree(path.parent, out / "reports" / "churn", dirs_exist_ok=True)
            return listed[0], listed[1]
    message = "the demo has no usable model, so nobody is listed: raise N_CUSTOMERS"
    raise AssertionError(message)


def find_names(out: Path, *words: str) -> set[str]:
    """Return the folders of a workspace in which a file names somebody, in its bytes or in what it packs."""
    found = set()
    for path in (path for path in out.rglob("*") if path.is_file()):
        first = path.relative_to(out).parts[0]
        packed = unpack(path)
        if any(word.encode() in path.read_bytes() or word in packed for word in words):
            found.add(first)
    return found


def unpack(path: Path) -> str:
    """Return all values of a table as one text, and nothing of other files."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
    elif path.suffix in {".cells", ".told"}:
        table = ipc.open_file(path).read_all()
    else:
        return ""
    return json.dumps([column.to_pylist() for column in table.columns], default=str, ensure_ascii=False)


def test_no_file_of_a_used_workspace_lies_where_nobody_looks(used: Used) -> None:
    names = {path.name for path in used.out.iterdir() if not path.name.startswith(".")}
    assert names - list_homes() - set(NAMELESS) == OF_THE_DEMO


def test_the_copy_for_the_person_holds_something_of_every_place(used: Used, tmp_path: Path) -> None:
    words = ("export", "--name", "churn", "--entity", used.person, "--to", tmp_path / "copy")
    said = answer_of(run_cli(*words, "--json", "--out", used.out, cwd=tmp_path))
    assert said["score"] == "objected"
    content = json.loads((tmp_path / "copy" / "person.json").read_text())
    held = {one["place"].partition("/")[0] for one in content["held"]}
    assert held == PLACES_USED
    assert len(content["facts"]) > 20
    assert used.other not in (tmp_path / "copy" / "person.json").read_text()
    for language in ("en", "de"):
        page = tmp_path / "copy" / f"person_{language}.html"
        assert content["facts"][0]["words"][language] in page.read_text()
        assert page.stat().st_mode & 0o077 == 0


def test_whoever_did_not_object_gets_the_score_of_the_model_with_reasons(used: Used, tmp_path: Path) -> None:
    words = ("export", "--name", "churn", "--entity", used.other, "--to", tmp_path / "copy.json")
    said = answer_of(run_cli(*words, "--json", "--out", used.out, cwd=tmp_path))
    assert said["score"] == "given"
    score = json.loads((tmp_path / "copy.json").read_text())["score"]["content"]
    lines = "".join(file.read_text() for file in (used.out / "journal").iterdir()).splitlines()
    recorded = [json.loads(line) for line in lines]
    of = Pseudonyms.open(used.out / "keys" / "pseudonyms.key").of("churn", used.other)
    (answered,) = [line["probability"] for line in recorded if line["entity"] == of]
    assert score["probability"] == pytest.approx(answered, abs=1e-9)
    assert len(score["reasons"]) == 5


def test_one_command_leaves_neither_id_nor_pseudonym_anywhere(used: Used, tmp_path: Path) -> None:
    out = Path(shutil.copytree(used.out, tmp_path / "out"))
    before = find_names(out, used.person, used.pseudonym)
    assert before == PLACES_USED | {"company"}
    said = answer_of(
        run_cli("erase", "--name", "all", "--entity", used.person, "--json", "--out", out, cwd=tmp_path)
    )
    assert find_names(out, used.person, used.pseudonym) == {"company"}
    assert said["still_named_in"] == []
    assert {Path(path).parent.name for path in said["named_in_your_files"]} == {"company"}
    removed = said["removed"]
    expected = ("rows", "latest", "reports", "reports of runs", "forecasts kept back", "predictions")
    assert all(removed[what] > 0 for what in (*expected, "scores", "assignments", "objections", "overrides"))
    # Everybody else is still there, reports can still be read, and the log is sound.
    assert find_names(out, used.other) >= {"frames", "reports", "mlartifacts", "scores", "actions"}
    calls = json.loads((out / "reports" / "churn" / "report.json").read_text())["calls"]["rows"]
    assert used.other in {row["entity_id"] for row in calls}
    assert verify(out / "audit").problem is None


def test_whoever_was_erased_does_not_come_back_and_is_no_customer_any_more(
    used: Used, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(used.out, tmp_path / "out"))
    answer_of(
        run_cli("erase", "--name", "all", "--entity", used.person, "--json", "--out", out, cwd=tmp_path)
    )
    words = ("score", "--name", "churn", "--to", tmp_path / "scores.csv", "--out", out, "--json")
    answer_of(run_cli(*words, cwd=tmp_path))
    scored = (tmp_path / "scores.csv").read_text()
    assert used.other in scored
    assert used.person not in scored


def test_a_batch_leaves_out_who_objected(used: Used, tmp_path: Path) -> None:
    words = ("score", "--name", "churn", "--to", tmp_path / "scores.csv", "--out", used.out)
    finished = run_cli(*words, cwd=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert "left out 1 who objected" in finished.stderr
    scored = (tmp_path / "scores.csv").read_text()
    assert used.other in scored
    assert used.person not in scored
