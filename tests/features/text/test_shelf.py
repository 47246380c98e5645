import json
import shutil
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.errors import ContractError, InputError, SpecError
from features.text.shelf import Shelf
from features.text.topics import write_starter
from tests.features.text.spoken import PLAN, draw_verbatims, make_lesson


@pytest.fixture(scope="module")
def lesson():
    return make_lesson(800)


@pytest.fixture(scope="module")
def filled(lesson, tmp_path_factory):
    """Return a folder in which a model was fitted."""
    folder = tmp_path_factory.mktemp("shelf") / "surveys"
    Shelf(folder).settle(lesson)
    return folder


@pytest.fixture
def shelf(filled, tmp_path):
    """Return a copy to change."""
    return Shelf(shutil.copytree(filled, tmp_path / "surveys"))


def settle(shelf, lesson, **options):
    """Return what reads, and what was said on the way."""
    said = []
    return shelf.settle(lesson, said.append, **options), said


TEXTS = [text for text in draw_verbatims(200, seed=8)[0] if len(text) > 20]


def readings_of(reader, texts=TEXTS):
    found = reader.read(texts)
    return [
        (language, str(sentiment), str(effort), str(acts), topic)
        for language, sentiment, effort, acts, topic in zip(
            found.language, found.sentiment, found.effort, found.is_actionable, found.topic, strict=True
        )
    ]


def correct(shelf, *lines):
    rows = ["text,field,value", *(f'"{text}",{field},{value}' for text, field, value in lines)]
    (shelf.folder / "corrections.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


class TestKeeping:
    def test_a_kept_model_is_used_again(self, shelf, lesson):
        reader, said = settle(shelf, lesson)
        assert said == []
        assert reader.version == shelf.find().version

    def test_a_later_day_keeps_the_model(self, shelf, lesson):
        _, said = settle(shelf, replace(lesson, until=date(2026, 1, 1)))
        assert said == []

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"until": date(2025, 1, 1)}, "known until 2025-07-01, after 2025-01-01"),
            ({"plan": replace(PLAN, n_topics=4)}, "asks for another one"),
        ],
    )
    def test_another_plan_or_an_earlier_day_fits_anew(self, shelf, lesson, change, reason):
        _, said = settle(shelf, replace(lesson, **change))
        assert reason in said[0]

    def test_it_is_fitted_anew_when_asked(self, shelf, lesson):
        assert "as asked" in settle(shelf, lesson, anew=True)[1][0]

    def test_without_a_folder_nothing_is_kept(self, lesson):
        shelf = Shelf(None)
        shelf.settle(lesson)
        assert shelf.load() is None

    def test_a_damaged_model_is_refused_with_what_to_do(self, shelf):
        (shelf.folder / "model" / "model.json").write_text("{")
        with pytest.raises(
            InputError, match=r"model: is damaged: .*; delete .*, the next run fits a new one"
        ):
            shelf.load()

    @pytest.mark.parametrize("damage", [b"", b"not json\n", b'{"version"', b"\xff\xfe", b"[1]\n", b"{}"])
    def test_a_damaged_record_of_versions_stops_nothing_and_is_kept(self, shelf, lesson, damage):
        path = shelf.folder / "versions.jsonl"
        path.write_bytes(damage)
        reader = settle(shelf, lesson)[0]
        written = path.read_bytes()
        assert written.startswith(damage)
        assert json.loads(written.splitlines()[-1])["version"] == reader.version
        settle(shelf, lesson)
        assert path.read_bytes() == written

    def test_topics_in_another_encoding_are_refused_by_name_when_a_model_is_fitted(self, shelf, lesson):
        shutil.rmtree(shelf.folder / "model")
        (shelf.folder / "topics.yaml").write_bytes("version: 1\ntopics: {größe: {}}\n".encode("cp1252"))
        with pytest.raises(InputError, match=r"topics\.yaml"):
            settle(shelf, lesson)
        assert shelf.load() is not None

    def test_every_version_is_noted_once_with_its_day(self, shelf, lesson):
        settle(shelf, lesson)
        correct(shelf, (TEXTS[0], "sentiment", "-2"))
        settle(shelf, lesson)
        settle(shelf, lesson)
        lines = [json.loads(line) for line in (shelf.folder / "versions.jsonl").read_text().splitlines()]
        assert len(lines) == 2
        assert [line["corrections"] for line in lines] == [0, 1]
        assert lines[0]["version"] != lines[1]["version"]
        assert all(line["scored_at"].startswith("20") for line in lines)


