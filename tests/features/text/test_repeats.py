import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.text.repeats import group_repeats

LONG = (
    "die verbindung nach köln fiel heute früh ohne jede durchsage aus und niemand wusste wann es weitergeht"
)


def test_addresses_names_and_signs_do_not_set_apart():
    groups = group_repeats(["RT @bahn: Zug fällt aus! https://a.b/c", "zug fällt aus", "Zug fährt"])
    assert groups.tolist() == [0, 0, 1]


def test_a_long_text_with_another_ending_is_a_repeat():
    assert group_repeats([LONG, f"{LONG} ... mehr im blog", "alles gut"]).tolist() == [0, 0, 1]


def test_what_lies_between_two_repeats_joins_them():
    words = [f"w{number}" for number in range(60)]
    texts = [" ".join(words[start : start + 50]) for start in (0, 3, 6)]
    assert len(set(group_repeats(texts).tolist())) == 1


def test_different_long_texts_stay_apart():
    random = np.random.default_rng(3)
    texts = [" ".join(f"w{word}" for word in random.integers(0, 5000, 60)) for _ in range(300)]
    assert len(set(group_repeats(texts).tolist())) == 300


def test_short_texts_are_repeats_only_when_equal():
    assert group_repeats(["sehr gut", "sehr gut.", "sehr gute Bahn"]).tolist() == [0, 0, 1]


@given(st.lists(st.sampled_from(["", "gut", "Gut!", "schlecht", LONG, LONG + " so", LONG[:60]]), max_size=8))
def test_groups_are_numbered_as_they_come(texts):
    groups = group_repeats(texts).tolist()
    assert len(groups) == len(texts)
    firsts = [group for place, group in enumerate(groups) if group not in groups[:place]]
    assert firsts == list(range(len(firsts)))
    for text, group in zip(texts, groups, strict=True):
        assert all(other == group for same, other in zip(texts, groups, strict=True) if same == text)


def test_nothing_has_no_groups():
    assert group_repeats([]).size == 0
