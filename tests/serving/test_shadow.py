import json
import threading
import time

import msgspec
import pytest
from starlette.testclient import TestClient

from serving.answers import score_rows
from serving.api import build_app
from serving.cache import CHALLENGER_POINTER, POINTER, install
from serving.champions import Champion, load_from
from serving.schemas import ScoreRequestOutline
from serving.settings import Settings
from serving.shadow import Agreement, Shadow, ShadowFiles, ShadowRow, read_agreement
from tests.serving.company import ROW, accept, wait_until
from tests.serving.keys import bearer, make_key
from training.bundle import load
from training.scoring import Scorer

SECRET = "jane.doe@example.org"


def ask(champion: Champion, *rows: dict[str, object]):
    """Return decoded rows and the champion's answer."""
    content = json.dumps([{"entity_id": SECRET, "features": row} for row in rows]).encode()
    outline = ScoreRequestOutline(usecase="churn", rows=msgspec.Raw(content))
    decoded = champion.decode_rows(content)
    return decoded, score_rows(champion, outline, decoded)


@pytest.fixture
def shadowed(cache, bundles):
    """Return a cache with a challenger beside the champion."""
    install(bundles.newer_churn, cache, try_out=accept, registry_version=2, name=CHALLENGER_POINTER)
    return cache


@pytest.fixture
def champion(shadowed) -> Champion:
    return load_from(shadowed / "churn" / POINTER)


def test_both_versions_and_both_scores_are_kept_and_nothing_of_the_row(shadowed, champion, bundles):
    kept: list[ShadowRow] = []
    shadow = Shadow(shadowed, 1.0, kept.extend)
    shadow.look()
    assert shadow.names == ("churn",)
    shadow.start()
    other = {**ROW, "o_customers.plan": SECRET}
    shadow.note(*ask(champion, ROW, other, ROW))
    shadow.stop()
    first, second, third = kept
    old, new = (Scorer(load(folder)) for folder in (bundles.churn, bundles.newer_churn))
    assert (first.champion, first.challenger) == (old.bundle.model_version, new.bundle.model_version)
    assert first.champion_scores == pytest.approx(old.score([ROW])[0].probabilities)
    assert first.challenger_scores == pytest.approx(new.score([ROW])[0].probabilities)
    assert first.champion_scores != first.challenger_scores
    assert first.row == third.row != second.row
    assert SECRET not in msgspec.json.encode(kept).decode()


def test_a_challenger_beside_a_champion_keeps_both_bundles(shadowed, bundles):
    folders = {path.name for path in (shadowed / "churn").iterdir() if path.is_dir()}
    assert folders == {load(folder).model_version for folder in (bundles.churn, bundles.newer_churn)}
    assert load_from(shadowed / "churn" / POINTER).bundle.model_version == load(bundles.churn).model_version


def test_without_a_challenger_nothing_happens(cache):
    kept: list[ShadowRow] = []
    champion = load_from(cache / "churn" / POINTER)
    shadow = Shadow(cache, 1.0, kept.extend)
    shadow.look()
    shadow.start()
    shadow.note(*ask(champion, ROW))
    shadow.stop()
    assert kept == []


def test_a_challenger_that_is_withdrawn_is_let_go(shadowed):
    shadow = Shadow(shadowed, 1.0, [].extend)
    shadow.look()
    (shadowed / "churn" / CHALLENGER_POINTER).unlink()
    shadow.look()
    assert shadow.names == ()


@pytest.mark.parametrize("content", [b"{", b'{"model_version": "churn-nowhere"}'], ids=["broken", "absent"])
def test_a_challenger_that_cannot_be_used_is_none(shadowed, content):
    shadow = Shadow(shadowed, 1.0, [].extend)
    shadow.look()
    (shadowed / "churn" / CHALLENGER_POINTER).write_bytes(content)
    shadow.look()
    assert shadow.names == ()


def test_only_the_asked_share_is_scored_again(shadowed, champion):
    kept: list[ShadowRow] = []
    shadow = Shadow(shadowed, 0.25, kept.extend)
    shadow.look()
    shadow.start()
    asked = ask(champion, ROW)
    for _ in range(400):
        shadow.note(*asked)
        time.sleep(0)
    shadow.stop()
    assert 50 < len(kept) + shadow.n_dropped < 160


def test_a_long_line_drops_and_never_waits(shadowed, champion):
    is_over = threading.Event()

    def keep_late(rows: object) -> None:
        is_over.wait()

    shadow = Shadow(shadowed, 1.0, keep_late)
    shadow.look()
    shadow.start()
    asked = ask(champion, ROW)
    for _ in range(1000):
        shadow.note(*asked)
    assert shadow.n_dropped >= 900
    is_over.set()
    shadow.stop()


