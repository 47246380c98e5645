"""What has gone out on people at work is kept, looked up and attacked before more goes out."""

import json
from dataclasses import replace
from datetime import date

import pytest

from features.usecase import Privacy, parse
from training.disclosure import Ledger, Released, ReleaseRefusedError, ShownCuts
from training.disclosure.released import ReleasedCell
from training.runs.releases import FORECASTS, Releases, ThresholdLoweredError

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


class TestFrozenThresholds:
    """What was promised to those who answered is kept: groups never get smaller than in what went out."""

    @staticmethod
    def spell(**privacy):
        table = {"file": "t.csv", "id": "id", "label": "left", "positive": "Yes"}
        content = {"version": 1, "name": "attrition", "table": table}
        return parse({**content, "privacy": {"subject": "employee", **privacy}}, "attrition")

    @pytest.fixture
    def folder(self, tmp_path):
        """Return the ledgers of two questions; the second was told under the higher minimum of 8."""
        people = [f"p{place}" for place in range(len(TEAMS))]
        privacy = Privacy(subject="employee", minimum_group=8)
        later = ShownCuts.of({"team": TEAMS}, privacy, people=people, day=DAY).released
        Releases(tmp_path).publish({FORECASTS: told(), "pulse-enps": later})
        return tmp_path

    def test_lowering_is_refused_with_key_figures_ledger_and_a_way_out(self, folder):
        with pytest.raises(ThresholdLoweredError) as caught:
            Releases.of(self.spell(minimum_group=7), folder)
        said = str(caught.value)
        assert said.startswith(
            "attrition: privacy.minimum_group: is 7, and groups of at least 8 were promised"
        )
        assert "pulse-enps.json knows what went out" in said
        assert "another name" in said
        assert caught.value.exit_code == 2

    def test_the_same_and_more_are_allowed(self, folder):
        for least in (8, 9, 40):
            found = Releases.of(self.spell(minimum_group=least), folder)
            assert len(found.history(FORECASTS).entries) == 1

    @pytest.mark.parametrize("key", ["minimum_group_verbatims", "minimum_group_drivers"])
    def test_each_kind_has_a_threshold_of_its_own(self, tmp_path, key):
        raised = Privacy(subject="employee", **{key: 60})
        people = [f"p{place}" for place in range(len(TEAMS))]
        out = ShownCuts.of({"team": TEAMS}, raised, people=people, day=DAY).released
        Releases(tmp_path).publish({FORECASTS: out})
        with pytest.raises(ThresholdLoweredError, match=f"privacy.{key}: is"):
            Releases.of(self.spell(), tmp_path)
        assert Releases.of(self.spell(**{key: 60}), tmp_path)

    def test_before_anything_went_out_everything_is_allowed(self, tmp_path):
        assert Releases.of(self.spell(), tmp_path / "none")

    def test_a_higher_minimum_counts_from_the_next_snapshot_on(self, folder):
        people = [f"p{place}" for place in range(len(TEAMS))]
        privacy = Privacy(subject="employee", minimum_group=12)
        history = Releases(folder).history(FORECASTS)
        with pytest.raises(ReleaseRefusedError, match="people: 5 then, 12 now"):
            ShownCuts.of({"team": TEAMS}, privacy, people=people, day=DAY, history=history)
        later = ShownCuts.of(
            {"team": TEAMS}, privacy, people=people, day=date(2026, 4, 30), history=history
        ).released
        Releases(folder).publish({FORECASTS: later})
        assert sorted({one.size for one in later.cells if one.state == "shown"}) == [30, 60]
        with pytest.raises(ThresholdLoweredError, match="groups of at least 12"):
            Releases.of(self.spell(minimum_group=8), folder)
