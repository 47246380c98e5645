import numpy as np
import pytest
from scipy.sparse import csr_array

from features.text import fit_sentiment
from features.text.fit_sentiment import N_FOLDS, RatedVerbatims, _choose, _Lines, deal_folds, learn
from features.text.offsets import macro_f1
from tests.features.text.rated import write_rated


def rated(n_texts=250, seed=20, groups=None, **changed):
    texts, tones = write_rated(n_texts, seed=seed)
    parts = {
        "language": "de",
        "texts": texts,
        "contexts": None,
        "target": tones + 1,
        "n_classes": 3,
        "groups": np.arange(len(texts)) if groups is None else groups(len(texts)),
        "weights": np.ones(len(texts)),
    }
    return RatedVerbatims(**{**parts, **changed})


def test_folds_keep_groups_together_and_judge_every_verbatim_once():
    verbatims = rated(groups=lambda size: np.arange(size) // 3)
    judged_once = []
    for learned, judged in deal_folds(verbatims, seed=1):
        assert not set(verbatims.groups[learned]) & set(verbatims.groups[judged])
        judged_once += judged.tolist()
    assert sorted(judged_once) == list(range(len(verbatims.texts)))
    assert len(list(deal_folds(verbatims, seed=1))) == N_FOLDS


def test_what_cannot_be_told_from_the_text_is_not_told():
    """Tones dealt at random: out of fold nothing is found, however well the rows are learnt by heart."""
    verbatims = rated(n_texts=600)
    random = np.random.default_rng(3)
    shuffled = rated(n_texts=600, target=random.permutation(verbatims.target))
    assert learn(shuffled, (-1, 0, 1), seed=0).macro_f1 < 0.42
    assert learn(verbatims, (-1, 0, 1), seed=0).macro_f1 > 0.9


def test_the_vocabulary_is_bounded(monkeypatch):
    monkeypatch.setattr(fit_sentiment, "_MOST_PIECES", {"words": 50, "characters": 80})
    table = learn(rated(), (-1, 0, 1), seed=0).table
    assert [source.vocabulary.columns.size for source in table.sources] == [50, 80]
    assert [source.weights.shape for source in table.sources] == [(50, 3), (80, 3)]


def test_weights_are_what_the_files_can_hold():
    table = learn(rated(), (-1, 0, 1), seed=0).table
    for source in table.sources:
        np.testing.assert_array_equal(source.weights, source.weights.astype(np.float16).astype(np.float32))


def test_the_log_count_ratio_is_that_of_naive_bayes():
    matrix = csr_array(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    ratios = fit_sentiment._log_ratios(matrix, np.array([True, True, False]))
    inside, outside = np.array([2.1, 0.1]) / 2.2, np.array([0.1, 1.1]) / 1.2
    raw = np.log(inside / outside)
    assert ratios == pytest.approx(raw / np.sqrt(np.mean(raw**2)))


def test_two_classes_share_one_line():
    verbatims = rated()
    two = rated(target=(verbatims.target > 1).astype(np.int64), n_classes=2)
    table = learn(two, (0, 1), seed=0).table
    for source in table.sources:
        np.testing.assert_array_equal(source.weights[:, 0], -source.weights[:, 1])


def test_another_strength_is_taken_only_where_it_is_better_by_more_than_chance():
    target = np.arange(400) % 2
    alike = RatedVerbatims("en", ["a"] * 400, None, target, 2, np.arange(400), np.ones(400))
    wrong = np.zeros(400, dtype=bool)
    wrong[:80] = True

    def lines(n_wrong):
        decided = np.where(np.arange(400) < n_wrong, 1 - target, target)
        return _Lines((1.0,), np.zeros(2), macro_f1(target, decided, 2), decided)

    assert _choose([lines(80), lines(79)], alike, 0) == 0
    assert _choose([lines(80), lines(40)], alike, 0) == 1
    assert _choose([lines(40), lines(80)], alike, 0) == 0
