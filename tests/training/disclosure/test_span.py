import numpy as np

from training.disclosure.span import Span

ONE, TWO, THREE = np.eye(3)


def test_what_gives_a_target_away_is_not_admitted():
    span = Span(np.array([ONE]))
    assert span.admit(ONE + TWO)
    assert not span.admit(TWO)
    assert span.admit(THREE)
    assert not span.admit(TWO + 2 * THREE)


def test_what_follows_already_is_admitted_again():
    span = Span(np.array([ONE]))
    assert span.admit(TWO)
    assert span.admit(3 * TWO)


def test_differences_of_many_are_seen():
    span = Span(np.array([ONE - TWO]))
    assert span.admit(ONE + THREE)
    assert not span.admit(TWO + THREE)


def test_a_target_that_is_out_already_is_no_longer_guarded():
    span = Span(np.array([ONE, TWO]))
    span.force(ONE)
    assert span.admit(ONE + THREE)
    assert not span.admit(TWO + THREE)


def test_without_targets_everything_is_admitted():
    span = Span(np.zeros((0, 3)))
    assert all(span.admit(vector) for vector in (ONE, TWO, THREE, ONE + TWO))


def test_ranks_are_those_of_exact_algebra():
    rng = np.random.default_rng(4)
    for _ in range(50):
        rows = (rng.random((7, 8)) < 0.4).astype(float)
        target = (rng.random(8) < 0.3).astype(float)
        if not target.any():
            continue
        span = Span(target[None, :])
        admitted = [row for row in rows if span.admit(row)]
        rank = np.linalg.matrix_rank(np.array(admitted)) if admitted else 0
        assert np.linalg.matrix_rank(np.array([*admitted, target])) == rank + 1
