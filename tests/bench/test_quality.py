import json

import numpy as np
import pytest

from features.usecase import load
from tests.bench import quality

DATA = quality.data_folder()


def _demand_data(name: str) -> None:
    if not (DATA / name).exists():
        pytest.skip(f"{DATA / name} is not there; set XM_SHARED_DATA to the folder with the public data")


@pytest.fixture
def usecase(tmp_path):
    """Return a flat use case whose ids run against the order of the file."""
    random = np.random.default_rng(1)
    usage = random.normal(0, 1, 400)
    leaves = random.random(400) < 1 / (1 + np.exp(1 + 2 * usage))
    lines = [f"k{999 - row},{usage[row]:.4f},{'Yes' if leaves[row] else 'No'}" for row in range(400)]
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "table.csv").write_text("\n".join(["id,usage,left", *lines]) + "\n")
    table = "table: {file: toy/table.csv, id: id, label: left, positive: Yes}\n"
    (tmp_path / "toy.yaml").write_text(f"version: 1\nname: toy\n{table}")
    return load(tmp_path / "toy.yaml")


@pytest.mark.parametrize("name", ["telco-churn", pytest.param("telco-churn-11.1.3", marks=pytest.mark.long)])
def test_folds_of_the_first_rows_are_the_published_ones(name):
    _demand_data(name)
    found, _ = quality.find_usecases(DATA, [name])
    rows = quality.read_in_file_order(found[name])
    folds = quality.deal_folds(rows.target)
    assert tuple(folds[:10].tolist()) == quality.FIRST_FOLDS[name]
    assert (rows.target.size, rows.target.sum()) == (5634, 1495)


def test_rows_stand_in_the_order_of_the_file(usecase):
    rows = quality.read_in_file_order(usecase)
    assert rows.table["entity_id"].to_pylist()[:3] == ["k999", "k998", "k997"]


def test_a_row_is_judged_by_a_model_that_did_not_see_it(usecase):
    rows = quality.read_in_file_order(usecase)
    folds = quality.deal_folds(rows.target)
    forecasts = quality.predict_out_of_fold(rows, folds)
    flipped = rows.target.copy()
    flipped[folds == 2] = 1 - flipped[folds == 2]
    place = rows.table.column_names.index("target")
    changed = quality.Rows(rows.table.set_column(place, "target", [flipped.astype(np.int8)]), rows.catalogue)
    again = quality.predict_out_of_fold(changed, folds)
    np.testing.assert_array_equal(again[folds == 2], forecasts[folds == 2])
    assert (again[folds != 2] != forecasts[folds != 2]).mean() > 0.9


def test_figures_stand_under_the_name_of_the_data_folder(usecase, monkeypatch, capsys):
    monkeypatch.setattr(quality, "find_usecases", lambda *_: ({"toy": usecase}, {"gone": "it is not there"}))
    quality.main([])
    written = capsys.readouterr()
    figures = json.loads(written.out.splitlines()[-1])
    assert figures.keys() == {"toy"}
    toy = figures["toy"]
    assert (toy["rows"], toy["logloss_low"] < toy["logloss"] < toy["logloss_high"]) == (400, True)
    assert {"positives", "auc", "brier_low", "ece_high", "seconds"} <= toy.keys()
    assert written.out.startswith("toy: 400 rows, ")
    assert "skipped gone: it is not there" in written.err


def test_other_folds_than_the_published_ones_stop_the_run(usecase, monkeypatch):
    monkeypatch.setitem(quality.FIRST_FOLDS, "toy", (9,) * 10)
    with pytest.raises(ValueError, match=r"toy: the first rows fall into folds \[.*\], not \[9, 9"):
        quality.measure("toy", usecase)


def test_absent_data_is_skipped_with_the_reason(tmp_path):
    found, skipped = quality.find_usecases(tmp_path)
    assert found == {}
    assert "is not there; set XM_SHARED_DATA" in skipped["telco-churn"]


def test_only_the_named_data_sets(tmp_path):
    assert quality.find_usecases(tmp_path, ["telco-churn"])[1].keys() == {"telco-churn"}
