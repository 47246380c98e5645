"""The verb text: fits, shows, lists what deserves a look, and says in one line what is wrong."""

import csv
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

from features.usecase import TEXT_COLUMNS, TextReading, load
from tests.features.frame.company import load_company
from tests.features.frame.spoken_company import load_spoken
from tests.training.examples import ROOT, write_members
from training.__main__ import main
from training.commands import build_parser
from training.runs.text import tell_text_model

LINKED = ("text-sentiment", "text-topics", "text-privacy", "calls", "themes")
LEARNT = {
    "version": "0123456789ab",
    "fitted_until": "2025-07-01",
    "tone": {
        "de": {
            "from": "csat",
            "rows": 1234,
            "reason": None,
            "macro_f1": {"estimate": 0.8, "low": 0.75, "high": 0.85},
        },
        "en": {"from": "word list", "rows": 3, "reason": "few were rated", "macro_f1": None},
    },
    "topics": [
        {
            "id": "price",
            "label": {"en": "Price", "de": "Preis"},
            "words": {"de": [f"wort{place}" for place in range(9)], "en": []},
        }
    ],
}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Return the use-case file of the company with words."""
    folder = tmp_path_factory.mktemp("company")
    load_spoken(folder)
    return folder / "churn.yaml"


@pytest.fixture(scope="module")
def fitted(company, tmp_path_factory):
    """Return a workspace in which the models of the company were fitted."""
    out = tmp_path_factory.mktemp("fitted")
    assert main(["text", "fit", "--usecase", str(company), "--out", str(out)]) == 0
    return out


@pytest.fixture
def out(fitted, tmp_path):
    """Return a copy of the workspace, to change."""
    return shutil.copytree(fitted, tmp_path / "out")


@pytest.fixture
def ask(capsys, company, out):
    """Return what runs an action and gives its JSON, its text or its refusal."""

    def run(action, *, code=0, as_json=True, usecase=company, place=out):
        capsys.readouterr()
        words = ["text", action, "--usecase", str(usecase), "--out", str(place)]
        assert main([*words, "--json"] if as_json else words) == code
        shown = capsys.readouterr()
        if code:
            assert shown.out == ""
            return shown.err.splitlines()[-1]
        return json.loads(shown.out) if as_json else shown.out

    return run


class TestFit:
    def test_it_answers_what_each_model_is_and_what_it_read(self, ask, out):
        told = ask("fit")
        assert told["folder"] == str(out / "texts" / "churn")
        assert sorted(told["texts"]) == ["calls", "surveys"]
        surveys = told["texts"]["surveys"]
        assert surveys["fitted_until"] == "2024-02-29"
        assert surveys["read"] == surveys["languages"]["de"] + surveys["languages"]["en"]
        assert surveys["passed_through"] == 1
        assert {one["from"] for one in surveys["tone"].values()} == {"nps"}

    def test_the_text_for_people_says_the_same(self, ask, out):
        told = ask("fit")["texts"]["surveys"]
        lines = ask("fit", as_json=False).splitlines()
        assert lines[0].startswith(
            f"surveys: text model {told['version']}, fitted on texts known before 2024-02-29"
        )
        assert any(f"learnt from {told['tone']['de']['rows']} texts rated in 'nps'" in line for line in lines)
        assert f"  read {told['read']:,} texts, passed 1 through" in "\n".join(lines)
        assert (
            lines[-1]
            == f"topics are edited in {out / 'texts' / 'churn'}/<source>/topics.yaml, the next run acts on it"
        )

    def test_the_same_texts_give_the_same_model(self, ask, out, fitted):
        ask("fit")
        for path in sorted((fitted / "texts").rglob("*")):
            if path.is_file():
                assert (out / path.relative_to(fitted)).read_bytes() == path.read_bytes(), path.name


class TestShow:
    def test_it_tells_the_kept_models_and_reads_nothing(self, ask, company, tmp_path):
        told = ask("show")
        alone = tmp_path / "alone" / "churn.yaml"
        alone.parent.mkdir()
        shutil.copy(company, alone)
        assert ask("show", usecase=alone) == told
        assert "read" not in told["texts"]["surveys"]

    def test_topics_are_listed_with_their_words(self, ask):
        told = ask("show")["texts"]["surveys"]["topics"]
        lines = ask("show", as_json=False)
        assert told
        for topic in told:
            assert f"  topic {topic['id']} ({topic['label']['en']}): " in lines


class TestReview:
    def test_it_names_the_files_and_how_to_go_on(self, ask, out):
        told = ask("review")
        folder = out / "texts" / "churn"
        assert told == {name: str(folder / name / "review.csv") for name in ("surveys", "calls")}
        said = ask("review", as_json=False).splitlines()
        assert said[:-1] == [f"{name}: {path}" for name, path in told.items()]
        assert "save those lines as corrections.csv beside it" in said[-1]

    def test_what_was_corrected_in_the_file_counts_in_the_next_run(self, ask, out):
        with Path(ask("review")["surveys"]).open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["field"] == "sentiment"]
        path = out / "texts" / "churn" / "surveys" / "corrections.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(row | {"value": "1"} for row in rows[:3])
        assert ask("show")["texts"]["surveys"]["corrections"] == 3


class TestRefusals:
    def test_a_use_case_without_words(self, ask, tmp_path):
        load_company(tmp_path / "plain")
        told = ask("show", usecase=tmp_path / "plain" / "churn.yaml", code=2)
        assert told.startswith("xm-predict: churn: sources: none of them reads words; write text: {} beside")

    def test_a_flat_table(self, ask, tmp_path):
        write_members(tmp_path / "data")
        told = ask("fit", usecase=tmp_path / "data" / "members.yaml", code=2)
        assert told.startswith("xm-predict: members: sources: none of them reads words")

    def test_no_model_kept_yet(self, ask, tmp_path):
        told = ask("show", place=tmp_path / "new", code=2)
        assert told == (
            f"xm-predict: {tmp_path / 'new' / 'texts' / 'churn' / 'surveys'}: holds no text model yet; "
            "fit it with 'xm-predict text fit', or build the feature table"
        )
        assert not (tmp_path / "new").exists()

    @pytest.mark.parametrize("action", ["fit", "show", "review"])
    @pytest.mark.parametrize(
        ("file", "content", "told"),
        [
            ("model/model.json", "{", "surveys/model: is damaged: text model: model.json: cannot be read"),
            ("topics.yaml", "version: 1\ntopics:\n  invioce: {hide: true}\n", "did you mean 'invoice'?"),
            ("topics.yaml", "version: 1\ntopics: [", "topics.yaml"),
            ("corrections.csv", "text,field,value\nso,tone,2\n", "corrections.csv: line 2"),
            ("corrections.csv", "a;b\n1;2\n", "corrections.csv"),
        ],
    )
    def test_a_file_that_cannot_be_used(self, ask, out, action, file, content, told):
        path = out / "texts" / "churn" / "surveys" / file
        path.write_text(content, encoding="utf-8")
        assert told in ask(action, code=2)
        assert path.read_text(encoding="utf-8") == content

    def test_what_else_there_is_to_do(self, capsys):
        with pytest.raises(SystemExit) as ended:
            main(["text", "learn", "--usecase", "x.yaml"])
        assert ended.value.code == 2
        assert "invalid choice: 'learn'" in capsys.readouterr().err


class TestTelling:
    def test_learnt_tone_has_its_score_and_the_word_list_its_reason(self):
        learnt = "  tone of de: learnt from 1,234 texts rated in 'csat', "
        learnt += "macro-F1 0.80 (0.75 to 0.85) on texts not learnt from"
        lines = list(tell_text_model("surveys", LEARNT))
        assert lines == [
            "surveys: text model 0123456789ab, fitted on texts known before 2025-07-01",
            learnt,
            "  tone of en: a word list, since few were rated",
            "  topic price (Price): de: wort0, wort1, wort2, wort3, wort4, wort5",
        ]

    def test_counts_come_last_where_texts_were_read(self):
        counts = {"languages": {"": 2, "de": 1100, "fr": 5}, "read": 1100, "passed_through": 5}
        assert tell_text_model("surveys", LEARNT | counts)[-1] == (
            "  read 1,100 texts, passed 5 through (too short 2, de 1,100, fr 5)"
        )

    def test_a_model_without_topics_lists_none(self):
        assert not [line for line in tell_text_model("calls", LEARNT | {"topics": []}) if "topic" in line]


class TestPage:
    """The page on texts shows what can be written, and names all that there is."""

    PAGE = (ROOT / "docs" / "text.md").read_text(encoding="utf-8")

    def test_the_use_case_it_shows_can_be_loaded(self, company, tmp_path):
        (shown,) = re.findall(r"```yaml\n(.*?)```", self.PAGE, re.DOTALL)
        written, whole = yaml.safe_load(shown), yaml.safe_load(company.read_text(encoding="utf-8"))
        assert written.pop("privacy")["names"] == ["customers.contact_name", "agents.name"]
        whole["sources"] |= written["sources"]
        whole["features"] |= written["features"]
        del whole["features"]["response_rate"]
        path = tmp_path / "shown.yaml"
        path.write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")
        loaded = load(path)
        assert loaded.sources["surveys"].text.learn_from == "csat"
        assert loaded.sources["calls"].turns.file == "call_turns.parquet"

    def test_every_key_and_column_of_texts_is_in_it(self):
        for key in (*TextReading.model_fields, *TEXT_COLUMNS, "language", "is_actionable"):
            assert f"`{key}`" in self.PAGE, key

    def test_every_file_of_the_shelf_is_in_it(self, ask, out):
        ask("review")
        shelf = out / "texts" / "churn" / "surveys"
        (shelf / "corrections.csv").write_text("text,field,value\n", encoding="utf-8")
        for path in shelf.iterdir():
            assert f"`{path.name}{'/' if path.is_dir() else ''}`" in self.PAGE, path.name

    def test_the_lines_it_shows_are_understood(self):
        (shown,) = re.findall(r"```bash\n(.*?)```", self.PAGE, re.DOTALL)
        lines = [shlex.split(line, comments=True) for line in shown.splitlines()]
        actions = [build_parser().parse_args(line[1:]).action for line in lines]
        assert sorted(actions) == ["fit", "review", "show"]

    def test_it_is_linked_from_where_people_look(self):
        pages = ("README.md", *(f"docs/{name}.md" for name in LINKED))
        for name in pages:
            link = "docs/text.md" if name == "README.md" else "(text.md)"
            assert link in (ROOT / name).read_text(encoding="utf-8"), name
        for name in LINKED:
            assert f"({name}.md" in self.PAGE, name
