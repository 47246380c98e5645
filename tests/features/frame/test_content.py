import json
from dataclasses import replace

import pyarrow as pa
import pytest

from features.errors import ContractError, SourceError
from features.frame import Frame, build
from features.frame.content import VERBATIMS
from features.frame.facts import FrameFacts
from tests.features.frame.company import load_company


@pytest.fixture(scope="module")
def frame(tmp_path_factory):
    return build(load_company(tmp_path_factory.mktemp("company")))


@pytest.fixture
def folder(frame, tmp_path):
    frame.write(tmp_path / "frame")
    return tmp_path / "frame"


def test_what_was_written_is_read(frame, folder):
    found = Frame.read(folder)
    assert found.table.equals(frame.table)
    assert found.latest.equals(frame.latest)
    assert found.answers.equals(frame.answers)
    assert found.protected.equals(frame.protected)
    assert found.waves.equals(frame.waves)
    assert found.facts == frame.facts


def test_build_writes_what_it_returns(tmp_path):
    frame = build(load_company(tmp_path / "raw"), tmp_path / "frame")
    assert sorted(path.name for path in (tmp_path / "frame").iterdir()) == [
        "answers.parquet",
        "frame.json",
        "frame.parquet",
        "latest.parquet",
        "protected.parquet",
        "verbatims.parquet",
        "waves.parquet",
    ]
    assert Frame.read(tmp_path / "frame").facts == frame.facts


def test_writing_twice_gives_equal_bytes(frame, folder, tmp_path):
    frame.write(tmp_path / "again")
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_an_older_frame_is_replaced_as_a_whole(frame, folder):
    (folder / "stray.txt").write_text("old")
    frame.write(folder)
    assert not (folder / "stray.txt").exists()
    assert Frame.read(folder).facts == frame.facts


def test_a_failed_write_leaves_the_old_frame(frame, folder, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(FrameFacts, "to_json", lambda _: {"odd": object()})
    with pytest.raises(TypeError):
        frame.write(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["frame"]


def test_the_facts_can_be_read_by_people(frame, folder):
    text = (folder / "frame.json").read_text(encoding="utf-8")
    content = json.loads(text)
    assert text.count("\n") > 50
    assert content["usecase"] == "churn"
    assert content["snapshot_dates"][0] == "2023-12-31"
    assert content["horizons"][0].keys() == {"horizon", "events", "labelled"}
    assert content["files"]["frame.parquet"]["bytes"] == (folder / "frame.parquet").stat().st_size
    assert content["row_count"] == frame.table.num_rows


@pytest.mark.parametrize("name", ["frame.parquet", "latest.parquet", "answers.parquet", "waves.parquet"])
def test_a_changed_byte_is_noticed(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(ContractError, match=f"{name}: has the SHA-256 .* do not belong together"):
        Frame.read(folder)


def test_rows_of_another_build_are_refused(folder):
    (folder / "frame.parquet").write_bytes((folder / "latest.parquet").read_bytes())
    with pytest.raises(ContractError, match="do not belong together"):
        Frame.read(folder)


@pytest.mark.parametrize("name", ["frame.parquet", "latest.parquet", "answers.parquet", "frame.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(SourceError, match=f"{name}: cannot be read"):
        Frame.read(folder)


def change_facts(folder, change):
    path = folder / "frame.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_another_format_is_refused_with_both_versions(folder):
    change_facts(folder, lambda content: content.update(format_version=99))
    with pytest.raises(ContractError, match="has the format version 99, not 4"):
        Frame.read(folder)


def test_facts_that_lack_a_key_are_refused_by_its_name(folder):
    change_facts(folder, lambda content: content.pop("observed_until"))
    with pytest.raises(ContractError, match="is incomplete: 'observed_until'"):
        Frame.read(folder)


def test_a_file_that_is_no_json_is_refused(folder):
    (folder / "frame.json").write_text("{")
    with pytest.raises(ContractError, match="does not describe a feature table"):
        Frame.read(folder)


def read_in_words(frame):
    texts = {"surveys/model.json": b"{}", "surveys/tone/de/weights.bin": b"\x00\x01"}
    row = dict.fromkeys(VERBATIMS.names) | {"entity_id": "K1", "source": "surveys", "sentiment": -1.5}
    verbatims = pa.Table.from_pylist([row], VERBATIMS)
    facts = replace(frame.facts, texts={"surveys": {"version": "0123456789ab"}})
    return replace(frame, verbatims=verbatims, texts=texts, facts=facts)


def test_what_was_read_in_words_is_kept_with_the_models_that_read_it(frame, tmp_path):
    read = read_in_words(frame)
    read.write(tmp_path / "frame")
    found = Frame.read(tmp_path / "frame")
    assert found.texts == read.texts
    assert found.verbatims.equals(read.verbatims)
    assert found.facts.texts == read.facts.texts


def test_an_altered_text_model_is_refused(frame, tmp_path):
    read_in_words(frame).write(tmp_path / "frame")
    (tmp_path / "frame" / "text" / "surveys" / "model.json").write_bytes(b"[]")
    with pytest.raises(ContractError, match=r"model\.json.*do not belong together"):
        Frame.read(tmp_path / "frame")


def test_a_table_of_an_earlier_version_has_read_nothing(frame, folder):
    content = json.loads((folder / "frame.json").read_text())
    del content["files"]["verbatims.parquet"], content["texts"]
    (folder / "frame.json").write_text(json.dumps(content))
    (folder / "verbatims.parquet").unlink()
    found = Frame.read(folder)
    assert (found.verbatims.num_rows, found.texts, found.facts.texts) == (0, {}, {})
