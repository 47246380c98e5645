"""What has gone out on people at work is kept, looked up and attacked before more goes out."""

import json
from dataclasses import replace
from datetime import date

import pytest

from features.usecase import Privacy
from training.disclosure import Ledger, Released, ReleaseRefusedError, ShownCuts
from training.disclosure.released import ReleasedCell
from training.runs.releases import FORECASTS, Releases

DAY = date(2026, 3, 31)
TEAMS = ["a"] * 30 + ["b"] * 20 + ["c"] * 10


def told(labels=TEAMS, history=None) -> Released:
    people = [f"p{place}" for place in range(len(labels))]
    return ShownCuts.of(
        {"team": labels}, Privacy(subject="employee"), people=people, day=DAY, history=history
    ).released


def test_what_went_out_is_found_again(tmp_path):
    releases = Releases(tmp_path)
    assert releases.history(FORECASTS).entries == ()
    releases.publish({FORECASTS: told()})
    (entry,) = releases.history(FORECASTS).entries
    assert entry["wave"]["name"] == "2026-03-31"
    assert [file.name for file in tmp_path.glob("*.json")] == ["forecasts.json"]


def test_questions_do_not_know_each_other(tmp_path):
    releases = Releases(tmp_path)
    releases.publish({FORECASTS: told(), "pulse-enps": told(TEAMS[5:])})
    assert len(releases.history("pulse-enps").entries) == 1


def test_no_name_of_a_person_stands_in_the_file(tmp_path):
    Releases(tmp_path).publish({FORECASTS: told()})
    text = (tmp_path / "forecasts.json").read_text()
    assert "p0" not in json.loads(text)["entries"][0]["people"]
    assert '"p' not in text.replace('"people"', "").replace('"previous"', "")


def test_customers_leave_no_history(tmp_path, company):
    assert company.usecase.privacy.subject == "customer"
    releases = Releases.of(company.usecase, tmp_path / "releases")
    releases.publish({FORECASTS: told()})
    assert releases.history(FORECASTS) is None
    assert not (tmp_path / "releases").exists()


def test_a_release_that_gives_a_group_away_never_goes_out(tmp_path):
    safe = told(["a"] * 30 + ["b"] * 20 + ["c"] * 3)
    careless = replace(
        safe,
        cells=tuple(ReleasedCell(one.cell, "shown" if one.size >= 5 else "hidden") for one in safe.cells),
    )
    with pytest.raises(ReleaseRefusedError):
        Releases(tmp_path).publish({FORECASTS: careless})
    assert list(tmp_path.iterdir()) == []


def test_a_release_granted_against_an_older_history_is_refused(tmp_path):
    releases = Releases(tmp_path)
    stale = told(history=Ledger.start())
    releases.publish({FORECASTS: stale})
    with pytest.raises(ReleaseRefusedError, match="another history"):
        releases.publish({FORECASTS: stale})
