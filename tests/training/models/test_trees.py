import gc
import pickle
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lightgbm
import numpy as np
import pytest

from training.models.trees import LibraryError, Trees

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def booster():
    """Return trees that split on numbers, on a category, and on what is missing."""
    chance = np.random.default_rng(3)
    matrix = np.column_stack([chance.normal(size=(800, 3)), chance.integers(0, 7, 800)])
    target = (matrix[:, 0] * matrix[:, 1] + (matrix[:, 3] == 2) + chance.normal(size=800) > 0).astype(float)
    matrix[chance.random(matrix.shape) < 0.15] = np.nan
    parameters = {"objective": "binary", "num_leaves": 15, "num_threads": 1, "verbosity": -1, "seed": 1}
    rows = lightgbm.Dataset(matrix, target, categorical_feature=[3], params=parameters)
    return lightgbm.train(parameters, rows, 60)


@pytest.fixture(scope="module")
def trees(booster):
    return Trees(booster.model_to_string())


@pytest.fixture(scope="module")
def hostile():
    """Return rows of anything: ordinary, missing, huge, tiny, codes that no tree has seen."""
    chance = np.random.default_rng(4)
    matrix = chance.normal(size=(300, 4)) * 10.0 ** chance.integers(-300, 16, (300, 4))
    matrix[:, 3] = chance.integers(-3, 200, 300)
    matrix[chance.random(matrix.shape) < 0.2] = np.nan
    edges = [[np.nan] * 4, [0.0] * 4, [-0.0] * 4, [1e15] * 4, [-1e15] * 4, [1e-35, -1e-35, 1e-36, 2.5]]
    return np.vstack([matrix, edges])


def test_answers_are_those_of_the_package(booster, trees, hostile):
    assert (trees.n_trees, trees.n_columns) == (60, 4)
    expected = booster.predict(hostile, raw_score=True, num_threads=1)
    assert trees.ask(hostile, "log_odds").tolist() == expected.tolist()
    contributions = booster.predict(hostile, pred_contrib=True, num_threads=1)
    assert trees.ask(hostile, "attributions").tolist() == contributions.tolist()


def test_a_single_row_gets_the_same_bits_as_in_a_batch(trees, hostile):
    scores, parts = trees.ask(hostile, "log_odds"), trees.ask(hostile, "attributions")
    for row, score, part in zip(hostile.tolist(), scores, parts, strict=True):
        assert trees.ask_periods(row, (), "log_odds") == [score]
        assert trees.ask_periods(row, (), "attributions")[0].tolist() == part.tolist()


def test_periods_are_the_last_column(trees, hostile):
    periods = (0.0, 1.0, 2.0, 5.0)
    for row in hostile[:40, :3].tolist():
        whole = np.array([[*row, period] for period in periods])
        assert trees.ask_periods(row, periods, "log_odds") == trees.ask(whole, "log_odds").tolist()
        found = np.stack(trees.ask_periods(row, periods, "attributions"))
        assert found.tolist() == trees.ask(whole, "attributions").tolist()


def test_an_answer_is_not_changed_by_the_next_question(trees):
    first = trees.ask_periods([1.0, 2.0, 3.0, 1.0], (), "attributions")[0]
    kept = first.tolist()
    trees.ask_periods([-5.0, 0.0, np.nan, 2.0], (), "attributions")
    assert first.tolist() == kept


@pytest.mark.parametrize("width", [0, 3, 5])
def test_a_row_of_another_width_never_reaches_the_library(trees, width):
    with pytest.raises(ValueError, match=f"has {width} columns, the trees were made with 4"):
        trees.ask_periods([1.0] * width, (), "log_odds")
    with pytest.raises(ValueError, match=f"has {width} columns"):
        trees.ask(np.ones((2, width)), "log_odds")


def test_a_matrix_may_lie_in_memory_as_it_likes(trees, hostile):
    expected = trees.ask(hostile, "log_odds").tolist()
    assert trees.ask(np.asfortranarray(hostile), "log_odds").tolist() == expected
    assert trees.ask(np.repeat(hostile, 2, axis=0)[::2], "log_odds").tolist() == expected


def test_threads_do_not_mix_their_rows(trees, hostile):
    expected = trees.ask(hostile, "log_odds").tolist()

    def ask_all(_):
        return [trees.ask_periods(row, (), "log_odds")[0] for row in hostile.tolist()]

    with ThreadPoolExecutor(4) as workers:
        assert all(found == expected for found in workers.map(ask_all, range(12)))


def test_a_copy_in_another_process_reads_the_text_again(trees, hostile):
    copy = pickle.loads(pickle.dumps(trees))
    assert copy.ask(hostile, "log_odds").tolist() == trees.ask(hostile, "log_odds").tolist()


def test_trees_are_freed_at_once_also_after_single_rows(booster):
    text, freed = booster.model_to_string(), []
    gc.disable()
    try:
        trees = Trees(text)
        trees.ask_periods([1.0, 2.0, 3.0, 1.0], (), "log_odds")
        trees.ask_periods([1.0, 2.0, 3.0, 1.0], (), "attributions")
        weakref.finalize(trees._handle, freed.append, "booster")
        weakref.finalize(trees._desk("log_odds"), freed.append, "desk")
        del trees
    finally:
        gc.enable()
    assert freed == ["desk", "booster"]


def test_what_is_no_model_is_refused():
    with pytest.raises(LibraryError, match="LightGBM"):
        Trees("tree\nthis is none\n")


def test_a_bundle_is_loaded_without_what_lightgbm_brings_in():
    heavy = ("lightgbm", "pandas", "sklearn", "scipy", "mlflow", "matplotlib")
    code = f"import sys, training.bundle, training.scoring; print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
