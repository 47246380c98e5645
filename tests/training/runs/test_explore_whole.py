"""``explore --ask waves`` and ``--ask journey`` on the command line: a company, an airline, small worlds."""

import csv
import io
import json
import re
from contextlib import redirect_stdout
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from features.tombstones import Tombstones
from features.usecase import load
from features.worlds import build_company
from features.worlds.flights import build_flights
from tests.training.examples import ROOT
from tests.training.runs.asking import answer_of
from training.__main__ import main
from training.commands import VERBS
from training.runs.explore import ASKS
from training.runs.explore_whole import WHOLE, hide_below
from training.runs.journey_map import read_journeys

CHURN = ROOT / "mlproject" / "usecases" / "churn.yaml"
ATTRITION = ROOT / "mlproject" / "usecases" / "attrition.yaml"
FLIGHTS = ROOT / "tests" / "usecases" / "journeys" / "flights.yaml"
QUARTERS = [date(2025, 1, 1), date(2025, 4, 1), date(2025, 7, 1)]

SPEC = """
version: 1
name: small
entity: customer
snapshots: {every: month, from: 2025-04-01, to: 2025-09-01}
sources:
  customers: {file: customers.csv, valid_from: since, known_at: same}
  invites: {file: invites.csv, event_time: sent_at, known_at: same}
  surveys:
    file: surveys.csv
    event_time: answered_at
    known_at: same
    data: X
    survey: relationship
    answered_by: entity
    scales: {nps: 0..10}
    metrics: {nps: nps}
features:
  customers: {last: [region]}
  response_rate: {answered: surveys, invited: invites, windows: [180d]}
cohort: {from: customers.since}
target: {next: surveys.nps, within: 90d, kind: nps_group, observed_until: 2025-10-01}
cuts: [customers.region]
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company") / "data"
    build_company(folder, seed=7, n_customers=800, n_employees=150)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the tables of a small airline."""
    folder = tmp_path_factory.mktemp("flights") / "data"
    build_flights(folder, seed=7, n_travellers=300)
    return folder


