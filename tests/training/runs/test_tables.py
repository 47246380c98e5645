"""The verbs check, build and schema: what they say is what is there."""

import io
import json

import pytest

from features.errors import LeakError
from features.frame import Frame
from tests.features.frame.company import load_company
from tests.features.frame.test_flat import load_flat, make_rows
from tests.training.examples import ROOT
from training.console import Console
from training.runs import build, check, schema


def answer_of(run, **settings):
    """Return the plain values that a verb answers with."""
    out = io.StringIO()
    run(Console(as_json=True, out=out, err=io.StringIO()), **settings)
    return json.loads(out.getvalue())


def test_build_answers_with_the_facts_that_it_wrote(tmp_path):
    load_company(tmp_path / "data")
    answer = answer_of(
        build.run, usecase=str(tmp_path / "data" / "churn.yaml"), data="", out=str(tmp_path / "out")
    )
    frame = Frame.read(tmp_path / "out" / "frames" / "churn")
    assert answer.pop("folder") == str(tmp_path / "out" / "frames" / "churn")
    assert answer == json.loads(json.dumps(frame.facts.to_json()))
    assert frame.table.num_rows == answer["row_count"]


def test_check_answers_with_the_same_facts_and_writes_nothing(tmp_path):
    load_company(tmp_path / "data")
    before = sorted(path.name for path in (tmp_path / "data").iterdir())
    answer = answer_of(check.run, usecase=str(tmp_path / "data" / "churn.yaml"), data="")
    assert answer["is_fit"] is True
    built = answer_of(
        build.run, usecase=str(tmp_path / "data" / "churn.yaml"), data="", out=str(tmp_path / "out")
    )
    assert all(line.startswith("no lever: ") for line in answer.pop("refused_levers"))
    assert {**answer, "folder": built["folder"]} == {**built, "is_fit": True}
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == before


def test_check_refuses_a_leak(tmp_path):
    rows = [{**row, "reason_for_leaving": "price" if row["left"] == "Yes" else ""} for row in make_rows()]
    load_flat(tmp_path, rows)
    with pytest.raises(LeakError, match="reason_for_leaving"):
        answer_of(check.run, usecase=str(tmp_path / "telco.yaml"), data="")


def test_the_schema_for_people_is_the_file_that_editors_use():
    out = io.StringIO()
    schema.run(Console(out=out))
    shipped = ROOT / "mlproject" / "usecases" / "usecase.schema.json"
    assert out.getvalue() == shipped.read_text(encoding="utf-8")
    assert answer_of(schema.run) == json.loads(out.getvalue())
