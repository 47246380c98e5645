import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import InputError
from features.tombstones import Tombstones
from tests.training.runs.asking import answer_of
from training.commands import VERBS
from training.runs.explore import ASKS, Question, check_question, read_names
from training.runs.explore_table import read_scales
from training.runs.explore_whole import WHOLE

LINES = 240


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    """Return a messy export: semicolons, decimal commas, German dates, words and codes for missing values."""
    random = np.random.default_rng(0)
    lines = ["key;team;wait;csat;left;day;comment;same"]
    for row in range(LINES):
        team = "ABC"[row % 3]
        wait = f"{random.gamma(4, 2) + 4 * (team == 'C'):.2f}".replace(".", ",")
        csat = "99" if row < 6 else str(random.choice([1, 2, 3, 4, 5], p=[0.1, 0.1, 0.2, 0.3, 0.3]))
        left = "yes" if random.random() < 0.3 else "no"
        wait = "N/A" if row in {3, 30, 60} else wait
        comment = f"I said {random.integers(1 << 40)} times that it was slow"
        lines.append(f"K-{row:04d};{team};{wait};{csat};{left};{1 + row % 28:02d}.03.2025;{comment};x")
    path = tmp_path_factory.mktemp("export") / "answers.csv"
    path.write_text("\n".join(lines) + "\n", encoding="cp1252")
    return path


def column_of(answer, name):
    return next(column for column in answer["columns"] if column["name"] == name)


class TestReading:
    def test_a_file_is_read_as_it_is_written(self, ask, survey):
        answer = answer_of(ask, "--ask", "describe", "--file", survey)
        kinds = {column["name"]: column["kind"] for column in answer["columns"]}
        assert kinds == {
            "key": "id",
            "team": "category",
            "wait": "number",
            "csat": "rating",
            "left": "yes-no",
            "day": "date",
            "comment": "text",
            "same": "category",
        }
        assert 4 < column_of(answer, "wait")["mean"]["value"] < 15

    def test_odd_values_are_counted_aloud(self, ask, survey):
        answer = answer_of(ask, "--ask", "describe", "--file", survey)
        assert column_of(answer, "wait")["remarks"] == ["'N/A' (3 rows) is taken as missing."]
        assert column_of(answer, "csat")["remarks"] == ["'99' (6 rows): no number here, taken as missing."]
        assert column_of(answer, "csat")["n_missing"] == 6

    def test_a_code_of_one_column_is_a_value_in_another(self, ask, tmp_path):
        path = tmp_path / "ages.csv"
        rows = [f"{age},{99 if age % 20 == 0 else age % 5 + 1}" for age in range(20, 110)]
        path.write_text("\n".join(["age,score", *rows]))
        answer = answer_of(ask, "--ask", "describe", "--file", path)
        assert column_of(answer, "age")["n_missing"] == 0
        assert column_of(answer, "score")["n_missing"] == 5

    def test_a_declared_scale_gives_a_metric_and_refuses_what_lies_outside(self, ask, survey):
        answer = answer_of(ask, "--ask", "describe", "--file", survey, "--scales", "csat=1..5")
        assert column_of(answer, "csat")["top_box"]["n"] == LINES - 6
        wider = answer_of(ask, "--ask", "describe", "--file", survey, "--scales", "csat=1..4")
        assert any(
            "outside the scale 1..4, taken as missing" in one for one in column_of(wider, "csat")["remarks"]
        )

    def test_parquet_keeps_its_types(self, ask, tmp_path):
        days = np.datetime64("2025-01-01") + np.arange(30).astype("timedelta64[D]")
        table = pa.table(
            {"n": np.arange(30) / 3, "ok": np.arange(30) % 3 == 0, "day": days, "s": ["a", "b"] * 15}
        )
        pq.write_table(table, tmp_path / "t.parquet")
        answer = answer_of(ask, "--ask", "describe", "--file", tmp_path / "t.parquet")
        assert [column["kind"] for column in answer["columns"]] == ["number", "yes-no", "date", "category"]

    def test_a_few_odd_words_leave_a_column_of_numbers_one(self, ask, tmp_path):
        path = tmp_path / "odd.csv"
        values = [f"{at / 2}" for at in range(200)]
        for at, word in enumerate(["low", "high", "n. a.", "??", "ca. 3", "many", "few"]):
            values[20 * at + 9] = word
        path.write_text("\n".join(["key,wait", *(f"k{at},{value}" for at, value in enumerate(values))]))
        column = column_of(answer_of(ask, "--ask", "describe", "--file", path), "wait")
        assert (column["kind"], column["n_missing"]) == ("number", 7)
        assert "and 2 others: no number here, taken as missing." in column["remarks"][0]


