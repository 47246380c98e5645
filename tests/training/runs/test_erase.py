"""The verb erase: what it removes, what it refuses, what it says."""

import io
import json
import shutil

import pyarrow as pa
import pytest

from features.errors import ContractError, InputError
from features.frame import Frame
from features.sources import streaming
from tests.features.frame.erasing_world import PERSON, PLAN, WORDS, find_traces, load_world
from training.__main__ import main
from training.console import Console
from training.delivery.identity import Identity
from training.delivery.kept import KeptBatch
from training.runs import build, erase
from training.runs.persons import frames


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Build a company with the person in a workspace, once."""
    folder = tmp_path_factory.mktemp("built")
    load_world(folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streaming, "STREAMED_ROWS", 1)
        usecase = str(folder / "data" / "churn.yaml")
        answer_of(build.run, usecase=usecase, data="", out=str(folder / "out"))
    return folder


@pytest.fixture
def built(workspace, tmp_path, monkeypatch):
    """Return a copy of the workspace, to erase from."""
    monkeypatch.setattr(streaming, "STREAMED_ROWS", 1)
    for name in ("data", "out"):
        shutil.copytree(workspace / name, tmp_path / name)
    return tmp_path


def tell(run, *, as_json, **settings):
    out = io.StringIO()
    run(Console(as_json=as_json, out=out, err=io.StringIO()), **settings)
    return out.getvalue()


def answer_of(run, **settings):
    return json.loads(tell(run, as_json=True, **settings))


def erase_from(folder, entity, name="churn"):
    return answer_of(erase.run, name=name, entity=entity, out=str(folder / "out"))


def files_below(folder):
    """Return what every file holds but the audit log, which has a line for each run."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "audit")
    return {path: path.read_bytes() for path in paths}


def test_an_erased_person_is_nowhere_in_the_workspace_and_does_not_come_back(built):
    before = Frame.read(built / "out" / "frames" / "churn")
    answer = erase_from(built, PERSON)
    assert answer["removed"]["rows"] > 0
    assert answer["removed"]["partials"] > 0
    assert list(find_traces(built / "out", PERSON, WORDS, PLAN)) == []
    erased = Frame.read(built / "out" / "frames" / "churn")
    assert erased.table.num_rows == before.table.num_rows - answer["removed"]["rows"]
    usecase = str(built / "data" / "churn.yaml")
    answer_of(build.run, usecase=usecase, data="", out=str(built / "out"))
    assert Frame.read(built / "out" / "frames" / "churn").table.equals(erased.table)
    assert list(find_traces(built / "out", PERSON, WORDS, PLAN)) == []


def test_an_unknown_id_is_named_and_nothing_is_changed(built, capsys):
    before = files_below(built / "out")
    arguments = ["erase", "--name", "churn", "--entity", f"{PERSON},nobody", "--out", str(built / "out")]
    assert main(arguments) == 2
    assert "--entity: 'nobody' is in nothing that builds of 'churn' have kept" in capsys.readouterr().err
    assert files_below(built / "out") == before


def test_a_workspace_without_the_use_case_knows_nobody(tmp_path):
    with pytest.raises(InputError, match="'k00' is in nothing that builds of 'other' have kept"):
        erase_from(tmp_path, "k00", name="other")
    assert list(tmp_path.iterdir()) == []


def test_several_ids_come_with_commas_or_from_a_file(built):
    (built / "ids.txt").write_text("k02\n\nk03\n")
    assert erase_from(built, "k00, k01")["entities"] == 2
    assert erase_from(built, f"@{built / 'ids.txt'}")["entities"] == 2
    left = set(Frame.read(built / "out" / "frames" / "churn").table.column("entity_id").to_pylist())
    assert left
    assert not left & {"k00", "k01", "k02", "k03"}


@pytest.mark.parametrize("entity", ["", " , ", "@none.txt"])
def test_nobody_cannot_be_erased(tmp_path, entity, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"^--entity: "):
        erase.read_ids(entity)