def write(path: Path, header, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def make_world(folder: Path, *, n=600, quarters=QUARTERS, seed=3):
    """Write a company whose unhappy South stays silent; return the NPS that everybody would have given."""
    random = np.random.default_rng(seed)
    is_south = np.arange(n) % 2 == 0
    mind = np.where(is_south, 5.5, 8.8) + random.normal(0, 1, n)
    customers = [(f"c{at:03d}", "2024-01-01", "South" if is_south[at] else "North") for at in range(n)]
    invites, surveys, rating = [], [], np.empty(0, np.int64)
    for begins in quarters:
        rating = np.clip(np.round(mind + random.normal(0, 1, n)), 0, 10).astype(int)
        heard = random.random(n) < np.where(is_south, 0.15, 0.7)
        for at in range(n):
            sent = begins + timedelta(days=int(random.integers(5, 20)))
            invites.append((f"c{at:03d}", sent))
            if heard[at]:
                surveys.append((f"c{at:03d}", sent + timedelta(days=int(random.integers(0, 10))), rating[at]))
    folder.mkdir(exist_ok=True)
    write(folder / "customers.csv", ["customer", "since", "region"], customers)
    write(folder / "invites.csv", ["customer", "sent_at"], invites)
    write(folder / "surveys.csv", ["customer", "answered_at", "nps"], surveys)
    (folder / "small.yaml").write_text(SPEC, encoding="utf-8")
    return float(np.mean(100.0 * (rating >= 9) - 100.0 * (rating <= 6)))


def change_spec(folder: Path, *pairs):
    text = SPEC
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    return folder / "small.yaml"


@pytest.fixture(scope="module")
def told(company, tmp_path_factory):
    """Ask for the waves of the company once, and return what stands on stdout."""
    place, out = tmp_path_factory.mktemp("told") / "out", io.StringIO()
    with redirect_stdout(out):
        words = ["--ask", "waves", "--usecase", str(CHURN), "--data", str(company), "--out", str(place)]
        assert main(["explore", "--json", *words]) == 0
    return out.getvalue()


class TestCompany:
    @pytest.fixture
    def answer(self, told):
        return json.loads(told, parse_constant=pytest.fail)

    def test_every_question_is_answered_and_kept(self, answer):
        assert (answer["usecase"], answer["ask"]) == ("churn", "waves")
        assert [question["question"] for question in answer["questions"]] == ["NPS", "CES", "CSAT"]
        for question in answer["questions"]:
            assert len(question["waves"]) == 7
            assert question["change"]["adjusted_p_value"] >= question["change"]["p_value"]
            assert question["silence"]["reweighted"]["cuts"] == ["company_size", "region"]
            assert question["silence"]["bounds"]["n"] == question["waves"][-1]["n_members"]
            assert question["lags"]["n"] > 100
        folder = Path(answer.pop("folder"))
        assert folder.name == "churn-waves"
        assert {path.name for path in folder.iterdir()} == {"answer.json", "answer.txt", "figure.svg"}
        assert json.loads((folder / "answer.json").read_text(encoding="utf-8")) == answer

    def test_the_page_on_surveys_tells_what_is_printed(self, answer):
        page = (ROOT / "docs" / "surveys.md").read_text(encoding="utf-8")
        (block,) = re.findall(r"--ask waves\n```\n.*?```text\n(.*?)```", page, flags=re.DOTALL)
        printed = (Path(answer["folder"]) / "answer.txt").read_text(encoding="utf-8")
        quoted = [line for line in block.splitlines() if line.strip()]
        assert len(quoted) > 30
        assert [line for line in quoted if f"{line}\n" not in printed] == []

    def test_response_counts_the_same_invited_for_every_question(self, answer):
        found = {question["silence"]["response"]["n"] for question in answer["questions"]}
        assert len(found) == 1
        for question in answer["questions"]:
            groups = [group["n"] for cut in question["silence"]["by_cut"] for group in cut["groups"].values()]
            assert min(groups) >= 5

    def test_people_read_the_same_and_equal_input_gives_equal_bytes(self, ask, company, answer, tmp_path):
        folder, before = tmp_path / "out" / "explore" / "churn-waves", Path(answer["folder"])
        assert before.parts[-3:] == folder.parts[-3:]
        first = [(path.name, path.read_bytes()) for path in sorted(before.iterdir())]
        code, out, err = ask("--ask", "waves", "--usecase", CHURN, "--data", company)
        assert code == 0
        assert "measuring 3 survey questions" in err
        assert all(f"  {line}\n" in out for line in [*answer["findings"], *answer["remarks"]])
        assert out.endswith(f"kept in {folder}\n")
        assert [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())] == first

    def test_anonymous_answers_of_people_at_work(self, ask, company):
        answer = answer_of(ask, "--ask", "waves", "--usecase", ATTRITION, "--data", company)
        (question,) = answer["questions"]
        assert (question["question"], question["is_anonymous"]) == ("eNPS", True)
        assert question["silence"]["response"] is None
        assert [wave["n_members"] for wave in question["waves"]] == [None] * len(question["waves"])
        assert answer["remarks"][0].startswith("eNPS: answers are anonymous")

    def test_no_journey_says_what_to_write(self, ask, company, tmp_path):
        code, out, err = ask("--ask", "journey", "--usecase", CHURN, "--data", company)
        assert (code, out) == (2, "")
        assert err.splitlines()[-1] == (
            "xm-predict: churn: journey: is missing, so there are no touchpoints; "
            "write journey: {touchpoints: {booking: {from: orders}, ...}}"
        )
        assert not (tmp_path / "out").exists()