class TestAnswers:
    @pytest.mark.parametrize(
        ("words", "key"),
        [
            (("describe",), "columns"),
            (("relate", "--columns", "left"), "pairs"),
            (("compare", "--columns", "wait", "--by", "team"), "metrics"),
            (("regress", "--columns", "left", "--by", "wait,team"), "coefficients"),
            (("pivot", "--columns", "csat", "--by", "team,left"), "cells"),
        ],
    )
    def test_each_question_is_answered_printed_and_kept(self, ask, survey, words, key):
        answer = answer_of(ask, "--file", survey, "--ask", *words)
        assert answer["ask"] == words[0]
        assert answer["n_rows"] == LINES
        assert answer[key]
        assert answer["findings"]
        folder = survey.parent.__class__(answer["folder"])
        assert {path.name for path in folder.iterdir()} == {"answer.json", "answer.txt", "figure.svg"}
        kept = json.loads((folder / "answer.json").read_text())
        assert kept == {name: value for name, value in answer.items() if name != "folder"}

    def test_people_read_the_same_findings(self, ask, survey):
        words = ("--ask", "compare", "--file", survey, "--columns", "wait", "--by", "team")
        code, out, err = ask(*words)
        assert code == 0
        assert "reading answers.csv" in err
        for finding in answer_of(ask, *words)["findings"]:
            assert f"  {finding}\n" in out
        assert "kept in " in out

    def test_equal_input_gives_equal_bytes(self, ask, survey, tmp_path):
        words = ("--ask", "relate", "--file", survey, "--columns", "left")
        folder = tmp_path / "out" / "explore" / "answers-relate"
        ask(*words)
        first = [(folder / name).read_bytes() for name in ("answer.json", "figure.svg")]
        ask(*words)
        assert [(folder / name).read_bytes() for name in ("answer.json", "figure.svg")] == first
        assert b"<text" in first[1]

    def test_a_figure_with_dollars_is_no_formula(self, ask, tmp_path):
        path = tmp_path / "money.csv"
        path.write_text("\n".join(["$in$ {a,out}", *(f"{at},{at % 7}" for at in range(40))]))
        assert ask("--ask", "describe", "--file", path)[0] == 0


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "line"),
        [
            (("--ask", "describe"), "explore: neither --file nor --usecase is there; name a file"),
            (
                ("--ask", "relate", "--columns", "wiat"),
                "column 'wiat': is not there; the nearest columns are 'wait'",
            ),
            (("--ask", "relate"), "--columns: names 0 columns; relate needs at least 1"),
            (("--ask", "relate", "--columns", "same"), "all 240 values are 'x'; name another column"),
            (("--ask", "compare", "--columns", "wait"), "--by: names 0 columns; compare needs exactly 1"),
            (
                ("--ask", "compare", "--columns", "wait", "--by", "key"),
                "too many for groups; name a column with",
            ),
            (("--ask", "compare", "--columns", "wait", "--by", "same"), "has the one group 'x'"),
            (("--ask", "describe", "--by", "team"), "--by: names 'team'; describe takes none"),
            (
                ("--ask", "relate", "--columns", "left", "--person", "key"),
                "is not used by relate; leave it out",
            ),
            (
                ("--ask", "pivot", "--by", "team", "--minimum-group", "-1"),
                "--minimum-group: is -1; write 0 or more",
            ),
            (("--ask", "describe", "--scales", "csat"), "--scales: 'csat' is no scale; write for example"),
            (("--ask", "describe", "--scales", "sat=1..5"), "column 'sat': is not there"),
            (("--ask", "describe", "--source", "tickets"), "--source: 'tickets' stands beside --file"),
        ],
    )
    def test_a_wrong_question_ends_with_one_line_that_says_how_to_mend_it(
        self, ask, survey, tmp_path, words, line
    ):
        file = () if words == ("--ask", "describe") else ("--file", survey)
        code, out, err = ask(*file, *words)
        assert (code, out) == (2, "")
        assert line in err.splitlines()[-1]
        assert not (tmp_path / "out").exists()

    def test_a_file_that_is_not_there(self, ask, survey):
        code, _, err = ask("--ask", "describe", "--file", survey.parent / "answer.csv")
        assert code == 2
        assert "'answer.csv' is not there; beside it are: answers.csv" in err

    def test_an_unknown_question(self, ask, capsys):
        with pytest.raises(SystemExit):
            ask("--ask", "guess", "--file", "x.csv")
        assert "choose from" in capsys.readouterr().err

    def test_what_was_kept_before_stays_when_a_question_fails(self, ask, survey, tmp_path):
        ask("--ask", "relate", "--file", survey, "--columns", "left")
        kept = (tmp_path / "out/explore/answers-relate/answer.json").read_bytes()
        assert ask("--ask", "relate", "--file", survey, "--columns", "same")[0] == 2
        assert (tmp_path / "out/explore/answers-relate/answer.json").read_bytes() == kept