def test_a_second_run_for_the_same_id_is_fine(built):
    erase_from(built, PERSON)
    before = files_below(built / "out")
    assert set(erase_from(built, PERSON)["removed"].values()) == {0}
    assert files_below(built / "out") == before


def test_a_crash_after_the_tombstone_is_finished_by_a_second_run(built, monkeypatch):
    with monkeypatch.context() as patched:

        def fail(*_):
            raise OSError(28, "no space left")

        patched.setattr(frames, "erase", fail)
        with pytest.raises(OSError, match="no space"):
            erase_from(built, PERSON)
    assert list(find_traces(built / "out", PERSON)) != []
    assert erase_from(built, PERSON)["removed"]["rows"] > 0
    assert list(find_traces(built / "out", PERSON, WORDS, PLAN)) == []


def test_a_report_that_names_the_person_goes_and_others_stay(built):
    for folder, entity in (("reports/churn", PERSON), ("reports/other", "k01"), ("mlartifacts/1/x", PERSON)):
        (built / "out" / folder).mkdir(parents=True)
        content = {"calls": {"rows": [{"entity_id": entity}]}}
        (built / "out" / folder / "report.json").write_text(json.dumps(content))
    answer = erase_from(built, PERSON)
    assert (answer["removed"]["reports"], answer["removed"]["reports of runs"]) == (1, 1)
    assert not (built / "out" / "reports" / "churn" / "report.json").exists()
    assert not (built / "out" / "mlartifacts" / "1" / "x" / "report.json").exists()
    assert (built / "out" / "reports" / "other" / "report.json").exists()
    assert answer["still_named_in"] == []


class TestWaves:
    @pytest.fixture
    def reports(self, built):
        """Return the folder of a report that names the person, with reports on older data that do not."""
        folder = built / "out" / "reports" / "churn"
        (folder / "waves").mkdir(parents=True)
        (folder / "report.json").write_text(json.dumps({"calls": {"rows": [{"entity_id": PERSON}]}}))
        (folder / "report_en.html").write_text(PERSON)
        (folder / "report.csv").write_text("")
        for day in ("2025-03-31", "2025-06-30"):
            (folder / "waves" / f"{day}.json").write_text(json.dumps({"calls": None, "kpis": [day]}))
        return folder

    def test_reports_on_older_data_name_nobody_and_stay(self, built, reports):
        assert erase_from(built, PERSON)["removed"]["reports"] == 1
        left = sorted(path.relative_to(reports).as_posix() for path in reports.rglob("*.*"))
        assert left == ["waves/2025-03-31.json", "waves/2025-06-30.json"]
        assert list(find_traces(built / "out", PERSON)) == []

    def test_one_that_names_the_person_all_the_same_goes(self, built, reports):
        (reports / "report.json").write_text("{}")
        wave = reports / "waves" / "2025-03-31.json"
        wave.write_text(json.dumps({"calls": {"rows": [{"entity_id": PERSON}]}}))
        assert erase_from(built, PERSON)["removed"]["reports of earlier dates"] == 1
        assert not wave.exists()
        assert (reports / "waves" / "2025-06-30.json").exists()
        assert (reports / "report.json").exists()

    def test_all_of_them_may_go(self, built, reports):
        for wave in (reports / "waves").iterdir():
            wave.write_text(json.dumps(PERSON))
        erase_from(built, PERSON)
        assert [path for path in reports.rglob("*") if path.is_file()] == []

    def test_an_older_report_elsewhere_that_names_the_person_is_told(self, built, reports):
        other = built / "out" / "reports" / "other" / "waves" / "2025-03-31.json"
        other.parent.mkdir(parents=True)
        other.write_text(json.dumps(PERSON))
        assert erase_from(built, PERSON)["still_named_in"] == [str(other)]


