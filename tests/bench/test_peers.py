import json
import shutil
import sys

import numpy as np
import pyarrow as pa
import pytest

from features.catalogue import Catalogue, Feature
from tests.bench import peers
from tests.bench.kept import Kept, digest_of, read_kept
from tests.bench.paired import pair
from tests.bench.quality import Rows
from training.evaluation import evaluate

pytestmark = pytest.mark.long

# Stands in for a peer in an environment of its own: everybody gets the share of those it learned from.
PRIOR = """
import json, sys
from pathlib import Path
import pyarrow.parquet as pq
job = json.loads(Path(sys.argv[1]).read_text())
if job["peer"] == "flaml":
    sys.exit("cannot")
share = float(pq.read_table(job["learned"])[job["label"]].to_numpy().mean())
judged = pq.read_table(job["judged"])
assert job["label"] not in judged.column_names
answer = {"version": "1.0", "seconds": job["seconds"], "forecast": [share] * judged.num_rows}
Path(job["answer"]).write_text(json.dumps(answer))
"""


@pytest.fixture(scope="module")
def rows():
    chance = np.random.default_rng(0)
    usage = chance.normal(size=400)
    target = (chance.logistic(size=400) < -0.5 - 1.5 * usage).astype(np.int8)
    table = pa.table({"entity_id": [f"k{n}" for n in range(400)], "usage": usage, "target": target})
    return Rows(table, Catalogue((Feature("usage", "number", "table"),)))


@pytest.fixture
def contest(tmp_path, monkeypatch):
    return prepare(tmp_path, monkeypatch)


def prepare(folder, monkeypatch):
    """Let the stand-in be the peer and return a function that makes a contest of two folds."""
    script = folder / "peer.py"
    script.write_text(PRIOR)
    monkeypatch.setattr(peers, "_FIT", script)
    _LINES.clear()
    monkeypatch.setattr(peers, "_tell", _LINES.append)
    return lambda **given: peers.Contest(
        **{
            "peers": ("catboost",),
            "folds": (0, 1),
            "seconds": 0.0,
            "keep": folder / "kept",
            "python": sys.executable,
            **given,
        }
    )


_LINES: list[str] = []


@pytest.fixture(scope="module")
def first(rows, tmp_path_factory):
    """Compare once: what was found, which fits were made, and the folder where they are kept."""
    folder = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patched:
        found = prepare(folder, patched)().run("toy", rows)
        return found, fits(), folder / "kept"


@pytest.fixture
def resumed(first, contest, tmp_path):
    """Return what makes a contest where the first one has been held."""
    shutil.copytree(first[2], tmp_path / "kept")
    return contest


def fits():
    """Return which fits were made since the test began."""
    return [line for line in _LINES if ", fold" in line]


def test_every_fold_is_fitted_once_and_kept(first, resumed, rows):
    found, made, _ = first
    assert {name: sorted(kept) for name, kept in found.items()} == {"ours": [0, 1], "catboost": [0, 1]}
    assert len(made) == 4
    assert resumed().run("toy", rows) == found
    assert fits() == []


def test_a_comparison_goes_on_where_it_ended(resumed, rows):
    resumed(folds=(1, 2), peers=("catboost", "autogluon")).run("toy", rows)
    assert len(fits()) == 1 + 3


def test_peers_get_our_seconds_or_those_that_were_said(first, resumed, rows):
    found = first[0]
    allowed = [kept.allowed for kept in found["catboost"].values()]
    assert allowed == [max(5.0, kept.seconds) for kept in found["ours"].values()]
    found = resumed(seconds=7.0).run("toy", rows)
    assert {kept.allowed for kept in found["catboost"].values()} == {7.0}


def test_what_is_asked_for_again_is_made_anew(resumed, rows):
    resumed(again=("ours",)).run("toy", rows)
    assert [line.rpartition(" ")[2] for line in fits()] == ["ours", "ours"]


def test_other_rows_are_not_taken_for_the_same(resumed, rows):
    other = Rows(rows.table.set_column(1, "usage", pa.array(np.arange(400.0))), rows.catalogue)
    resumed(folds=(0,)).run("toy", other)
    assert len(fits()) == 2


def test_a_peer_that_fails_is_left_out_and_others_go_on(contest, rows):
    found = contest(peers=("flaml", "catboost"), folds=(0,)).run("toy", rows)
    assert set(found) == {"ours", "catboost"}
    assert "  failed with code 1: left out" in _LINES


def test_figures_are_those_of_the_folds_that_both_forecast(first, rows):
    found = first[0]
    ((peer, cost, pairing),) = peers.compare(rows, found)
    dealt = peers.deal_folds(rows.target)
    assert (peer, cost["folds"], cost["rows"]) == ("catboost", [1, 2], int(np.isin(dealt, [0, 1]).sum()))
    assert pairing.difference["log_loss"].high < 0
    assert pairing.theirs["auc"] == pytest.approx(0.5, abs=0.01)
    text = peers.describe("toy", peer, cost, pairing)
    assert text.splitlines()[0].startswith("toy, catboost 1.0: ")
    json.dumps(pairing.to_json(), allow_nan=False)


def test_paired_figures_equal_those_of_the_product():
    chance = np.random.default_rng(3)
    truth = chance.uniform(0.05, 0.95, 600)
    target = (chance.random(600) < truth).astype(float)
    ours, theirs = truth, np.clip(truth + chance.normal(0, 0.2, 600), 0.01, 0.99)
    found, judged = pair(target, ours, theirs), evaluate(target, ours, baselines={"peer": theirs})
    for name in ("log_loss", "auc", "brier"):
        assert found.difference[name] == getattr(judged.baselines["peer"], name)
        assert found.ours[name] == pytest.approx(getattr(judged, name).value)
    assert found.ours["ece"] == pytest.approx(judged.ece.value)
    assert found.difference["ece"].value < 0


def test_kept_forecasts_are_read_back_only_for_their_rows(tmp_path):
    kept = Kept("a", 5.0, 4.0, "1", [0.1])
    kept.write(tmp_path / "set" / "x.json")
    assert read_kept(tmp_path / "set" / "x.json", "a") == kept
    assert read_kept(tmp_path / "set" / "x.json", "b") is None
    assert read_kept(tmp_path / "none.json", "a") is None
    one = pa.table({"a": [1.0]})
    assert digest_of(one) == digest_of(pa.table({"a": [1.0]})) != digest_of(pa.table({"a": [2.0]}))


def test_what_is_asked_for_is_checked(capsys):
    contest, names = peers.read_words(["--sets", "a,b", "--peers", "flaml", "--folds", "3", "--seconds", "5"])
    assert (contest.peers, contest.folds, contest.seconds, names) == (["flaml"], [3], 5.0, ["a", "b"])
    for words in (["--peers", "other"], ["--folds", "5"], ["--again", "all"]):
        with pytest.raises(SystemExit):
            peers.read_words(words)
    assert "'other' is none of ours, catboost, flaml, autogluon" in capsys.readouterr().err
