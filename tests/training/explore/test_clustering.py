import json

import numpy as np
import pytest
from scipy import stats

from features.errors import InputError
from tests.training.explore.tables import number, table_of, words
from training.explore import cluster
from training.explore.partitions import choose_partition, draw_without_clusters, silhouette


def planted(seed=0, n=240):
    """Return a table of three clusters in three columns."""
    random = np.random.default_rng(seed)
    own = random.integers(0, 3, n)
    centres = np.array([[0.0, 0, 0], [6, 0, 5], [0, 6, 5]])
    values = centres[own] + random.normal(size=(n, 3))
    return table_of(*(number(name, column) for name, column in zip("abc", values.T, strict=True))), own


@pytest.fixture(scope="module")
def found():
    table, own = planted()
    return cluster(table, most=4), table, own


def test_planted_clusters_are_found(found):
    answer, _, own = found
    assert answer.content["n_clusters"] == 3
    assert sorted(one["n"] for one in answer.content["clusters"]) == sorted(np.bincount(own).tolist())
    assert answer.findings[0].startswith("3 clusters of rows are clearer than chance (silhouette 0.")


def test_each_cluster_says_what_is_different(found):
    answer, _, _ = found
    assert len(answer.findings) == 4
    assert all("standard deviations" in sentence for sentence in answer.findings[1:])
    profiles = [one["profile"] for one in answer.content["clusters"]]
    assert {max(profile, key=lambda name: abs(profile[name])) for profile in profiles} <= {"a", "b", "c"}


def test_profiles_are_means(found):
    answer, table, _ = found
    weighted = sum(one["n"] * one["profile"]["a"] for one in answer.content["clusters"])
    assert weighted == pytest.approx(0, abs=1e-6)
    assert answer.sheets[0].rows[0][-1] == table.column("a").show(float(table.column("a").amounts().mean()))


def test_the_answer_is_plain_json_and_has_a_figure(found):
    answer, _, _ = found
    assert len(json.loads(json.dumps(answer.to_json(), allow_nan=False))["trials"]) == 3
    assert answer.figure.values.shape == (3, 3)


def test_correlated_columns_without_clusters_have_none():
    values = np.random.default_rng(1).multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], 200)
    answer = cluster(table_of(number("a", values[:, 0]), number("b", values[:, 1])), most=3)
    assert answer.content["n_clusters"] == 0
    assert answer.findings[0].startswith(
        "There are no clear clusters of rows in 'a', 'b': tables without any clusters"
    )
    assert "39 tables without clusters but with the same distributions and correlations" in answer.remarks[-1]


def test_a_table_without_clusters_keeps_distributions_and_correlations():
    random = np.random.default_rng(2)
    rows = random.lognormal(size=(3000, 2))
    rows[:, 1] += rows[:, 0]
    drawn = draw_without_clusters(rows, 3000, random)
    assert set(drawn[:, 0]) <= set(rows[:, 0])
    assert stats.spearmanr(drawn).statistic == pytest.approx(stats.spearmanr(rows).statistic, abs=0.05)


def test_equal_seeds_give_equal_clusters():
    rows = np.random.default_rng(3).normal(size=(60, 2))
    assert choose_partition(rows, 5, 2) == choose_partition(rows, 5, 2)
    assert silhouette(rows, rows[:2]) <= 1


class TestRefusals:
    def test_one_column(self):
        table = table_of(number("a", range(200)), words("key", [f"k{at}" for at in range(200)], "id"))
        with pytest.raises(InputError, match="leaves 1 columns to be alike in; name two or more"):
            cluster(table)

    def test_few_rows(self):
        table = table_of(number("a", range(50)), number("b", np.arange(50.0) ** 2))
        with pytest.raises(InputError, match="has 50 rows with all columns and 2 that vary; 100 rows"):
            cluster(table)