class TestTexts:
    """Lists of texts to look at hold words of people; nobody can tell whose."""

    @pytest.fixture
    def shelf(self, built):
        """Return a shelf with a list, what a killed run left of one, and what people edited."""
        folder = built / "out" / "texts" / "churn" / "surveys"
        (folder / "model").mkdir(parents=True)
        for name in ("review.csv", ".review.csv.x7", "corrections.csv", "topics.yaml", "model/model.json"):
            (folder / name).write_text(f"text\n{WORDS}\n" if name.endswith(("csv", "x7")) else "{}")
        other = built / "out" / "texts" / "other" / "surveys" / "review.csv"
        other.parent.mkdir(parents=True)
        other.write_text("text\n")
        return folder

    def test_the_lists_of_the_use_case_go_and_the_rest_stays(self, built, shelf):
        answer = erase_from(built, PERSON)
        assert answer["removed"]["reviews"] == 2
        left = sorted(path.name for path in shelf.iterdir())
        assert left == ["corrections.csv", "model", "topics.yaml"]
        assert (built / "out" / "texts" / "other" / "surveys" / "review.csv").exists()

    def test_what_people_edited_is_named_for_them_to_look_at(self, built, shelf):
        (shelf.parent / "quotes.yaml").write_text("[]")
        answer = erase_from(built, PERSON)
        named = [str(shelf / "corrections.csv"), str(shelf.parent / "quotes.yaml")]
        assert answer["files_that_may_quote_them"] == named
        said = tell(erase.run, as_json=False, name="churn", entity=PERSON, out=str(built / "out"))
        assert all(f"take what they wrote, if it stands there, out of {path}" in said for path in named)
        assert "xm-predict text fit" in said

    def test_the_list_that_went_is_said(self, built, shelf):
        said = tell(erase.run, as_json=False, name="churn", entity=PERSON, out=str(built / "out"))
        assert "reviews: 2" in said
        assert "which may quote them, went: xm-predict text review" in said

    def test_without_text_models_nothing_is_said_of_them(self, built):
        answer = erase_from(built, PERSON)
        assert (answer["removed"]["reviews"], answer["files_that_may_quote_them"]) == (0, [])
        said = tell(erase.run, as_json=False, name="churn", entity=PERSON, out=str(built / "out"))
        assert "text fit" not in said


def test_what_is_left_to_do_is_said(built):
    said = tell(erase.run, as_json=False, name="churn", entity=PERSON, out=str(built / "out"))
    assert "survey answers" in said
    for words in ("your own sources", "train again", "files of scores"):
        assert words in said
    assert PERSON not in said


def test_where_runs_are_kept_is_said_without_the_password(built, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "postgresql://mlflow:canary-of-mlflow@db/mlflow")
    said = tell(erase.run, as_json=False, name="churn", entity=PERSON, out=str(built / "out"))
    assert "runs are kept at postgresql://mlflow:***@db/mlflow: delete" in said
    assert "canary" not in said


def test_damaged_tombstones_stop_a_build(built):
    erase_from(built, PERSON)
    (built / "out" / "erased" / "churn.json").write_text("{")
    with pytest.raises(ContractError, match=r"erased/churn\.json: does not hold tombstones"):
        answer_of(build.run, usecase=str(built / "data" / "churn.yaml"), data="", out=str(built / "out"))


def test_scores_in_kept_batches_go_and_who_got_them_is_told(built):
    identity = Identity("churn", "churn-1", "2025-12-01", "rows")
    batch = KeptBatch.open(built / "out" / "scores" / "churn", identity, counts={"rows": 1, "parts": 1})
    batch.keep_part(0, pa.table({"entity_id": [PERSON, "k01"]}))
    batch.finish()
    batch.note_target("postgresql://xm@db:5432/bi: xm_scores", scores=1)
    answer = erase_from(built, PERSON)
    assert answer["removed"]["scores"] == 1
    told = f"in postgresql://xm@db:5432/bi: DELETE FROM xm_scores WHERE entity_id IN ('{PERSON}');"
    assert told in answer["left_to_do"]
    again = KeptBatch.open(built / "out" / "scores" / "churn", identity, counts={"rows": 1, "parts": 1})
    assert again.list_missing() == []
    assert again.read_part(0).column("entity_id").to_pylist() == ["k01"]