FLAT = """
version: 1
name: staff
table:
  file: answers.csv
  id: key
  label: left
  positive: yes
  exclude: [same]
  experience: [csat]
  read: {delimiter: ';', decimal: ',', encoding: cp1252, missing: ['N/A', '99'], dates: '%d.%m.%Y'}
"""
SOURCES = """
version: 1
name: staff
entity: key
snapshots: {every: month, from: 2025-01-01, to: 2025-03-01}
sources:
  answers:
    file: answers.csv
    key: key
    event_time: day
    known_at: same
    data: X
    survey: pulse
    answered_by: entity
    scales: {csat: 1..5}
    metrics: {csat: csat}
    units: {wait: min}
    verbatim: comment
    read: {delimiter: ';', decimal: ',', encoding: cp1252, missing: ['N/A', '99'], dates: '%d.%m.%Y'}
cohort: {active: answers, within: 365d}
features:
  answers: {windows: [30d], mean: [csat]}
target: {next: answers.csat, within: 30d, kind: ordinal, observed_until: 2025-04-01}
"""


class TestUseCases:
    @pytest.fixture
    def usecase(self, survey):
        """Return a function that writes a use case beside the export."""

        def write(text, more=""):
            path = survey.parent / "staff.yaml"
            path.write_text(text + more, encoding="utf-8")
            return path

        return write

    def test_a_flat_table_is_read_as_declared(self, ask, usecase):
        answer = answer_of(ask, "--ask", "describe", "--usecase", usecase(FLAT))
        assert [column["name"] for column in answer["columns"]] == [
            "key",
            "team",
            "wait",
            "csat",
            "left",
            "day",
            "comment",
        ]
        assert column_of(answer, "wait")["n_missing"] == 3
        assert column_of(answer, "left")["yes"]["value"] == "yes"

    def test_people_at_work_are_hidden_in_small_groups(self, ask, usecase):
        path = usecase(FLAT, "privacy: {subject: employee, minimum_group: 50, protected: [csat]}\n")
        answer = answer_of(ask, "--ask", "pivot", "--usecase", path, "--by", "team,left")
        assert any(cell["is_hidden"] for cell in answer["cells"])
        assert all(cell["n"] >= 50 for cell in answer["cells"] if not cell["is_hidden"])
        assert answer["remarks"][0].startswith("People at work: groups below 50 are hidden")
        code, _, err = ask("--ask", "relate", "--usecase", path, "--columns", "csat")
        assert code == 2
        assert "'csat' stands under privacy.protected of staff" in err

    def test_erased_people_are_left_out(self, ask, usecase, tmp_path):
        Tombstones().add(["K-0001", "K-0002"]).write(tmp_path / "out" / "erased" / "staff.json")
        answer = answer_of(ask, "--ask", "describe", "--usecase", usecase(FLAT))
        assert answer["n_rows"] == LINES - 2
        assert (
            "2 of 240 rows are copies of others, or of erased people, and are left out." in answer["remarks"]
        )

    def test_values_that_do_not_apply_and_recoded_ones(self, ask, usecase):
        text = FLAT.replace(
            "  read:",
            "  recode: {team: {A: North, B: North}}\n  not_applicable: {columns: [csat], value: 1}\n  read:",
        )
        answer = answer_of(ask, "--ask", "describe", "--usecase", usecase(text))
        assert {top["value"] for top in column_of(answer, "team")["top"]} == {"North", "C"}
        assert "does not apply and is left out" in column_of(answer, "csat")["remarks"][0]

    def test_a_flat_table_has_no_sources(self, ask, usecase):
        code, _, err = ask("--ask", "describe", "--usecase", usecase(FLAT), "--source", "answers")
        assert (code, "has one flat table; leave it out" in err) == (2, True)

    def test_a_source_is_read_as_declared(self, ask, usecase):
        words = ("--usecase", usecase(SOURCES), "--source", "answers")
        answer = answer_of(ask, "--ask", "describe", *words)
        assert column_of(answer, "csat")["top_box"]["n"] == LINES - 6
        assert (column_of(answer, "wait")["unit"], column_of(answer, "comment")["kind"]) == ("min", "text")
        related = answer_of(ask, "--ask", "relate", *words, "--columns", "csat", "--by", "wait")
        assert related["pairs"][0]["is_same_survey"]

    def test_a_source_has_to_be_named(self, ask, usecase):
        code, _, err = ask("--ask", "describe", "--usecase", usecase(SOURCES))
        assert (code, "--source: is empty; name one of answers" in err) == (2, True)


def test_names_and_scales():
    assert read_names(' wait , "on time, really",,wait') == ("wait", "on time, really")
    assert read_names("") == ()
    assert read_scales("csat=1..5, nps=0..10") == {"csat": (1.0, 5.0), "nps": (0.0, 10.0)}
    with pytest.raises(InputError, match="write column=lowest"):
        read_scales("csat=5..1")


def test_questions_of_the_verb_are_those_that_are_answered():
    (verb,) = (verb for verb in VERBS if verb.name == "explore")
    assert verb.parameters[0].choices == (*ASKS, *WHOLE)
    assert not verb.is_entry_point
    check_question("pivot", Question(by=("team",)))
    with pytest.raises(InputError, match="pivot takes 0 to 1"):
        check_question("pivot", Question(("a", "b"), ("c",)))
