import numpy as np

from features.leaks import find_training_only


def holes(rows, share, seed=0):
    rng = np.random.default_rng(seed)
    return np.where(rng.random(rows) < share, 1.0, np.nan)


def test_features_that_only_teach_are_a_warning():
    taught = {"fee": holes(500, 0.6), "size": holes(500, 0.9)}
    scored = {"fee": holes(200, 0.0), "size": holes(200, 0.9)}
    (found,) = find_training_only(taught, scored)
    assert (found.column, found.kind, found.severity) == ("fee", "training_only", "warning")
    share = np.mean(~np.isnan(taught["fee"]))
    assert (
        found.evidence
        == f"{share:.0%} of the rows that teach have a value, and 0% of the 200 rows to be scored"
    )


def test_texts_are_counted_too():
    taught, scored = np.full(100, "x", object), np.full(100, None, object)
    assert [found.column for found in find_training_only({"note": taught}, {"note": scored})] == ["note"]
    assert find_training_only({"note": taught}, {"note": taught}) == []


def test_rare_features_and_few_rows_say_nothing():
    assert find_training_only({"fee": holes(500, 0.1)}, {"fee": holes(200, 0.0)}) == []
    assert find_training_only({"fee": holes(500, 0.9)}, {"fee": holes(40, 0.0)}) == []
    assert find_training_only({"fee": holes(0, 0.9)}, {"fee": holes(100, 0.0)}) == []
