import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.training.disclosure.disclosure_world import make_cut, make_wave
from training.disclosure import Ledger, Minimums, ReleaseRefusedError, record, release

FIVE = Minimums()
TABLE = make_cut({"a": 30, "b": 12, "c": 3})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wave" / "releases.json"


def release_now(path, table=TABLE, n_people=45):
    return release([table], [make_wave(n_people)], FIVE, Ledger.read(path))


def test_what_is_recorded_is_read_again(path):
    written = record(path, release_now(path))
    assert Ledger.read(path) == written
    (entry,) = written.of_wave("w1")
    assert [cell["state"] for cell in entry["cells"]] == ["shown", "shown", "hidden", "hidden"]
    assert [cell["size"] for cell in entry["cells"]] == [45, 30, 12, 3]
    assert entry["minimums"] == {"people": 5, "verbatims": 10, "drivers": 25}


def test_cells_come_back_with_their_people(path):
    released = release_now(path)
    record(path, released)
    order = list(range(45))[::-1]
    wave = make_wave([f"p{one}" for one in order])
    found = {
        one.cell.key: {wave.people[place] for place in one.cell.members}
        for one in Ledger.read(path).cells_of(wave)
    }
    assert found["c",] == {"p42", "p43", "p44"}
    assert found[None,] == set(wave.people)


def test_no_id_stands_in_the_file(path):
    wave = make_wave([f"person-{one}@example.org" for one in range(45)])
    record(path, release([TABLE], [wave], FIVE, Ledger.read(path)))
    assert "person-" not in path.read_text()


def test_two_ledgers_do_not_share_digests(path):
    assert Ledger.start().digest(["p1"]) != Ledger.start().digest(["p1"])


def test_every_entry_stands_on_the_one_before(path):
    record(path, release_now(path))
    ledger = record(path, release_now(path, make_cut({"x": 45}, name="by site")))
    assert [entry["previous"] for entry in ledger.entries] == ["", ledger.entries[0]["hash"]]
    assert ledger.head == ledger.entries[1]["hash"]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda entries: entries[0]["cells"][3].update(state="shown"),
        lambda entries: entries[0]["cells"][3].update(size=30),
        lambda entries: entries[0]["minimums"].update(people=2),
        lambda entries: entries[0]["people"].reverse(),
        lambda entries: entries.pop(0),
        lambda entries: entries.reverse(),
        lambda entries: entries[1].pop("previous"),
    ],
    ids=["state", "size", "minimum", "people", "first left out", "order", "link"],
)
def test_a_change_is_noticed(path, tamper):
    record(path, release_now(path))
    record(path, release_now(path, make_cut({"x": 45}, name="by site")))
    content = json.loads(path.read_text())
    tamper(content["entries"])
    path.write_text(json.dumps(content))
    with pytest.raises(ReleaseRefusedError, match="is not as it was written; restore the file from a backup"):
        Ledger.read(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"salt": 1, "format": 1}'])
def test_what_is_no_ledger_is_refused_and_not_taken_for_an_empty_one(path, text):
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(ReleaseRefusedError, match="it is no ledger of releases"):
        Ledger.read(path)


def test_another_format_is_refused(path):
    path.parent.mkdir()
    path.write_text('{"salt": "00", "format": 9, "entries": []}')
    with pytest.raises(ReleaseRefusedError, match="its format is 9, and 1 is known here"):
        Ledger.read(path)


def test_a_release_granted_before_another_went_out_is_refused(path):
    early = release_now(path, make_cut({"y": 45}, name="by site"))
    record(path, release_now(path))
    with pytest.raises(ReleaseRefusedError, match="granted against another history"):
        record(path, replace(early, history="before"))


def test_of_two_at_the_same_time_one_is_refused(path):
    ledger = record(path, release_now(path))
    tables = [make_cut({"x": 45}, name="by site"), make_cut({"y": 45}, name="by level")]
    waiting = [release([table], [make_wave(45)], FIVE, ledger) for table in tables]

    def add(released):
        try:
            return record(path, released)
        except ReleaseRefusedError:
            return None

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(add, waiting))
    assert sum(one is None for one in done) == 1
    assert len(Ledger.read(path).entries) == 2