class TestSmallWorld:
    def test_silent_unhappy_regions_are_brought_into_balance(self, ask, tmp_path):
        truth = make_world(tmp_path / "data")
        answer = answer_of(ask, "--ask", "waves", "--usecase", tmp_path / "data" / "small.yaml")
        (question,) = answer["questions"]
        found = question["silence"]["reweighted"]
        assert found["raw"]["low"] > truth
        assert abs(found["weighted"]["value"] - truth) < abs(found["raw"]["value"] - truth) / 3
        assert question["silence"]["by_cut"][0]["groups"]["South"]["high"] < 0.3
        assert question["silence"]["bounds"]["worst"] < truth < question["silence"]["bounds"]["best"]
        assert [wave["n_invited"] for wave in question["waves"]] == [600] * 3
        assert question["change"]["verdict"] == "no_clear_change"

    def test_a_first_wave_alone(self, ask, tmp_path):
        make_world(tmp_path / "data", n=80, quarters=QUARTERS[-1:])
        answer = answer_of(ask, "--ask", "waves", "--usecase", tmp_path / "data" / "small.yaml")
        assert answer["questions"][0]["change"] is None
        assert any("2025 Q3 is the first finished wave" in line for line in answer["remarks"])
        assert not (Path(answer["folder"]) / "figure.svg").exists()

    def test_an_open_wave_is_left_out(self, ask, tmp_path):
        make_world(tmp_path / "data", n=80)
        path = change_spec(tmp_path / "data", ("2025-10-01}", "2025-09-15}"))
        answer = answer_of(ask, "--ask", "waves", "--usecase", path)
        assert [wave["wave"] for wave in answer["questions"][0]["waves"]] == ["2025 Q1", "2025 Q2"]
        assert any("2025 Q3 is still open" in line for line in answer["remarks"])

    def test_no_invitations_and_no_cuts(self, ask, tmp_path):
        make_world(tmp_path / "data", n=80)
        rule = "  response_rate: {answered: surveys, invited: invites, windows: [180d]}\n"
        path = change_spec(tmp_path / "data", (rule, ""), ("cuts: [customers.region]\n", ""))
        answer = answer_of(ask, "--ask", "waves", "--usecase", path)
        assert answer["questions"][0]["silence"]["response"] is None
        assert answer["questions"][0]["lags"] is None
        assert any("no invitations are known" in line for line in answer["remarks"])
        assert any("no cuts are declared" in line for line in answer["remarks"])

    def test_answers_that_say_who_belongs_tell_nothing_of_the_silent(self, ask, tmp_path):
        make_world(tmp_path / "data", n=80)
        cohort = ("cohort: {from: customers.since}", "cohort: {active: surveys, within: 180d}")
        answer = answer_of(ask, "--ask", "waves", "--usecase", change_spec(tmp_path / "data", cohort))
        assert answer["questions"][0]["silence"]["response"] is None
        assert answer["questions"][0]["silence"]["bounds"] is None
        assert any("nobody knows who belonged" in line for line in answer["remarks"])

    def test_the_minimum_hides_more_than_the_use_case_asks_for(self, ask, tmp_path):
        make_world(tmp_path / "data", n=80)
        words = ("--ask", "waves", "--usecase", tmp_path / "data" / "small.yaml")
        (cut,) = answer_of(ask, *words)["questions"][0]["silence"]["by_cut"]
        assert cut["groups"].keys() == {"North", "South"}
        hidden = answer_of(ask, *words, "--minimum-group", 60)
        assert hidden["questions"][0]["waves"] == hidden["findings"] == []
        assert hidden["remarks"] == ["NPS: no finished wave has 60 answers, and fewer are not shown."]

    def test_erased_people_are_left_out(self, ask, tmp_path):
        make_world(tmp_path / "data", n=80)
        words = ("--ask", "waves", "--usecase", tmp_path / "data" / "small.yaml")
        assert answer_of(ask, *words)["questions"][0]["waves"][-1]["n_members"] == 80
        Tombstones().add(["c001", "c003"]).write(tmp_path / "out" / "erased" / "small.json")
        assert answer_of(ask, *words)["questions"][0]["waves"][-1]["n_members"] == 78

    def test_no_metric_says_what_to_write(self, ask, tmp_path):
        make_world(tmp_path / "data", n=20)
        path = change_spec(
            tmp_path / "data",
            ("    metrics: {nps: nps}\n", ""),
            ("kind: nps_group", "kind: ordinal"),
        )
        code, out, err = ask("--ask", "waves", "--usecase", path)
        assert (code, out) == (2, "")
        assert "no source names a survey metric; write below a source with answers: metrics:" in err