def test_a_disk_that_takes_nothing_is_counted_and_the_next_row_is_tried(shadowed, champion, tmp_path):
    (tmp_path / "file").write_text("in the way")
    shadow = Shadow(shadowed, 1.0, ShadowFiles(tmp_path / "file").record)
    shadow.look()
    shadow.start()
    for _ in range(3):
        shadow.note(*ask(champion, ROW))
    wait_until(lambda: shadow.n_failed == 3, 30)
    shadow.stop()


class TestShadowFiles:
    ROW = ShadowRow("2026-01-01T00:00:00+00:00", "churn", "ab", "one", "two", {"30d": 0.1}, {"30d": 0.2})

    def test_rows_are_lines_of_json_for_the_owner_alone(self, tmp_path):
        files = ShadowFiles(tmp_path / "shadow")
        files.record([self.ROW, self.ROW])
        files.record([self.ROW])
        (file,) = (tmp_path / "shadow").iterdir()
        assert [msgspec.json.decode(line, type=ShadowRow) for line in file.read_bytes().splitlines()] == [
            self.ROW
        ] * 3
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    def test_size_and_number_of_files_are_bounded(self, tmp_path):
        files = ShadowFiles(tmp_path, most_bytes=100, most_files=3)
        for _ in range(10):
            files.record([self.ROW])
        assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("is_shadowing", [True, False])
def test_the_service_casts_a_shadow_only_if_told_to(shadowed, tmp_path, is_shadowing):
    keys = tmp_path / "keys.json"
    settings = Settings(
        cache=shadowed,
        latest=(tmp_path,),
        keys=keys,
        poll_seconds=0.05,
        is_shadowing=is_shadowing,
        shadow_share=1.0,
        shadow_folder=tmp_path / "shadow",
    )
    app = build_app(lambda: settings)
    body = {"usecase": "churn", "rows": [{"features": ROW}] * 2}
    with TestClient(app, base_url="http://127.0.0.1", headers=bearer(make_key(keys))) as client:
        if is_shadowing:
            wait_until(lambda: app.state.shadow.names == ("churn",), 30)
        assert client.post("/v1/score", json=body).status_code == 200
    files = list((tmp_path / "shadow").glob("*.jsonl"))
    assert sum(len(file.read_bytes().splitlines()) for file in files) == (2 if is_shadowing else 0)


class TestAgreement:
    """How far two versions are apart, from the ends of the files."""

    NAMES = ("churn", "churn-a", "churn-b")

    def line(self, first, second, **changed):
        scores = {"champion_scores": {"90d": first}, "challenger_scores": {"90d": second}}
        names = dict(zip(("usecase", "champion", "challenger"), self.NAMES, strict=True))
        return ShadowRow(**{"at": "", "row": "", **names, **scores, **changed})

    def read(self, folder):
        return read_agreement(folder, *self.NAMES, "90d")

    def test_rows_of_both_versions_count_and_no_others(self, tmp_path):
        rows = [self.line(0.2, 0.3), self.line(0.5, 0.2), self.line(0, 1, champion="churn-old")]
        ShadowFiles(tmp_path).record([*rows, self.line(0, 1, usecase="attrition")])
        found = self.read(tmp_path)
        assert (found.n_rows, found.is_value) == (2, False)
        assert (found.mean_gap, found.mean_difference) == (pytest.approx(0.2), pytest.approx(-0.1))

    def test_answers_are_compared_by_their_value(self, tmp_path):
        scores = {"champion_scores": {"value": 7.0}, "challenger_scores": {"value": 8.5}}
        ShadowFiles(tmp_path).record([self.line(0, 0, **scores)])
        assert self.read(tmp_path) == Agreement(1, 1.5, 1.5, is_value=True)

    def test_without_rows_there_is_none(self, tmp_path):
        assert self.read(tmp_path / "nowhere") is None
        ShadowFiles(tmp_path).record([self.line(0, 1, champion="churn-old")])
        assert self.read(tmp_path) is None

    def test_torn_lines_are_left_out_and_no_more_than_the_ends_is_read(self, tmp_path):
        files = ShadowFiles(tmp_path)
        files.record([self.line(0.2, 0.3)] * 5_000)
        (file,) = tmp_path.iterdir()
        with file.open("ab") as lines:
            lines.write(b'{"at":"2026\xff')
        found = self.read(tmp_path)
        assert 100 < found.n_rows < 1_000
        assert found.mean_gap == pytest.approx(0.1)
