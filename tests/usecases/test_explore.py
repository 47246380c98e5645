"""The commands of the page on exploring give the sentences that it quotes, and pandas says the same."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.contracts.repository import ROOT
from training.__main__ import main

PAGE = ROOT / "docs" / "explore.md"
EXAMPLE = re.compile(r"```console\nxm-predict (explore [^\n]*)\n```\n\n((?:> [^\n]*\n(?:>\n)?)+)")
EXAMPLES = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
AIRLINE = "airline-satisfaction/train/airline_passenger_satisfaction.csv.gz"
STAFF = "hr-attrition-ibm/train/hr_employee_attrition.csv.gz"
SUPPORT = "support-csat-deepcsat/train/support_csat.csv.gz"
SHOP = "ecommerce-churn/E_Commerce_Dataset.csv.gz"


def test_the_page_has_an_example_of_every_question():
    asked = {re.search(r"--ask (\w+)", command)[1] for command, _ in EXAMPLES}
    assert asked == {"describe", "relate", "compare", "regress", "cluster", "pivot"}


@pytest.mark.parametrize("command", [command for command, _ in EXAMPLES], ids=str)
def test_quoted_sentences_are_what_is_printed(shared_data, tmp_path, capsys, monkeypatch, command):
    monkeypatch.chdir(ROOT)
    quoted = [line.removeprefix("> ") for line in dict(EXAMPLES)[command].splitlines() if line.strip() != ">"]
    words = [word.replace("shared/data", str(shared_data)) for word in shlex.split(command)]
    assert main([*words, "--out", str(tmp_path), "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert quoted
    assert [sentence for sentence in quoted if sentence not in findings] == []


def quoted(pattern):
    """Return the numbers of the one sentence of the page that fits a pattern, without thousands commas."""
    found = re.search(pattern, PAGE.read_text(encoding="utf-8"))
    assert found is not None, pattern
    return [float(number.replace(",", "")) for number in found.groups()]


def read(shared_data: Path, file: str) -> pd.DataFrame:
    return pd.read_csv(shared_data / file, low_memory=False)


class TestByHand:
    def test_airline(self, shared_data):
        rows = read(shared_data, AIRLINE)
        is_good = rows["Satisfaction"] == "Satisfied"
        by_class = 100 * is_good.groupby(rows["Class"]).mean()
        assert (by_class.idxmax(), by_class.idxmin()) == ("Business", "Economy")
        assert quoted(r"in ([\d.]+) % of rows where 'Class' is 'Business' and in ([\d.]+) %") == [
            pytest.approx(by_class["Business"], abs=0.05),
            pytest.approx(by_class["Economy"], abs=0.05),
        ]
        distance = rows["Flight Distance"].groupby(is_good).mean()
        assert quoted(r"'Flight Distance' is higher .*? on average ([\d,]+) against ([\d,]+)") == [
            pytest.approx(distance[True], abs=0.5),
            pytest.approx(distance[False], abs=0.5),
        ]
        boarding = rows.loc[rows["Online Boarding"] > 0, "Online Boarding"]
        ranks = boarding.rank()
        n_good, n_bad = is_good[boarding.index].sum(), (~is_good[boarding.index]).sum()
        share = (ranks[is_good].sum() - n_good * (n_good + 1) / 2) / (n_good * n_bad)
        assert quoted(r"'Online Boarding' tends .*? higher in ([\d.]+) % of all pairs.*? ([\d,]+) rows") == [
            pytest.approx(100 * share, abs=0.05),
            len(boarding),
        ]

    def test_shop(self, shared_data):
        rows = read(shared_data, SHOP)
        cashback = rows.groupby("MaritalStatus")["CashbackAmount"].mean()
        assert (cashback.idxmax(), cashback.idxmin()) == ("Divorced", "Single")
        assert quoted(r"'CashbackAmount' differs .*? on average ([\d.]+) against ([\d.]+)") == [
            pytest.approx(cashback.max(), abs=0.5),
            pytest.approx(cashback.min(), abs=0.5),
        ]

    def test_support(self, shared_data):
        rows = read(shared_data, SUPPORT)
        score = rows["CSAT Score"]
        assert quoted(r"'CSAT Score' is ([\d.]+) .*? median of (\d)") == [
            pytest.approx(score.mean(), abs=0.005),
            score.median(),
        ]
        assert quoted(r"([\d.]+) % of the [\d,]+ answers to 'CSAT Score' are 4") == [
            pytest.approx(100 * (score >= 4).mean(), abs=0.05)
        ]
        ranks = score.rank().groupby(rows["Tenure Bucket"]).mean()
        assert (ranks.idxmax(), ranks.idxmin()) == ("61-90", "On Job Training")

    def test_staff(self, shared_data):
        rows = read(shared_data, STAFF)
        left = rows["Attrition"] == "Yes"
        shares = left.groupby([rows["JobRole"], rows["BusinessTravel"]]).agg(["mean", "size"])
        shown = shares[shares["size"] >= 5]["mean"]
        place = ("Research Scientist", "Travel_Frequently")
        assert quoted(r"'Travel_Frequently' \(([\d.]+) % of (\d+) rows\)") == [
            pytest.approx(100 * shown[place], abs=0.05),
            shares["size"][place],
        ]
        design = np.column_stack(
            [
                np.ones(len(rows)),
                rows["OverTime"] == "Yes",
                rows["JobSatisfaction"],
                rows["DistanceFromHome"],
                rows["Department"] == "Sales",
                rows["Department"] == "Human Resources",
            ]
        ).astype(float)
        slopes = np.zeros(6)
        for _ in range(30):  # Newton's steps, by hand
            chance = 1 / (1 + np.exp(-design @ slopes))
            step = np.linalg.solve((design.T * (chance * (1 - chance))) @ design, design.T @ (left - chance))
            slopes += step
        odds = np.exp(slopes)
        assert quoted(r"'OverTime' is 'Yes' .*? are ([\d.]+) \(likely") == [pytest.approx(odds[1], abs=0.05)]
        assert quoted(r"one more in 'JobSatisfaction', .*? are ([\d.]+) \(likely") == [
            pytest.approx(odds[2], abs=0.0005)
        ]