class TestAirline:
    def test_the_journey_is_told_and_kept(self, ask, folder):
        answer = answer_of(ask, "--ask", "journey", "--usecase", FLIGHTS, "--data", folder)
        kept = Path(answer.pop("folder"))
        assert kept.name == "flights-journey"
        assert {path.name for path in kept.iterdir()} == {"answer.json", "answer.txt"}
        assert answer.pop("ask") == "journey"
        assert answer == json.loads(json.dumps(read_journeys(str(FLIGHTS), str(folder)).to_json()))

    def test_people_read_stages_and_the_table(self, ask, folder):
        code, out, err = ask("--ask", "journey", "--usecase", FLIGHTS, "--data", folder)
        assert code == 0
        assert "drawing the journey map" in err
        assert "Stages, in the order in which events come: Booking > " in out
        assert "Where journeys go next (share, 95 % range)" in out
        assert "kept in " in out

    def test_erased_people_are_left_out(self, ask, folder, tmp_path):
        words = ("--ask", "journey", "--usecase", FLIGHTS, "--data", folder)
        before = answer_of(ask, *words)["coverage"]["n_entities"]
        people = read_people(folder)[:3]
        Tombstones().add(people).write(tmp_path / "out" / "erased" / "flights.json")
        assert answer_of(ask, *words)["coverage"]["n_entities"] == before - 3


def read_people(folder):
    import pyarrow.parquet as pq

    return sorted(set(pq.read_table(folder / "bookings.parquet")["traveller_id"].to_pylist()))


class TestRefusals:
    @pytest.mark.parametrize("question", sorted(WHOLE))
    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("--file", "a.csv"),
            ("--source", "surveys"),
            ("--columns", "nps"),
            ("--by", "region"),
            ("--person", "customer"),
            ("--positive", "yes"),
            ("--scales", "nps=0..10"),
        ],
    )
    def test_what_belongs_to_one_table_is_refused(self, ask, tmp_path, question, option, value):
        code, out, err = ask("--ask", question, "--usecase", CHURN, option, value)
        assert (code, out) == (2, "")
        assert err == (
            f"xm-predict: {option}: '{value}' is not used by {question}, which asks a whole use case; "
            "leave it out\n"
        )
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("question", sorted(WHOLE))
    def test_a_use_case_has_to_be_named(self, ask, question):
        code, _, err = ask("--ask", question)
        assert (code, err) == (
            2,
            f"xm-predict: --usecase: is empty; name a use-case file; {question} asks all of its sources\n",
        )

    def test_a_minimum_below_0(self, ask):
        code, _, err = ask("--ask", "waves", "--usecase", CHURN, "--minimum-group", "-1")
        assert (code, "--minimum-group: is -1; write 0 or more" in err) == (2, True)

    def test_a_flat_table_knows_no_waves(self, ask, tmp_path):
        path = tmp_path / "flat.yaml"
        path.write_text("version: 1\nname: flat\ntable: {file: a.csv, label: left, positive: 'yes'}\n")
        (tmp_path / "a.csv").write_text("left\nyes\n")
        code, _, err = ask("--ask", "waves", "--usecase", path)
        assert (code, "flat has one flat table, which knows no waves" in err) == (2, True)
        code, _, err = ask("--ask", "journey", "--usecase", path)
        assert (code, "journey: is missing" in err) == (2, True)


def test_the_verb_offers_every_question():
    (verb,) = [verb for verb in VERBS if verb.name == "explore"]
    (parameter,) = [parameter for parameter in verb.parameters if parameter.name == "ask"]
    assert set(parameter.choices) == ASKS.keys() | WHOLE.keys()


def test_a_minimum_is_only_ever_raised():
    usecase = load(CHURN)
    assert hide_below(usecase, 0).privacy == usecase.privacy
    raised = hide_below(usecase, 10).privacy
    assert (raised.minimum_group, raised.minimum_group_drivers) == (10, 25)
    assert hide_below(usecase, 30).privacy.minimum_group_drivers == 30