class TestEditing:
    def test_the_file_to_edit_changes_nothing_as_it_is(self, shelf):
        kept = shelf.load()
        assert (shelf.folder / "topics.yaml").read_text() == write_starter(kept.topics)
        assert shelf.find().model.topics == kept.topics

    def test_a_new_name_acts_on_the_next_run(self, shelf, lesson):
        before = readings_of(settle(shelf, lesson)[0])
        path = shelf.folder / "topics.yaml"
        path.write_text("version: 1\ntopics:\n  price:\n    label: {de: Tarife, en: Rates}\n")
        reader = settle(shelf, lesson)[0]
        assert reader.model.topics.topic("price").label["en"] == "Rates"
        assert readings_of(reader) == before

    def test_a_misspelt_topic_is_named(self, shelf, lesson):
        (shelf.folder / "topics.yaml").write_text("version: 1\ntopics:\n  prise:\n    hide: true\n")
        with pytest.raises(SpecError, match=r"topics\.yaml.*prise.*price"):
            settle(shelf, lesson)

    def test_an_edited_file_is_never_overwritten(self, shelf, lesson):
        content = "version: 1\ntopics:\n  price:\n    label: {de: Tarife, en: Rates}\n"
        (shelf.folder / "topics.yaml").write_text(content)
        settle(shelf, lesson, anew=True)
        assert (shelf.folder / "topics.yaml").read_text() == content


class TestCorrecting:
    def test_a_correction_changes_what_it_names_and_nothing_else(self, shelf, lesson):
        before = readings_of(settle(shelf, lesson)[0])
        correct(shelf, (TEXTS[3].upper(), "sentiment", "-2"), (TEXTS[5], "topic", "delivery"))
        after = readings_of(settle(shelf, lesson)[0])
        for text, old, new in zip(TEXTS, before, after, strict=True):
            expected = list(old)
            if text.lower() == TEXTS[3].lower():
                expected[1] = "-2.0"
            if text.lower() == TEXTS[5].lower():
                expected[4] = "delivery"
            assert list(new) == expected

    def test_taking_it_back_takes_the_change_back(self, shelf, lesson):
        before = settle(shelf, lesson)[0]
        correct(shelf, (TEXTS[3], "sentiment", "-2"))
        assert settle(shelf, lesson)[0].version != before.version
        (shelf.folder / "corrections.csv").unlink()
        after = settle(shelf, lesson)[0]
        assert after.version == before.version
        assert readings_of(after) == readings_of(before)

    def test_a_line_that_cannot_be_used_is_named(self, shelf, lesson):
        correct(shelf, (TEXTS[0], "sentiment", "bad"))
        with pytest.raises(ContractError, match=r"corrections\.csv: line 2.*'bad'"):
            settle(shelf, lesson)

    def test_it_is_told_how_many_there_are(self, shelf, lesson):
        correct(shelf, (TEXTS[0], "sentiment", "1"), (TEXTS[1], "effort", "-1"))
        assert settle(shelf, lesson)[0].describe()["corrections"] == 2


class TestReviewing:
    def test_the_list_can_be_filled_in_and_used(self, shelf, lesson):
        reader = settle(shelf, lesson)[0]
        path = shelf.review(reader, TEXTS)
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        assert lines[0].startswith("text,field,value,note")
        assert len(lines) > 5
        path.rename(shelf.folder / "corrections.csv")
        assert readings_of(settle(shelf, lesson)[0]) == readings_of(reader)

    def test_what_was_decided_is_not_asked_again(self, shelf, lesson):
        reader = settle(shelf, lesson)[0]
        doubted = reader.list_doubts(TEXTS)[0]
        value = "-1" if doubted.field == "sentiment" else "price"
        correct(shelf, (doubted.text.replace('"', '""'), doubted.field, value))
        again = settle(shelf, lesson)[0].list_doubts(TEXTS)
        assert (doubted.text, doubted.field) not in {(one.text, one.field) for one in again}

    def test_doubt_falls_along_the_list(self, shelf, lesson):
        doubts = [one.doubt for one in settle(shelf, lesson)[0].list_doubts(TEXTS)]
        assert doubts == sorted(doubts, reverse=True)
        assert np.all(np.array(doubts) <= 1)
