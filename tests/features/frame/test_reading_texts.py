"""Text models by themselves: fitted anew, shown, asked what they doubt."""

import csv
import json
import shutil

import pytest

from features.errors import ContractError, InputError, SpecError
from features.frame import Tombstones, build, fit_texts, review_texts, show_texts
from features.text.shelf import Shelf
from tests.features.frame.company import load_company
from tests.features.frame.spoken_company import CANARY, load_spoken, make_spoken


@pytest.fixture(scope="module")
def usecase(tmp_path_factory):
    return load_spoken(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def fitted(usecase, tmp_path_factory):
    """Return what the first fit said, and its shelves."""
    folder = tmp_path_factory.mktemp("shelves") / "texts"
    return fit_texts(usecase, folder), folder


@pytest.fixture
def shelves(fitted, tmp_path):
    """Return a copy of the shelves, to change."""
    return shutil.copytree(fitted[1], tmp_path / "texts")


def read_review(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class TestFitting:
    def test_there_is_a_shelf_for_every_source_with_words(self, fitted):
        facts, folder = fitted
        assert sorted(facts) == sorted(path.name for path in folder.iterdir()) == ["calls", "surveys"]
        written = sorted(path.name for path in (folder / "surveys").iterdir())
        assert written == ["model", "topics.yaml", "versions.jsonl"]
        assert sorted(path.name for path in (folder / "calls").iterdir()) == ["model", "versions.jsonl"]

    def test_it_says_what_a_build_says(self, usecase, fitted, shelves):
        assert build(usecase, texts=shelves).facts.texts == fitted[0]

    def test_a_build_reads_with_the_model_that_was_fitted(self, usecase, fitted, shelves):
        said = []
        build(usecase, texts=shelves, report=said.append)
        assert not [line for line in said if line.startswith("fitting the text model")]

    def test_topics_that_go_on_keep_their_names(self, usecase, shelves):
        path = shelves / "surveys" / "topics.yaml"
        path.write_text(
            "version: 1\ntopics:\n  invoice:\n    label: {de: Belege, en: Bills}\n", encoding="utf-8"
        )
        topics = {one["id"]: one["label"]["en"] for one in fit_texts(usecase, shelves)["surveys"]["topics"]}
        assert topics["invoice"] == "Bills"
        assert "Belege" in path.read_text(encoding="utf-8")

    def test_a_correction_teaches_in_the_next_fit(self, usecase, fitted, shelves):
        text = next(row["comment"] for row in make_spoken()["surveys"] if len(row["comment"]) > 30)
        line = f'text,field,value\n"{text}",sentiment,-2\n'
        (shelves / "surveys" / "corrections.csv").write_text(line, encoding="utf-8")
        corrected = build(usecase, texts=shelves).facts.texts["surveys"]
        assert corrected["corrections"] == 1
        assert corrected["tone"] == fitted[0]["surveys"]["tone"]
        taught = fit_texts(usecase, shelves)["surveys"]
        before = {code: one["rows"] for code, one in corrected["tone"].items()}
        after = {code: one["rows"] for code, one in taught["tone"].items()}
        assert sum(after.values()) == sum(before.values()) + 1

    def test_the_erased_teach_nothing(self, usecase, fitted, tmp_path):
        people = {row["customer"] for row in make_spoken()["surveys"] if row["answered_at"].year == 2023}
        tombstones = Tombstones.read(tmp_path / "none.json").add(sorted(people)[:20])
        told = fit_texts(usecase, tmp_path / "texts", tombstones=tombstones)["surveys"]
        assert told["read"] < fitted[0]["surveys"]["read"]
        rows = [sum(one["rows"] for one in facts["tone"].values()) for facts in (told, fitted[0]["surveys"])]
        assert rows[0] < rows[1]


class TestShowing:
    def test_it_says_what_reads_without_reading_anything(self, usecase, fitted):
        facts, folder = fitted
        told = show_texts(usecase, folder)
        counts = {"key", "languages", "read", "passed_through", "redacted", "emerging"}
        for name, shown in told.items():
            assert shown == {key: value for key, value in facts[name].items() if key not in counts}

    def test_edits_and_corrections_are_in_it(self, usecase, shelves):
        before = show_texts(usecase, shelves)["surveys"]
        path = shelves / "surveys"
        (path / "corrections.csv").write_text("text,field,value\ngut,sentiment,2\n", encoding="utf-8")
        (path / "topics.yaml").write_text("version: 1\ntopics:\n  invoice: {hide: true}\n", encoding="utf-8")
        after = show_texts(usecase, shelves)["surveys"]
        assert after["corrections"] == 1
        assert after["version"] != before["version"]
        assert {topic["id"] for topic in before["topics"]} - {topic["id"] for topic in after["topics"]} == {
            "invoice"
        }

    def test_nothing_kept_yet_is_said_with_what_to_do(self, usecase, shelves):
        shutil.rmtree(shelves / "calls")
        with pytest.raises(
            InputError, match=r"calls: holds no text model yet; fit it with 'xm-predict text fit'"
        ):
            show_texts(usecase, shelves)

    def test_a_use_case_without_words_shows_nothing(self, tmp_path):
        assert show_texts(load_company(tmp_path), tmp_path / "texts") == {}


class TestReviewing:
    @pytest.fixture
    def reviewed(self, usecase, shelves):
        return review_texts(usecase, shelves)

    def test_the_texts_read_with_most_doubt_are_written_beside_the_model(self, reviewed, shelves):
        assert reviewed == {name: shelves / name / "review.csv" for name in ("surveys", "calls")}
        rows = read_review(reviewed["surveys"])
        assert 10 < len(rows) <= 50
        doubts = [float(row["doubt"]) for row in rows]
        assert doubts == sorted(doubts, reverse=True)
        written = {row["comment"] for row in make_spoken()["surveys"]}
        assert {row["text"] for row in rows} & written
        assert {row["value"] for row in rows} == {""}

    def test_names_are_not_in_it(self, reviewed):
        for path in reviewed.values():
            content = path.read_text(encoding="utf-8-sig")
            assert "Quillebrandt" not in content
            assert CANARY not in content or "Herr [name] rief" in content

    def test_a_line_that_was_filled_in_acts_on_the_next_run(self, usecase, reviewed, shelves):
        rows = read_review(reviewed["surveys"])
        chosen = next(row for row in rows if row["field"] == "sentiment")
        with (shelves / "surveys" / "corrections.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(chosen))
            writer.writeheader()
            writer.writerow(chosen | {"value": "2"})
        again = read_review(review_texts(usecase, shelves)["surveys"])
        assert (chosen["text"], "sentiment") not in {(row["text"], row["field"]) for row in again}
        assert show_texts(usecase, shelves)["surveys"]["corrections"] == 1

    def test_it_fits_a_model_where_there_is_none(self, usecase, tmp_path):
        review_texts(usecase, tmp_path / "new")
        assert set(show_texts(usecase, tmp_path / "new")) == {"surveys", "calls"}

    def test_the_model_is_left_as_it_is(self, usecase, fitted, reviewed, shelves):
        for name in ("surveys", "calls"):
            assert Shelf(shelves / name).find().version == fitted[0][name]["version"]
            lines = (shelves / name / "versions.jsonl").read_text().splitlines()
            assert [json.loads(line)["version"] for line in lines] == [fitted[0][name]["version"]]


class TestFaults:
    """Every file that people edit is refused by name, by all three."""

    RUNS = (fit_texts, review_texts, show_texts)

    @pytest.mark.parametrize("run", RUNS)
    @pytest.mark.parametrize(
        ("file", "content", "error", "told"),
        [
            ("topics.yaml", "topics: [", SpecError, r"topics\.yaml"),
            ("topics.yaml", "version: 1\ntopics:\n  invioce: {hide: true}\n", SpecError, "invioce.*invoice"),
            ("corrections.csv", "text,value\na,b\n", ContractError, r"corrections\.csv.*field"),
            (
                "corrections.csv",
                "text,field,value\na,sentiment,9\n",
                ContractError,
                r"corrections\.csv: line 2",
            ),
            ("model/model.json", "{", InputError, r"surveys/model: is damaged.*the next run fits a new one"),
            ("model/model.json", '{"format": 9}', InputError, "has the format 9, this version reads 1"),
            ("model/topics/topics.json", "{}", InputError, "surveys/model: is damaged"),
            ("model/tone/de/sentiment.bin", "", InputError, "surveys/model: is damaged"),
        ],
    )
    def test_a_file_that_cannot_be_used_is_named(self, usecase, shelves, run, file, content, error, told):
        (shelves / "surveys" / file).write_text(content, encoding="utf-8")
        with pytest.raises(error, match=told):
            run(usecase, shelves)

    @pytest.mark.parametrize("file", ["tone/de/sentiment.json", "tone/en/sentiment.bin", "model.json"])
    def test_a_file_of_the_model_that_is_gone_is_damage(self, usecase, shelves, file):
        (shelves / "surveys" / "model" / file).unlink()
        with pytest.raises(InputError, match="surveys/model: is damaged"):
            show_texts(usecase, shelves)
