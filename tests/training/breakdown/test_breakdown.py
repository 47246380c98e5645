"""All tables as a training leaves them in the bundle."""

import json

from features.frame import build
from features.usecase import load
from tests.training.examples import LINEAR, write_members
from training.assessment import assess
from training.breakdown import break_down, tell_breakdown
from training.rows import rows_of

KEYS = ("segments", "waves", "parts", "learning_curve")


def test_every_training_leaves_all_tables_as_plain_values(company, members):
    for example in (company, members):
        evaluation = example.bundle.evaluation
        assert set(KEYS) < set(evaluation)
        plain = {key: evaluation[key] for key in KEYS}
        assert json.loads(json.dumps(plain, allow_nan=False)) == plain


def test_a_company_with_surveys_compares_both_kinds(company):
    parts = company.bundle.evaluation["parts"]
    assert parts["state"] == "compared"
    assert set(parts["features"]) == {"X+O", "O", "X"}
    assert min(parts["n_features"].values()) > 0


def test_both_lines_are_said(company):
    lines = tell_breakdown(company.bundle.evaluation)
    assert len(lines) == 2
    assert lines[0].startswith("what people said")
    assert lines[1].startswith("more data")


def test_declared_cuts_are_looked_up_beside_the_rows(tmp_path):
    write_members(tmp_path)
    file = tmp_path / "members.yaml"
    file.write_text(f"{file.read_text(encoding='utf-8')}cuts: [region]\n", encoding="utf-8")
    usecase = load(file)
    frame = build(usecase)
    rows = rows_of(frame, usecase)
    found = break_down(frame, usecase, rows, assess(rows, LINEAR), recipe=LINEAR)
    groups = found["segments"]["cuts"]["region"]["groups"]
    regions = frame.table.column("cut_region").to_pylist()
    assert {name: part["n_rows"] for name, part in groups.items()} == {
        name: regions.count(name) for name in ("north", "south", "west")
    }
    assert found["segments"]["minimum_group"] == usecase.privacy.minimum_group
    assert found["waves"]["groups"] == {}
