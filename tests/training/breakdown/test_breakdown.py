"""All tables as a training leaves them in the bundle."""

import json

from training.breakdown import tell_breakdown

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
