"""What MLflow loads: the same forecasts, and no single person at work."""

import json

import pandas as pd
import pytest
from mlflow.pyfunc import PythonModelContext

from tests.serving.company import register_champion
from tests.training.sample_bundles import make_bundle, plain_rows
from training.registry.flavor import BundlePredictor
from training.scoring import IndividualScoreRefusedError, Scorer


def load(folder):
    predictor = BundlePredictor()
    context = PythonModelContext(artifacts={"bundle": str(folder)}, model_config=None)
    predictor.load_context(context)
    return predictor, context


def test_an_answer_has_the_columns_that_the_bundle_names(tmp_path):
    bundle = make_bundle(tmp_path / "b", "ordinal")
    predictor, context = load(tmp_path / "b")
    rows = pd.DataFrame(plain_rows("ordinal"))
    found = predictor.predict(context, rows)
    assert tuple(found.columns) == bundle.output_names
    expected = Scorer(bundle).score(plain_rows("ordinal"))
    assert found["value"].tolist() == pytest.approx([score.value for score in expected], abs=1e-12)
    assert found["5"].tolist() == pytest.approx([score.probabilities["5"] for score in expected], abs=1e-12)


def test_absent_columns_are_missing_values(tmp_path):
    make_bundle(tmp_path / "b", "binary")
    predictor, context = load(tmp_path / "b")
    rows = pd.DataFrame(plain_rows("binary"))
    without = predictor.predict(context, rows.drop(columns=["age"]))
    missing = predictor.predict(context, rows.assign(age=None))
    pd.testing.assert_frame_equal(without, missing)


@pytest.mark.parametrize("kind", ["binary", "ordinal"])
def test_single_people_at_work_are_refused(tmp_path, kind):
    make_bundle(tmp_path / "b", kind, "employee")
    predictor, context = load(tmp_path / "b")
    with pytest.raises(IndividualScoreRefusedError, match="single employees"):
        predictor.predict(context, pd.DataFrame(plain_rows(kind)))


def test_a_bundle_about_people_at_work_can_be_registered(tmp_path):
    bundle = make_bundle(tmp_path / "b", "binary", "employee")
    register_champion(tmp_path / "registry", tmp_path / "b")
    manifests = list((tmp_path / "registry").rglob("manifest.json"))
    assert [json.loads(path.read_text())["usecase"] for path in manifests] == [bundle.usecase.name]
